"""The question of a team to the InnovatieKabinet, and whom the secretary asks by name."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.errors import NotIndependent
from challenges.models.challenge import Challenge
from challenges.models.seat import Seat, SeatQuerySet
from regions.errors import AlreadyDone
from regions.models import Audience, Draft, Event, Involvement, Part, State, Verb
from regions.models.standing import Reader, standing_of

ENOUGH = 3
"""So many pieces of feedback close a question to the InnovatieKabinet, where the secretary asks nobody by name."""
HOUR = timedelta(hours=1)
"""So long feedback can be corrected."""
REMIND_AFTER = timedelta(days=1)
PLACE = "review/"
"""Where a draft of feedback is kept (`Draft.place`), with the id of the challenge behind it."""


class AskingQuerySet(models.QuerySet["Asking"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def with_progress(self) -> Self:
        """Add what `Asking.done` and `Asking.wanted` tell."""
        named = Assignment.objects.filter(asking=OuterRef("pk"), ending="")
        given = Asking.objects.filter(pk=OuterRef("pk")).values("pk").annotate(n=Count("reviews"))
        return self.annotate(
            named=how_many(named, "asking"),
            named_done=how_many(named.answered(), "asking"),
            given=Coalesce(Subquery(given.values("n")), 0),
        )

    def for_dashboard(self, person: Person) -> Self:
        """Those on challenges that this person sees, with how many answered; what has a date first, then the oldest."""
        seen = Challenge.objects.visible_to(person).published()
        drafts = Draft.objects.filter(person=person, contribution=OuterRef("challenge"), place__startswith=PLACE)
        mine = Assignment.objects.filter(asking=OuterRef("pk"), person=person, ending="")
        found = self.filter(challenge__in=seen).with_progress().select_related("challenge__region", "by")
        found = found.annotate(
            draft_at=Subquery(drafts.values("saved_at")[:1]),
            due_on=Subquery(mine.values("due_on")),
            is_named=Exists(mine),
        )
        return found.order_by(F("due_on").asc(nulls_last=True), "-is_named", "at", "pk")

    def end_sight_due(self) -> int:
        """End the sight of who kept it for an HOUR after a question closed by itself; return of how many."""
        seats = Seat.objects.values("person")
        sight = Involvement.objects.current().filter(person__in=seats, part=Part.REVIEWER)
        over = Challenge.objects.filter(pk=OuterRef("contribution"), is_in_review=False)
        given = {"challenge": OuterRef("contribution"), "reviews__by": OuterRef("person")}
        lately = self.filter(**given, reviews__sent_at__gt=timezone.now() - HOUR)
        return sight.filter(Exists(over)).exclude(Exists(lately)).update(ended_at=timezone.now())

    def invite(self, *, by: Person) -> None:
        """Let a new seat in to what stands before the InnovatieKabinet."""
        for asking in self.open().select_related("challenge"):
            asking.invite(by=by)

    def shown_as(self, chosen: str) -> Self:
        """Keep what the secretary wants to see: by the choices of `PlanningQuery`."""
        here = Assignment.objects.filter(asking=OuterRef("pk"))
        kept = {
            "niemand": ~Exists(here.filter(ending="")),
            "te-laat": Exists(here.open().filter(due_on__lt=timezone.localdate())),
            "laat-het": Exists(here.filter(ending=Assignment.Ending.RECUSED)),
        }
        return self.filter(kept[chosen]) if chosen in kept else self

    def for_planning(self, secretary: Person) -> Self:
        """What the secretary looks after: the oldest first, with whom was asked by name."""
        seen = Challenge.objects.visible_to(secretary).published()
        named = Assignment.objects.order_by("at", "pk").with_answer().select_related("person")
        found = self.filter(challenge__in=seen).with_progress().select_related("challenge__region", "by")
        return found.prefetch_related(Prefetch("assignments", named)).order_by("at", "pk")

    def waiting_on(self, person: Person) -> Self:
        """Keep those that this member can answer: independent, asked as far as names are named, and silent so far."""
        here = Challenge.objects.filter(pk=OuterRef("challenge"))
        given = here.filter(reviews__by=person, reviews__version=F("version"), reviews__meeting=None)
        answered = Asking.objects.filter(pk=OuterRef("pk"), reviews__by=person)
        named = Assignment.objects.filter(asking=OuterRef("pk"), ending="")
        is_mine = Exists(named.filter(person=person)) | ~Exists(named)
        silent = self.filter(is_mine).exclude(Exists(answered) | Exists(given))
        return silent.filter(Exists(here.independent_of(person)))


def how_many(rows: models.QuerySet[Any], by: str) -> Coalesce:
    """Return how many of these rows, that an OuterRef narrows to one `by`, there are; 0 for none."""
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


class Asking(models.Model):
    """The question of a team to the InnovatieKabinet, pinned to the version that it was asked about.

    Every independent member is asked, until the secretary asks some by name: then only these are.
    """

    named: int  # given by `with_progress`, as are the other two
    named_done: int
    given: int

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="askings")
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("what you want to know from them"), blank=True, max_length=2_000)
    explained = models.JSONField(default=dict, blank=True)
    """Why it is asked with items of the checklist that are not met: a sentence by the key of the item."""
    is_second_look = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AskingQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("challenge",), condition=Q(closed_at__isnull=True), name="one_open_asking_per_challenge"
            ),
        )

    @property
    def done(self) -> int:
        return self.named_done if self.named else self.given

    @property
    def wanted(self) -> int:
        return self.named or ENOUGH

    @classmethod
    @transaction.atomic
    def open_for(
        cls,
        challenge: Challenge,
        *,
        by: Person,
        words: str = "",
        explained: Mapping[str, str] | None = None,
        again: bool = False,
        at: datetime | None = None,
    ) -> "Asking":
        """Put the challenge before every independent member; `again` asks those by name who gave feedback before.

        Raises AlreadyDone when it stands there already.
        """
        locked = Challenge.objects.lock(challenge.pk)
        if locked.is_in_review or locked.state != State.PUBLISHED:
            raise AlreadyDone("asked")
        asking = cls.objects.create(
            challenge=locked, version=locked.version, by=by, words=words, explained=dict(explained or {}),
            is_second_look=again, at=at or timezone.now(),
        )  # fmt: skip
        if again:
            asking._name(Seat.objects.who_can_look_again(locked), by=by)
        asking.invite(by=by)
        locked.is_in_review = True
        locked.save(update_fields=["is_in_review"])
        locked.touch(asking.at)
        Event.write(Verb.ASKED_REVIEW, by=by, contribution=locked, about=asking, audience=Audience.NETWORK, at=at)
        return asking

    def invite(self, *, by: Person) -> None:
        """Give sight to everyone who is asked and has none yet; call with the challenge locked."""
        for seat in self.asked_seats().select_related("person"):
            self.challenge.involve(seat.person, Part.REVIEWER, by=by)

    def asked_seats(self) -> SeatQuerySet:
        """Return whose feedback is asked: those who are named, else every member who is independent."""
        seats = Seat.objects.current().agreed().independent_of(self.challenge)
        named = self.assignments.filter(ending="")
        return seats.filter(person__in=named.values("person")) if named.exists() else seats

    @transaction.atomic
    def assign(self, people: Collection[Person], *, by: Person, due_on: date | None = None) -> int:
        """Ask these members by name and return how many are new; who was asked before gets the new date.

        Who is not named loses the sight that the question gave. Raises AlreadyDone when the question was closed, and
        NotIndependent when one of them may not look at this challenge.
        """
        self._lock()
        seats = Seat.objects.current().agreed().independent_of(self.challenge).filter(person__in=people)
        if {seat.person_id for seat in seats} != {person.pk for person in people}:
            raise NotIndependent
        self.assignments.filter(ending="", person__in=people).update(due_on=due_on)
        named = self.assignments.filter(ending="")
        made = self._name(seats.exclude(person__in=named.values("person")), by=by, due_on=due_on)
        self._settle_sight(by)
        for row in made:
            self._tell(Verb.ASSIGNED, by, row)
        return len(made)

    def _name(self, seats: SeatQuerySet, *, by: Person, due_on: date | None = None) -> "list[Assignment]":
        values = {"by": by, "at": timezone.now(), "due_on": due_on, "reminded_at": None}
        again = {"ending": "", "ended_at": None, "words": ""}
        people = [seat.person for seat in seats.select_related("person")]
        return [self.assignments.update_or_create(person=one, defaults=values | again)[0] for one in people]

    @transaction.atomic
    def withdraw(self, person: Person, *, by: Person) -> None:
        """Ask a member no longer; who gave feedback already stays. Raises AlreadyDone."""
        self._lock()
        row = self._open_row(person)
        if self.reviews.filter(by=person).exists():
            raise AlreadyDone("given")
        self._end(row, Assignment.Ending.WITHDRAWN, by)
        self._tell(Verb.UNASSIGNED, by, row)

    @transaction.atomic
    def recuse(self, person: Person, words: str) -> None:
        """Leave this to others, for a reason that the secretary reads; it holds for this challenge from now on.

        Raises AlreadyDone when the question was closed, or this member answered it or left it before.
        """
        self._lock()
        row = self.assignments.filter(person=person).first()
        is_over = row is not None and row.ending == Assignment.Ending.RECUSED
        if is_over or self.reviews.filter(by=person).exists():
            raise AlreadyDone("answered")
        row = row or Assignment(asking=self, person=person, by=person)
        row.words = words
        Draft.objects.filter(person=person, place=f"{PLACE}{self.challenge_id}").delete()
        self._end(row, Assignment.Ending.RECUSED, person)
        self._tell(Verb.RECUSED, person, row)

    @transaction.atomic
    def remind(self, person: Person, *, by: Person) -> None:
        """Remind a member who was asked by name and has not answered. Raises AlreadyDone, also within a day."""
        self._lock()
        row = self._open_row(person)
        if self.reviews.filter(by=person).exists():
            raise AlreadyDone("given")
        if row.was_reminded:
            raise AlreadyDone("reminded")
        row.reminded_at = timezone.now()
        row.save(update_fields=["reminded_at"])
        self._tell(Verb.REMINDED, by, row)

    @transaction.atomic
    def put_off(self, due_on: date | None) -> int:
        """Give everyone whose answer is waited for another date, or none; return how many. Raises AlreadyDone."""
        self._lock()
        return self.assignments.open().update(due_on=due_on)

    @transaction.atomic
    def end(self, *, by: Person) -> None:
        """Close the question before everyone answered. Raises AlreadyDone when it was closed."""
        self._lock()
        self.close(by=by)

    def _lock(self) -> None:
        """Raise AlreadyDone when the question was closed."""
        self.challenge = Challenge.objects.lock(self.challenge_id)
        self.refresh_from_db(fields=["closed_at"])
        if self.closed_at:
            raise AlreadyDone("closed")

    def _open_row(self, person: Person) -> "Assignment":
        row = self.assignments.filter(person=person, ending="").first()
        if row is None:
            raise AlreadyDone("ended")
        return row

    def _end(self, row: "Assignment", ending: str, by: Person) -> None:
        row.ending, row.ended_at = ending, timezone.now()
        row.save()
        if self.is_answered():
            self.close()
        else:
            self._settle_sight(by)

    def _settle_sight(self, by: Person) -> None:
        """Let see it who is asked, and nobody else by this question; who answered keeps it until the end."""
        may = self.asked_seats().values("person")
        sight = self.challenge.involvements.current().filter(part=Part.REVIEWER)
        others = sight.exclude(person__in=may).exclude(person__in=self.reviews.values("by"))
        others.update(ended_at=timezone.now())
        self.invite(by=by)

    def _tell(self, verb: str, by: Person, row: "Assignment") -> None:
        Event.write(verb, by=by, contribution=self.challenge, about=row, subject=row.person, audience=Audience.CABINET)

    def is_answered(self) -> bool:
        """Tell whether everyone who was asked by name answered; where nobody is, whether ENOUGH did."""
        named = self.assignments.filter(ending="")
        if named.exists():
            return not named.exclude(person__in=self.reviews.values("by")).exists()
        return self.reviews.count() >= ENOUGH

    def close(self, *, by: Person | None = None, at: datetime | None = None) -> None:
        """End the question and the sight that came with it; call with the challenge locked.

        Where it ends by itself, nobody closed it, and who gave feedback less than an HOUR ago keeps the sight that
        long: to correct it, and to read what colleagues gave.
        """
        self.closed_at = at or timezone.now()
        self.save(update_fields=["closed_at"])
        challenge = Challenge.objects.lock(self.challenge_id)
        sight = challenge.involvements.current().filter(part=Part.REVIEWER)
        lately = self.reviews.filter(sent_at__gt=timezone.now() - HOUR)
        (sight if by else sight.exclude(person__in=lately.values("by"))).update(ended_at=timezone.now())
        challenge.is_in_review = False
        challenge.save(update_fields=["is_in_review"])
        Event.write(Verb.CLOSED_REVIEW, by=by, contribution=challenge, about=self, audience=Audience.NETWORK, at=at)


def _answer() -> AskingQuerySet:
    """Match, of an assignment, its question where that member answered it."""
    return Asking.objects.filter(pk=OuterRef("asking"), reviews__by=OuterRef("person"))


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def with_answer(self) -> Self:
        """Add `answered_at`: when this member gave feedback on this question."""
        return self.annotate(answered_at=Subquery(_answer().values("reviews__sent_at")[:1]))

    def answered(self) -> Self:
        """Keep those whose member gave feedback on this question."""
        return self.filter(Exists(_answer()))

    def read_by(self, person: Reader) -> Self:
        """Keep what this person may know of whom was asked by name: as `can_read_cabinet_only` says it of one."""
        if not isinstance(person, Person) or not standing_of(person).in_cabinet:
            return self.none()
        return self.exclude(asking__challenge__in=Challenge.objects.of(person).values("pk"))

    def open(self) -> Self:
        """Keep those whose answer is still waited for."""
        return self.filter(~Exists(_answer()), ending="", asking__closed_at__isnull=True)


class Assignment(models.Model):
    """One member whose feedback is asked by name, or who leaves a question to the others."""

    answered_at: datetime | None  # given by `with_answer`

    class Ending(models.TextChoices):
        RECUSED = "recused", _("leaves it to others")
        WITHDRAWN = "withdrawn", _("no longer asked")

    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("answer before"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(_("reason"), max_length=1_000, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("asking", "person"), name="one_assignment_per_person_and_asking"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(Q(ended_at__isnull=False), ~Q(ending="")),
                name="an_assignment_that_ended_says_how",
            ),
        )
        indexes = (
            models.Index(fields=("person",), condition=Q(ended_at__isnull=True), name="open_assignments_of_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.asking_id}: {self.person}"

    @property
    def was_reminded(self) -> bool:
        """Tell whether this member was reminded within a day."""
        return self.reminded_at is not None and timezone.now() - self.reminded_at < REMIND_AFTER

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()
