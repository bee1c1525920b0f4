"""The InnovatieKabinet: seats, the question for feedback, the feedback and its points."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Person, Role, RoleQuerySet
from challenges.errors import NotIndependent
from challenges.models.challenge import Challenge
from challenges.models.offer import Offer
from challenges.models.prototype import Prototype
from regions.errors import AlreadyDone
from regions.models import Audience, Draft, Event, Involvement, Part, State, Verb
from regions.models.contribution import OWNERS

ENOUGH = 3
"""So many pieces of feedback close a question to the InnovatieKabinet."""
PLACE = "review/"
"""Where a draft of feedback is kept (`Draft.place`), with the id of the challenge behind it."""


class SeatQuerySet(RoleQuerySet):
    def independent_of(self, challenge: Challenge) -> Self:
        """Keep seats that are not author or team, nor at an organisation of theirs."""
        owners = Involvement.objects.current().filter(contribution=challenge.pk, part__in=OWNERS)
        theirs = Affiliation.objects.current().filter(person__in=owners.values("person")).values("organisation")
        shares = Affiliation.objects.current().filter(person=OuterRef("person"), organisation__in=theirs)
        return self.exclude(person__in=owners.values("person")).exclude(Exists(shares))


class Seat(Role):
    """Membership of the InnovatieKabinet for a term."""

    expertise = models.CharField(_("expertise"), max_length=240, blank=True)

    objects = SeatQuerySet.as_manager()  # type: ignore[misc]  # a queryset of its own, with the words of the base

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")


class AskingQuerySet(models.QuerySet["Asking"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def for_dashboard(self, person: Person) -> Self:
        """Those on challenges that this person sees, the oldest question first, with how many answered."""
        seen = Challenge.objects.visible_to(person).published()
        done = Review.objects.filter(asking=OuterRef("pk")).order_by().values("asking").annotate(n=Count("pk"))
        drafts = Draft.objects.filter(person=person, contribution=OuterRef("challenge"), place__startswith=PLACE)
        found = self.filter(challenge__in=seen).select_related("challenge__region", "by")
        found = found.annotate(
            done=Coalesce(Subquery(done.values("n")), 0), draft_at=Subquery(drafts.values("saved_at")[:1])
        )
        return found.order_by("at", "pk")

    def waiting_on(self, person: Person) -> Self:
        """Keep those that this member can answer: independent, and silent so far on the text as it is now."""
        here = OuterRef("challenge")
        parts = Involvement.objects.current().filter(part__in=OWNERS)
        owners = parts.filter(contribution=OuterRef(here)).values("person")
        mine = Affiliation.objects.current().filter(person=person).values("organisation")
        shared = Affiliation.objects.current().filter(person__in=owners, organisation__in=mine)
        owned = parts.filter(contribution=here, person=person)
        is_about_this = Q(asking=OuterRef("pk")) | Q(version=OuterRef("challenge__version"))
        given = Review.objects.filter(is_about_this, challenge=here, by=person)
        return self.exclude(Exists(owned)).exclude(Exists(shared)).exclude(Exists(given))


class Asking(models.Model):
    """The question of a team to the InnovatieKabinet, pinned to the version that it was asked about."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="askings")
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("what you want to know from them"), blank=True, max_length=2_000)
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
        for seat in Seat.objects.current().independent_of(self.challenge).select_related("person"):
            self.challenge.involve(seat.person, Part.REVIEWER, by=by, at=self.at)

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


class ReviewQuerySet(models.QuerySet["Review"]):
    def by_member(self, person: Person) -> Self:
        """What this member sent on challenges that they still see, newest first, with what was answered (`points`)."""
        seen = Challenge.objects.visible_to(person)
        points = Point.objects.filter(review=OuterRef("pk")).order_by("number")
        rows = ArraySubquery(
            points.values(row=JSONObject(number="number", text="text", state="state", answer="answer"))
        )
        mine = self.filter(by=person, challenge__in=seen).select_related("challenge__region").annotate(point_rows=rows)
        return mine.order_by("-sent_at", "-pk")

    def for_challenge(self, challenge: Challenge) -> Self:
        """Newest first, with their points."""
        points = Prefetch("points", Point.objects.select_related("answered_by"))
        found = self.filter(challenge=challenge).select_related("by", "prototype").prefetch_related(points)
        return found.order_by("-sent_at", "-pk")


