"""The backing of a board: asking who decides to confirm it, and the page to which the link in the mail leads."""

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from challenges.forms.offers import BackedForm, BackingForm
from challenges.models import Offer
from challenges.rules import can_ask_backing, is_offerer
from challenges.views.offers import fetch_offer
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone, TooOften
from regions.gate import allow


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: PersonRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    """Ask who decides, or ask once more."""
    offer = fetch_offer(request, pk, offer_pk)
    allow(request.user, offer, is_offerer)
    if not can_ask_backing(request.user, offer):
        messages.info(request, _("This cannot be confirmed any more."))
        return redirect(offer)
    form = BackingForm(request.POST if request.method == "POST" else None, offer=offer, person=request.user)
    if form.is_valid():
        return _ask(request, offer, form)
    words = {"challenge": offer.challenge, "offer": offer, "form": form}
    return render(request, "challenges/backing_ask.html", words, status=422 if form.errors else 200)


def _ask(request: PersonRequest, offer: Offer, form: BackingForm) -> HttpResponse:
    email = form.cleaned_data["backer_email"] or offer.backer_email
    too_often: HttpResponse | None = consume_or_429(request, action="backing", key=email)
    if too_often:
        return too_often
    try:
        offer.ask_backing(by=request.user, **form.cleaned_data)
    except TooOften:
        messages.info(request, _("You asked this today. You can ask it once a day."))
    except AlreadyDone:
        messages.info(request, _("This cannot be confirmed any more."))
    else:
        messages.success(request, _("A mail is on its way with a link to confirm this. It works for thirty days."))
    return redirect(offer)


# --- who decides --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def backing(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in the mail leads; it changes nothing by itself, as programs follow links too."""
    found = Offer.objects.of_token(token)
    if found is None:
        raise Http404
    form = BackedForm(request.POST if request.method == "POST" else None)
    door = _door(found)
    if door == "open" and form.is_valid():
        return _answer(request, found, form)
    words = {"offer": found, "door": door, "form": form}
    return render(request, "challenges/backing.html", words, status=422 if form.errors else 200)


def _door(offer: Offer) -> str:
    """Return how it stands: nothing of the offer is told once it was answered."""
    if offer.can_be_backed():
        return "open"
    is_confirmed = offer.backed_at and (offer.is_open or offer.is_known)
    return "confirmed" if is_confirmed else "over"


def _answer(request: HttpRequest, offer: Offer, form: BackedForm) -> HttpResponseRedirect:
    try:
        if form.is_yes:
            offer.confirm_backing()
        else:
            offer.refuse_backing()
    except AlreadyDone:
        messages.info(request, _("This was answered or taken back in the meantime."))
    else:
        said = _("Thank you. It is confirmed, and your address is gone.")
        messages.success(
            request,
            said if form.is_yes else _("Thank you. Who asked you and the team hear it, and your address is gone."),
        )
    return redirect(offer.get_backing_url())
