"""One thing in feedback that the team answers, and the talk about it."""

from datetime import datetime
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.challenge import Challenge
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Verb


class PointQuerySet(models.QuerySet["Point"]):
    def answered_to(self, person: Person) -> Self:
        """Keep answers to this member that they have not looked at yet, on what they still see; the latest first."""
        mine = Q(raised_by=person) | Q(raised_by=None, review__by=person)
        seen = Challenge.objects.visible_to(person)
        found = self.filter(mine, closed_at=None, review__challenge__in=seen).exclude(state=Point.State.OPEN)
        return found.select_related("review__challenge", "answered_by").order_by("-answered_at", "-pk")


class Point(models.Model):
    """One thing in a review that the team answers."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WILL_DO = "will-do", _("we will do this")
        DONE = "done", _("done")
        NO = "no", _("we will not do this")

    review = models.ForeignKey("Review", on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=2_000)
    state = models.CharField(_("your answer"), max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("explanation"), blank=True, max_length=2_000)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    done_version = models.PositiveIntegerField(_("version in which it shows"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    """When who made the point was content with the answer."""
    raised_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who made the point in a session; elsewhere the writer of the feedback did."""

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering = ("review", "number")
        constraints = (models.UniqueConstraint(fields=("review", "number"), name="one_point_per_number"),)

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def mark(self) -> str:
        """What tells how it stands now from how it stood: the hidden field of the forms."""
        return "/".join([self.state, *(at.isoformat() for at in (self.answered_at, self.closed_at) if at)])

    @property
    def was_answered(self) -> bool:
        """Tell whether the team ever answered: from then on its words stay as they are."""
        return self.answered_at is not None

    @property
    def maker(self) -> Person:
        """Who made the point: who raised it in a session, else the writer of the feedback."""
        return self.raised_by or self.review.by

    def put(self, text: str) -> int:
        """Write it, change it or, with an empty text, take it away; return by how much the number of points changes.

        Call with the challenge locked. Raises AlreadyDone when it was answered.
        """
        if self.was_answered:
            raise AlreadyDone(self.state)
        if not text:
            self.delete()
            return -1
        is_new, self.text = self.pk is None, text
        self.save()
        return int(is_new)

    @transaction.atomic
    def settle(
        self,
        *,
        by: Person,
        state: str,
        answer: str,
        seen: str = "",
        done_version: int | None = None,
        at: datetime | None = None,
    ) -> None:
        """Answer: done, will do, or no with the reason; it can be answered anew (will do → done) until it is closed.

        `done_version` is the version in which it shows, kept with "done" only. `seen` is the `mark` that was on the
        screen. Raises AlreadyDone when something happened in between, or who made it is content: then nothing waits on
        the team, and only who made it can open it again (`ask_on`).
        """
        challenge = self._lock(seen)
        if self.closed_at:
            raise AlreadyDone("closed")
        challenge.open_point_count -= self.state == self.State.OPEN
        challenge.save(update_fields=["open_point_count"])
        self.state, self.answer, self.answered_by, self.answered_at = state, answer, by, at or timezone.now()
        self.done_version = done_version if state == self.State.DONE else None
        self.save(update_fields=["state", "answer", "answered_by", "answered_at", "done_version"])
        challenge.touch(self.answered_at)
        self._log(Turn.Kind.ANSWER, by, answer, self.answered_at)
        self._tell(Verb.POINT_ANSWERED, by, at, about=self, subject=self.maker, data={"state": self.state})

    @transaction.atomic
    def close(self, *, by: Person, seen: str = "", at: datetime | None = None) -> None:
        """Say that the answer is good. Raises AlreadyDone when it stands otherwise than it was `seen`."""
        self._lock(seen)
        if self.state == self.State.OPEN or self.closed_at:
            raise AlreadyDone(self.state)
        self.closed_at = at or timezone.now()
        self.save(update_fields=["closed_at"])
        self._log(Turn.Kind.CLOSED, by, "", self.closed_at)
        self._tell(Verb.POINT_CLOSED, by, at, about=self)

    @transaction.atomic
    def ask_on(self, words: str, *, by: Person, seen: str = "", at: datetime | None = None) -> None:
        """Ask on about the answer, also after it was closed: it waits on the team again.

        Raises AlreadyDone when it stands otherwise than it was `seen`.
        """
        challenge = self._lock(seen)
        if self.state == self.State.OPEN:
            raise AlreadyDone(self.state)
        challenge.open_point_count += 1
        challenge.save(update_fields=["open_point_count"])
        self.state, self.closed_at, self.done_version = self.State.OPEN, None, None
        self.save(update_fields=["state", "closed_at", "done_version"])
        turn = self._log(Turn.Kind.ASKED_ON, by, words, at or timezone.now())
        challenge.touch(turn.at)
        self._tell(Verb.POINT_ASKED_ON, by, at, about=turn)

    def _lock(self, seen: str) -> Challenge:
        challenge = Challenge.objects.lock(self.review.challenge_id)
        self.refresh_from_db(fields=["state", "answered_at", "closed_at"])
        if seen and seen != self.mark:
            raise AlreadyDone(self.state)
        return challenge

    def _log(self, kind: str, by: Person, words: str, at: datetime) -> "Turn":
        return Turn.objects.create(point=self, kind=kind, state=self.state, by=by, words=words, at=at)

    def _tell(
        self,
        verb: str,
        by: Person,
        at: datetime | None,
        *,
        about: models.Model,
        subject: Person | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        on, audience = self.review.challenge, Audience.NETWORK
        Event.write(verb, by=by, contribution=on, about=about, subject=subject, audience=audience, at=at, **data or {})


class TurnQuerySet(models.QuerySet["Turn"]):
    def waiting(self) -> Self:
        """Keep those that asked on and were not answered since."""
        later = Turn.objects.filter(point=OuterRef("point"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(later), kind=Turn.Kind.ASKED_ON, point__state=Point.State.OPEN)


class Turn(models.Model):
    """One step in the talk about a point: an answer of the team, or the one who made it asks on or is content."""

    class Kind(models.TextChoices):
        ANSWER = "answer", _("answer")
        ASKED_ON = "asked-on", _("asks on")
        CLOSED = "closed", _("is content")

    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="turns")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=Point.State.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    words = models.TextField(max_length=2_000, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ("point", "pk")

    def __str__(self) -> str:
        return f"{self.point_id}: {self.kind}"
