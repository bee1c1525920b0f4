"""The list of regions, the page of one, and asking for a new one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from challenges.models import Challenge, Stage
from challenges.sections.timeline import ICONS
from challenges.sections.timeline import words as line_words
from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.forms import PlaceQuery, WishForm, names
from regions.models import (
    Audience,
    Contribution,
    Event,
    Kind,
    Membership,
    Municipality,
    Region,
    RegionWish,
    Sanction,
    Verb,
)
from regions.models.comment import events_shown_to
from regions.models.contribution import READABLE
from regions.models.region import COUNT_EACH_UP_TO, COUNT_UP_TO
from regions.models.standing import Reader, standing_of

CARDS = 6
LINES = 8


@require_safe
def regions(request: HttpRequest) -> HttpResponse:
    query = PlaceQuery.read(request.GET)
    place: Municipality | None = query.cleaned_data["gemeente"]
    seen = Contribution.objects.visible_to(request.user).readable().filter(kind=Kind.CHALLENGE)
    found = Region.objects.for_list(seen)
    words = {
        "query": query,
        "names": names(),
        "place": place,
        "regions": list(found.covering(place) if place else found),
        "most": COUNT_EACH_UP_TO,
    }
    return render(request, "regions/list.html", words)


@require_safe
def region(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Region, slug=slug)
    membership = found.membership_of(request.user)
    words = {
        "region": found,
        **_door(request.user, membership),
        "may_post": rules.can_post_in(request.user, found),
        "may_moderate": rules.can_moderate_region(request.user, found),
        "may_see_members": rules.can_see_members(request.user, found),
        "moderators": _moderators(request.user, found),
        "municipalities": list(found.municipalities.all()),
        "news": _news(request.user, found),
    }
    return render(request, "regions/detail.html", words | _challenges(request.user, found))


def _door(person: Reader, membership: Membership | None) -> dict[str, Any]:
    """Return how someone stands before the region; a query only for who is suspended: why."""
    is_out = membership is not None and membership.state == Membership.State.SUSPENDED
    why = Sanction.objects.in_force([membership]) if membership and is_out else {}
    return {
        "membership": membership,
        "suspension": why.get(membership.pk) if membership else None,
        "door": f"regions/_door_{rules.door(person, membership)}.html",
    }


def _moderators(person: Reader, region: Region) -> list[Any]:
    """Names are for the network; a visitor gets in touch by joining."""
    return list(region.memberships.moderators().for_list()) if standing_of(person).in_network else []


def _challenges(person: Reader, region: Region) -> dict[str, Any]:
    seen = Challenge.objects.visible_to(person).readable().filter(region=region)
    counts = seen.count_by_stage(COUNT_UP_TO)
    return {
        "challenges": list(seen.for_list()[:CARDS]),
        "stages": [(stage, counts[stage]) for stage in Stage if stage in counts],
        "challenge_count": sum(counts.values()),
        "most": COUNT_UP_TO,
    }


def _news(person: Reader, region: Region) -> list[dict[str, Any]]:
    """Return the newest lines of `_timeline.html`: a reading of the events, of what this person sees."""
    seen = events_shown_to(person).filter(region=region, contribution__state__in=READABLE, audience=Audience.ALL)
    return [_line(event) for event in seen.select_related("actor", "contribution").order_by("-at", "-pk")[:LINES]]


def _line(event: Event) -> dict[str, Any]:
    where = event.contribution
    return {
        "icon": ICONS.get(Verb(event.verb), "circle"),
        "by": str(event.actor or ""),
        "text": f"{line_words(event)}: {where}",
        "url": where.get_absolute_url() if where else "",
        "at": event.at,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def wish(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        form = WishForm(request.POST)
    else:
        form = WishForm(initial={"gemeente": PlaceQuery.read(request.GET).cleaned_data["gemeente"]})
    if form.is_bound and form.is_valid():
        place = form.cleaned_data["gemeente"]
        RegionWish.make(place, by=request.user, words=form.cleaned_data["words"])
        said = _("Your wish for a region in %(place)s is with the staff of Initiate. They will get in touch.")
        messages.success(request, said % {"place": place})
        return redirect("regions:list")
    words = {"form": form, "names": names()}
    return render(request, "regions/wish.html", words, status=422 if form.errors else 200)
