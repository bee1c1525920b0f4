"""Who is who in a region, for its members: the people, and the organisations where they work."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from initiate.requests import PersonRequest
from regions import rules
from regions.directory import MembersQuery
from regions.forms import PageQuery
from regions.models import Region, Sanction
from regions.models.region import COUNT_UP_TO
from regions.paging import page_of

PER_PAGE = 50


@require_safe
@login_required
def members(request: PersonRequest, slug: str) -> HttpResponse:
    region = _region_of_members(request, slug)
    query = MembersQuery.read(request.GET)
    found = query.filtered(region.memberships.active()).for_list()
    page = page_of(found, query.page, PER_PAGE, most=COUNT_UP_TO)
    words = {"region": region, "query": query, "page": page, "most": COUNT_UP_TO}
    words["in_the_way"] = [] if page.object_list else query.in_the_way(region)
    return render(request, "regions/members.html", words | _for_moderators(request, region))


def _region_of_members(request: PersonRequest, slug: str) -> Region:
    region = get_object_or_404(Region, slug=slug)
    if not rules.can_see_members(request.user, region):
        raise Http404
    return region


def _for_moderators(request: PersonRequest, region: Region) -> dict[str, Any]:
    """Who is suspended, and why."""
    if not rules.can_moderate_region(request.user, region):
        return {"may_moderate": False}
    suspended = list(region.memberships.suspended().for_list()[:PER_PAGE])
    why = Sanction.objects.in_force(suspended) if suspended else {}
    return {"may_moderate": True, "suspended": [(membership, why.get(membership.pk)) for membership in suspended]}


@require_safe
@login_required
def organisations(request: PersonRequest, slug: str) -> HttpResponse:
    region = _region_of_members(request, slug)
    query = PageQuery.read(request.GET)
    page = page_of(region.organisations(), query.page, PER_PAGE)
    return render(request, "regions/organisations.html", {"region": region, "page": page})
