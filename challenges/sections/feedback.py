"""Feedback of the InnovatieKabinet on the page of a challenge."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from challenges.models import Challenge, Offer, Point, Remark, Review
from challenges.models.asking import ENOUGH
from challenges.rules import (
    can_answer_point,
    can_ask_review,
    can_correct,
    can_end_asking,
    can_follow_up,
    can_read_note,
    can_read_reviews,
    can_reflect,
    can_remark,
    can_review,
    is_team,
    is_writer,
)
from regions.models import Visibility
from regions.models.standing import Reader, standing_of

FEW_REMARKS = 2
"""So many responses stand under feedback itself; the others are one step away."""

READERS = {
    Visibility.PUBLIC: gettext_lazy("The team, the InnovatieKabinet and members of all regions"),
    Visibility.NETWORK: gettext_lazy("The team, the InnovatieKabinet and members of all regions"),
    Visibility.REGION: gettext_lazy("The team, the members of this region, and the InnovatieKabinet while it is asked"),
    Visibility.TEAM: gettext_lazy(
        "The team, the moderators of this region, and the InnovatieKabinet while it is asked"
    ),
}
"""Who reads feedback: those who see the challenge, the network at widest."""


def feedback_section(person: Reader, challenge: Challenge, given: Iterable[Offer] | None = None) -> dict[str, Any]:
    """What `challenges/_feedback.html` takes; who may not read feedback gets what the team wrote about it, no more.

    `given` is what the page already read of the offers that this person may read; without it they are asked for.
    `reads_later` says to a member that what colleagues gave is read after sending one's own; it is so whether or not
    there is any, or it would tell.
    """
    may_read = can_read_reviews(person, challenge)
    known = Review.objects.for_challenge(challenge).read_by(person)
    reviews = list(known) if may_read and challenge.review_count else []
    given = challenge.offers.all() if given is None else given
    offers = _by_review(given) if reviews and is_team(person, challenge) else {}
    remarks = _remarks(person, challenge) if reviews else {}
    for review in reviews:
        review.challenge = challenge
    can_give = standing_of(person).is_seat and _can_still_review(person, challenge, reviews)
    return {
        "reviews": [_row(person, review, offers, remarks) for review in reviews],
        "may_read_reviews": may_read,
        "reads_later": can_give and challenge.is_in_review,
        "can_ask_review": can_ask_review(person, challenge),
        "can_end_asking": can_end_asking(person, challenge),
        "can_review": can_give,
        "can_go_on": standing_of(person).has_agreed and not can_give,
        "can_reflect": can_reflect(person, challenge),
        "tally": _tally(reviews),
        "enough": ENOUGH,
    }


def one_review(person: Reader, review: Review) -> dict[str, Any]:
    """What `challenges/_review.html` takes where the feedback stands alone, with all responses below it."""
    offers = _by_review(review.challenge.offers.all()) if is_team(person, review.challenge) else {}
    return {**_row(person, review, offers, {}), "is_alone": True}


def feedback_on(person: Reader, challenges: Iterable[Challenge]) -> dict[int, list[Review]]:
    """Return what this person may read of the feedback on these challenges, by id of the challenge, newest first."""
    known = [challenge for challenge in challenges if can_read_reviews(person, challenge)]
    found: dict[int, list[Review]] = {}
    for review in Review.objects.for_challenge(*known).read_by(person):
        found.setdefault(review.challenge_id, []).append(review)
    return found


def _tally(reviews: list[Review]) -> str:
    """Return in words how many of the points that this person reads stand how; empty where there is none."""
    states = Counter(point.state for review in reviews for point in review.points.all())
    done, will_do, no, is_open = (states[state] for state in ("done", "will-do", "no", "open"))
    parts = (
        (done, ngettext("%d done", "%d done", done)),
        (will_do, ngettext("%d still to do", "%d still to do", will_do)),
        (no, ngettext("%d will not be done", "%d will not be done", no)),
        (is_open, ngettext("%d without an answer", "%d without an answer", is_open)),
    )
    total = states.total()
    told = ", ".join(words % number for number, words in parts if number)
    words = ngettext("Of %(number)d point: %(told)s.", "Of %(number)d points: %(told)s.", total)
    return words % {"number": total, "told": told} if total else ""


def _by_review(offers: Iterable[Offer]) -> dict[int, list[Offer]]:
    """Return the offers that came with feedback, by review: only the team reads them here."""
    found: dict[int, list[Offer]] = {}
    for offer in sorted(offers, key=lambda offer: offer.pk):
        if offer.review_id:
            found.setdefault(offer.review_id, []).append(offer)
    return found


def _remarks(person: Reader, challenge: Challenge) -> dict[int, list[Remark]]:
    """Return the last responses under each piece of feedback, by review."""
    found: dict[int, list[Remark]] = {}
    for remark in Remark.objects.read_by(person, challenge).last_of_each(FEW_REMARKS):
        found.setdefault(remark.review_id, []).append(remark)
    return found


def _row(
    person: Reader, review: Review, offers: dict[int, list[Offer]], remarks: dict[int, list[Remark]]
) -> dict[str, Any]:
    shown = remarks.get(review.pk, [])
    return {
        "review": review,
        "points": [_point(person, point) for point in review.points.all()],
        "may_read_note": can_read_note(person, review),
        "offers": offers.get(review.pk, []),
        "remarks": shown,
        "remark_count": shown[0].total if shown else 0,
        "can_remark": can_remark(person, review.challenge),
        "can_correct": can_correct(person, review),
        "is_over": is_writer(person, review) and not review.is_in_time,
    }


def _point(person: Reader, point: Point) -> dict[str, Any]:
    """What `challenges/_point.html` takes, beside the challenge."""
    return {
        "point": point,
        "can_answer": can_answer_point(person, point),
        "can_follow_up": can_follow_up(person, point),
    }


def _can_still_review(person: Reader, challenge: Challenge, reviews: list[Review]) -> bool:
    sheets = [review for review in reviews if review.by == person and not review.meeting_id]
    is_done = any(review.version == challenge.version for review in sheets)
    return not is_done and can_review(person, challenge)
