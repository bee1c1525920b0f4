"""Help that people offer on a challenge, the answer of the team, and what came of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from initiate.requests import PersonRequest

from challenges.forms.offers import OfferForm, OutcomeForm, SettleForm
from challenges.models import Challenge, Offer, OfferKind
from challenges.rules import can_answer_offer, can_close_offer, can_offer, is_team
from challenges.sections.offers import offers_section
from initiate.once import once
from regions.errors import AlreadyDone
from regions.gate import allow, fetch


@require_safe
def offers(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    context = {"challenge": challenge, **offers_section(request.user, challenge)}
    return render(request, "challenges/offers.html", context)


@login_required
@once
def offer_new(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_offer)
    form = OfferForm(request.POST or None, initial={"kind": request.GET.get("soort", "")})
    if form.is_valid():
        Offer.make(challenge, by=request.user, **form.cleaned_data)
        if form.cleaned_data["kind"] == OfferKind.TEAM:
            messages.success(request, _("Your question is with the team. They answer you here and by mail."))
        else:
            messages.success(request, _("Thank you. Your offer is with the team. They answer you here and by mail."))
        return redirect(f"{challenge.get_absolute_url()}#aanbod")
    status = 422 if form.is_bound else 200
    return render(request, "challenges/offer_new.html", {"challenge": challenge, "form": form}, status=status)


@login_required
def offer_settle(request: PersonRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    challenge, offer = _fetch_offer(request, pk, offer_pk)
    if request.method != "POST":
        allow(request.user, offer, can_answer_offer)
    form = SettleForm(request.POST or None)
    if form.is_valid():
        return _settle(request, challenge, offer, form)
    status = 422 if form.is_bound else 200
    context = {"challenge": challenge, "offer": offer, "form": form}
    return render(request, "challenges/offer_settle.html", context, status=status)


def _settle(request: PersonRequest, challenge: Challenge, offer: Offer, form: SettleForm) -> HttpResponse:
    allow(request.user, challenge, is_team)
    try:
        offer.settle(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        messages.warning(request, _("A colleague answered this offer before you. Nothing was changed."))
    else:
        messages.success(request, _("Your answer was sent."))
    return redirect(f"{challenge.get_absolute_url()}#aanbod")


@login_required
def offer_close(request: PersonRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    challenge, offer = _fetch_offer(request, pk, offer_pk)
    allow(request.user, offer, can_close_offer)
    form = OutcomeForm(request.POST or None)
    if form.is_valid():
        offer.close(by=request.user, **form.cleaned_data)
        messages.success(request, _("Thank you. What came of it now stands with the challenge."))
        return redirect(f"{challenge.get_absolute_url()}#aanbod")
    status = 422 if form.is_bound else 200
    context = {"challenge": challenge, "offer": offer, "form": form}
    return render(request, "challenges/offer_close.html", context, status=status)


def _fetch_offer(request: PersonRequest, pk: int, offer_pk: int) -> tuple[Challenge, Offer]:
    """Return a visible challenge and an offer on it that this person may read. Raises Http404."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    offer = get_object_or_404(Offer.objects.on(challenge, request.user), pk=offer_pk)
    offer.challenge = challenge
    return challenge, offer
