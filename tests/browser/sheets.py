"""The second half of `make screenshots`: drops pictures that are equal, and lays the others side by side on sheets.

A sheet shows one state on one width, person after person; what was the same for an earlier person is left out.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(os.environ.get("SCREENSHOTS") or Path(__file__).resolve().parents[2] / "var" / "screenshots")
STATES = ("leeg", "demo", "lang")
WHO = ("bezoeker", "ambtenaar", "moderator", "kabinet", "secretaris")
TILES = {1280: (5, 480, 640), 360: (10, 240, 640)}
"""By width of the screen: columns, and how wide and high a picture is shown at most."""
ROWS, CAPTION, GAP = 3, 22, 8


def different(state: str, width: int, seen: set[str]) -> Iterator[Path]:
    """Give the pictures of a state; delete those that are equal to one before."""
    for who in WHO:
        for path in sorted((FOLDER / state / who).glob(f"*-{width}.png")):
            stamp = hashlib.sha256(path.read_bytes()).hexdigest()
            if stamp in seen:
                path.unlink()
            else:
                seen.add(stamp)
                yield path


def tile(path: Path, wide: int, high: int) -> Image.Image:
    """Return the top of a picture as it fits, under a line that says whose page it is."""
    shown = Image.new("RGB", (wide, high + CAPTION), "white")
    ImageDraw.Draw(shown).text((2, 4), f"{path.parent.name} {path.stem}", "black")
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize(
            (wide, round(picture.height * wide / picture.width)), Image.Resampling.LANCZOS
        )
    shown.paste(small.crop((0, 0, wide, min(high, small.height))), (0, CAPTION))
    return shown


def sheet(paths: list[Path], width: int) -> Image.Image:
    columns, wide, high = TILES[width]
    size = (columns * (wide + GAP), ROWS * (high + CAPTION + GAP))
    whole = Image.new("RGB", size, "#888")
    for place, path in enumerate(paths):
        row, column = divmod(place, columns)
        whole.paste(tile(path, wide, high), (column * (wide + GAP), row * (high + CAPTION + GAP)))
    return whole


def main() -> None:
    seen: set[str] = set()
    for state in STATES:
        for width, (columns, _wide, _high) in TILES.items():
            paths = list(different(state, width, seen))
            for number, start in enumerate(range(0, len(paths), columns * ROWS), 1):
                some = paths[start : start + columns * ROWS]
                sheet(some, width).save(FOLDER / f"{state}-{width}-{number}.png")
            sys.stdout.write(f"{state} at {width}: {len(paths)} pictures\n")


if __name__ == "__main__":
    main()
