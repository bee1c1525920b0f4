"""The rulings of moderators about what was posted, each with a reason and words."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.comment import Comment
from regions.models.contribution import Contribution, State
from regions.models.event import Audience, Event, Verb
from regions.models.reason import Reason, RestoreReason
from regions.models.report import How

REASONS = list(dict(Reason.choices + RestoreReason.choices).items())
TIME_TO_CHANGE = timedelta(days=14)
"""So long an author has to change what a moderator asked to change."""


class RulingQuerySet(models.QuerySet["Ruling"]):
    def for_list(self) -> Self:
        return self.select_related("by", "contribution", "comment").order_by("-at", "-pk")

    def on_itself(self) -> Self:
        """Keep what was decided about the contribution, not about its comments."""
        return self.filter(comment=None)

    def asking(self) -> Self:
        """Keep the questions to change something that a moderator has not ended."""
        return self.filter(measure=Ruling.Measure.ASK_CHANGE, ended_at__isnull=True)

    def unanswered(self) -> Self:
        return self.asking().filter(changed_at__isnull=True)

    def in_time(self) -> Self:
        return self.filter(due_at__gt=timezone.now())

    def to_look_at(self) -> Self:
        """Keep the questions that wait on a moderator: it was changed, or its time is over; `since_at` says when."""
        late = Q(due_at__lte=timezone.now())
        waiting = self.asking().filter(Q(changed_at__isnull=False) | late)
        return waiting.annotate(since_at=Coalesce("changed_at", "due_at"))

    def for_desk(self) -> Self:
        return self.select_related("by", "contribution__region", "contribution__author", "comment__author")

    def settle(self, by: Person) -> None:
        """Note that what was asked is changed now, and tell the moderators; call with the thing locked."""
        for ruling in self.unanswered().select_related("contribution").select_for_update(of=("self",)):
            ruling.changed_at = timezone.now()
            ruling.save(update_fields=["changed_at"])
            Event.write(Verb.CHANGE_MADE, by=by, contribution=ruling.contribution, about=ruling, audience=Audience.DESK)

    def drop_asks(self) -> None:
        """End the questions to change what is hidden, gone or asked anew; call with the thing locked."""
        self.asking().update(ended_at=timezone.now())

    def hidings_of(self, person: Person) -> Self:
        """Keep what was hidden of what someone posted or wrote."""
        theirs = Q(comment=None, contribution__author=person) | Q(comment__author=person)
        return self.filter(theirs, measure=Ruling.Measure.HIDE)

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
        ASK_CHANGE = "ask-change", _("asked to change")

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="rulings")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="rulings")
    measure = models.CharField(max_length=14, choices=Measure.choices)
    reason = models.CharField(_("reason"), max_length=12, choices=REASONS, blank=True)
    words = models.TextField(_("explanation for the author"), blank=True, max_length=2000)
    was = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Of a question to change something: by when, when it was changed, and when a moderator was done with it.
    due_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contribution", "comment"),
                condition=Q(measure="ask-change", ended_at__isnull=True),
                nulls_distinct=False,
                name="one_open_question_to_change_per_thing",
            ),
            models.CheckConstraint(
                condition=Q(measure="ask-change", due_at__isnull=False)
                | Q(~Q(measure="ask-change"), due_at__isnull=True),
                name="a_question_to_change_has_a_last_day",
            ),
        )

    @property
    def was_appealed(self) -> bool:
        return hasattr(self, "appeal")

    @property
    def is_late(self) -> bool:
        """Tell whether the time to change it is over, and it was not changed."""
        return self.due_at is not None and self.changed_at is None and self.due_at <= timezone.now()

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
        locked.reports.filter(comment=None).close(by, How.HIDDEN)
        locked.rulings.on_itself().drop_asks()
        ruling._log(Verb.HIDDEN, by)
        return ruling

    @classmethod
    @transaction.atomic
    def restore(cls, contribution: Contribution, *, by: Person, reason: str = "", words: str = "") -> "Ruling":
        """Put back what was hidden, in the state it had. Raises AlreadyDone when it is not hidden."""
        locked = Contribution.objects.lock(contribution.pk)
        if locked.state != State.HIDDEN:
            raise AlreadyDone(locked.state)
        last = locked.rulings.last_hiding()
        locked.state = last.was if last else State.PUBLISHED
        locked.save(update_fields=["state"])
        ruling = cls.objects.create(contribution=locked, measure=cls.Measure.RESTORE, reason=reason, words=words, by=by)
        ruling._log(Verb.RESTORED, by)
        return ruling

    @classmethod
    @transaction.atomic
    def close_comments(
        cls, contribution: Contribution, *, by: Person, closed: bool, reason: str = "", words: str = ""
    ) -> "Ruling":
        """Close the comments, or open them again. Raises AlreadyDone when it is so already."""
        locked = Contribution.objects.lock(contribution.pk)
        if locked.is_closed_for_comments == closed:
            raise AlreadyDone("comments")
        locked.is_closed_for_comments = closed
        locked.save(update_fields=["is_closed_for_comments"])
        measure = cls.Measure.CLOSE_COMMENTS if closed else cls.Measure.OPEN_COMMENTS
        ruling = cls.objects.create(contribution=locked, measure=measure, reason=reason, words=words, by=by)
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
            comment.reports.all().close(by, How.HIDDEN)
            comment.rulings.drop_asks()
        ruling._log(Verb.COMMENT_HIDDEN if hide else Verb.COMMENT_RESTORED, by)
        return ruling

    @classmethod
    @transaction.atomic
    def ask_change(
        cls, contribution: Contribution, *, by: Person, reason: str, words: str, comment: Comment | None = None
    ) -> "Ruling":
        """Ask the author to change the text, or the writer a comment; it stays readable, and its reports are closed.

        Raises AlreadyDone when this was asked before and still has time, or there is nothing to change any more.
        """
        if comment:
            comment.set_asked(True)
        locked = Contribution.objects.lock(contribution.pk)
        before = locked.rulings.filter(comment=comment)
        if locked.state not in (State.PUBLISHED, State.PENDING) or before.unanswered().in_time().exists():
            raise AlreadyDone("asked")
        before.drop_asks()
        now = timezone.now()
        ruling = cls.objects.create(
            contribution=locked,
            comment=comment,
            measure=cls.Measure.ASK_CHANGE,
            reason=reason,
            words=words,
            by=by,
            at=now,
            due_at=now + TIME_TO_CHANGE,
        )
        locked.reports.filter(comment=comment).close(by, How.ASKED)
        ruling._log(Verb.COMMENT_ASKED if comment else Verb.CHANGE_ASKED, by)
        return ruling

    @transaction.atomic
    def end(self, by: Person, *, accept: bool) -> None:
        """Leave the change as it is (`accept`), or take the question back before there is one; the author is told.

        Raises AlreadyDone when a colleague was first, or when it was changed while the question was taken back.
        """
        if self.comment:
            self.comment.set_asked(False)
        else:
            Contribution.objects.lock(self.contribution_id)
        locked = Ruling.objects.select_for_update().get(pk=self.pk)
        if locked.ended_at or accept != bool(locked.changed_at):
            raise AlreadyDone("ended")
        self.ended_at = timezone.now()
        self.save(update_fields=["ended_at"])
        self._log(Verb.CHANGE_ACCEPTED if accept else Verb.CHANGE_WITHDRAWN, by)

    def _log(self, verb: str, by: Person) -> None:
        """Write the event for the team, or for the writer of the comment alone."""
        Event.write(
            verb,
            by=by,
            contribution=self.contribution,
            about=self,
            subject=self.comment.author if self.comment else None,
            audience=Audience.DESK if self.comment else Audience.TEAM,
        )
