"""Feedback of the InnovatieKabinet on the page of a challenge."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge, Offer, Point, Review
from challenges.models.asking import ENOUGH
from challenges.rules import can_ask_review, can_read_note, can_read_reviews, can_reflect, can_review, is_team
from regions.models import Visibility
from regions.models.standing import Reader, standing_of
from regions.rules import can_edit

READERS = {
    Visibility.PUBLIC: _("The team, the InnovatieKabinet and members of all regions"),
    Visibility.NETWORK: _("The team, the InnovatieKabinet and members of all regions"),
    Visibility.REGION: _("The team, the members of this region, and the InnovatieKabinet while it is asked"),
    Visibility.TEAM: _("The team, the moderators of this region, and the InnovatieKabinet while it is asked"),
}
"""Who reads feedback: those who see the challenge, the network at widest."""


def feedback_section(person: Reader, challenge: Challenge, given: Iterable[Offer] | None = None) -> dict[str, Any]:
    """What `challenges/_feedback.html` takes; who may not read feedback gets what the team wrote about it, no more.

    `given` is what the page already read of the offers that this person may read; without it they are asked for.
    """
    may_read = can_read_reviews(person, challenge)
    reviews = list(Review.objects.for_challenge(challenge)) if may_read and challenge.review_count else []
    given = challenge.offers.all() if given is None else given
    offers = _by_review(given) if reviews and is_team(person, challenge) else {}
    for review in reviews:
        review.challenge = challenge
    return {
        "reviews": [_row(person, review, offers) for review in reviews],
        "may_read_reviews": may_read,
        "can_answer_points": can_edit(person, challenge),
        "can_ask_review": can_ask_review(person, challenge),
        "can_review": standing_of(person).is_seat and _can_still_review(person, challenge, reviews),
        "can_reflect": can_reflect(person, challenge),
        "tally": _tally(reviews),
        "enough": ENOUGH,
    }


def feedback_on(person: Reader, challenges: Iterable[Challenge]) -> dict[int, list[Review]]:
    """Return what this person may read of the feedback on these challenges, by id of the challenge, newest first."""
    known = [challenge for challenge in challenges if can_read_reviews(person, challenge)]
    found: dict[int, list[Review]] = {}
    for review in Review.objects.for_challenge(*known):
        found.setdefault(review.challenge_id, []).append(review)
    return found


def _tally(reviews: list[Review]) -> list[tuple[str, int]]:
    """Return how many points stand how: pairs of state and number, without the zeros."""
    states = Counter(point.state for review in reviews for point in review.points.all())
    return [(str(state.label), states[state.value]) for state in Point.State if states[state.value]]


def _by_review(offers: Iterable[Offer]) -> dict[int, list[Offer]]:
    """Return the offers that came with feedback, by review: only the team reads them here."""
    found: dict[int, list[Offer]] = {}
    for offer in sorted(offers, key=lambda offer: offer.pk):
        if offer.review_id:
            found.setdefault(offer.review_id, []).append(offer)
    return found


def _row(person: Reader, review: Review, offers: dict[int, list[Offer]]) -> dict[str, Any]:
    return {
        "review": review,
        "may_read_note": can_read_note(person, review),
        "offers": offers.get(review.pk, []),
    }


def _can_still_review(person: Reader, challenge: Challenge, reviews: list[Review]) -> bool:
    sheets = [review for review in reviews if review.by == person and not review.meeting_id]
    is_done = any(review.version == challenge.version for review in sheets)
    return not is_done and can_review(person, challenge)
