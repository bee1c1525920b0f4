"""How much of a region goes along: what one person sees of it, or all that may leave it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet

from accounts.models import Person
from challenges.models import Challenge, Offer, Remark, Review
from challenges.rules import can_read_answer, can_read_backer, can_read_note
from regions.models import (
    AgendaItem,
    Contribution,
    ContributionQuerySet,
    Event,
    Kind,
    Meeting,
    Region,
    Report,
    State,
    Version,
)
from regions.models.contribution import events_visible_to, load_owned

M = TypeVar("M", bound=Contribution)


@dataclass(frozen=True)
class Scope:
    """What `person` sees of a region at this moment; nobody stands for a full transfer by an operator.

    A full transfer has no drafts either: who reads a draft is for its author to say.
    """

    region: Region
    person: Person | None = None

    @property
    def is_full(self) -> bool:
        return self.person is None

    def of(self, contributions: ContributionQuerySet[M]) -> ContributionQuerySet[M]:
        here = contributions.filter(region=self.region)
        return here.visible_to(self.person) if self.person else here.exclude(state=State.DRAFT)

    @property
    def seen(self) -> QuerySet[Contribution]:
        """All contributions that go along, to filter what stands under them."""
        return self.of(Contribution.objects.all()).order_by().only("pk")

    @property
    def challenges(self) -> ContributionQuerySet[Challenge]:
        return self.of(Challenge.objects.all())

    def offers(self) -> QuerySet[Offer]:
        if self.person:
            return Offer.objects.on_all(self.challenges, self.person)
        return Offer.objects.filter(challenge__in=self.challenges.values("pk"))

    def reviews(self) -> QuerySet[Review]:
        given = Review.objects.filter(challenge__in=self.challenges.values("pk"))
        return given.read_by(self.person) if self.person else given

    def remarks(self) -> QuerySet[Remark]:
        """Return the open responses to feedback: what members say among each other stays there."""
        found = Remark.objects.filter(review__in=self.reviews().values("pk"), deleted_at__isnull=True)
        return found.filter(is_for_cabinet=False) if self.person else found

    def versions(self) -> QuerySet[Version]:
        here = Version.objects.filter(contribution__in=self.seen.filter(kind=Kind.CHALLENGE))
        return here.read_by(self.person) if self.person else here.published()

    def agenda(self) -> QuerySet[AgendaItem]:
        """Return the points of meetings; of a session only the pitches whose challenge this person sees, anywhere."""
        items = AgendaItem.objects.filter(meeting__in=self.seen)
        if self.person is None:
            return items
        seen = Contribution.objects.visible_to(self.person)
        return items.filter(~Q(meeting__sort=Meeting.Sort.CABINET) | Q(about=None) | Q(about__in=seen.values("pk")))

    def events(self) -> QuerySet[Event]:
        if self.person:
            return events_visible_to(self.person).moderation_of(self.region)
        not_drafts = Q(contribution__isnull=True) | ~Q(contribution__state=State.DRAFT)
        return Event.objects.moderation_of(self.region).filter(not_drafts)

    def reports(self) -> QuerySet[Report]:
        """Return what waits, but for what is reported about the one who takes it along."""
        waiting = Report.objects.open().filter(contribution__in=self.seen).select_related("person")
        return waiting.for_others_than(self.person) if self.person else waiting

    def withhold_notes(self, reviews: Collection[Review]) -> None:
        """Empty the notes to the team that this person may not read."""
        self._load_challenges(reviews)
        for review in reviews:
            if self.person and not can_read_note(self.person, review):
                review.note = ""

    def withhold_answers(self, offers: Collection[Offer]) -> None:
        """Empty what teams answered to others, and who decides where that is not public."""
        self._load_challenges(offers)
        for offer in offers:
            if self.person and not can_read_answer(self.person, offer):
                offer.answer = ""
            if self.person and not can_read_backer(self.person, offer):
                offer.backer_name = offer.backer_function = ""

    def _load_challenges(self, things: Collection[Review | Offer]) -> None:
        """Give each its challenge without its texts, and with whether it is this person's."""
        if self.person is None:
            return
        found = Challenge.objects.only("pk").in_bulk({thing.challenge_id for thing in things})
        load_owned(found.values(), self.person)
        for thing in things:
            thing.challenge = found[thing.challenge_id]
