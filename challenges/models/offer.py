"""Help that someone offers, followed to what came of it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.challenge import Challenge
from challenges.models.door import BACKING_LASTS, SALT, OfferKind, OfferQuerySet, OfferState
from regions.errors import AlreadyDone, TooOften
from regions.models import Audience, Event, Part, State, Verb

if TYPE_CHECKING:
    from challenges.models.review import Review

BACKING_AGAIN = timedelta(days=1)
"""Who decides is asked again after so long at the soonest."""


class Offer(models.Model):
    State = OfferState

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
    backer_asked_at = models.DateTimeField(null=True, blank=True)
    backed_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(backer_email="")
                | Q(backed_at=None, backer_asked_at__isnull=False, state__in=("offered", "accepted")),
                name="only_a_backing_that_waits_has_an_address",
            ),
        )
        indexes = (
            models.Index(fields=("challenge", "state"), name="offers_on_a_challenge"),
            models.Index(
                fields=("-closed_at", "-id"),
                condition=~Q(kind=OfferKind.TEAM) & Q(state="happened"),
                name="doors_that_opened",
            ),
            models.Index(
                fields=("-answered_at", "-id"),
                condition=~Q(kind=OfferKind.TEAM) & Q(state="accepted"),
                name="doors_that_open",
            ),
            models.Index(
                fields=("at",), condition=Q(state="offered", reminded_at=None), name="offers_without_an_answer"
            ),
            models.Index(
                Greatest("reminded_at", "answered_at"),
                condition=Q(state="accepted"),
                name="offers_without_an_outcome",
            ),
            models.Index(fields=("backer_asked_at",), condition=~Q(backer_email=""), name="backings_that_wait"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return f"{self.challenge.get_absolute_url()}#aanbod-{self.pk}"

    def get_backing_url(self) -> str:
        """Return the link for the mail: it holds no time, what it may do stands here."""
        return reverse("challenges:backing", args=[signing.Signer(salt=SALT).sign_object(self.pk)])

    @property
    def backing_until(self) -> datetime | None:
        """Return until when the link works."""
        return self.backer_asked_at + BACKING_LASTS if self.backer_asked_at else None

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OFFERED, self.State.ACCEPTED)

    @property
    def is_known(self) -> bool:
        """Tell whether everyone who sees the challenge reads this."""
        return self.state in (self.State.ACCEPTED, self.State.HAPPENED) and self.kind != OfferKind.TEAM

    def can_be_backed(self, at: datetime | None = None) -> bool:
        """Tell whether who decides can still confirm this, or say that it is not right."""
        until = self.backing_until
        is_asked = bool(self.backer_email) and until is not None and until > (at or timezone.now())
        return is_asked and self.is_open and self.challenge.state == State.PUBLISHED and self.person.is_active

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
        **backer: str,
    ) -> "Offer":
        """Offer help; the team is told, and who offers where somebody else wrote it down (`recorded_by`).

        Who decides is asked to confirm it, where `backer_email` says who.

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
        if backer.get("backer_email"):
            offer.ask_backing(by=by, at=at, **backer)
        return offer

    @transaction.atomic
    def settle(self, *, by: Person, accept: bool, answer: str, at: datetime | None = None) -> None:
        """Accept or decline with a sentence; joining the team follows at once. Raises AlreadyDone."""
        challenge = self._lock(self.State.OFFERED)
        self.state = self.State.ACCEPTED if accept else self.State.DECLINED
        self.answer, self.answered_by, self.answered_at = answer, by, at or timezone.now()
        if accept and self.kind == OfferKind.TEAM:
            self._join(challenge, by)
        if not accept:
            self.backer_email = ""
        self.save(update_fields=["state", "answer", "answered_by", "answered_at", "closed_at", "backer_email"])
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
        self._end(challenge, self.State.HAPPENED if happened else self.State.LAPSED, outcome, at)
        self._tell(Verb.OFFER_HAPPENED if happened else Verb.OFFER_LAPSED, by, self._audience(happened), at)

    @transaction.atomic
    def withdraw(self, *, by: Person, outcome: str = "") -> None:
        """Take back one's own offer; of one that was accepted `outcome` says why. Raises AlreadyDone."""
        challenge = self._lock(self.State.OFFERED, self.State.ACCEPTED)
        if self.state == self.State.ACCEPTED and not outcome:
            raise AlreadyDone(self.state)
        self._end(challenge, self.State.LAPSED, outcome)
        self._tell(Verb.OFFER_WITHDRAWN, by, Audience.PARTIES)

    def _end(self, challenge: Challenge, state: str, outcome: str, at: datetime | None = None) -> None:
        """End with an outcome or none; nobody is asked to confirm it any more. Call it with the challenge locked."""
        self.state, self.outcome, self.closed_at, self.backer_email = state, outcome, at or timezone.now(), ""
        self.save(update_fields=["state", "outcome", "closed_at", "backer_email"])
        challenge.touch(self.closed_at)

    @transaction.atomic
    def remind(self) -> bool:
        """Ask the team for an answer, or both what came of it; return whether this was the time."""
        Challenge.objects.lock(self.challenge_id)
        this = Offer.objects.filter(pk=self.pk)
        is_unanswered = this.unanswered().exists()
        if not is_unanswered and not this.untold().exists():
            return False
        self.reminded_at = timezone.now()
        self.save(update_fields=["reminded_at"])
        Event.write(
            Verb.OFFER_REMINDED,
            by=None,
            contribution=self.challenge,
            about=self,
            subject=None if is_unanswered else self.person,
            audience=Audience.PARTIES,
            at=self.reminded_at,
            why="unanswered" if is_unanswered else "untold",
        )
        return True

    # --- backing by a board ---------------------------------------------------------------------------------

    @transaction.atomic
    def ask_backing(
        self,
        *,
        by: Person,
        backer_name: str,
        backer_function: str,
        backer_email: str = "",
        at: datetime | None = None,
    ) -> None:
        """Ask who decides to confirm this, at the address given or else the one known; the event makes the mail.

        Raises AlreadyDone when that is over, TooOften within a day.
        """
        self._lock(self.State.OFFERED, self.State.ACCEPTED)
        now, email = at or timezone.now(), backer_email.lower() or self.backer_email
        if self.backed_at or not email:
            raise AlreadyDone("backed")
        if self.backer_asked_at and self.backer_asked_at > now - BACKING_AGAIN:
            raise TooOften
        self.backer_name, self.backer_function, self.backer_email = backer_name, backer_function, email
        self.backer_asked_at = now
        self.save(update_fields=["backer_name", "backer_function", "backer_email", "backer_asked_at"])
        self._tell(Verb.BACKING_ASKED, by, Audience.PARTIES, at)

    @transaction.atomic
    def confirm_backing(self, at: datetime | None = None) -> None:
        """Note that who decides confirmed it, and forget the address. Raises AlreadyDone."""
        challenge = self._lock_asked(at)
        self.backed_at, self.backer_email = at or timezone.now(), ""
        self.save(update_fields=["backed_at", "backer_email"])
        challenge.touch(self.backed_at)
        self._tell(Verb.OFFER_BACKED, None, self._audience(self.is_known), at)

    @transaction.atomic
    def refuse_backing(self) -> None:
        """Note that who decides says that it is not right: then nothing comes of the offer. Raises AlreadyDone."""
        self._end(self._lock_asked(), self.State.LAPSED, "")
        self._tell(Verb.OFFER_LAPSED, None, Audience.PARTIES, why="refused")

    def _lock_asked(self, at: datetime | None = None) -> Challenge:
        self.challenge = self._lock(self.State.OFFERED, self.State.ACCEPTED)
        if not self.can_be_backed(at):
            raise AlreadyDone("backed")
        return self.challenge

    def _lock(self, *states: str) -> Challenge:
        locked = Challenge.objects.lock(self.challenge_id)
        self.refresh_from_db(fields=["state", "backer_email", "backer_asked_at", "backed_at"])
        if self.state not in states:
            raise AlreadyDone(self.state)
        return locked

    def _audience(self, is_good_news: bool) -> Audience:
        """Only those may hear of it who may read the offer."""
        return Audience.ALL if is_good_news and self.kind != OfferKind.TEAM else Audience.PARTIES

    def _tell(self, verb: str, by: Person | None, audience: str, at: datetime | None = None, **data: Any) -> None:
        Event.write(
            verb,
            by=by,
            contribution=self.challenge,
            about=self,
            subject=self.person,
            audience=audience,
            at=at,
            **data,
        )
