"""The InnovatieKabinet: a page for everyone about what it is, and a dashboard for who serves in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Person
from challenges.models import Asking, Offer, Review, Seat
from challenges.models.review import ENOUGH
from challenges.rules import can_enter_cabinet
from regions.models.standing import standing_of

SHOWN = 50


@require_safe
def cabinet(request: HttpRequest) -> HttpResponse:
    person = request.user
    if isinstance(person, Person) and can_enter_cabinet(person):
        return render(request, "challenges/cabinet.html", _dashboard(person))
    seats = Seat.objects.current().select_related("person").order_by("person__name", "pk")
    return render(request, "challenges/cabinet_public.html", {"seats": seats, "enough": ENOUGH})


def _dashboard(person: Person) -> dict[str, Any]:
    is_seat = standing_of(person).is_seat
    waiting = Asking.objects.open().for_dashboard(person)
    return {
        "is_seat": is_seat,
        "waiting": (waiting.waiting_on(person) if is_seat else waiting)[:SHOWN],
        "reviews": Review.objects.by_member(person)[:SHOWN] if is_seat else [],
        "offers": Offer.objects.made_by(person)[:SHOWN] if is_seat else [],
        "enough": ENOUGH,
    }
