"""What moderators of a region did, in numbers, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from regions import rules
from regions.counts import counts_of
from regions.models import Region


@require_safe
def counts(request: HttpRequest, slug: str) -> HttpResponse:
    region = get_object_or_404(Region, slug=slug)
    quarters, lines = counts_of(region)
    may_moderate = rules.can_moderate_region(request.user, region)
    words = {"region": region, "quarters": quarters, "lines": lines, "may_moderate": may_moderate}
    return render(request, "regions/counts.html", words)
