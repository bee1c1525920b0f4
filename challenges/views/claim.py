"""Posting on behalf of someone: asking them to take it over, and the page to which the link in the mail leads."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from challenges.forms.claim import ClaimForm, ClaimQuestionForm
from challenges.models import Challenge, Seeking
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone, NotYours, TooLate
from regions.gate import fetch
from regions.models import Claim
from regions.models.standing import standing_of
from regions.rules import can_ask_claim, can_moderate

ASKED = gettext_lazy("A mail is on its way with a link to take this over. Until then you are the author.")
MAY_ANSWER = {True: ("welcome",), False: ("welcome", "suspended", "visitor")}
"""Who may say yes, and who may say no: for that one needs no account, the link came by mail."""
OVER = gettext_lazy("This was answered or taken back in the meantime.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Ask someone to become the author of what a moderator posted."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_ask_claim)
    form = ClaimQuestionForm(request.POST if request.method == "POST" else None, person=request.user)
    if not form.is_valid():
        words = {"challenge": challenge, "form": form}
        return render(request, "challenges/claim_ask.html", words, status=422 if form.errors else 200)
    try:
        Claim.ask(challenge, form.cleaned_data["behalf"], by=request.user)
    except AlreadyDone:
        messages.info(request, _("Someone is asked already. Take that back first."))
    else:
        messages.success(request, ASKED)
    return redirect(challenge)


@require_POST
@login_required
def again(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Send the mail once more, with a new term."""
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_moderate)
    try:
        _waiting(challenge).send_again(request.user)
    except AlreadyDone:
        messages.info(request, OVER)
    else:
        messages.success(request, _("The mail is on its way again; its link works for thirty days."))
    return redirect(challenge)


@require_POST
@login_required
def withdraw(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_moderate)
    try:
        _waiting(challenge).withdraw(request.user)
    except AlreadyDone:
        messages.info(request, OVER)
    else:
        messages.success(request, _("This is taken back: the link does not work any more, and the address is gone."))
    return redirect(challenge)


def _waiting(challenge: Challenge) -> Claim:
    """Return the claim that waits. Raises AlreadyDone when there is none."""
    found = challenge.claims.waiting().first()
    if found is None:
        raise AlreadyDone("claim")
    return found


# --- who was asked ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in the mail leads; it changes nothing by itself, as programs follow links too."""
    found = Claim.objects.of_token(token)
    if found is None:
        raise Http404
    person = request.user if isinstance(request.user, Person) else None
    door = _door(found, person)
    region = found.contribution.region
    is_member = region.pk in standing_of(person).member_of
    form = ClaimForm(request.POST if request.method == "POST" else None, region=region, is_member=is_member)
    if form.is_valid() and door in MAY_ANSWER[form.is_yes]:
        return _accept(request, found, person) if person and form.is_yes else _refuse(request, found)
    words = {
        "claim": found,
        "region": region,
        "form": form,
        "door": door,
        "is_member": is_member,
        **_story(found, door),
    }
    return render(request, "challenges/claim.html", words, status=422 if form.errors else 200)


def _door(found: Claim, person: Person | None) -> str:
    """Return how this claim stands for who looks at it."""
    if person and found.person_id == person.pk:
        return "mine"
    if not found.stands():
        return "over"
    if person is None:
        return "visitor"
    if not found.is_for(person) or person.pk == found.by_id:
        return "other"
    return "suspended" if found.is_barred(person) else "welcome"


def _story(found: Claim, door: str) -> dict[str, Any]:
    """Return the text for who has the address, whoever may read it besides: it was written on behalf of them."""
    if door != "welcome":
        return {}
    challenge = Challenge.objects.for_detail().get(pk=found.contribution_id)
    return {"challenge": challenge, "seeking": [(value, Seeking(value).label) for value in challenge.seeking]}


def _accept(request: HttpRequest, found: Claim, person: Person) -> HttpResponseRedirect:
    try:
        found.accept(person)
    except NotYours:
        messages.error(request, _("This is for another e-mail address."))
    except TooLate:
        messages.error(request, _("This link has expired. Ask for a new one."))
    except AlreadyDone:
        messages.info(request, OVER)
    else:
        messages.success(request, _("This is yours now: you are the author, and a member of this region."))
        return redirect(Challenge.objects.get(pk=found.contribution_id))
    return redirect(found)


def _refuse(request: HttpRequest, found: Claim) -> HttpResponseRedirect:
    try:
        found.refuse()
    except AlreadyDone:
        messages.info(request, OVER)
    else:
        messages.success(request, _("Thank you. Who posted this hears it, and your address is gone."))
    return redirect(found)
