"""Steps from stage to stage, and the question of a moderator whether something still goes on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from challenges.errors import MoveRefused
from challenges.forms.move import MoveForm
from challenges.models import Challenge
from challenges.rules import Move, Stage, can_warn, find_move, moves_for
from challenges.stages import goal_of
from initiate.requests import PersonRequest
from regions.gate import fetch
from regions.models import State


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
    if challenge.state != State.PUBLISHED or not wanted.who(request.user, challenge):
        raise PermissionDenied
    said = _("This was moved on in the meantime: it is now in the stage “%(stage)s”. Your step was not made.")
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
    return redirect(challenge)


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


@login_required
@require_POST
def warn(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_warn)
    challenge.warn_silent(request.user)
    messages.success(request, _("Author and team are asked whether this still goes on."))
    return redirect(challenge)
