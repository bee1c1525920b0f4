"""The tile map of the Netherlands: every municipality one tile within its province, in a layout that we drew ourselves.

`data/tiles.csv` says where each tile lies, in steps to the east and to the south. It is no map of land: a municipality
of ten streets has as large a tile as one of ten villages, so that each can be seen and pointed at.
"""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from initiate.kept import Kept
from regions.models import Municipality

Spot = tuple[int, int]
STEP, SIDE = 10, 9
"""From tile to tile, and the side of a tile, in units of the drawing."""


def _read_layout() -> dict[str, Spot]:
    with (Path(__file__).parent / "data" / "tiles.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: (int(row["x"]), int(row["y"])) for row in csv.DictReader(lines)}


LAYOUT = _read_layout()
"""Where the tile of each municipality lies, by CBS code."""

VIEW = (
    f"-1 -1 {(max(x for x, _y in LAYOUT.values()) + 1) * STEP + 2} "
    f"{(max(y for _x, y in LAYOUT.values()) + 1) * STEP + 2}"
)


@dataclass(frozen=True)
class Tile:
    """A municipality with the regions that cover it (each a dict of pk, name, slug), and its square of the drawing."""

    name: str
    province: str
    inhabitants: int
    spot: Spot | None
    regions: tuple[dict[str, Any], ...]

    @property
    def path(self) -> str:
        """The square; none for a municipality that the layout does not know, which stands in the tables only."""
        return square(self.spot) if self.spot else ""

    @property
    def dot(self) -> str:
        """A small square in the middle, which says without colour that several regions meet here."""
        x, y = self.spot or (0, 0)
        return f"M{x * STEP + 3} {y * STEP + 3}h3v3h-3z"


def _read_tiles() -> list[Tile]:
    return [
        Tile(row.name, row.province, row.inhabitants, LAYOUT.get(row.code), tuple(row.region_rows))
        for row in Municipality.objects.with_regions()
    ]


tiles = Kept(_read_tiles)
"""All municipalities in the order of a Dutch list, each with the regions that cover it."""


borders = Kept(lambda: "".join(outlines(tiles())))
"""The borders of the provinces, as one path."""


def covered_by(pk: int) -> list[Tile]:
    """Return the municipalities of one region, in the order of a Dutch list."""
    return [tile for tile in tiles() if any(row["pk"] == pk for row in tile.regions)]


def square(spot: Spot) -> str:
    x, y = spot
    return f"M{x * STEP} {y * STEP}h{SIDE}v{SIDE}h-{SIDE}z"


def land(without: Iterable[Tile] = ()) -> str:
    """Return the squares of all tiles but these, as one path."""
    left_out = {tile.spot for tile in without}
    return "".join(square(spot) for spot in LAYOUT.values() if spot not in left_out)


def covered() -> list[Tile]:
    """Return the municipalities that lie in a region."""
    return [tile for tile in tiles() if tile.regions]


def inside(found: Iterable[Tile]) -> str:
    """Return the squares of these tiles, as one path."""
    return "".join(tile.path for tile in found)


def drawing(filled: Iterable[Tile]) -> dict[str, str]:
    """Return what each map with filled tiles takes beside them: the other tiles, the borders, and its size."""
    return {"land": land(filled), "borders": borders(), "view": VIEW}


def by_province(found: Iterable[Tile]) -> dict[str, list[Tile]]:
    """Group tiles, the provinces in the order of the alphabet."""
    groups: dict[str, list[Tile]] = defaultdict(list)
    for tile in found:
        groups[tile.province].append(tile)
    return dict(sorted(groups.items()))


def outlines(found: Iterable[Tile]) -> list[str]:
    """Return the line around each province as a path."""
    return [outline({tile.spot for tile in group if tile.spot}) for group in by_province(found).values()]


def outline(spots: Collection[Spot]) -> str:
    """Return the path around these tiles, on the lines halfway between them and their neighbours.

    No two of them may touch at a corner alone: there the line would not know which way to go.
    """
    return "".join(_drawn(corners) for corners in _rounds(spots))


def _drawn(corners: list[Spot]) -> str:
    (x, y), *_rest = corners
    steps = [
        f"h{(east - west) * STEP}" if north == south else f"v{(south - north) * STEP}"
        for (west, north), (east, south) in pairwise(corners)
    ]
    return f"M{x * STEP - 0.5} {y * STEP - 0.5}{''.join(steps)}z"


def _rounds(spots: Collection[Spot]) -> Iterator[list[Spot]]:
    """Give the corners of each line around the tiles, walking with the tiles on the right hand."""
    edges = dict(_edges(spots))
    while edges:
        start = here = next(iter(edges))
        walked = [start]
        while here in edges:
            here = edges.pop(here)
            walked.append(here)
        yield [walked[0], *_turns(walked)]


def _turns(walked: list[Spot]) -> Iterator[Spot]:
    """Leave out the points where the line goes straight on, and the last one: the path closes itself."""
    for before, here, after in zip(walked, walked[1:], walked[2:], strict=False):
        if (before[0] == here[0]) != (here[0] == after[0]):
            yield here


def _edges(spots: Collection[Spot]) -> Iterator[tuple[Spot, Spot]]:
    """Give each side of a tile behind which no tile lies, from corner to corner."""
    for x, y in spots:
        sides = {
            (x, y - 1): ((x, y), (x + 1, y)),
            (x + 1, y): ((x + 1, y), (x + 1, y + 1)),
            (x, y + 1): ((x + 1, y + 1), (x, y + 1)),
            (x - 1, y): ((x, y + 1), (x, y)),
        }
        yield from (side for beyond, side in sides.items() if beyond not in spots)
