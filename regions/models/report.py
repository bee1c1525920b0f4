"""Reports ("signaal"): by who is signed in at once, by a visitor once the address is confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django.core import signing
from django.db import models, transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone
from regions.models.comment import Comment
from regions.models.contribution import Contribution, State
from regions.models.event import Audience, Event, Verb
from regions.models.reason import Reason
from regions.models.standing import Reader

LASTS = timedelta(days=3)
"""So long an address may be confirmed."""
KEPT = timedelta(days=90)
"""So long the address of a visitor is kept after the report is closed."""
AT_ONCE = 3
"""So many reports of one address may wait to be confirmed: nobody is sent more mail than that."""
TOLD = 5
"""So many reports about one thing are shown; the rest is counted."""
SALT = "report"


class How(models.TextChoices):
    """How a report was dealt with; kept in the event. The label is what the reporter reads."""

    NONE = "none", _("The moderators looked at it, and left it as it is.")
    HIDDEN = "hidden", _("A moderator hid it.")
    ASKED = "asked", _("A moderator asked the author to change it.")


@dataclass(frozen=True)
class Case:
    """What is reported, with its open reports: the first ones, how many there are, and the last one that counts."""

    reports: list["Report"]

    @property
    def first(self) -> "Report":
        return self.reports[0]

    @property
    def number(self) -> int:
        return self.first.number

    @property
    def last(self) -> int:
        """Return the id of the latest report: who closes this has seen no later one."""
        return self.first.last

    @property
    def more(self) -> int:
        return self.number - len(self.reports)


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("person", "contribution__region", "comment__author").order_by("at", "pk")

    def on(self, contribution: Contribution | int, comment: Comment | int | None) -> Self:
        """Keep those about a comment, or about the contribution itself."""
        return self.filter(contribution=contribution, comment=comment)

    def for_others_than(self, person: Person) -> Self:
        """Leave out what is reported about this person: a comment of theirs, or what they are author or team of."""
        mine = Contribution.objects.of(person).filter(pk=OuterRef("contribution"))
        return self.exclude(comment__author=person).exclude(Exists(mine), comment=None)

    def things(self) -> QuerySet["Report", Any]:
        """Join what is about the same thing: the id of the first report, and since when it waits."""
        return self.values("contribution", "comment").annotate(first=Min("pk"), since_at=Min("at"))

    def cases(self, firsts: Iterable[int]) -> dict[int, Case]:
        """Return what is reported by the id of its first open report, in one query however many reports there are."""
        wanted = list(firsts)
        about = Report.objects.filter(pk__in=wanted).values("contribution")
        same: dict[str, Any] = {"partition_by": [F("contribution"), F("comment")]}
        windows: dict[str, Any] = {
            "place": Window(RowNumber(), order_by="pk", **same),
            "number": Window(Count("pk"), **same),
            "last": Window(Max("pk"), **same),
        }
        rows = self.open().filter(contribution__in=about).for_list().order_by("pk")
        rows = rows.annotate(**windows).filter(Q(place__lte=TOLD))
        found: dict[tuple[int, int | None], list[Report]] = {}
        for report in rows if wanted else ():
            found.setdefault((report.contribution_id, report.comment_id), []).append(report)
        return {reports[0].pk: Case(reports) for reports in found.values() if reports[0].pk in wanted}

    @transaction.atomic
    def close(self, by: Person, how: str) -> list["Report"]:
        """Close those that are open, tell each reporter, and return them; call with the contribution locked."""
        found = self.open().select_related("person", "contribution__region").order_by("pk")
        rows = list(found.select_for_update(of=("self",)))
        for report in rows:
            report.closed_at, report.closed_by = timezone.now(), by
            report.save(update_fields=["closed_at", "closed_by"])
            seconds = int((report.closed_at - report.at).total_seconds())
            report.log(Verb.REPORT_CLOSED, by, how=how, seconds=seconds)
            report.answer(by, how)
        return rows

    def forget(self) -> int:
        """Drop the addresses of what was closed long ago; return how many."""
        return self.filter(closed_at__lte=timezone.now() - KEPT).exclude(email="").update(email="")


class Report(models.Model):
    """ "This should not be here", about a contribution or a comment under it.

    From a person, or from the confirmed address of a visitor, which moderators see and which goes after a time.
    """

    number: int  # given by `cases`, as is `last`
    last: int

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="reports")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(max_length=2, blank=True, editable=False)
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
                condition=Q(closed_at__isnull=True, person__isnull=False),
                nulls_distinct=False,
                name="one_open_report_per_person_and_thing",
            ),
            models.UniqueConstraint(
                fields=("contribution", "comment", "email"),
                condition=Q(closed_at__isnull=True, person__isnull=True),
                nulls_distinct=False,
                name="one_open_report_per_address_and_thing",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False)
                | Q(person__isnull=False, email="")
                | Q(Q(person__isnull=True), ~Q(email="")),
                name="an_open_report_is_of_a_person_or_an_address",
            ),
        )
        indexes = (
            models.Index(fields=("closed_at",), condition=~Q(email=""), name="reports_with_an_address"),
            models.Index(fields=("contribution", "comment"), condition=Q(closed_at__isnull=True), name="open_reports"),
        )

    @property
    def by(self) -> str:
        """Return who reported, for moderators."""
        return self.person.name if self.person else self.email

    @classmethod
    @transaction.atomic
    def make(
        cls,
        contribution: Contribution,
        *,
        by: Person | None,
        reason: str,
        words: str = "",
        comment: Comment | None = None,
        email: str = "",
        language: str = "",
    ) -> "Report":
        """Report a contribution or a comment; a second report by the same person replaces the words of the first.

        Raises AlreadyDone when it was hidden or taken away in the meantime: then there is nothing to look at.
        """
        locked = Contribution.objects.lock(contribution.pk)
        if comment:
            comment.refresh_from_db(fields=["state"])
        if locked.state != State.PUBLISHED or (comment and comment.state != Comment.State.SHOWN):
            raise AlreadyDone("hidden")
        report, made = cls.objects.update_or_create(
            contribution_id=contribution.pk,
            comment=comment,
            person=by,
            email=email,
            closed_at=None,
            defaults={"reason": reason, "words": words, "language": language},
        )
        if made:
            about = comment.pk if comment else 0
            Event.write(Verb.REPORTED, by=by, contribution=locked, about=report, audience=Audience.DESK, comment=about)
        return report

    @transaction.atomic
    def close(self, by: Person, *, last: int | None = None) -> list["Report"]:
        """Close all that are open about the same thing without a measure, up to report `last`; return these.

        A report that came after `last` was not seen, and stays. Raises AlreadyDone when a colleague was first.
        """
        Contribution.objects.lock(self.contribution_id)
        rows = Report.objects.on(self.contribution_id, self.comment_id)
        closed = (rows.filter(pk__lte=last) if last else rows).close(by, How.NONE)
        if not closed:
            raise AlreadyDone("closed")
        return closed

    @transaction.atomic
    def reopen(self, by: Person, *, closed_at: str) -> None:
        """Put back on the desk what was closed by mistake at that moment, and tell the reporter.

        Raises AlreadyDone when it was reported anew, hidden or forgotten in the meantime.
        """
        locked = Contribution.objects.lock(self.contribution_id)
        self.refresh_from_db()
        again = Report.objects.on(self.contribution_id, self.comment_id).open()
        again = again.filter(person=self.person, email=self.email)
        is_gone = self.comment is not None and self.comment.state != Comment.State.SHOWN
        is_same = self.closed_at is not None and self.closed_at.isoformat() == closed_at
        if not is_same or is_gone or locked.state != State.PUBLISHED or again.exists():
            raise AlreadyDone("touched")
        self.closed_at = self.closed_by = None
        self.save(update_fields=["closed_at", "closed_by"])
        self.log(Verb.REPORT_REOPENED, by)

    def answer(self, by: Person, how: str) -> None:
        """Tell who reported what was done; apart from the contribution, which they may not see any more."""
        Event.write(
            Verb.REPORT_ANSWERED,
            by=by,
            region=self.contribution.region,
            about=self,
            subject=self.person,
            audience=Audience.DESK,
            how=how,
        )

    def log(self, verb: str, by: Person, **data: Any) -> None:
        Event.write(
            verb,
            by=by,
            contribution=self.contribution,
            about=self,
            subject=self.person,
            audience=Audience.DESK,
            **data,
        )


class UnconfirmedReportQuerySet(models.QuerySet["UnconfirmedReport"]):
    def fresh(self) -> Self:
        return self.filter(at__gt=timezone.now() - LASTS)

    def of_token(self, token: str) -> "UnconfirmedReport | None":
        """Return what a link is about; None where it was confirmed or its days are over.

        Raises signing.BadSignature where the link is not ours.
        """
        pk = signing.Signer(salt=SALT).unsign_object(token)
        return self.fresh().select_related("comment").filter(pk=pk).first()

    def drop(self) -> int:
        """Throw away what nobody confirmed in time; return how many."""
        return self.filter(at__lte=timezone.now() - LASTS).delete()[0]


class UnconfirmedReport(models.Model):
    """What a visitor wrote, until the address is confirmed: on no desk, and in no count.

    The link in the mail is signed and nowhere kept; the address stands here and not on the mail.
    """

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(max_length=2)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    words = models.TextField(blank=True, max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    objects = UnconfirmedReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contribution", "comment", "email"),
                nulls_distinct=False,
                name="one_unconfirmed_report_per_address_and_thing",
            ),
        )
        indexes = (
            models.Index(fields=("at",), name="unconfirmed_reports_by_age"),
            models.Index(fields=("email",), name="unconfirmed_of_an_address"),
        )

    def __str__(self) -> str:
        return f"{self.contribution_id}: {self.pk}"

    def get_absolute_url(self) -> str:
        """Return the link for the mail."""
        return reverse("regions:report_confirm", args=[signing.Signer(salt=SALT).sign_object(self.pk)])

    @classmethod
    @transaction.atomic
    def keep(
        cls, contribution: Contribution, email: str, *, comment: Comment | None, language: str, **words: str
    ) -> "UnconfirmedReport | None":
        """Keep a report until its address is confirmed; None where no mail is to go to that address now.

        About one thing there is one: new words replace the old ones, and the mail that went out before stays good.
        """
        own = cls.objects.filter(email=email.lower())
        own.drop()
        same: dict[str, Any] = {"contribution_id": contribution.pk, "comment": comment, "email": email.lower()}
        if not own.filter(**same).exists() and own.count() >= AT_ONCE:
            return None
        row, made = cls.objects.update_or_create(**same, defaults={"language": language, **words})
        return row if made else None

    @transaction.atomic
    def confirm(self, by: Reader) -> Report:
        """Make it an ordinary report: of `by`, if the address is theirs, else of the address.

        Raises AlreadyDone when it was confirmed before, or is not there to look at any more.
        """
        if not UnconfirmedReport.objects.select_for_update().filter(pk=self.pk).exists():
            raise AlreadyDone("confirmed")
        person = by if isinstance(by, Person) and by.has_confirmed(self.email) else None
        report = Report.make(
            self.contribution,
            by=person,
            reason=self.reason,
            words=self.words,
            comment=self.comment,
            email="" if person else self.email,
            language="" if person else self.language,
        )
        self.delete()
        return report
