"""A seat: agreeing to the rules of a term, what others read about a member, and the portrait."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from challenges.forms.seat import AgreeForm, SeatForm
from challenges.models import Asking, Seat
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone


def own_seat(request: PersonRequest) -> Seat:
    """Return the seat of this person at this moment. Raises Http404."""
    found = Seat.objects.of(request.user)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agree(request: PersonRequest) -> HttpResponse:
    """Show the rules; a POST agrees to them, and opens what is asked."""
    seat = own_seat(request)
    if seat.agreed_at:
        return render(request, "challenges/agree.html", {"seat": seat})
    form = AgreeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"seat": seat, "form": form}
        return render(request, "challenges/agree.html", context, status=422 if form.is_bound else 200)
    try:
        with transaction.atomic():
            seat.agree(form.cleaned_data["interests"])
            Asking.objects.invite(by=request.user)
    except AlreadyDone:
        messages.info(request, _("You agreed to the rules already."))
    else:
        messages.success(request, _("Thank you. What waits on you stands below."))
    return redirect("challenges:cabinet")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def seat(request: PersonRequest) -> HttpResponse:
    """What everyone reads about a member, and what the secretary goes by."""
    found = own_seat(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = SeatForm(*sent, has_portrait=bool(found.portrait), initial=_now(found))
    if form.is_valid():
        found.describe(form.cleaned_data)
        messages.success(request, _("Saved. This is how you stand on the page of the InnovatieKabinet."))
        return redirect("challenges:cabinet_about")
    context = {"seat": found, "form": form}
    return render(request, "challenges/seat.html", context, status=422 if form.is_bound else 200)


def _now(found: Seat) -> dict[str, Any]:
    return {"expertise": found.expertise, "interests": found.interests, "themes": found.themes.all()}


@require_safe
def portrait(request: HttpRequest, pk: int) -> FileResponse:
    """Send the picture of a member of this moment; it was drawn anew, so it is what it says."""
    name = Seat.objects.shown().filter(pk=pk).exclude(portrait="").values_list("portrait", flat=True).first()
    if not name:
        raise Http404
    try:
        answer = FileResponse(default_storage.open(name), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    answer["Cache-Control"] = "public, max-age=86400"
    return answer
