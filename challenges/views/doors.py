"""The page of opened doors: what help was given, and what came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.forms.offers import OPENED, RUNNING, DoorsQuery
from challenges.models import Offer
from regions.paging import pieces_of

MOST = 1_000
"""So many doors are counted by kind: no page grows with the network."""


@require_safe
def doors(request: HttpRequest) -> HttpResponse:
    query = DoorsQuery.read(request.GET)
    seen = query.in_region(Offer.objects.opened_to(request.user))
    numbers = seen.kinds_of_latest(MOST)
    parts = {OPENED: query.of_kind(seen.happened()), RUNNING: query.of_kind(seen.running())}
    context = {
        "query": query,
        "pieces": pieces_of(parts, query.part, query.page),
        "kinds": query.counted(numbers),
        "most": MOST if sum(numbers.values()) == MOST else None,
    }
    return render(request, "challenges/doors.html", context)
