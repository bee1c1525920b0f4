"""The dossier of a challenge for a session of the InnovatieKabinet: what fits on two sheets of paper, whatever it is.

How many things of a kind it tells and how long each text is stands here; `frontend/css/dossier.css` holds the lines.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from django.utils.text import Truncator

from challenges.models import Challenge, Offer, Point, Prototype, Review, TestRound
from challenges.rules import can_read_reviews
from challenges.sections.feedback import feedback_on
from challenges.sections.prototypes import Cycle, cycles
from regions.models import Involvement
from regions.models.involvement import OWNERS
from regions.models.standing import Reader
from regions.text import flat

LENGTHS = {"question": 700, "for_whom": 280, "improvement": 400, "participation": 280, "reflection": 400}
"""So many characters of each text of the challenge."""
SAID, CYCLE, POINT, ANSWER, OFFER, NAME = 280, 60, 170, 260, 150, 40
"""So many of what residents said, of a box of the strip, of a point, of feedback, of an offer and of a name."""
NAMES, CYCLES, ROUNDS, POINTS, FEEDBACK, OFFERS = 4, 8, 3, 5, 3, 3
"""So many of each are told; the others are counted."""

T = TypeVar("T", bound=Prototype | Review | Offer | Involvement)


@dataclass
class Scissors:
    """Cuts texts, and remembers whether there was anything to cut."""

    has_cut: bool = False

    def cut(self, text: str, length: int) -> str:
        words = " ".join(text.split())
        self.has_cut |= len(words) > length
        return str(Truncator(words).chars(length))

    def first(self, things: list[Any], most: int) -> dict[str, Any]:
        """Return the first things, and how many there are more."""
        more = max(len(things) - most, 0)
        self.has_cut |= more > 0
        return {"rows": things[:most], "more": more}


def dossiers_of(person: Reader, challenges: Iterable[Challenge]) -> list[dict[str, Any]]:
    """Return what `challenges/_brief.html` takes of each challenge whose feedback this person may read, in this order.

    The challenges come from `for_detail`. It takes seven queries, however many they are.
    """
    found = list(challenges)
    parts = Involvement.objects.current().filter(contribution__in=found, part__in=OWNERS).for_list()
    owners = _by(parts, "contribution_id")
    for challenge in found:
        challenge.owners = owners[challenge.pk]
    known = [challenge for challenge in found if can_read_reviews(person, challenge)]
    tried = _by(Prototype.objects.filter(challenge__in=known).for_strip(), "challenge_id")
    offered = _by(Offer.objects.shown_on(known, person), "challenge_id")
    said = feedback_on(person, known)
    return [_dossier(one, tried[one.pk], said.get(one.pk, []), offered[one.pk]) for one in known]


def _by(rows: Iterable[T], name: str) -> defaultdict[int, list[T]]:
    found: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _dossier(
    challenge: Challenge, prototypes: list[Prototype], reviews: list[Review], offers: list[Offer]
) -> dict[str, Any]:
    scissors = Scissors()
    strip = _strip(challenge, prototypes, scissors)
    rounds = [test for prototype in prototypes for test in prototype.rounds.all()]
    points = [point for review in reviews for point in review.points.all() if point.state == Point.State.OPEN]
    return {
        "challenge": challenge,
        "owners": scissors.first([scissors.cut(owner.person.name, NAME) for owner in challenge.owners], NAMES),
        "texts": {name: scissors.cut(flat(challenge.html.get(name, "")), most) for name, most in LENGTHS.items()},
        "strip": strip,
        "evidence": _evidence(rounds, scissors),
        "points": _told(scissors, points, POINTS, "text", POINT, "maker"),
        "feedback": _told(scissors, reviews, FEEDBACK, "answer", ANSWER, "by"),
        "offers": _told(scissors, offers, OFFERS, "words", OFFER, "person"),
        "is_cut": scissors.has_cut,
    }


def _strip(challenge: Challenge, prototypes: list[Prototype], scissors: Scissors) -> dict[str, Any]:
    """Return the last steps of making and testing, the oldest of them first, and how many were before these."""
    latest = prototypes[-1] if prototypes else None
    steps = list(chain.from_iterable(_steps(one, challenge, scissors, is_latest=one is latest) for one in prototypes))
    told = scissors.first(steps[::-1], CYCLES)
    return {"rows": told["rows"][::-1], "more": told["more"]}


def _steps(prototype: Prototype, challenge: Challenge, scissors: Scissors, *, is_latest: bool) -> Iterable[Cycle]:
    for step in cycles(prototype, is_latest=is_latest):
        label = prototype.label if step["kind"] == "prototype" else step["label"]
        url = challenge.get_absolute_url() + step["url"]
        yield {**step, "label": label, "url": url, "text": scissors.cut(step["text"], CYCLE)}


def _evidence(rounds: list[TestRound], scissors: Scissors) -> dict[str, Any]:
    """Return what residents said, the latest first, and how many of them took part in how many rounds."""
    with_residents = [test for test in rounds if test.residents]
    quoted = sorted((test for test in with_residents if test.said), key=lambda test: test.held_on, reverse=True)
    return {
        **_told(scissors, quoted, ROUNDS, "said", SAID),
        "residents": sum(test.residents for test in rounds),
        "rounds": len(with_residents),
        "without": len(rounds) - len(with_residents),
    }


def _told(scissors: Scissors, things: list[Any], most: int, name: str, length: int, whose: str = "") -> dict[str, Any]:
    """Return the first things, each with its text and the name of whose it is, as they are told."""
    told = scissors.first(things, most)
    rows = [
        {
            "of": thing,
            "text": scissors.cut(getattr(thing, name), length),
            "name": scissors.cut(getattr(thing, whose).name, NAME) if whose else "",
        }
        for thing in told["rows"]
    ]
    return {**told, "rows": rows}
