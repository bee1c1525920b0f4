"""Reports, and what moderators do with them: hide, put back, close the comments; and their desk."""

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

from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.desk import waiting_at
from regions.errors import AlreadyDone
from regions.forms import AboutQuery, ClosingForm, PageQuery, PartQuery, ReportForm, RulingForm
from regions.gate import allow, fetch, fetch_comment
from regions.models import Comment, Contribution, Region, Report, Ruling, State
from regions.models.contribution import events_visible_to
from regions.paging import pieces_of
from regions.views.membership import desk_of, moderated_region

FIRST = gettext_lazy("A colleague was first: this was already done.")


# --- the desk -----------------------------------------------------------------------------------------------


@require_safe
@login_required
def desk(request: PersonRequest, slug: str) -> HttpResponse:
    """What waits in one region."""
    region = moderated_region(request, slug)
    query = PageQuery.read(request.GET)
    words = {"region": region, "piece": waiting_at(request.user, [region.pk], query.page), "back": "moderatie"}
    return render(request, "regions/desk.html", words)


@require_safe
@login_required
def own_desk(request: PersonRequest) -> HttpResponse:
    """What waits in all regions that someone moderates; for staff also in those that nobody moderates."""
    regions = Region.objects.on_desk_of(request.user)
    if not regions:
        raise Http404
    query = PageQuery.read(request.GET)
    piece = waiting_at(request.user, [region.pk for region in regions], query.page)
    return render(request, "regions/own_desk.html", {"regions": regions, "piece": piece, "back": "mijn"})


@require_safe
@login_required
def log(request: PersonRequest, slug: str) -> HttpResponse:
    """What was decided in a region, by whom and why; and what is hidden now."""
    region = moderated_region(request, slug)
    seen = Contribution.objects.visible_to(request.user).filter(region=region)
    parts: dict[str, QuerySet[Any]] = {
        "logboek": events_visible_to(request.user).moderation_of(region),
        "besluiten": Ruling.objects.filter(contribution__in=seen).for_list(),
        "verborgen": seen.filter(state=State.HIDDEN).for_desk(),
        "reacties": Comment.objects.hidden().filter(contribution__in=seen).for_desk(),
    }
    query = PartQuery.read(request.GET, parts=parts)
    words = {"region": region, "query": query, "pieces": pieces_of(parts, query.part, query.page)}
    return render(request, "regions/log.html", words)


# --- reports ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def report(request: PersonRequest, pk: int) -> HttpResponse:
    """ "This should not be here": about the contribution or, with `reactie`, about a comment under it."""
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_report)
    comment = _reported_comment(request, contribution)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        Report.make(contribution, by=request.user, comment=comment, **form.cleaned_data)
        messages.success(request, _("Thank you. The moderators look at it. You hear what they did."))
        return redirect(comment or contribution)
    words = {"form": form, "contribution": contribution, "comment": comment}
    return render(request, "regions/report.html", words, status=422 if form.errors else 200)


def _reported_comment(request: PersonRequest, contribution: Contribution) -> Comment | None:
    pk = AboutQuery.read(request.GET).cleaned_data["reactie"]
    if pk is None:
        return None
    return get_object_or_404(contribution.comments.shown().select_related("author"), pk=pk)


@require_POST
@login_required
def close_report(request: PersonRequest, pk: int) -> HttpResponse:
    """Close without a measure; for who does not moderate there is no such report."""
    found = get_object_or_404(Report.objects.for_list(), pk=pk)
    contribution = fetch(Contribution.objects.all(), request.user, found.contribution_id)
    if not rules.can_moderate(request.user, contribution):
        raise Http404
    return _done(request, contribution, lambda: found.close(request.user), _("The report is closed."))


# --- hide, put back, close for comments ---------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def hide(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    form = RulingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _done(
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
    return _done(request, contribution, lambda: contribution.approve(request.user), said)


@require_POST
@login_required
def restore(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    said = _("This is back. The author hears it.")
    return _done(request, contribution, lambda: Ruling.restore(contribution, by=request.user), said)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close_comments(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _done(
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
    return _done(
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
        return _done(
            request,
            comment,
            lambda: Ruling.on_comment(comment, by=request.user, hide=True, **form.cleaned_data),
            _("The comment is hidden now. Its writer hears why."),
        )
    words = {"form": form, "contribution": comment.contribution, "comment": comment}
    return render(request, "regions/hide.html", words, status=422 if form.errors else 200)


@require_POST
@login_required
def restore_comment(request: PersonRequest, pk: int) -> HttpResponse:
    comment = fetch_comment(request.user, pk)
    allow(request.user, comment.contribution, rules.can_moderate)
    said = _("The comment is back. Its writer hears it.")
    return _done(request, comment, lambda: Ruling.on_comment(comment, by=request.user, hide=False), said)


def _done(
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
