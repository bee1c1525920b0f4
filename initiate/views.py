"""The home page, and the pages about the site itself."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Sum, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.first_visit import steps_left
from accounts.models import Language, Person, Visit
from challenges.models import Challenge
from challenges.rules import PATH
from challenges.stages import goal_of
from challenges.waiting import waiting_for
from initiate.design import examples
from initiate.glossary import by_letter, find
from initiate.kept import Kept
from initiate.middleware import is_visit
from initiate.news import news_for
from regions import tiles
from regions.forms import QueryForm
from regions.models import Membership, Region

CARDS = 6
LINES = 6
"""So many things that wait are shown at once; the others are folded."""
PAGES = ("over", "toegankelijkheid", "privacy", "cookies", "help", "veiligheid")

LOOKED_AT = date(2026, 12, 1)
"""When somebody last read the statement on access beside the site: who changes the one changes the other."""


def _count() -> dict[str, int]:
    """What visitors can see of the network, in numbers."""
    public = Challenge.objects.visible_to(None).readable()
    sums = public.aggregate(prototypes=Sum("prototype_count"), rounds=Sum("resident_round_count"))
    return {"challenges": public.count(), **{name: number or 0 for name, number in sums.items()}}


numbers = Kept(_count)


def _draw() -> str:
    found = tiles.covered()
    words = {"covered": len(found), "all": len(tiles.tiles()), "inside": tiles.inside(found), **tiles.drawing(found)}
    return render_to_string("regions/_map_of_network.html", words)


maps = {language: Kept(_draw) for language in Language.values}
"""Where the network is, as a drawing, by language."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Person):
        return own_home(request, request.user)
    context = {
        "challenges": Challenge.objects.visible_to(None).alive().for_list()[:CARDS],
        "regions": Region.objects.all(),
        "stages": [(stage, goal_of(stage)) for stage in PATH],
        "numbers": numbers(),
        "map": maps[get_language() or Language.NL](),
    }
    return render(request, "home.html", context)


def own_home(request: HttpRequest, person: Person) -> HttpResponse:
    """What waits on this person, what is new, and their challenges, or else the liveliest of the network."""
    since = Visit.arrive(person) if is_visit(request) else timezone.now()
    own, living = cards(person)
    waiting = waiting_for(person)
    context = {
        "waiting": waiting[:LINES],
        "folded": waiting[LINES:],
        "since": since,
        "news": news_for(person, since),
        "own": own,
        "living": living,
        "steps_left": steps_left(person),
        "asked": Membership.objects.of(person).pending(),
    }
    return render(request, "own_home.html", context)


def cards(person: Person) -> tuple[list[Challenge], list[Challenge]]:
    """Return someone's own challenges and the liveliest others, each with the latest activity first; one query."""
    seen = Challenge.objects.visible_to(person).for_list()
    own = seen.published().of(person).latest_of_few().annotate(is_own=Value(True))[:CARDS]
    living = seen.alive().annotate(is_own=Value(False))[: 2 * CARDS]
    found: list[Any] = sorted(own.union(living, all=True), key=lambda row: row.last_activity_at, reverse=True)
    mine = [row for row in found if row.is_own]
    return mine, [row for row in found if row not in mine][:CARDS]


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the pages about the site."""
    if slug not in PAGES:
        raise Http404
    context = {
        "contact": settings.CONTACT,
        "security_contact": settings.SECURITY_CONTACT,
        "statement": settings.ACCESSIBILITY_STATEMENT,
        "looked_at": LOOKED_AT,
    }
    return render(request, f"pages/{slug}.html", context)


class WordQuery(QueryForm):
    """What is looked for among the words."""

    q = forms.CharField(label=_("Which word are you looking for?"), required=False, max_length=100)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """The words of the social domain and of this site, explained."""
    query = WordQuery.read(request.GET)
    words = query.cleaned_data["q"] or ""
    found = find(words)
    context = {"query": query, "words": words, "found": len(found), "letters": by_letter(found)}
    return render(request, "glossary.html", context)


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """The design language with its states: for staff, and in the demo for everyone."""
    is_staff = isinstance(request.user, Person) and request.user.is_staff
    if not (is_staff or settings.DEMO):
        raise Http404
    return render(request, "design/page.html", examples())
