"""What changed between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\S+\s*|\s+")
# Comparing takes up to (words × words) steps: above this the two texts are shown whole, one after the other.
MOST_PAIRS = 1_500_000


@dataclass(frozen=True)
class Piece:
    """Consecutive words that stayed ("same"), went ("gone") or came ("new")."""

    kind: str
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """Return the pieces that make up both texts, in reading order; what went stands before what came."""
    was, now = WORD.findall(old), WORD.findall(new)
    head = _shared(was, now)
    tail = _shared(was[head:][::-1], now[head:][::-1])
    middle = _compared(was[head : len(was) - tail], now[head : len(now) - tail])
    whole = [Piece("same", "".join(was[:head])), *middle, Piece("same", "".join(was[len(was) - tail :]))]
    return [piece for piece in whole if piece.text]


def _shared(one: list[str], other: list[str]) -> int:
    """Return how many words both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _compared(was: list[str], now: list[str]) -> list[Piece]:
    if len(was) * len(now) > MOST_PAIRS:
        return [Piece("gone", "".join(was)), Piece("new", "".join(now))]
    found: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, was, now).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(was[a:b])))
        else:
            found += [Piece("gone", "".join(was[a:b])), Piece("new", "".join(now[c:d]))]
    return found
