"""One search over everything that is readable."""

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regions.forms import SearchQuery
from regions.hits import Hit, grouped
from regions.models import Entry
from regions.models.standing import Reader
from regions.paging import page_of

PER_PAGE = 20
COUNT_UP_TO = 1_000


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = SearchQuery.read(request.GET)
    words = query.cleaned_data["q"] or ""
    page = _found(request.user, query) if words else None
    hits: list[Hit] = grouped(page) if page else []
    found: dict[str, Any] = {"query": query, "words": words, "page": page, "hits": hits, "most": COUNT_UP_TO}
    return render(request, "regions/search.html", found)


def _found(person: Reader, query: SearchQuery) -> Page[Entry]:
    entries = Entry.objects.visible_to(person)
    if query.cleaned_data["soort"]:
        entries = entries.filter(kind=query.cleaned_data["soort"])
    return page_of(entries.search(query.cleaned_data["q"]), query.page, PER_PAGE)
