"""Help that people offer on a challenge, the answer of the team, and what came of it."""

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.forms.offers import KindQuery, OfferForm, OutcomeForm, SettleForm, WithdrawForm
from challenges.models import Challenge, Offer, OfferKind
from challenges.rules import (
    can_answer_offer,
    can_close_offer,
    can_offer,
    can_read_answer,
    can_withdraw_offer,
    is_offerer,
)
from challenges.sections.offers import offer_row, offers_section
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import allow, fetch
from regions.rules import can_edit

OfferAnswer = SettleForm | OutcomeForm | WithdrawForm


@require_safe
def offers(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    context = {"challenge": challenge, **offers_section(request.user, challenge)}
    return render(request, "challenges/offers.html", context)


@login_required
@once
def offer_new(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_offer)
    if request.method == "POST":
        form = OfferForm(request.POST, person=request.user)
        if form.is_valid():
            return _make(request, challenge, form)
    else:
        form = OfferForm(person=request.user, initial={"kind": KindQuery.read(request.GET).cleaned_data["soort"]})
    status = 422 if form.is_bound else 200
    return render(request, "challenges/offer_new.html", {"challenge": challenge, "form": form}, status=status)


def _make(request: PersonRequest, challenge: Challenge, form: OfferForm) -> HttpResponse:
    email = form.cleaned_data["backer_email"]
    too_often: HttpResponse | None = consume_or_429(request, action="backing", key=email) if email else None
    if too_often:
        return too_often
    try:
        offer = Offer.make(challenge, by=request.user, **form.cleaned_data)
    except AlreadyDone:
        messages.info(request, _("You asked this before. The team has not answered yet."))
        return redirect(f"{challenge.get_absolute_url()}#aanbod")
    if offer.kind == OfferKind.TEAM:
        messages.success(request, _("Your question is with the team. They answer you here and by mail."))
    else:
        messages.success(request, _("Thank you. Your offer is with the team. They answer you here and by mail."))
    return redirect(offer)


@login_required
@once
def offer_settle(request: PersonRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    offer = fetch_offer(request, pk, offer_pk)
    allow(request.user, offer.challenge, can_edit)
    form = SettleForm(request.POST if request.method == "POST" else None, offer=offer)
    if not can_answer_offer(request.user, offer):
        return _too_late(request, offer, form)
    if not form.is_valid():
        return _page(request, "challenges/offer_settle.html", offer, form, 422 if form.is_bound else 200)
    try:
        offer.settle(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        return _too_late(request, offer, form)
    messages.success(request, _("Your answer was sent."))
    return redirect(offer)


@login_required
@once
def offer_close(request: PersonRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    offer = fetch_offer(request, pk, offer_pk)
    allow(request.user, offer, can_read_answer)
    form = OutcomeForm(request.POST if request.method == "POST" else None, offer=offer)
    if offer.state in (Offer.State.HAPPENED, Offer.State.LAPSED):
        return _too_late(request, offer, form)
    allow(request.user, offer, can_close_offer)
    if not form.is_valid():
        return _page(request, "challenges/offer_close.html", offer, form, 422 if form.is_bound else 200)
    try:
        offer.close(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        return _too_late(request, offer, form)
    happened = form.cleaned_data["happened"]
    said = _("Thank you. What came of it now stands with the challenge.") if happened else _("Thank you. It is closed.")
    messages.success(request, said)
    return redirect(offer)


@login_required
@once
def offer_withdraw(request: PersonRequest, pk: int, slug: str, offer_pk: int) -> HttpResponse:
    offer = fetch_offer(request, pk, offer_pk)
    allow(request.user, offer, is_offerer)
    form = WithdrawForm(request.POST if request.method == "POST" else None, offer=offer)
    if not offer.is_open:
        return _too_late(request, offer, form)
    allow(request.user, offer, can_withdraw_offer)
    if not form.is_valid():
        return _page(request, "challenges/offer_withdraw.html", offer, form, 422 if form.is_bound else 200)
    try:
        offer.withdraw(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        return _too_late(request, offer, form)
    messages.success(request, _("You took your offer back. The team hears it."))
    return redirect(offer)


def fetch_offer(request: PersonRequest, pk: int, offer_pk: int) -> Offer:
    """Return an offer that this person may read, with its challenge. Raises Http404."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    offer = get_object_or_404(Offer.objects.on(challenge, request.user), pk=offer_pk)
    offer.challenge = challenge
    return offer


def _too_late(request: PersonRequest, offer: Offer, form: OfferAnswer) -> HttpResponse:
    """Somebody was first: show what they wrote, beside the words that were not sent."""
    if request.method != "POST":
        messages.info(request, _("This offer was answered already."))
        return redirect(offer)
    found = Offer.objects.select_related("person", "answered_by").get(pk=offer.pk)
    found.challenge = offer.challenge
    return _page(request, "challenges/offer_conflict.html", found, form, 409)


def _page(request: PersonRequest, template: str, offer: Offer, form: OfferAnswer, status: int) -> HttpResponse:
    row = {name: value for name, value in offer_row(request.user, offer).items() if not name.startswith("can_")}
    return render(request, template, {"challenge": offer.challenge, "form": form, **row}, status=status)
