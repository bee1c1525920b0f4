"""Steps from stage to stage, and the answers to the question whether something silent still goes on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from challenges.errors import MoveRefused
from challenges.forms.move import GoOnForm, MoveForm
from challenges.models import Challenge
from challenges.rules import Move, Stage, find_move, is_asked, may_in_time, moves_for
from challenges.stages import goal_of
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import fetch
from regions.models import State
from regions.rules import can_moderate, is_owner
from regions.views.membership import desk_of
from regions.views.moderation import FIRST

NOT_ASKED = gettext_lazy(
    "This question was answered, or something happened here in the meantime. You need not do anything more."
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move(request: PersonRequest, pk: int, slug: str, name: str) -> HttpResponse:
    """Ask what the step asks, then make it."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    wanted = find_move(name)
    if wanted is None:
        raise Http404
    if wanted not in moves_for(request.user, challenge):
        return too_late(request, challenge, wanted)
    form = MoveForm(request.POST if request.method == "POST" else None, challenge=challenge, move=wanted)
    if request.method != "POST":
        return page(request, challenge, wanted, form)
    return go(request, challenge, wanted, form) if form.is_valid() else page(request, challenge, wanted, form)


def too_late(request: PersonRequest, challenge: Challenge, wanted: Move) -> HttpResponse:
    """Say that somebody was first to those who may make this step; others may not ask for it at all."""
    if challenge.state != State.PUBLISHED or not may_in_time(request.user, challenge, wanted):
        raise PermissionDenied
    said = _("This was moved on in the meantime: it is now in the stage “%(stage)s”. Your step was not made.")
    if challenge.stage in wanted.sources:
        said = _("Something happened here, or the team is still being asked. Your step was not made.")
    messages.warning(request, said % {"stage": challenge.get_stage_display()})
    note = request.POST.get("note", "").strip()[:1_000]
    if note:
        messages.info(request, _("What you wrote: “%(note)s”") % {"note": note})
    return redirect(challenge)


def page(request: PersonRequest, challenge: Challenge, wanted: Move, form: MoveForm) -> HttpResponse:
    target = Stage(wanted.target or challenge.stage_before or Stage.IDEA)
    waits_for_board = wanted.needs_board and not challenge.has_board_decision()
    context = {
        "challenge": challenge,
        "move": wanted,
        "form": form,
        "target": target,
        "goal": goal_of(target),
        "waits_for_board": waits_for_board,
    }
    return render(request, "challenges/move.html", context, status=422 if form.errors else 200)


def go(request: PersonRequest, challenge: Challenge, wanted: Move, form: MoveForm) -> HttpResponse:
    asked = form.cleaned_data
    try:
        step = challenge.move(
            wanted.name, request.user, asked.get("note", ""), seen=asked["stage"], explained=form.explained
        )
    except MoveRefused as refused:
        now = fetch(Challenge.objects.for_detail(), request.user, challenge.pk)
        return refuse(request, now, wanted, form, refused)
    said = _("Done: this challenge is now in the stage “%(stage)s”.")
    messages.success(request, said % {"stage": step.get_target_display()})
    return desk_of(request, challenge.region) or redirect(challenge)


def refuse(
    request: PersonRequest, challenge: Challenge, wanted: Move, form: MoveForm, refused: MoveRefused
) -> HttpResponse:
    if refused.why in (MoveRefused.Why.STAGE, MoveRefused.Why.ROLE):
        return too_late(request, challenge, wanted)
    words = {
        MoveRefused.Why.BOARD: _("The national portfolio meeting has not decided on this yet."),
        MoveRefused.Why.NOTE: _("Fill in the explanation: others learn from it."),
        MoveRefused.Why.EXPLAIN: _("The checklist has changed in the meantime. Look at it again."),
    }
    if refused.why == MoveRefused.Why.EXPLAIN:
        form = MoveForm(request.POST, challenge=challenge, move=wanted)
    form.add_error(None, words[refused.why])
    return page(request, challenge, wanted, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def go_on(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """One of three answers to the question whether this still goes on; the others are moves."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=is_owner)
    form = GoOnForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return say_it_goes_on(request, challenge, form.cleaned_data["note"])
    if not is_asked(challenge):
        messages.info(request, NOT_ASKED)
        return redirect(challenge)
    context = {"challenge": challenge, "form": form}
    return render(request, "challenges/go_on.html", context, status=422 if form.errors else 200)


def say_it_goes_on(request: PersonRequest, challenge: Challenge, note: str) -> HttpResponse:
    try:
        challenge.go_on(request.user, note)
    except AlreadyDone:
        messages.info(request, NOT_ASKED)
        if note:
            messages.info(request, _("What you wrote: “%(note)s”") % {"note": note})
    else:
        messages.success(request, _("Thank you. Others see that this still goes on."))
    return redirect(challenge)


@require_POST
@login_required
def let_be(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Take a silent challenge off the desk for a while."""
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_moderate)
    try:
        challenge.let_be(request.user)
    except AlreadyDone:
        messages.warning(request, FIRST)
    else:
        messages.success(request, _("This leaves the desk. If it stays silent, it comes back after 60 days."))
    return desk_of(request, challenge.region) or redirect(challenge)
