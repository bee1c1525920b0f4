"""Reports ("signaal") and the rulings of moderators, each with a reason and words."""

from collections.abc import Iterable
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.comment import Comment
from regions.models.contribution import Contribution, State
from regions.models.event import Audience, Event, Verb
from regions.models.reason import Reason


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("person", "contribution__region", "comment").order_by("at", "pk")


class Report(models.Model):
    """ "This should not be here", about a contribution or a comment under it."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reports")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    words = models.TextField(_("in your own words"), blank=True, max_length=2000)
    at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contribution", "comment", "person"),
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="one_open_report_per_person_and_thing",
            ),
        )

    @classmethod
    @transaction.atomic
    def make(
        cls, contribution: Contribution, *, by: Person, reason: str, words: str = "", comment: Comment | None = None
    ) -> "Report":
        """Report a contribution or a comment; a second report by the same person replaces the words of the first."""
        report, made = cls.objects.update_or_create(
            contribution_id=contribution.pk,
            comment=comment,
            person=by,
            closed_at=None,
            defaults={"reason": reason, "words": words},
        )
        if made:
            Event.write(Verb.REPORTED, by=by, contribution=contribution, about=report, audience=Audience.DESK)
        return report

    @transaction.atomic
    def close(self, by: Person) -> None:
        """Close without a measure; the reporter is told. Raises AlreadyDone when a colleague was first."""
        locked = Report.objects.select_for_update().get(pk=self.pk)
        if locked.closed_at:
            raise AlreadyDone("closed")
        _close([locked], by)


def _close(reports: list[Report], by: Person) -> None:
    for report in reports:
        report.closed_at, report.closed_by = timezone.now(), by
        report.save(update_fields=["closed_at", "closed_by"])
        Event.write(
            Verb.REPORT_CLOSED,
            by=by,
            contribution=report.contribution,
            about=report,
            subject=report.person,
            audience=Audience.DESK,
        )


class RulingQuerySet(models.QuerySet["Ruling"]):
    def for_list(self) -> Self:
        return self.select_related("by", "contribution", "comment").order_by("-at", "-pk")

    def last_hiding(self) -> "Ruling | None":
        """Return the ruling that says why a contribution is hidden."""
        hidings = self.filter(measure=Ruling.Measure.HIDE, comment=None).select_related("appeal", "by")
        return hidings.order_by("-at", "-pk").first()

    def why_hidden(self, comments: Iterable[int]) -> list["Ruling"]:
        """Return the last hiding of each of these comments, by id."""
        ids = list(comments)
        if not ids:
            return []
        hidings = self.filter(comment__in=ids, measure=Ruling.Measure.HIDE).select_related("appeal")
        return list(hidings.order_by("comment", "-at", "-pk").distinct("comment"))


class Ruling(models.Model):
    """What a moderator decided about a contribution or a comment, and why; the author reads it."""

    class Measure(models.TextChoices):
        HIDE = "hide", _("hidden")
        RESTORE = "restore", _("put back")
        CLOSE_COMMENTS = "close-comments", _("comments closed")
        OPEN_COMMENTS = "open-comments", _("comments opened")

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="rulings")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="rulings")
    measure = models.CharField(max_length=14, choices=Measure.choices)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    words = models.TextField(_("explanation for the author"), blank=True, max_length=2000)
    was = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = RulingQuerySet.as_manager()

    @property
    def was_appealed(self) -> bool:
        return hasattr(self, "appeal")

    def is_in_force(self) -> bool:
        """Tell whether this is why something is hidden at this moment."""
        later = Ruling.objects.filter(contribution=self.contribution_id, comment=self.comment_id, pk__gt=self.pk)
        changes = (Ruling.Measure.HIDE, Ruling.Measure.RESTORE)
        return self.measure == Ruling.Measure.HIDE and not later.filter(measure__in=changes).exists()

    @classmethod
    @transaction.atomic
    def hide(cls, contribution: Contribution, *, by: Person, reason: str, words: str) -> "Ruling":
        """Hide what is published. Raises AlreadyDone when it is not."""
        locked = Contribution.objects.lock(contribution.pk)
        if locked.state not in (State.PUBLISHED, State.ARCHIVED, State.PENDING):
            raise AlreadyDone(locked.state)
        was, locked.state = locked.state, State.HIDDEN
        locked.save(update_fields=["state"])
        ruling = cls.objects.create(
            contribution=locked, measure=cls.Measure.HIDE, reason=reason, words=words, was=was, by=by
        )
        _close(list(locked.reports.open().filter(comment=None).select_related("person", "contribution")), by)
        Event.write(Verb.HIDDEN, by=by, contribution=locked, about=ruling, audience=Audience.TEAM)
        return ruling

    @classmethod
    @transaction.atomic
    def restore(cls, contribution: Contribution, *, by: Person, words: str = "") -> "Ruling":
        """Put back what was hidden, in the state it had. Raises AlreadyDone when it is not hidden."""
        locked = Contribution.objects.lock(contribution.pk)
        if locked.state != State.HIDDEN:
            raise AlreadyDone(locked.state)
        last = locked.rulings.last_hiding()
        locked.state = last.was if last else State.PUBLISHED
        locked.save(update_fields=["state"])
        ruling = cls.objects.create(contribution=locked, measure=cls.Measure.RESTORE, words=words, by=by)
        Event.write(Verb.RESTORED, by=by, contribution=locked, about=ruling, audience=Audience.TEAM)
        return ruling

    @classmethod
    @transaction.atomic
    def close_comments(cls, contribution: Contribution, *, by: Person, closed: bool, words: str = "") -> "Ruling":
        """Close the comments, or open them again. Raises AlreadyDone when it is so already."""
        locked = Contribution.objects.lock(contribution.pk)
        if locked.is_closed_for_comments == closed:
            raise AlreadyDone("comments")
        locked.is_closed_for_comments = closed
        locked.save(update_fields=["is_closed_for_comments"])
        measure = cls.Measure.CLOSE_COMMENTS if closed else cls.Measure.OPEN_COMMENTS
        ruling = cls.objects.create(contribution=locked, measure=measure, words=words, by=by)
        Event.write(Verb.COMMENTS_CLOSED if closed else Verb.COMMENTS_OPENED, by=by, contribution=locked, about=ruling)
        return ruling

    @classmethod
    @transaction.atomic
    def on_comment(cls, comment: Comment, *, by: Person, hide: bool, reason: str = "", words: str = "") -> "Ruling":
        """Hide a comment or put it back; its author is told. Raises AlreadyDone when it is so already."""
        comment.set_hidden(hide)
        measure = cls.Measure.HIDE if hide else cls.Measure.RESTORE
        ruling = cls.objects.create(
            contribution=comment.contribution, comment=comment, measure=measure, reason=reason, words=words, by=by
        )
        if hide:
            _close(list(comment.reports.open().select_related("person", "contribution")), by)
        Event.write(
            Verb.COMMENT_HIDDEN if hide else Verb.COMMENT_RESTORED,
            by=by,
            contribution=comment.contribution,
            about=ruling,
            subject=comment.author,
            audience=Audience.DESK,
        )
        return ruling
