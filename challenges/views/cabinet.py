"""The InnovatieKabinet: a page for everyone about what it is, and a dashboard for who has a seat in it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Person
from challenges.forms.asking import AfterQuery
from challenges.models import Asking, Offer, Point, Review, Seat
from challenges.models.asking import ENOUGH
from challenges.rules import can_enter_cabinet, can_plan
from challenges.sections.session import coming_sessions
from initiate.requests import PersonRequest
from regions.forms import PartQuery
from regions.models.standing import standing_of
from regions.paging import pieces_of

AHEAD = 100
"""So many that wait are gone through one after the other."""


@require_safe
def cabinet(request: HttpRequest) -> HttpResponse:
    """The dashboard of a seat; the secretary goes to the planning, everyone else reads what it is."""
    person = request.user
    if isinstance(person, Person) and can_enter_cabinet(person):
        return dashboard(request, person)
    return redirect("challenges:planning") if can_plan(person) else about(request)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {"seats": Seat.objects.shown(), "enough": ENOUGH, "may_plan": can_plan(request.user)}
    return render(request, "challenges/cabinet_public.html", context)


def dashboard(request: HttpRequest, person: Person) -> HttpResponse:
    parts = _parts(person)
    query = PartQuery.read(request.GET, parts=parts)
    context = {
        "has_agreed": standing_of(person).has_agreed,
        "may_plan": can_plan(person),
        "query": query,
        "pieces": pieces_of(parts, query.part, query.page),
        **({} if query.part else coming_sessions(person)),
    }
    return render(request, "challenges/cabinet.html", context)


def _parts(person: Person) -> dict[str, QuerySet[Any]]:
    """Return what a member works on; before they agreed to the rules nothing opens."""
    if not standing_of(person).has_agreed:
        return {"deuren": Offer.objects.made_by(person)}
    waiting = Asking.objects.open().for_dashboard(person).waiting_on(person)
    return {
        "wacht": waiting,
        "concepten": Review.drafts_of(person).exclude(contribution__in=waiting.values("challenge")),
        "antwoorden": Point.objects.answered_to(person),
        "gegeven": Review.objects.by_member(person).outdated_first(),
        "deuren": Offer.objects.made_by(person),
    }


@require_safe
@login_required
def following(request: PersonRequest) -> HttpResponseRedirect:
    """Go to the sheet that waits after another one (`?na=` its challenge), the first where it was the last."""
    if not can_enter_cabinet(request.user):
        raise Http404
    waiting = Asking.objects.open().for_dashboard(request.user).waiting_on(request.user)
    found = [asking.challenge for asking in waiting[:AHEAD]]
    after = AfterQuery.read(request.GET).cleaned_data["na"]
    places = [number for number, challenge in enumerate(found, 1) if challenge.pk == after]
    if not found:
        return redirect("challenges:cabinet")
    following = found[places[0] % len(found) if places else 0]
    return redirect("challenges:review", following.pk, following.slug)
