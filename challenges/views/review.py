"""Asking the InnovatieKabinet, giving feedback, and what the team does with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from initiate.requests import PersonRequest

from challenges.errors import NotIndependent
from challenges.forms.review import AskForm, PointForm, ReflectionForm, ReviewForm
from challenges.models import Asking, Challenge, Point, Prototype, Review, Seat
from challenges.models.review import ENOUGH
from challenges.rules import (
    can_answer_point,
    can_ask_review,
    can_read_reviews,
    can_reflect,
    can_review,
)
from challenges.sections.feedback import feedback_section
from initiate.once import once
from regions.errors import AlreadyDone
from regions.gate import allow, fetch
from regions.models import Draft


@require_safe
def feedback(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    context = {"challenge": challenge, **feedback_section(request.user, challenge)}
    return render(request, "challenges/feedback.html", context)


@login_required
@once
def ask_review(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    if challenge.is_in_review:
        messages.info(request, _("The InnovatieKabinet was asked already."))
        return redirect(f"{challenge.get_absolute_url()}#feedback")
    allow(request.user, challenge, can_ask_review)
    form = AskForm(request.POST or None)
    if form.is_valid():
        return _ask(request, challenge, form.cleaned_data["words"])
    seats = Seat.objects.current().independent_of(challenge).count()
    context = {"challenge": challenge, "form": form, "seats": seats, "enough": ENOUGH}
    return render(request, "challenges/ask_review.html", context, status=422 if form.is_bound else 200)


def _ask(request: PersonRequest, challenge: Challenge, words: str) -> HttpResponse:
    try:
        Asking.open_for(challenge, by=request.user, words=words)
    except AlreadyDone:
        messages.info(request, _("A colleague asked the InnovatieKabinet just before you."))
    else:
        messages.success(
            request, _("The InnovatieKabinet sees your challenge now. You hear from us when there is feedback.")
        )
    return redirect(f"{challenge.get_absolute_url()}#feedback")


@login_required
@once
def review(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """The sheet, with the dossier beside it."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_review)
    draft = Draft.objects.filter(person=request.user, place=request.path).first()
    kept = draft.data if draft and request.method == "GET" else {}
    form = ReviewForm(request.POST or None, initial={**kept, "version": challenge.version})
    if "keep" in request.POST:
        return _keep(request, challenge, form)
    if form.is_valid():
        return _send(request, challenge, form)
    context = {"challenge": challenge, "form": form, "draft": draft if kept else None, **_dossier(challenge)}
    return render(request, "challenges/review.html", context, status=422 if form.is_bound else 200)


def _dossier(challenge: Challenge) -> dict[str, Any]:
    return {
        "prototypes": Prototype.objects.filter(challenge=challenge).for_strip(),
        "asking": challenge.askings.open().select_related("by").first(),
    }


def _keep(request: PersonRequest, challenge: Challenge, form: ReviewForm) -> HttpResponse:
    """Keep what was typed, right or wrong, for later."""
    typed = {name: request.POST.get(name, "") for name in form.fields if name != "version"}
    Draft.objects.update_or_create(
        person=request.user,
        place=request.path,
        defaults={"data": typed, "contribution_id": challenge.pk, "saved_at": timezone.now()},
    )
    messages.success(request, _("Your draft was kept. Only you can see it."))
    return redirect("challenges:cabinet")


def _send(request: PersonRequest, challenge: Challenge, form: ReviewForm) -> HttpResponse:
    seen = form.cleaned_data["version"]
    if seen > challenge.version:
        form.add_error(None, _("This version does not exist. Open the page again."))
        seen = challenge.version
    try:
        Review.send(challenge, by=request.user, seen=seen, text=form.text, points=form.points, offers=form.offers)
    except AlreadyDone:
        messages.info(request, _("You gave feedback on this version before. Nothing was sent twice."))
    except NotIndependent:
        messages.error(
            request, _("You cannot give feedback on a challenge of your own, your team or your organisation.")
        )
    else:
        messages.success(request, _("Thank you. Your feedback is with the team."))
    Draft.objects.filter(person=request.user, place=request.path).delete()
    return redirect(f"{challenge.get_absolute_url()}#feedback")


@login_required
def point(request: PersonRequest, pk: int, slug: str, point_pk: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    points = Point.objects.filter(review__challenge=challenge).select_related("review__by")
    found = get_object_or_404(points if can_read_reviews(request.user, challenge) else points.none(), pk=point_pk)
    found.review.challenge = challenge
    allow(request.user, found, can_answer_point)
    state = "" if found.state == Point.State.OPEN else found.state
    form = PointForm(request.POST or None, initial={"seen": found.state, "state": state, "answer": found.answer})
    if form.is_valid():
        return _answer(request, challenge, found, form)
    context = {"challenge": challenge, "point": found, "form": form}
    return render(request, "challenges/point.html", context, status=422 if form.is_bound else 200)


def _answer(request: PersonRequest, challenge: Challenge, found: Point, form: PointForm) -> HttpResponse:
    try:
        found.settle(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        form.add_error(None, _("A colleague answered this point in the meantime. Look at that answer first."))
        found.refresh_from_db()
        context = {"challenge": challenge, "point": found, "form": form, "has_conflict": True}
        return render(request, "challenges/point.html", context, status=409)
    messages.success(request, _("Your answer was sent to %(name)s.") % {"name": found.review.by.name})
    return redirect(f"{challenge.get_absolute_url()}#feedback")


@login_required
def reflect(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_reflect)
    form = ReflectionForm(request.POST or None, initial={"text": challenge.reflection})
    if form.is_valid():
        challenge.reflect(form.cleaned_data["text"], by=request.user)
        messages.success(request, _("Everyone can now read what you did with the feedback."))
        return redirect(f"{challenge.get_absolute_url()}#feedback")
    status = 422 if form.is_bound else 200
    return render(request, "challenges/reflect.html", {"challenge": challenge, "form": form}, status=status)
