"""Which offers a person may read, which doors were opened, and of which offers somebody is reminded."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.core import signing
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from challenges.models.challenge import Challenge
from challenges.models.seat import Seat
from challenges.rules import Stage
from regions.models import Involvement, State
from regions.models.involvement import OWNERS
from regions.models.standing import Reader, standing_of
from regions.rules import is_owner

if TYPE_CHECKING:
    from challenges.models.offer import Offer

ANSWER_WITHIN, OUTCOME_WITHIN = timedelta(days=14), timedelta(days=30)
"""After so long the team is asked for its answer, one time, and both for what came of it, each time again."""
AT_A_TIME = 50
"""So many offers of a sort are reminded of in one round."""
BACKING_LASTS = timedelta(days=30)
"""So long the link to confirm works."""
BACKING_KEPT = timedelta(days=30)
"""So long after that the address is kept, to send the question again."""
SALT = "backing"
LONG_TEXTS = ("question", "for_whom", "improvement", "participation", "reflection", "html", "outcome")


class OfferKind(models.TextChoices):
    MUNICIPALITY = "gemeente", _("My municipality wants to take part")
    TEST_SITE = "testplek", _("A place to test")
    EXPERTISE = "expertise", _("Expertise")
    CONTACT = "contact", _("A contact: I can introduce you to someone")
    MONEY = "geld", _("Money")
    BACKING = "steun", _("Backing by a board")
    TEAM = "team", _("I want to join the team")


class OfferState(models.TextChoices):
    OFFERED = "offered", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    HAPPENED = "happened", _("happened")
    LAPSED = "lapsed", _("came to nothing")


class OfferQuerySet(models.QuerySet["Offer"]):
    def on(self, challenge: Challenge, person: Reader) -> Self:
        """Return the offers on a visible challenge that this person may read.

        The team reads all; who offered reads their own, and who wrote it down for them; everyone reads what was
        accepted and what came of it. Who wants to join the team asks the team only. What waits comes first.
        """
        waits = Case(When(state=OfferState.OFFERED, then=0), default=1)
        offers = self.filter(challenge=challenge).select_related("person").order_by(waits, "-at", "-pk")
        return offers if is_owner(person, challenge) else offers.known_to(person)

    def known_to(self, person: Reader) -> Self:
        """Keep what this person may read of offers on challenges that they see and are not on the team of."""
        own = Q(person=person) | Q(recorded_by=person) if isinstance(person, Person) else Q(pk=None)
        return self.filter(self._shown_to(person) | own)

    def _shown_to(self, person: Reader) -> Q:
        """Match what everyone may read, but for what came with feedback that is hidden from this person."""
        shown = Q(state__in=(OfferState.ACCEPTED, OfferState.HAPPENED)) & ~Q(kind=OfferKind.TEAM)
        if not isinstance(person, Person) or not standing_of(person).is_seat:
            return shown
        review: Any = self.model._meta.get_field("review").related_model  # its module imports this one
        return shown & ~Q(Exists(review.objects.hidden_from(person).filter(pk=OuterRef("review"))))

    def on_all(self, challenges: models.QuerySet[Challenge], person: Person) -> Self:
        """Do what `on` does for many visible challenges at once."""
        offers = self.filter(challenge__in=challenges.values("pk"))
        return offers.filter(challenge__in=Challenge.objects.of(person).values("pk")) | offers.known_to(person)

    def shown_on(self, challenges: Iterable[Challenge], person: Reader) -> Self:
        """Return what everyone may read of the offers on challenges that this person sees, latest first."""
        shown = self.filter(self._shown_to(person), challenge__in=challenges)
        return shown.select_related("person").order_by("-at", "-pk")

    def opened_to(self, person: Reader) -> Self:
        """Keep what may be read of offers, on what this person sees in lists, with what a line of it shows.

        Each offer asks for its own challenge, whatever the database would rather do (see `events_visible_to`).
        """
        own = {"pk": OuterRef("challenge"), "pk__gte": OuterRef("challenge")}
        seen = Challenge.objects.visible_to(person).readable().filter(**own)
        found = self.filter(self._shown_to(person), Exists(seen))
        return found.select_related("person", "challenge__region").defer(*(f"challenge__{name}" for name in LONG_TEXTS))

    def with_seat(self) -> Self:
        """Add `is_of_member`: whether who offered had a seat at that moment."""
        begun = Seat.objects.filter(person=OuterRef("person"), starts_on__lte=OuterRef("at__date"))
        had = begun.filter(Q(ends_on=None) | Q(ends_on__gte=OuterRef("at__date")))
        return self.annotate(is_of_member=Exists(had))

    def happened(self) -> Self:
        return self.filter(state=OfferState.HAPPENED).order_by("-closed_at", "-pk")

    def running(self) -> Self:
        return self.filter(state=OfferState.ACCEPTED).order_by("-answered_at", "-pk")

    def of_few(self) -> Self:
        """Order few rows among many by a moment that no index has, so that the database begins with the few."""
        moment = Greatest("closed_at", "answered_at") + timedelta()
        return self.order_by(moment.desc(), "-pk")

    def kinds_of_latest(self, most: int) -> dict[str, int]:
        """Count by kind, among the `most` that happened last."""
        latest = self.happened().values("pk")[:most]
        counts = self.model.objects.filter(pk__in=latest).order_by().values_list("kind").annotate(models.Count("pk"))
        return dict(counts)

    # --- reminders ------------------------------------------------------------------------------------------

    def going_on(self) -> Self:
        """Keep those on a challenge that is published and was not stopped."""
        going = [stage for stage in Stage.values if stage != Stage.STOPPED]
        return self.filter(challenge__state=State.PUBLISHED, challenge__stage__in=going)

    def unanswered(self) -> Self:
        """Keep what the team did not answer for too long, and was not reminded of."""
        late = {"at__lte": timezone.now() - ANSWER_WITHIN, "reminded_at": None}
        return self.going_on().filter(state=OfferState.OFFERED, **late).order_by("at")

    def untold(self) -> Self:
        """Keep what was accepted, and of which nobody told for too long what came of it."""
        asked_at = Greatest("reminded_at", "answered_at")
        late = self.going_on().alias(asked_at=asked_at).filter(asked_at__lte=timezone.now() - OUTCOME_WITHIN)
        return late.filter(state=OfferState.ACCEPTED).order_by("asked_at")

    def remind_due(self) -> int:
        """Remind the team of what waits for an answer, and both of what waits for an outcome; return of how many."""
        due = [*self.unanswered()[:AT_A_TIME], *self.untold()[:AT_A_TIME]]
        return sum(offer.remind() for offer in due)

    def reminded(self) -> Self:
        """Keep what was reminded of, while that still waits."""
        after = Q(state=OfferState.OFFERED, reminded_at__isnull=False)
        return self.going_on().filter(after | Q(state=OfferState.ACCEPTED, reminded_at__gt=F("answered_at")))

    def asked_of(self, person: Person) -> Self:
        """Keep those of which this person was asked what came of it: their own, and those on their challenges."""
        asked = self.reminded().filter(state=OfferState.ACCEPTED).order_by()
        parts = Involvement.objects.current().filter(person=person, part__in=OWNERS)
        theirs = asked.filter(challenge__in=parts.values("contribution"))
        return self.filter(pk__in=asked.filter(person=person).values("pk").union(theirs.values("pk")))

    # --- backing --------------------------------------------------------------------------------------------

    def of_token(self, token: str) -> "Offer | None":
        """Return the offer of a link to confirm, or None where the link is not ours."""
        try:
            pk = signing.Signer(salt=SALT).unsign_object(token)
        except signing.BadSignature:
            return None
        return self.for_backing().filter(pk=pk).first()

    def for_backing(self) -> Self:
        return self.select_related("person", "challenge__region")

    def forget_due(self) -> int:
        """Empty addresses of whom was asked long ago and did not answer; return how many."""
        asked_at = timezone.now() - BACKING_LASTS - BACKING_KEPT
        return self.exclude(backer_email="").filter(backer_asked_at__lte=asked_at).update(backer_email="")

    def made_by(self, person: Person) -> Self:
        """Return someone's own offers, on what they still see, latest first."""
        seen = Challenge.objects.visible_to(person)
        return self.filter(person=person, challenge__in=seen).select_related("challenge").order_by("-at", "-pk")
