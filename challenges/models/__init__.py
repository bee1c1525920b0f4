"""The room of the challenges: what is posted, tried, offered, and said by the InnovatieKabinet."""

from challenges.models.challenge import Challenge, ChallengeQuerySet, Seeking
from challenges.models.offer import Offer, OfferKind
from challenges.models.prototype import Prototype, TestRound
from challenges.models.review import Asking, Point, Review, Seat
from challenges.models.step import BoardDecision, StageText, Step
from challenges.rules import Stage

__all__ = [
    "Asking",
    "BoardDecision",
    "Challenge",
    "ChallengeQuerySet",
    "Offer",
    "OfferKind",
    "Point",
    "Prototype",
    "Review",
    "Seat",
    "Seeking",
    "Stage",
    "StageText",
    "Step",
    "TestRound",
]
