"""The InnovatieKabinet: a page for everyone about what it is, and a dashboard for who serves in it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Person
from challenges.models import Asking, Offer, Review, Seat
from challenges.models.asking import ENOUGH
from challenges.rules import can_enter_cabinet
from regions.forms import PartQuery
from regions.models import Meeting, Region
from regions.models.standing import standing_of
from regions.paging import pieces_of

SESSIONS = 4
"""So many coming sessions stand on the dashboard."""


@require_safe
def cabinet(request: HttpRequest) -> HttpResponse:
    person = request.user
    if isinstance(person, Person) and can_enter_cabinet(person):
        return render(request, "challenges/cabinet.html", _dashboard(person, request.GET))
    seats = Seat.objects.current().filter(person__is_active=True).select_related("person")
    context = {"seats": seats.order_by("person__name", "pk"), "enough": ENOUGH}
    return render(request, "challenges/cabinet_public.html", context)


def _dashboard(person: Person, asked_for: QueryDict) -> dict[str, Any]:
    parts = _parts(person)
    query = PartQuery.read(asked_for, parts=parts)
    return {
        "is_seat": standing_of(person).is_seat,
        "query": query,
        "pieces": pieces_of(parts, query.part, query.page),
        "enough": ENOUGH,
        **({} if query.part else _sessions(person)),
    }


def _sessions(person: Person) -> dict[str, Any]:
    """What `challenges/_sessions.html` takes."""
    coming = Meeting.objects.visible_to(person).sessions().coming().for_list()[:SESSIONS]
    regions = Region.objects.order_by("name") if standing_of(person).is_secretary else Region.objects.none()
    return {"sessions": list(coming), "regions": list(regions)}


def _parts(person: Person) -> dict[str, QuerySet[Any]]:
    asked = Asking.objects.open().for_dashboard(person)
    if not standing_of(person).is_seat:
        return {"wacht": asked}
    waiting = asked.waiting_on(person)
    return {
        "wacht": waiting,
        "concepten": Review.drafts_of(person).exclude(contribution__in=waiting.values("challenge")),
        "gegeven": Review.objects.by_member(person),
        "deuren": Offer.objects.made_by(person),
    }
