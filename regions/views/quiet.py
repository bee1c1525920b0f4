"""Making one contribution or one region quiet, and hearing it again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from initiate.requests import PersonRequest
from regions.gate import fetch
from regions.models import Contribution, Quiet, Region
from regions.rules import can_follow


@require_POST
@login_required
def contribution(request: PersonRequest, pk: int) -> HttpResponse:
    """`quiet=1` makes it quiet, everything else undoes that; once more changes nothing."""
    found = fetch(Contribution.objects.all(), request.user, pk, may=can_follow)
    Quiet.objects.switch(request.user, on=_is_on(request), contribution=found.pk)
    return _answer(request, found)


@require_POST
@login_required
def region(request: PersonRequest, slug: str) -> HttpResponse:
    """The same for all that is posted in a region. Who left it may hear it again too."""
    found = get_object_or_404(Region, slug=slug)
    Quiet.objects.switch(request.user, on=_is_on(request), region=found.pk)
    return _answer(request, found)


def _is_on(request: PersonRequest) -> bool:
    return request.POST.get("quiet") == "1"


def _answer(request: PersonRequest, about: Contribution | Region) -> HttpResponse:
    said = _("This is quiet now: you hear nothing of it.") if _is_on(request) else _("You hear of this again.")
    messages.success(request, said)
    return redirect("accounts:preferences" if request.POST.get("naar") == "voorkeuren" else about)
