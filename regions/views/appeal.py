"""Asking another moderator to look at what was hidden, and the answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from initiate.requests import PersonRequest
from regions import rules
from regions.errors import AlreadyDone
from regions.forms import AppealAnswerForm, AppealForm
from regions.gate import allow, fetch
from regions.models import Appeal, Contribution, Ruling
from regions.models.standing import Reader


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def appeal(request: PersonRequest, pk: int) -> HttpResponse:
    ruling = _ruling(request.user, pk)
    if ruling.was_appealed:
        messages.info(request, _("You asked this before. Another moderator looks at it, or has done so."))
        return redirect(ruling.contribution)
    allow(request.user, ruling, rules.can_appeal)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _ask(request, ruling, form.cleaned_data["words"])
    return render(request, "regions/appeal.html", {"form": form, "ruling": ruling}, status=422 if form.errors else 200)


def _ruling(person: Reader, pk: int) -> Ruling:
    """Return a ruling for whom it is about and for moderators. Raises Http404 for everyone else."""
    rows = Ruling.objects.select_related("comment__author", "by", "appeal")
    ruling = get_object_or_404(rows, pk=pk)
    ruling.contribution = fetch(Contribution.objects.all(), person, ruling.contribution_id)
    if not rules.can_read_ruling(person, ruling):
        raise Http404
    return ruling


def _ask(request: PersonRequest, ruling: Ruling, words: str) -> HttpResponseRedirect:
    try:
        Appeal.make(ruling, by=request.user, words=words)
    except AlreadyDone:
        messages.info(request, _("You asked this before, or it was put back in the meantime."))
    else:
        messages.success(request, _("Another moderator looks at it. You get a notice of the answer."))
    return redirect(ruling.contribution)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def appeal_decide(request: PersonRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Appeal.objects.for_list(), pk=pk)
    found.ruling.contribution = fetch(Contribution.objects.all(), request.user, found.ruling.contribution_id)
    if not rules.can_moderate(request.user, found.ruling.contribution):
        raise Http404
    allow(request.user, found, rules.can_decide_appeal)
    form = AppealAnswerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid() and not found.decided_at:
        words = {"form": form, "appeal": found, "ruling": found.ruling}
        return render(request, "regions/appeal_decide.html", words, status=422 if form.errors else 200)
    return _decide(request, found, form)


def _decide(request: PersonRequest, found: Appeal, form: AppealAnswerForm) -> HttpResponseRedirect:
    try:
        if found.decided_at:
            raise AlreadyDone("decided")
        found.decide(request.user, uphold=form.is_yes, answer=form.cleaned_data["answer"])
    except AlreadyDone:
        messages.warning(request, _("A colleague was first: this was already decided."))
    else:
        messages.success(request, _("The author hears what you decided, and why."))
    return redirect("regions:desk", found.ruling.contribution.region.slug)