class Review(models.Model):
    """A cabinet member's feedback on one version, as it was sent; until then it is a `regions.Draft`."""

    PROMPTS = ("blind_spot", "resident_in_view", "technological_fix", "social_impact", "financial_impact")
    TEXTS = ("answer", *PROMPTS, "note")

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="reviews")
    asking = models.ForeignKey(Asking, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    version = models.PositiveIntegerField()
    prototype = models.ForeignKey(Prototype, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("what does this improve in the life of ordinary people?"), max_length=5_000)
    blind_spot = models.TextField(_("what is the blind spot?"), blank=True, max_length=3_000)
    resident_in_view = models.TextField(_("is the resident in view?"), blank=True, max_length=3_000)
    technological_fix = models.TextField(_("is this more than a technological fix?"), blank=True, max_length=3_000)
    social_impact = models.TextField(_("what is the social impact?"), blank=True, max_length=3_000)
    financial_impact = models.TextField(_("what is the financial impact?"), blank=True, max_length=3_000)
    note = models.TextField(_("a note that only the team reads"), blank=True, max_length=3_000)
    sent_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("challenge", "by", "version"), name="one_feedback_per_person_and_version"),
        )

    point_rows: list[dict[str, Any]]  # given by `by_member`

    def __str__(self) -> str:
        return f"{self.challenge}: {self.by}"

    def get_absolute_url(self) -> str:
        return f"{self.challenge.get_absolute_url()}#feedback-{self.pk}"

    @property
    def point_list(self) -> "list[Point]":
        return [Point(**row) for row in self.point_rows]

    @property
    def prompts(self) -> list[tuple[str, str]]:
        """Pairs of question and answer, of the prompts that were answered."""
        fields = [(self._meta.get_field(name), getattr(self, name)) for name in self.PROMPTS]
        return [(str(getattr(field, "verbose_name", "")), words) for field, words in fields if words]

    @staticmethod
    def place_of(challenge: Challenge) -> str:
        return f"{PLACE}{challenge.pk}"

    @classmethod
    def drafts_of(cls, person: Person) -> "models.QuerySet[Draft]":
        """Return what this member is still writing on challenges that they see, latest first."""
        seen = Challenge.objects.visible_to(person).published()
        drafts = Draft.objects.filter(person=person, place__startswith=PLACE, contribution__in=seen)
        return drafts.select_related("contribution").order_by("-saved_at", "pk")

    @classmethod
    @transaction.atomic
    def keep(cls, challenge: Challenge, *, by: Person, seen: int, typed: dict[str, Any]) -> Draft:
        """Keep unsent words, whatever they are. Raises AlreadyDone when feedback on that version was sent meanwhile."""
        locked = Challenge.objects.lock(challenge.pk)
        if locked.reviews.filter(by=by, version=seen).exists():
            raise AlreadyDone("sent")
        return Draft.keep(cls.place_of(locked), typed, by=by, contribution=locked)

    @classmethod
    @transaction.atomic
    def send(
        cls,
        challenge: Challenge,
        *,
        by: Person,
        seen: int,
        text: Mapping[str, str],
        points: Iterable[str] = (),
        offers: Iterable[tuple[str, str]] = (),
        shown: int | None = None,
        at: datetime | None = None,
    ) -> "Review":
        """Send feedback on version `seen`: `text` holds TEXTS, `offers` pairs of kind and words; its draft goes away.

        `shown` is the number of the prototype that was on the screen, 0 for none; None takes the latest. Raises
        AlreadyDone when this person sent feedback on that version before or the challenge is no longer published,
        NotIndependent for a party.
        """
        locked = Challenge.objects.lock(challenge.pk)
        cls._check(locked, by, seen)
        prototypes = locked.prototypes.order_by("-number")
        review = cls.objects.create(
            challenge=locked,
            by=by,
            version=seen,
            sent_at=at or timezone.now(),
            asking=locked.askings.open().first(),
            prototype=(prototypes if shown is None else prototypes.filter(number__lte=shown)).first(),
            **{name: text.get(name, "") for name in cls.TEXTS},
        )
        made = review._add_points(points)
        for kind, words in offers:
            Offer.make(locked, by=by, kind=kind, words=words, review=review, at=at)
        Draft.objects.filter(person=by, place=cls.place_of(locked)).delete()
        review._count(made)
        return review

    @staticmethod
    def _check(challenge: Challenge, by: Person, seen: int) -> None:
        if not challenge.is_independent(by):
            raise NotIndependent
        if challenge.state != State.PUBLISHED:
            raise AlreadyDone(challenge.state)
        if challenge.reviews.filter(by=by, version=seen).exists():
            raise AlreadyDone("sent")

    def _add_points(self, texts: Iterable[str]) -> int:
        rows = [Point(review=self, number=number, text=text) for number, text in enumerate(texts, 1)]
        return len(Point.objects.bulk_create(rows))

    def _count(self, points: int) -> None:
        challenge = Challenge.objects.lock(self.challenge_id)
        challenge.review_count += 1
        challenge.open_point_count += points
        challenge.save(update_fields=["review_count", "open_point_count"])
        challenge.touch(self.sent_at)
        Event.write(
            Verb.REVIEWED, by=self.by, contribution=challenge, about=self, audience=Audience.NETWORK, at=self.sent_at
        )
        if self.asking and self.asking.reviews.count() >= ENOUGH:
            self.asking.close(by=self.by, at=self.sent_at)


class Point(models.Model):
    """One thing in a review that the team answers."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WILL_DO = "will-do", _("we will do this")
        DONE = "done", _("done")
        NO = "no", _("we will not do this")

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=2_000)
    state = models.CharField(_("your answer"), max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("explanation"), blank=True, max_length=2_000)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("review", "number")
        constraints = (models.UniqueConstraint(fields=("review", "number"), name="one_point_per_number"),)

    def __str__(self) -> str:
        return self.text[:60]

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
            subject=self.review.by,
            audience=Audience.NETWORK,
            at=at,
            state=self.state,
        )
