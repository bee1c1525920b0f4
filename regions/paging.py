"""A page of rows and how many there are, in one query."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window


def page_of(rows: QuerySet[Any], number: int, size: int) -> Page[Any]:
    """Return page `number` of ordered rows; beyond the last one there is only the first.

    A window counts along, so that a page takes the same queries for one row and for a thousand.
    """
    start = (number - 1) * size
    found = list(rows.annotate(row_total=Window(Count("pk")))[start : start + size])
    if not found and number > 1:
        return page_of(rows, 1, size)
    page: Page[Any] = Paginator(range(found[0].row_total if found else 0), size).get_page(number)
    page.object_list = found
    return page
