"""What a home costs when it grows: the same page of the small and of the large region, side by side."""

from typing import Any

from bench.measure import Measured, median

HEAD = ("page", "who", "large / small", "p50 small", "p50 large", "db ms small", "db ms large", "queries")
Row, Key = dict[str, Any], tuple[str, str]


def times(measured: list[Measured]) -> dict[Key, float]:
    """Return how many times slower each page of the large region is, by page and reader: the median over the rounds."""
    homes = [one for one in measured if one.page["home"]]
    return {
        large.key: median(after / before for before, after in zip(small.medians, large.medians, strict=True))
        for small, large in zip(homes[::2], homes[1::2], strict=True)
    }


def with_times(rows: list[Row], found: dict[Key, float]) -> list[Row]:
    """Add to each row of the large region how many times slower it is than that of the small one."""
    return [row | {"times_small": round(found.get((row["page"], row["who"]), 0), 2)} for row in rows]


def table(rows: list[Row]) -> str:
    """Return the table as Markdown; rows of the small and of the large region follow each other."""
    homes = [row for row in rows if row["home"]]
    lines = [HEAD, ("---",) * 2 + ("---:",) * (len(HEAD) - 2)]
    lines += [_cells(small, large) for small, large in zip(homes[::2], homes[1::2], strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(small: Row, large: Row) -> tuple[str, ...]:
    name = large["page"].partition(":")[0]
    both = [str(row[number]) for number in ("p50_ms", "db_ms") for row in (small, large)]
    return name, large["who"], f"{large['times_small']:.2f}", *both, f"{small['queries']} / {large['queries']}"
