"""Pages of rows: counted along in one query, or some rows of each part of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Count, Func, IntegerField, QuerySet, Window


def page_of(rows: QuerySet[Any], number: int, size: int, *, most: int = 0) -> Page[Any]:
    """Return page `number` of ordered rows; beyond the last one there is only the first.

    The rows are counted along, so that a page takes the same queries for one row and for a thousand; where `most` is
    given, no further than one beyond it.
    """
    start = (number - 1) * size
    total = _total(rows, most) if most else Window(Count("pk"))
    found = list(rows.annotate(row_total=total)[start : start + size])
    if not found and number > 1:
        return page_of(rows, 1, size, most=most)
    page: Page[Any] = Paginator(range(found[0].row_total if found else 0), size).get_page(number)
    page.object_list = found
    return page


def _total(rows: QuerySet[Any], most: int) -> Func:
    some = ArraySubquery(rows.order_by().values("pk")[: most + 1])
    return Func(some, function="cardinality", output_field=IntegerField())


FEW, MANY = 10, 25


@dataclass(frozen=True)
class Piece:
    """Some rows of one part of a page, and whether others follow; they are not counted, so it costs the same always."""

    name: str
    rows: list[Any]
    number: int
    has_next: bool
    is_alone: bool

    @property
    def count_words(self) -> str:
        """Return how many there are: "7", or "10+" when others follow."""
        return f"{len(self.rows)}+" if self.has_next else str(len(self.rows))


def piece_of(rows: QuerySet[Any], number: int) -> Piece:
    """Return page `number` of a list that is not counted."""
    return _piece("", rows, number, MANY, is_alone=True)


def pieces_of(parts: Mapping[str, QuerySet[Any]], chosen: str, number: int) -> dict[str, Piece]:
    """Return the first FEW rows of every part; where one is chosen, only that part, its page `number` of MANY."""
    if chosen:
        return {chosen: _piece(chosen, parts[chosen], number, MANY, is_alone=True)}
    return {name: _piece(name, rows, 1, FEW, is_alone=False) for name, rows in parts.items()}


def _piece(name: str, rows: QuerySet[Any], number: int, size: int, *, is_alone: bool) -> Piece:
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Piece(name, found[:size], number, has_next=len(found) > size, is_alone=is_alone)
