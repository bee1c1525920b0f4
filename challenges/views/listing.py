"""The list of challenges, with its filters in the URL."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.forms.listing import ListQuery
from challenges.models import Challenge
from challenges.paging import MOST, Pages


@require_safe
def challenges(request: HttpRequest) -> HttpResponse:
    query = ListQuery.of(request.GET)
    found = query.filtered(Challenge.objects.visible_to(request.user).readable().for_list())
    page = Pages(found, is_whole=not query.chips).page_of(query.page)
    return render(request, "challenges/list.html", {"query": query, "page": page, "most": MOST})
