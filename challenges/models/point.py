"""One thing in feedback that the team answers, and the talk about it."""

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.challenge import Challenge
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Verb


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

    class Meta:
        ordering = ("review", "number")
        constraints = (models.UniqueConstraint(fields=("review", "number"), name="one_point_per_number"),)

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def maker(self) -> Person:
        """Who made the point: who raised it in a session, else the writer of the feedback."""
        return self.raised_by or self.review.by

    @property
    def mark(self) -> str:
        """What tells this answer from another one: the hidden field of the form."""
        return self.answered_at.isoformat() if self.answered_at else self.State.OPEN.value

    @transaction.atomic
    def settle(self, *, by: Person, state: str, answer: str, seen: str = "", at: datetime | None = None) -> None:
        """Answer: done, will do, or no with the reason; it can be answered anew (will do → done).

        `seen` is the `mark` that was on the screen. Raises AlreadyDone when a colleague answered in between.
        """
        challenge = Challenge.objects.lock(self.review.challenge_id)
        self.refresh_from_db(fields=["state", "answered_at"])
        if seen and seen != self.mark:
            raise AlreadyDone(self.state)
        challenge.open_point_count -= self.state == self.State.OPEN
        challenge.save(update_fields=["open_point_count"])
        self.state, self.answer, self.answered_by, self.answered_at = state, answer, by, at or timezone.now()
        self.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        challenge.touch(self.answered_at)
        self._tell(challenge, at)

    def _tell(self, challenge: Challenge, at: datetime | None) -> None:
        Event.write(
            Verb.POINT_ANSWERED,
            by=self.answered_by,
            contribution=challenge,
            about=self,
            subject=self.maker,
            audience=Audience.NETWORK,
            at=at,
            state=self.state,
        )


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

    class Meta:
        ordering = ("point", "pk")

    def __str__(self) -> str:
        return f"{self.point_id}: {self.kind}"
