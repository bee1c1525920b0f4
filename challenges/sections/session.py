"""Sessions of the InnovatieKabinet: which come, and whose pitches are on the page of one and what came of them."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from accounts.models import Person
from challenges.models import Challenge, Offer, Review
from challenges.rules import can_note_pitches, can_plan, can_read_reviews, goes_on, is_colleague
from challenges.sections.feedback import feedback_on
from regions.models import AgendaItem, Meeting, Region
from regions.models.contribution import load_owned
from regions.models.standing import Reader

COMING = 4
"""So many coming sessions stand on the dashboard and the planning."""


def coming_sessions(person: Person) -> dict[str, Any]:
    """What `challenges/_sessions.html` takes."""
    coming = Meeting.objects.visible_to(person).sessions().coming().for_list()[:COMING]
    regions = Region.objects.order_by("name") if can_plan(person) else Region.objects.none()
    return {"sessions": list(coming), "regions": list(regions)}


def session_section(person: Reader, meeting: Meeting, items: Collection[AgendaItem]) -> dict[str, Any]:
    """`pitches`: by id of its item, what `regions/meeting/_pitch.html` takes of each challenge that this person sees.

    The same number of queries for any number of pitches.
    """
    linked = [item.about_id for item in items if item.about_id]
    seen = Challenge.objects.visible_to(person).for_list()
    challenges = seen.in_bulk(linked) if linked else {}
    if isinstance(person, Person):
        load_owned(challenges.values(), person)
    given = _given(person, meeting, challenges)
    offered = _offered(person, meeting, challenges)
    open_to = _open_to(person, meeting, challenges)
    return {
        "pitches": {
            item.pk: _pitch(person, challenges[item.about_id], given, offered, open_to)
            for item in items
            if item.about_id in challenges
        },
        "can_read_dossiers": bool(challenges) and is_colleague(person),
    }


def _given(person: Reader, meeting: Meeting, challenges: dict[int, Challenge]) -> dict[int, Review]:
    found = feedback_on(person, challenges.values()) if challenges else {}
    return {pk: review for pk, reviews in found.items() for review in reviews if review.meeting_id == meeting.pk}


def _offered(person: Reader, meeting: Meeting, challenges: dict[int, Challenge]) -> Counter[int]:
    """Count the offers of this session that this person may read, by challenge."""
    if not challenges or not isinstance(person, Person):
        return Counter()
    offers = Offer.objects.on_all(Challenge.objects.filter(pk__in=challenges), person)
    return Counter(offers.filter(review__meeting=meeting).values_list("challenge", flat=True))


def _open_to(person: Reader, meeting: Meeting, challenges: dict[int, Challenge]) -> set[int]:
    """Return on which of them this person may note what came of it."""
    if not challenges or not isinstance(person, Person) or not can_note_pitches(person, meeting):
        return set()
    independent = Challenge.objects.filter(pk__in=challenges).independent_of(person)
    return set(independent.values_list("pk", flat=True))


def _pitch(
    person: Reader, challenge: Challenge, given: dict[int, Review], offered: Counter[int], open_to: set[int]
) -> dict[str, Any]:
    review = given.get(challenge.pk)
    return {
        "challenge": challenge,
        "review": review,
        "points": len(review.points.all()) if review else 0,
        "offers": offered[challenge.pk] if review else 0,
        "may_read": can_read_reviews(person, challenge),
        "can_note": challenge.pk in open_to and goes_on(challenge),
    }
