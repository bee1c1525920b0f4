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
    seats = Seat.objects.current().filter(person__is_active=True).select_related("person")
    context = {"seats": seats.order_by("person__name", "pk"), "enough": ENOUGH}
    return render(request, "challenges/cabinet_public.html", context)


def _dashboard(person: Person) -> dict[str, Any]:
    asked = Asking.objects.open().for_dashboard(person)
    if not standing_of(person).is_seat:
        return {"is_seat": False, **_waiting(asked)}
    waiting = _waiting(asked.waiting_on(person))
    asking = {row.challenge_id for row in waiting["waiting"]}
    return {
        "is_seat": True,
        **waiting,
        "drafts": [draft for draft in Review.drafts_of(person)[:SHOWN] if draft.contribution_id not in asking],
        "reviews": Review.objects.by_member(person)[:SHOWN],
        "offers": Offer.objects.made_by(person)[:SHOWN],
    }


def _waiting(asked: Any) -> dict[str, Any]:
    """The first questions; `has_more` tells that others wait behind them."""
    rows = list(asked[: SHOWN + 1])
    return {"waiting": rows[:SHOWN], "has_more": len(rows) > SHOWN, "enough": ENOUGH}
