"""Help that someone offers, followed to what came of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.challenge import Challenge
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Part, State, Verb
from regions.models.standing import Reader, standing_of
from regions.rules import is_owner

if TYPE_CHECKING:
    from challenges.models.review import Review


class OfferKind(models.TextChoices):
    MUNICIPALITY = "gemeente", _("My municipality wants to take part")
    TEST_SITE = "testplek", _("A place to test")
    EXPERTISE = "expertise", _("Expertise")
    CONTACT = "contact", _("A contact: I can introduce you to someone")
    MONEY = "geld", _("Money")
    BACKING = "steun", _("Backing by a board")
    TEAM = "team", _("I want to join the team")


class OfferQuerySet(models.QuerySet["Offer"]):
    def on(self, challenge: Challenge, person: Reader) -> Self:
        """Return the offers on a visible challenge that this person may read.

        The team reads all; who offered reads their own, and who wrote it down for them; everyone reads what was
        accepted and what came of it. Who wants to join the team asks the team only. What waits comes first.
        """
        waits = Case(When(state=Offer.State.OFFERED, then=0), default=1)
        offers = self.filter(challenge=challenge).select_related("person").order_by(waits, "-at", "-pk")
        return offers if is_owner(person, challenge) else offers.known_to(person)

    def known_to(self, person: Reader) -> Self:
        """Keep what this person may read of offers on challenges that they see and are not on the team of.

        What came with feedback that is hidden from them is as hidden.
        """
        known = Q(state__in=(Offer.State.ACCEPTED, Offer.State.HAPPENED)) & ~Q(kind=OfferKind.TEAM)
        if not isinstance(person, Person):
            return self.filter(known)
        if standing_of(person).is_seat:
            review: Any = Offer._meta.get_field("review").related_model  # its module imports this one
            known &= Q(review__isnull=True) | ~Q(review__in=review.objects.hidden_from(person))
        return self.filter(known | Q(person=person) | Q(recorded_by=person))

    def on_all(self, challenges: models.QuerySet[Challenge], person: Person) -> Self:
        """Do what `on` does for many visible challenges at once."""
        offers = self.filter(challenge__in=challenges.values("pk"))
        return offers.filter(challenge__in=Challenge.objects.of(person).values("pk")) | offers.known_to(person)

    def accepted_on(self, challenges: Iterable[Challenge]) -> Self:
        """Return what everyone who sees these challenges may read of the offers on them, latest first."""
        shown = self.filter(challenge__in=challenges, state__in=(Offer.State.ACCEPTED, Offer.State.HAPPENED))
        return shown.exclude(kind=OfferKind.TEAM).select_related("person").order_by("-at", "-pk")

    def made_by(self, person: Person) -> Self:
        """Return someone's own offers, on what they still see, latest first."""
        seen = Challenge.objects.visible_to(person)
        return self.filter(person=person, challenge__in=seen).select_related("challenge").order_by("-at", "-pk")


class Offer(models.Model):
    class State(models.TextChoices):
        OFFERED = "offered", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        HAPPENED = "happened", _("happened")
        LAPSED = "lapsed", _("came to nothing")

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="offers")
    review = models.ForeignKey("Review", null=True, blank=True, on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offers")
    kind = models.CharField(_("what you bring"), max_length=10, choices=OfferKind.choices)
    words = models.TextField(_("tell the team what you offer"), max_length=3_000)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    answer = models.TextField(_("answer"), blank=True, max_length=2_000)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(_("what came of it"), blank=True, max_length=3_000)
    at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who wrote it down in a session of the InnovatieKabinet, where that was someone else."""
    reminded_at = models.DateTimeField(null=True, blank=True)
    backer_name = models.CharField(_("who decides"), max_length=120, blank=True)
    backer_function = models.CharField(_("their function"), max_length=160, blank=True)
    backer_email = models.EmailField(_("their e-mail address"), blank=True)
    """Only to ask the confirmation by; nobody reads it, and it goes when that is done."""
    backed_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("challenge", "state"), name="offers_on_a_challenge"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return f"{self.challenge.get_absolute_url()}#aanbod-{self.pk}"

    @classmethod
    @transaction.atomic
    def make(
        cls,
        challenge: Challenge,
        *,
        by: Person,
        kind: str,
        words: str,
        review: "Review | None" = None,
        at: datetime | None = None,
        recorded_by: Person | None = None,
    ) -> "Offer":
        """Offer help; the team is told, and who offers where somebody else wrote it down (`recorded_by`).

        Raises AlreadyDone where that is over, or who asked to join the team before.
        """
        locked = Challenge.objects.lock(challenge.pk)
        if locked.state != State.PUBLISHED:
            raise AlreadyDone(locked.state)
        if kind == OfferKind.TEAM and locked.offers.filter(person=by, kind=kind, state=cls.State.OFFERED).exists():
            raise AlreadyDone(cls.State.OFFERED)
        offer = cls.objects.create(
            challenge=locked,
            review=review,
            person=by,
            kind=kind,
            words=words,
            at=at or timezone.now(),
            recorded_by=recorded_by,
        )
        locked.touch(offer.at)
        Event.write(
            Verb.OFFERED,
            by=recorded_by or by,
            contribution=locked,
            about=offer,
            subject=by if recorded_by else None,
            audience=Audience.PARTIES,
            at=at,
            kind=kind,
        )
        return offer

    @transaction.atomic
    def settle(self, *, by: Person, accept: bool, answer: str, at: datetime | None = None) -> None:
        """Accept or decline with a sentence; joining the team follows at once. Raises AlreadyDone."""
        challenge = self._lock(self.State.OFFERED)
        self.state = self.State.ACCEPTED if accept else self.State.DECLINED
        self.answer, self.answered_by, self.answered_at = answer, by, at or timezone.now()
        if accept and self.kind == OfferKind.TEAM:
            self._join(challenge, by)
        self.save(update_fields=["state", "answer", "answered_by", "answered_at", "closed_at"])
        challenge.touch(self.answered_at)
        self._tell(Verb.OFFER_ACCEPTED if accept else Verb.OFFER_DECLINED, by, self._audience(accept), at)

    def _join(self, challenge: Challenge, by: Person) -> None:
        self.state, self.closed_at = self.State.HAPPENED, self.answered_at
        if not challenge.is_owned_by(self.person):
            challenge.involve(self.person, Part.TEAM, by=by, at=self.answered_at)

    @transaction.atomic
    def close(self, *, by: Person, happened: bool, outcome: str, at: datetime | None = None) -> None:
        """Tell what came of an accepted offer. Raises AlreadyDone."""
        challenge = self._lock(self.State.ACCEPTED)
        self.state = self.State.HAPPENED if happened else self.State.LAPSED
        self.outcome, self.closed_at = outcome, at or timezone.now()
        self.save(update_fields=["state", "outcome", "closed_at"])
        challenge.touch(self.closed_at)
        self._tell(Verb.OFFER_HAPPENED if happened else Verb.OFFER_LAPSED, by, self._audience(happened), at)

    def _lock(self, state: str) -> Challenge:
        locked = Challenge.objects.lock(self.challenge_id)
        self.refresh_from_db(fields=["state"])
        if self.state != state:
            raise AlreadyDone(self.state)
        return locked

    def _audience(self, is_good_news: bool) -> Audience:
        """Only those may hear of it who may read the offer."""
        return Audience.ALL if is_good_news and self.kind != OfferKind.TEAM else Audience.PARTIES

    def _tell(self, verb: str, by: Person, audience: str, at: datetime | None) -> None:
        Event.write(verb, by=by, contribution=self.challenge, about=self, subject=self.person, audience=audience, at=at)
