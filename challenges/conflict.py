"""Two people changed the same text: what can be put together, and what somebody has to choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from challenges.diff import Piece, pieces
from challenges.models.challenge import Challenge, text_label


@dataclass(frozen=True)
class Clash:
    """One field that both changed, each in their own way; `change` leads from theirs to mine."""

    name: str
    theirs: str
    mine: str
    change: list[Piece]

    @property
    def label(self) -> str:
        return text_label(self.name)


def merge(
    mine: Mapping[str, str], base: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], list[Clash]]:
    """Return the texts with the colleague's changes where this person made none, and what both changed."""
    text, clashes = {}, []
    for name in Challenge.TEXT_FIELDS:
        is_mine = mine[name] != base.get(name)
        text[name] = mine[name] if is_mine else theirs[name]
        if is_mine and theirs[name] not in (base.get(name), mine[name]):
            clashes.append(Clash(name, theirs[name], mine[name], pieces(theirs[name], mine[name])))
    return text, clashes
