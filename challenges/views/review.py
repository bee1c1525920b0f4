"""Giving feedback, and what the team does with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from challenges.errors import NotIndependent
from challenges.forms.review import ReflectionForm, ReviewForm
from challenges.models import Challenge, Prototype, Review
from challenges.rules import can_reflect, can_review
from challenges.sections.feedback import READERS, feedback_section
from challenges.sections.second_look import second_look
from challenges.stages import explained
from initiate.once import once
from initiate.requests import PersonRequest
from regions import drafts
from regions.errors import AlreadyDone, DraftConflict
from regions.gate import fetch
from regions.models import Draft, Visibility


@require_safe
def feedback(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    context = {"challenge": challenge, **feedback_section(request.user, challenge)}
    return render(request, "challenges/feedback.html", context)


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
    draft = drafts.kept(request.user, Review.place_of(challenge))
    return _sheet(request, challenge, ReviewForm(challenge=challenge, draft=draft), draft=draft)


def _send(request: PersonRequest, challenge: Challenge, form: ReviewForm) -> HttpResponse:
    shown = form.cleaned_data["prototype"] or 0
    words: dict[str, Any] = {"text": form.text, "points": form.points, "offers": form.offers}
    device = (form.draft_page, form.draft_seen)
    try:
        sent = Review.send(challenge, by=request.user, seen=form.seen, shown=shown, draft=device, **words)
    except NotIndependent:
        raise PermissionDenied from None
    except DraftConflict:
        return _two_drafts(request, challenge, form)
    except AlreadyDone:
        form.add_error(None, _("You gave feedback on this version before. Nothing was sent twice."))
        return _sheet(request, challenge, form, status=409)
    messages.success(request, _("Thank you. Your feedback is with the team."))
    is_visible = Challenge.objects.visible_to(request.user).filter(pk=challenge.pk).exists()
    return redirect(sent) if is_visible else redirect("challenges:cabinet")


def _two_drafts(request: PersonRequest, challenge: Challenge, form: ReviewForm) -> HttpResponse:
    """Show what another device keeps, and what was typed here in the form."""
    kept = drafts.kept(request.user, Review.place_of(challenge))
    mine, theirs = drafts.both(form, kept) if kept else (Draft(data=form.typed), [])
    again = ReviewForm(challenge=challenge, draft=mine)
    return _sheet(request, challenge, again, draft=mine, status=409, theirs=theirs)


def _sheet(
    request: PersonRequest,
    challenge: Challenge,
    form: ReviewForm,
    *,
    draft: Draft | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The sheet, with the dossier beside it; `older` is the version that the words were written about."""
    asking = challenge.askings.open().select_related("by").first()
    written = str(draft.data.get("version") if draft else form["version"].value())
    context = {
        "challenge": challenge,
        "form": form,
        "draft": draft,
        "older": written if written.isdecimal() and written != str(challenge.version) else "",
        "readers": READERS[Visibility(challenge.visibility)],
        "prototypes": Prototype.objects.filter(challenge=challenge).for_strip(),
        "asking": asking,
        "explanations": explained(asking.explained) if asking else [],
        "again": second_look(request.user, challenge),
        **more,
    }
    return render(request, "challenges/review.html", context, status=status)


@login_required
@require_POST
def review_draft(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Keep what was typed: for the script ({"saved_at": "14:05"}), or for who leaves it for later (`keep`).

    Where another device keeps words that this page never showed, nothing is replaced: both are shown.
    """
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_review)
    form = ReviewForm(request.POST, challenge=challenge)
    leaves = "keep" in request.POST or drafts.COMPARE in request.POST
    device = {"page": form.draft_page, "draft_seen": form.draft_seen}
    if why := drafts.refusal(form):
        return _sheet(request, challenge, form, status=422) if leaves else drafts.refused(why)
    try:
        draft = Review.keep(challenge, by=request.user, seen=form.seen, typed=form.typed, **device)
    except DraftConflict:
        return _two_drafts(request, challenge, form) if leaves else drafts.clash()
    except AlreadyDone:
        form.add_error(None, _("You gave feedback on this version before, so this is not kept."))
        return _sheet(request, challenge, form, status=409) if leaves else JsonResponse({"saved_at": None}, status=409)
    if leaves:
        messages.success(request, _("Your draft was kept. Only you can see it."))
        return redirect("challenges:cabinet")
    return drafts.saved(draft)


@login_required
@require_POST
def review_drop(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_review)
    drafts.drop(request.user, Review.place_of(challenge))
    messages.success(request, _("Your draft was thrown away."))
    return redirect("challenges:cabinet")


# --- what the team does with it all -------------------------------------------------------------------------


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
