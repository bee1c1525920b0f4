"""The desk of moderators, and what they decide: hide, put back, publish, close the comments, ask for a change."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from initiate.requests import PersonRequest
from regions import rules
from regions.desk import waiting_at
from regions.errors import AlreadyDone
from regions.forms import YES, ClosingForm, PageQuery, PartQuery, RulingForm
from regions.gate import allow, fetch, fetch_comment
from regions.models import Comment, Contribution, Region, Ruling, Sanction, State
from regions.models.contribution import events_visible_to
from regions.paging import Piece, pieces_of
from regions.ruling_forms import AskForm, BulkQuery, ChooseQuery, RestoreForm
from regions.views.membership import desk_of, moderated_region

FIRST = gettext_lazy("A colleague was first: this was already done.")


# --- the desk -----------------------------------------------------------------------------------------------


@require_safe
@login_required
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """What waits in one region."""
    region = moderated_region(request, slug)
    query = PageQuery.read(request.GET)
    piece = waiting_at(request.user, [region.pk], query.page)
    words = {"region": region, "piece": piece, "back": "moderatie"}
    return render(request, "regions/desk.html", words | _ticking(request, piece))


def _ticking(request: PersonRequest, piece: Piece) -> dict[str, Any]:
    """What the form needs by which several rows are dealt with at once; nothing where no row can be ticked."""
    actions = BulkQuery.ACTIONS if any(row.key for row in piece.rows) else ()
    return {"actions": actions, "ticks_all": ChooseQuery.read(request.GET).ticks_all}


@require_safe
@login_required
def own_desk(request: PersonRequest) -> HttpResponse:
    """What waits in all regions that someone moderates; for staff also in those that nobody moderates."""
    regions = Region.objects.on_desk_of(request.user)
    if not regions:
        raise Http404
    query = PageQuery.read(request.GET)
    piece = waiting_at(request.user, [region.pk for region in regions], query.page)
    words = {"regions": regions, "piece": piece, "back": "mijn"}
    return render(request, "regions/own_desk.html", words | _ticking(request, piece))


@require_safe
@login_required
def log(request: PersonRequest, slug: str) -> HttpResponse:
    """What was decided in a region, by whom and why; and what is hidden now."""
    region = moderated_region(request, slug)
    seen = Contribution.objects.visible_to(request.user).filter(region=region)
    parts: dict[str, QuerySet[Any]] = {
        "logboek": events_visible_to(request.user).moderation_of(region),
        "besluiten": Ruling.objects.filter(contribution__in=seen).for_list(),
        "leden": Sanction.objects.filter(membership__region=region).for_list(),
        "verborgen": seen.filter(state=State.HIDDEN).for_desk(),
        "reacties": Comment.objects.hidden().filter(contribution__in=seen).for_desk(),
    }
    query = PartQuery.read(request.GET, parts=parts)
    words = {"region": region, "query": query, "pieces": pieces_of(parts, query.part, query.page)}
    return render(request, "regions/log.html", words)


# --- hide, put back, close for comments ---------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hide(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    form = RulingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(
            request,
            contribution,
            lambda: Ruling.hide(contribution, by=request.user, **form.cleaned_data),
            _("This is hidden now. The author hears why."),
        )
    words = {"form": form, "contribution": contribution}
    return render(request, "regions/hide.html", words, status=422 if form.errors else 200)


@require_POST
@login_required
def approve(request: PersonRequest, pk: int) -> HttpResponse:
    """Publish what waited for a moderator."""
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    said = _("This is published. The author hears it.")
    return done(request, contribution, lambda: contribution.approve(request.user), said)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def restore(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    form = RestoreForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(
            request,
            contribution,
            lambda: Ruling.restore(contribution, by=request.user, **form.cleaned_data),
            _("This is back. The author hears it."),
        )
    words = {"form": form, "contribution": contribution}
    return render(request, "regions/restore.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close_comments(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(
            request,
            contribution,
            lambda: Ruling.close_comments(contribution, by=request.user, closed=True, **form.cleaned_data),
            _("The comments are closed. The author hears why."),
        )
    words = {"form": form, "contribution": contribution}
    return render(request, "regions/close_comments.html", words, status=422 if form.errors else 200)


@require_POST
@login_required
def open_comments(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    return done(
        request,
        contribution,
        lambda: Ruling.close_comments(contribution, by=request.user, closed=False),
        _("The comments are open again."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hide_comment(request: PersonRequest, pk: int) -> HttpResponse:
    comment = fetch_comment(request.user, pk)
    allow(request.user, comment.contribution, rules.can_moderate)
    form = RulingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(
            request,
            comment,
            lambda: Ruling.on_comment(comment, by=request.user, hide=True, **form.cleaned_data),
            _("The comment is hidden now. Its writer hears why."),
        )
    words = {"form": form, "contribution": comment.contribution, "comment": comment}
    return render(request, "regions/hide.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def restore_comment(request: PersonRequest, pk: int) -> HttpResponse:
    comment = fetch_comment(request.user, pk)
    allow(request.user, comment.contribution, rules.can_moderate)
    form = RestoreForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(
            request,
            comment,
            lambda: Ruling.on_comment(comment, by=request.user, hide=False, **form.cleaned_data),
            _("The comment is back. Its writer hears it."),
        )
    words = {"form": form, "contribution": comment.contribution, "comment": comment}
    return render(request, "regions/restore.html", words, status=422 if form.errors else 200)


# --- ask the author to change -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask_change(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    return _ask(request, contribution, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask_change_of_comment(request: PersonRequest, pk: int) -> HttpResponse:
    comment = fetch_comment(request.user, pk)
    allow(request.user, comment.contribution, rules.can_moderate)
    return _ask(request, comment.contribution, comment)


def _ask(request: PersonRequest, contribution: Contribution, comment: Comment | None) -> HttpResponse:
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(
            request,
            comment or contribution,
            lambda: Ruling.ask_change(contribution, comment=comment, by=request.user, **form.cleaned_data),
            _("The question is asked. You see on your desk when it is changed, or when the two weeks are over."),
        )
    words = {"form": form, "contribution": contribution, "comment": comment}
    return render(request, "regions/ask_change.html", words, status=422 if form.errors else 200)


@require_POST
@login_required
def end_change(request: PersonRequest, pk: int) -> HttpResponse:
    """Leave a change as it is (`besluit` is yes), or take the question back; for others there is no such question."""
    found = get_object_or_404(Ruling.objects.for_desk(), pk=pk, measure=Ruling.Measure.ASK_CHANGE)
    contribution = fetch(Contribution.objects.all(), request.user, found.contribution_id)
    if not rules.can_moderate(request.user, contribution):
        raise Http404
    accept = request.POST.get("besluit") == YES
    said = (
        _("The author hears that it is fine now.") if accept else _("The question is taken back. The author hears it.")
    )
    thing = found.comment or contribution
    return done(request, thing, lambda: found.end(request.user, accept=accept), said)


def done(
    request: PersonRequest, thing: Contribution | Comment, act: Callable[[], object], said: str
) -> HttpResponseRedirect:
    """Do it, say so, and go back to the desk or to the thing; who comes second hears that a colleague was first."""
    try:
        act()
    except AlreadyDone:
        messages.warning(request, FIRST)
    else:
        messages.success(request, said)
    contribution = thing.contribution if isinstance(thing, Comment) else thing
    return desk_of(request, contribution.region) or redirect(thing)
