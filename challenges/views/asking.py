"""Asking the InnovatieKabinet, taking the question back, and leaving it to other members."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from challenges.forms.asking import AskForm, RecuseForm
from challenges.models import Asking, Challenge, Seat
from challenges.models.asking import ENOUGH
from challenges.rules import can_ask_review, can_recuse, is_asker
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import allow, fetch

CLOSED = gettext_lazy("This question to the InnovatieKabinet is closed already.")


@login_required
@once
def ask_review(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=is_asker)
    if challenge.is_in_review:
        messages.info(request, _("The InnovatieKabinet was asked already."))
        return redirect(f"{challenge.get_absolute_url()}#feedback")
    allow(request.user, challenge, can_ask_review)
    before = Seat.objects.who_can_look_again(challenge).count()
    form = AskForm(request.POST if request.method == "POST" else None, challenge=challenge, before=before)
    if form.is_valid():
        return _ask(request, challenge, form)
    seats = Seat.objects.current().agreed().independent_of(challenge).count()
    context = {"challenge": challenge, "form": form, "seats": seats, "before": before, "enough": ENOUGH}
    return render(request, "challenges/ask_review.html", context, status=422 if form.is_bound else 200)


def _ask(request: PersonRequest, challenge: Challenge, form: AskForm) -> HttpResponse:
    asked = form.cleaned_data
    try:
        Asking.open_for(
            challenge,
            by=request.user,
            words=asked["words"],
            explained=form.explained,
            again=asked.get("again", False),
        )
    except AlreadyDone:
        messages.info(request, _("A colleague asked the InnovatieKabinet just before you."))
    else:
        messages.success(
            request, _("The InnovatieKabinet sees your challenge now. You hear from us when there is feedback.")
        )
    return redirect(f"{challenge.get_absolute_url()}#feedback")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask_end(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Close the question before everyone answered."""
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=is_asker)
    asking = challenge.askings.open().first()
    if request.method != "POST" and asking:
        return render(request, "challenges/ask_end.html", {"challenge": challenge})
    try:
        if asking is None:
            raise AlreadyDone("closed")
        asking.end(by=request.user)
    except AlreadyDone:
        messages.info(request, CLOSED)
    else:
        messages.success(request, _("The question is closed. What was given stays."))
    return _back(request, challenge)


def _back(request: PersonRequest, challenge: Challenge) -> HttpResponse:
    """Go to the challenge; the secretary may not see it any more."""
    is_visible = Challenge.objects.visible_to(request.user).filter(pk=challenge.pk).exists()
    return redirect(f"{challenge.get_absolute_url()}#feedback") if is_visible else redirect("challenges:planning")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def recuse(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Leave a question to other members, for a reason that the secretary reads."""
    challenge = fetch(Challenge.objects.all(), request.user, pk)
    asking = challenge.askings.open().first()
    if asking is None or challenge.reviews.filter(asking=asking, by=request.user).exists():
        messages.info(request, _("You gave feedback, or this question is closed already."))
        return redirect("challenges:cabinet")
    allow(request.user, challenge, can_recuse)
    form = RecuseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"challenge": challenge, "form": form}
        return render(request, "challenges/recuse.html", context, status=422 if form.is_bound else 200)
    try:
        asking.recuse(request.user, form.cleaned_data["words"])
    except AlreadyDone:
        messages.info(request, _("You gave feedback, or this question is closed already."))
    else:
        messages.success(request, _("You leave this to others. The secretary knows why."))
    return redirect("challenges:cabinet")
