"""What a home costs when it grows: the same page of the small and of the large region, side by side."""

from collections.abc import Iterator
from typing import Any

from bench.measure import Measured, median

HEAD = ("page", "who", "large / small", "p50 small", "p50 large", "db ms small", "db ms large", "queries")
Row, Key = dict[str, Any], tuple[str, str]


def times(measured: list[Measured]) -> dict[Key, float]:
    """Return how many times slower each page of the large region is, by page and reader: the median over the rounds."""
    by_key = {one.key: one for one in measured if one.page["home"]}
    return {
        large: median(
            after / before for before, after in zip(by_key[small].medians, by_key[large].medians, strict=True)
        )
        for small, large in _pairs(by_key)
    }


def _pairs(keys: dict[Key, Any]) -> Iterator[tuple[Key, Key]]:
    """Yield what is measured in both homes: the keys of the small one and of the large one."""
    found: dict[Key, list[Key]] = {}
    for page, who in keys:
        found.setdefault((page.partition(":")[0], who), []).append((page, who))
    for pair in found.values():
        if len(pair) > 1:
            yield pair[0], pair[1]


def with_times(rows: list[Row], found: dict[Key, float]) -> list[Row]:
    """Add to each row of the large region how many times slower it is than that of the small one."""
    return [row | {"times_small": round(found.get((row["page"], row["who"]), 0), 2)} for row in rows]


def table(rows: list[Row]) -> str:
    """Return the table as Markdown."""
    by_key = {(row["page"], row["who"]): row for row in rows if row["home"]}
    lines = [HEAD, ("---",) * 2 + ("---:",) * (len(HEAD) - 2)]
    lines += [_cells(by_key[small], by_key[large]) for small, large in _pairs(by_key)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(small: Row, large: Row) -> tuple[str, ...]:
    name = large["page"].partition(":")[0]
    both = [str(row[number]) for number in ("p50_ms", "db_ms") for row in (small, large)]
    return name, large["who"], f"{large['times_small']:.2f}", *both, f"{small['queries']} / {large['queries']}"
