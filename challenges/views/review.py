"""Asking the InnovatieKabinet, giving feedback, and what the team does with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from challenges.errors import NotIndependent
from challenges.forms.review import AskForm, PointForm, ReflectionForm, ReviewForm
from challenges.models import Asking, Challenge, Point, Prototype, Review, Seat
from challenges.models.asking import ENOUGH
from challenges.rules import (
    can_answer_point,
    can_ask_review,
    can_read_reviews,
    can_reflect,
    can_review,
    is_asker,
)
from challenges.sections.feedback import READERS, feedback_section
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import allow, fetch
from regions.models import Draft, Visibility


@require_safe
def feedback(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    context = {"challenge": challenge, **feedback_section(request.user, challenge)}
    return render(request, "challenges/feedback.html", context)


# --- asking -------------------------------------------------------------------------------------------------


@login_required
@once
def ask_review(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=is_asker)
    if challenge.is_in_review:
        messages.info(request, _("The InnovatieKabinet was asked already."))
        return redirect(f"{challenge.get_absolute_url()}#feedback")
    allow(request.user, challenge, can_ask_review)
    form = AskForm(request.POST if request.method == "POST" else None)
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


# --- the sheet ----------------------------------------------------------------------------------------------


@login_required
@once
def review(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_review)
    if request.method == "POST":
        form = ReviewForm(request.POST, challenge=challenge)
        return _send(request, challenge, form) if form.is_valid() else _sheet(request, challenge, form, status=422)
    given = challenge.reviews.filter(by=request.user, version=challenge.version, meeting=None).first()
    if given:
        messages.info(request, _("You gave feedback on this version. When the team changes the text, you can again."))
        return redirect(f"{challenge.get_absolute_url()}#feedback-{given.pk}")
    draft = Draft.objects.filter(person=request.user, place=Review.place_of(challenge)).first()
    return _sheet(request, challenge, ReviewForm(challenge=challenge, draft=draft), draft=draft)


def _send(request: PersonRequest, challenge: Challenge, form: ReviewForm) -> HttpResponse:
    shown = form.cleaned_data["prototype"] or 0
    words: dict[str, Any] = {"text": form.text, "points": form.points, "offers": form.offers}
    try:
        sent = Review.send(challenge, by=request.user, seen=form.seen, shown=shown, **words)
    except NotIndependent:
        raise PermissionDenied from None
    except AlreadyDone:
        form.add_error(None, _("You gave feedback on this version before. Nothing was sent twice."))
        return _sheet(request, challenge, form, status=409)
    messages.success(request, _("Thank you. Your feedback is with the team."))
    is_visible = Challenge.objects.visible_to(request.user).filter(pk=challenge.pk).exists()
    return redirect(sent) if is_visible else redirect("challenges:cabinet")


def _sheet(
    request: PersonRequest, challenge: Challenge, form: ReviewForm, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    """The sheet, with the dossier beside it; `older` is the version that the words were written about."""
    written = str(draft.data.get("version") if draft else form["version"].value())
    context = {
        "challenge": challenge,
        "form": form,
        "draft": draft,
        "older": written if written.isdecimal() and written != str(challenge.version) else "",
        "readers": READERS[Visibility(challenge.visibility)],
        "prototypes": Prototype.objects.filter(challenge=challenge).for_strip(),
        "asking": challenge.askings.open().select_related("by").first(),
    }
    return render(request, "challenges/review.html", context, status=status)


@login_required
@require_POST
def review_draft(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Keep what was typed: for the script ({"saved_at": "14:05"}), or for who leaves it for later (`keep`)."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_review)
    form = ReviewForm(request.POST, challenge=challenge)
    leaves = "keep" in request.POST
    if not form.is_keepable:
        return _sheet(request, challenge, form, status=422) if leaves else JsonResponse({"saved_at": None}, status=422)
    try:
        draft = Review.keep(challenge, by=request.user, seen=form.seen, typed=form.typed)
    except AlreadyDone:
        form.add_error(None, _("You gave feedback on this version before, so this is not kept."))
        return _sheet(request, challenge, form, status=409) if leaves else JsonResponse({"saved_at": None}, status=409)
    if leaves:
        messages.success(request, _("Your draft was kept. Only you can see it."))
        return redirect("challenges:cabinet")
    return JsonResponse({"saved_at": date_format(timezone.localtime(draft.saved_at), "H:i")})


@login_required
@require_POST
def review_drop(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_review)
    Draft.objects.filter(person=request.user, place=Review.place_of(challenge)).delete()
    messages.success(request, _("Your draft was thrown away."))
    return redirect("challenges:cabinet")


# --- what the team does with it -----------------------------------------------------------------------------


@login_required
@once
def point(request: PersonRequest, pk: int, slug: str, point_pk: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    found = _fetch_point(request, challenge, point_pk)
    allow(request.user, found, can_answer_point)
    if request.method == "POST":
        form = PointForm(request.POST)
        if form.is_valid():
            return _answer(request, challenge, found, form)
    else:
        state = "" if found.state == Point.State.OPEN else found.state
        form = PointForm(initial={"seen": found.mark, "state": state, "answer": found.answer})
    context = {"challenge": challenge, "point": found, "form": form}
    return render(request, "challenges/point.html", context, status=422 if form.is_bound else 200)


def _fetch_point(request: PersonRequest, challenge: Challenge, pk: int) -> Point:
    """Return a point that this person may read. Raises Http404."""
    points = Point.objects.filter(review__challenge=challenge).select_related("review__by", "answered_by", "raised_by")
    found = get_object_or_404(points if can_read_reviews(request.user, challenge) else points.none(), pk=pk)
    found.review.challenge = challenge
    return found


def _answer(request: PersonRequest, challenge: Challenge, found: Point, form: PointForm) -> HttpResponse:
    try:
        found.settle(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        newest = _fetch_point(request, challenge, found.pk)
        again = PointForm({**request.POST.dict(), "seen": newest.mark})
        again.add_error(None, _("A colleague answered this point in the meantime. Look at that answer first."))
        context = {"challenge": challenge, "point": newest, "form": again, "has_conflict": True}
        return render(request, "challenges/point.html", context, status=409)
    messages.success(request, _("Your answer was sent to %(name)s.") % {"name": found.maker.name})
    return redirect(f"{challenge.get_absolute_url()}#punt-{found.pk}")


@login_required
@once
def reflect(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_reflect)
    if request.method == "POST":
        form = ReflectionForm(request.POST)
        if form.is_valid():
            return _reflect(request, challenge, form)
    else:
        form = ReflectionForm(initial={"seen": challenge.reflection_mark, "text": challenge.reflection})
    return _reflection_page(request, challenge, form, 422 if form.is_bound else 200)


def _reflect(request: PersonRequest, challenge: Challenge, form: ReflectionForm) -> HttpResponse:
    try:
        challenge.reflect(form.cleaned_data["text"], by=request.user, seen=form.cleaned_data["seen"])
    except AlreadyDone:
        newest = fetch(Challenge.objects.for_detail(), request.user, challenge.pk)
        again = ReflectionForm({**request.POST.dict(), "seen": newest.reflection_mark})
        again.add_error(None, _("A colleague wrote this text in the meantime. Look at that text first."))
        return _reflection_page(request, newest, again, 409, has_conflict=True)
    messages.success(request, _("Everyone who sees the challenge can now read what you did with the feedback."))
    return redirect(f"{challenge.get_absolute_url()}#feedback")


def _reflection_page(
    request: PersonRequest, challenge: Challenge, form: ReflectionForm, status: int, **context: Any
) -> HttpResponse:
    reviews = feedback_section(request.user, challenge)["reviews"]
    page = {"challenge": challenge, "form": form, "reviews": reviews, **context}
    return render(request, "challenges/reflect.html", page, status=status)
