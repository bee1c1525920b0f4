"""The page of one challenge: a story, and everything that happens around it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from challenges.models import Challenge
from regions.gate import fetch


@require_safe
def challenge(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch(Challenge.objects.for_detail(), request.user, pk)
    if slug != found.slug:
        return redirect(found)
    return render(request, "challenges/detail.html", {"challenge": found})
