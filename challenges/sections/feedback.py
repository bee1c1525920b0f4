"""Feedback of the InnovatieKabinet on the page of a challenge."""

from typing import Any

from challenges.models import Challenge, Review
from challenges.models.review import ENOUGH
from challenges.rules import can_ask_review, can_read_note, can_read_reviews, can_reflect, can_review
from regions.models.standing import Reader, standing_of
from regions.rules import can_edit


def feedback_section(person: Reader, challenge: Challenge) -> dict[str, Any]:
    """What `challenges/_feedback.html` takes; who may not read feedback gets what the team wrote about it, no more."""
    may_read = can_read_reviews(person, challenge)
    reviews = list(Review.objects.for_challenge(challenge)) if may_read and challenge.review_count else []
    for review in reviews:
        review.challenge = challenge
    return {
        "reviews": [{"review": review, "may_read_note": can_read_note(person, review)} for review in reviews],
        "may_read_reviews": may_read,
        "can_answer_points": can_edit(person, challenge),
        "can_ask_review": can_ask_review(person, challenge),
        "can_review": standing_of(person).is_seat and _can_still_review(person, challenge, reviews),
        "can_reflect": can_reflect(person, challenge),
        "enough": ENOUGH,
    }


def _can_still_review(person: Reader, challenge: Challenge, reviews: list[Review]) -> bool:
    is_done = any(review.by == person and review.version == challenge.version for review in reviews)
    return not is_done and can_review(person, challenge)
