"""The question of a team to the InnovatieKabinet, and whom the secretary asks by name."""

from datetime import datetime
from typing import Self

from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Person
from challenges.models.challenge import Challenge
from challenges.models.seat import Seat
from regions.errors import AlreadyDone
from regions.models import Audience, Draft, Event, Involvement, Part, State, Verb
from regions.models.contribution import OWNERS

ENOUGH = 3
"""So many pieces of feedback close a question to the InnovatieKabinet, where the secretary asks nobody by name."""
PLACE = "review/"
"""Where a draft of feedback is kept (`Draft.place`), with the id of the challenge behind it."""


class AskingQuerySet(models.QuerySet["Asking"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def for_dashboard(self, person: Person) -> Self:
        """Those on challenges that this person sees, the oldest question first, with how many answered."""
        seen = Challenge.objects.visible_to(person).published()
        done = Asking.objects.filter(pk=OuterRef("pk")).annotate(n=Count("reviews"))
        drafts = Draft.objects.filter(person=person, contribution=OuterRef("challenge"), place__startswith=PLACE)
        found = self.filter(challenge__in=seen).select_related("challenge__region", "by")
        found = found.annotate(done=Subquery(done.values("n")), draft_at=Subquery(drafts.values("saved_at")[:1]))
        return found.order_by("at", "pk")

    def waiting_on(self, person: Person) -> Self:
        """Keep those that this member can answer: independent, and silent so far on the text as it is now."""
        here = OuterRef("challenge")
        parts = Involvement.objects.current().filter(part__in=OWNERS)
        owners = parts.filter(contribution=OuterRef(here)).values("person")
        mine = Affiliation.objects.current().filter(person=person).values("organisation")
        shared = Affiliation.objects.current().filter(person__in=owners, organisation__in=mine)
        owned = parts.filter(contribution=here, person=person)
        answered = Asking.objects.filter(pk=OuterRef("pk"), reviews__by=person)
        given = Challenge.objects.filter(
            pk=here, reviews__by=person, reviews__version=F("version"), reviews__meeting=None
        )
        return self.exclude(Exists(owned) | Exists(shared) | Exists(answered) | Exists(given))


class Asking(models.Model):
    """The question of a team to the InnovatieKabinet, pinned to the version that it was asked about."""

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

    @classmethod
    @transaction.atomic
    def open_for(cls, challenge: Challenge, *, by: Person, words: str = "", at: datetime | None = None) -> "Asking":
        """Put the challenge before every independent member. Raises AlreadyDone when it stands there already."""
        locked = Challenge.objects.lock(challenge.pk)
        if locked.is_in_review or locked.state != State.PUBLISHED:
            raise AlreadyDone("asked")
        asking = cls.objects.create(
            challenge=locked, version=locked.version, by=by, words=words, at=at or timezone.now()
        )
        asking.invite(by=by)
        locked.is_in_review = True
        locked.save(update_fields=["is_in_review"])
        locked.touch(asking.at)
        Event.write(Verb.ASKED_REVIEW, by=by, contribution=locked, about=asking, audience=Audience.NETWORK, at=at)
        return asking

    def invite(self, *, by: Person) -> None:
        """Give sight to every independent member who has none yet: at the question, and when a new term begins."""
        for seat in Seat.objects.current().agreed().independent_of(self.challenge).select_related("person"):
            self.challenge.involve(seat.person, Part.REVIEWER, by=by, at=self.at)

    def is_answered(self) -> bool:
        """Tell whether everyone who was asked by name answered; where nobody is, whether ENOUGH did."""
        named = self.assignments.filter(ending="")
        if named.exists():
            return not named.exclude(person__in=self.reviews.values("by")).exists()
        return self.reviews.count() >= ENOUGH

    def close(self, *, by: Person, at: datetime | None = None) -> None:
        """End the question and the sight that came with it; call with the challenge locked."""
        self.closed_at = at or timezone.now()
        self.save(update_fields=["closed_at"])
        challenge = Challenge.objects.lock(self.challenge_id)
        reviewers = challenge.involvements.current().filter(part=Part.REVIEWER)
        reviewers.update(ended_at=timezone.now())
        challenge.is_in_review = False
        challenge.save(update_fields=["is_in_review"])
        Event.write(Verb.CLOSED_REVIEW, by=by, contribution=challenge, about=self, audience=Audience.NETWORK, at=at)


class Assignment(models.Model):
    """One member whose feedback the secretary asks by name, or who leaves a question to the others."""

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
