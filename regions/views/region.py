"""The list of regions, the page of one, and asking for a new one."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Language, Person
from challenges.models import Challenge, Stage
from challenges.models.told import events_told_to
from challenges.sections.timeline import ICONS
from challenges.sections.timeline import words as line_words
from initiate.kept import Kept
from initiate.middleware import is_visit
from initiate.network import named
from initiate.news import READ, grouped
from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules, tiles
from regions.forms import PlaceQuery, WishForm, names
from regions.models import (
    Audience,
    Contribution,
    Document,
    Event,
    Kind,
    Meeting,
    Membership,
    Municipality,
    Post,
    Region,
    RegionVisit,
    RegionWish,
    Sanction,
    Verb,
)
from regions.models.contribution import READABLE
from regions.models.region import COUNT_EACH_UP_TO, COUNT_UP_TO
from regions.models.standing import Reader, standing_of

CARDS = 6
LINES = 8
MEETINGS = 3


def _draw_all() -> str:
    words = {"provinces": tiles.by_province(tiles.tiles()), "view": tiles.VIEW, "borders": tiles.borders()}
    return render_to_string("regions/_map_of_all.html", words)


maps = {language: Kept(_draw_all) for language in Language.values}
"""The map of all regions with its table, by language: the same for everyone, and long to render."""
FEW = 4


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
        "map": maps[get_language() or Language.NL](),
    }
    return render(request, "regions/list.html", words)


@require_safe
def region(request: HttpRequest, slug: str) -> HttpResponse:
    in_network = standing_of(request.user).in_network
    wanted = Region.objects.with_own(request.user)
    found = get_object_or_404(wanted.with_moderators() if in_network else wanted, slug=slug)
    words = {
        "region": found,
        **_door(request.user, found.own),
        "may_post": rules.can_post_in(request.user, found),
        "may_moderate": rules.can_moderate_region(request.user, found),
        "may_see_members": rules.can_see_members(request.user, found),
        "meetings": list(Meeting.objects.visible_to(request.user).filter(region=found).coming()[:MEETINGS]),
        "may_plan": rules.can_plan_meeting(request.user, found),
        "moderators": found.moderator_rows if in_network else [],
    }
    words |= _challenges(request.user, found) | _news(request, found) | _map(found)
    words |= _posts(request.user, found) | _documents(request.user, found)
    return render(request, "regions/detail.html", words)


def _map(region: Region) -> dict[str, Any]:
    covered = tiles.covered_by(region.pk)
    return {"municipalities": covered, **tiles.drawing(covered)}


def _door(person: Reader, membership: Membership | None) -> dict[str, Any]:
    """Return how someone stands before the region; a query only for who is suspended: why."""
    is_out = membership is not None and membership.state == Membership.State.SUSPENDED
    why = Sanction.objects.in_force([membership]) if membership and is_out else {}
    return {
        "membership": membership,
        "suspension": why.get(membership.pk) if membership else None,
        "door": f"regions/_door_{rules.door(person, membership)}.html",
    }


def _challenges(person: Reader, region: Region) -> dict[str, Any]:
    seen = Challenge.objects.visible_to(person).readable().filter(region=region)
    cards = list(seen.with_stage_counts(COUNT_UP_TO).for_list()[:CARDS])
    counts = {row["stage"]: row["number"] for row in cards[0].stage_rows} if cards else {}
    return {
        "challenges": cards,
        "stages": [(stage, counts[stage]) for stage in Stage if stage in counts],
        "challenge_count": sum(counts.values()),
        "most": COUNT_UP_TO,
    }


def _news(request: HttpRequest, region: Region) -> dict[str, Any]:
    """Return what is new since the previous visit of a member; for others, and where nothing is new, the newest lines.

    One reading of the events about what this person sees: `news` is as `_timeline.html` takes it.
    """
    since = _arrive(request, region)
    audiences = [Audience.ALL, Audience.NETWORK] if since else [Audience.ALL]
    seen = events_told_to(request.user).filter(region=region, contribution__state__in=READABLE, audience__in=audiences)
    newest = seen.select_related("actor", "subject", "contribution").order_by("-at", "-pk")
    events = list(newest[: READ if since else LINES])
    new = [event for event in events if since and event.at > since and event.actor_id != request.user.pk]
    return {"since": since, "new": grouped(new), "news": [] if new else [_line(event) for event in events[:LINES]]}


def _posts(person: Reader, region: Region) -> dict[str, Any]:
    return {"posts": list(Post.objects.visible_to(person).readable().filter(region=region).for_list()[:FEW])}


def _documents(person: Reader, region: Region) -> dict[str, Any]:
    return {"documents": list(Document.objects.visible_to(person).readable().filter(region=region).for_list()[:FEW])}


def _arrive(request: HttpRequest, region: Region) -> datetime | None:
    """Return since when things are new for a member of this region."""
    if not isinstance(request.user, Person) or not rules.can_post_in(request.user, region):
        return None
    return RegionVisit.arrive(region, request.user) if is_visit(request) else timezone.now()


def _line(event: Event) -> dict[str, Any]:
    where = event.contribution
    return {
        "icon": ICONS.get(Verb(event.verb), "circle"),
        "by": str(event.actor or ""),
        "text": f"{line_words(event, where.kinds if where else ())}: {where}",
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
        said = named(_("Your wish for a region in %(place)s is with the staff of Initiate. They will get in touch."))
        messages.success(request, said % {"place": place})
        return redirect("regions:list")
    words = {"form": form, "names": names()}
    return render(request, "regions/wish.html", words, status=422 if form.errors else 200)
