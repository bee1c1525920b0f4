"""The room of the challenges: what is posted, tried, offered, and said by the InnovatieKabinet."""

from challenges.models.asking import Asking, Assignment
from challenges.models.challenge import Challenge, ChallengeQuerySet, Seeking
from challenges.models.door import OfferKind, OfferQuerySet
from challenges.models.offer import Offer
from challenges.models.point import Point, Turn
from challenges.models.prototype import Prototype, TestRound
from challenges.models.remark import Remark
from challenges.models.review import Review
from challenges.models.seat import Seat
from challenges.models.step import BoardDecision, StageText, Step
from challenges.rules import Stage

__all__ = [
    "Asking",
    "Assignment",
    "BoardDecision",
    "Challenge",
    "ChallengeQuerySet",
    "Offer",
    "OfferKind",
    "OfferQuerySet",
    "Point",
    "Prototype",
    "Remark",
    "Review",
    "Seat",
    "Seeking",
    "Stage",
    "StageText",
    "Step",
    "TestRound",
    "Turn",
]
