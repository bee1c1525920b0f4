"""The desk of the secretary of the InnovatieKabinet: what is asked, of whom, and how busy everyone is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Person
from challenges.candidates import Candidate, candidates, with_load
from challenges.errors import NotIndependent
from challenges.forms.asking import AssignForm, DueForm, PlanningQuery
from challenges.models import Asking, Challenge, Seat
from challenges.rules import can_plan
from challenges.sections.session import coming_sessions
from challenges.stages import explained
from challenges.views.asking import CLOSED
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import fetch
from regions.paging import pieces_of

WHY = {
    "given": gettext_lazy("This member gave feedback in the meantime."),
    "reminded": gettext_lazy("This member was reminded less than a day ago."),
    "ended": gettext_lazy("This member is not asked any more."),
    "closed": CLOSED,
}


def secretary_only(request: PersonRequest) -> None:
    if not can_plan(request.user):
        raise Http404


@require_safe
@login_required
def planning(request: PersonRequest) -> HttpResponse:
    """Every open question with who was asked and how many answered; and the load of each seat."""
    secretary_only(request)
    open_ = Asking.objects.open()
    parts = {"vragen": open_, "zetels": with_load(Seat.objects.shown())}
    query = PlanningQuery.read(request.GET, parts=parts)
    parts["vragen"] = open_.shown_as(query.cleaned_data["toon"]).for_planning(request.user)
    context = {
        "query": query,
        "pieces": pieces_of(parts, query.part, query.page),
        **({} if query.part else coming_sessions(request.user)),
    }
    return render(request, "challenges/planning.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan(request: PersonRequest, pk: int) -> HttpResponse:
    """One question: whom to ask by name, with why they fit, and who was asked."""
    asking = _fetch(request, pk)
    form = AssignForm(request.POST if request.method == "POST" else None, candidates=(known := candidates(asking)))
    if form.is_valid():
        return _assign(request, asking, form)
    return _plan(request, asking, form, known, status=422 if form.is_bound else 200)


def _plan(
    request: PersonRequest,
    asking: Asking,
    form: AssignForm,
    known: list[Candidate],
    *,
    due: DueForm | None = None,
    status: int,
) -> HttpResponse:
    context = {
        "asking": asking,
        "challenge": asking.challenge,
        "candidates": known,
        "form": form,
        "due": due or DueForm(auto_id="anders-%s"),
        "explanations": explained(asking.explained),
    }
    return render(request, "challenges/plan.html", context, status=status)


def _fetch(request: PersonRequest, pk: int) -> Asking:
    """Return the open question on a challenge, as the secretary sees it. Raises Http404."""
    secretary_only(request)
    challenge = fetch(Challenge.objects.all(), request.user, pk)
    found = Asking.objects.open().for_planning(request.user)
    return get_object_or_404(found, challenge=challenge)


def _assign(request: PersonRequest, asking: Asking, form: AssignForm) -> HttpResponse:
    try:
        made = asking.assign(form.people, by=request.user, due_on=form.cleaned_data["due_on"])
    except AlreadyDone:
        messages.info(request, CLOSED)
        return redirect("challenges:planning")
    except NotIndependent:
        raise PermissionDenied from None
    if made:
        said = ngettext("%d member is asked, and gets a mail.", "%d members are asked, and get a mail.", made)
        messages.success(request, said % made)
    else:
        messages.info(request, _("You asked them just now."))
    return redirect("challenges:plan", asking.challenge_id)


@require_POST
@login_required
def plan_due(request: PersonRequest, pk: int) -> HttpResponse:
    """Give everyone whose answer is waited for another date."""
    asking, form = _fetch(request, pk), DueForm(request.POST, auto_id="anders-%s")
    if not form.is_valid():
        return _plan(request, asking, AssignForm(candidates=(known := candidates(asking))), known, due=form, status=422)
    try:
        asking.put_off(form.cleaned_data["due_on"])
    except AlreadyDone:
        messages.info(request, CLOSED)
        return redirect("challenges:planning")
    messages.success(request, _("The date is changed. Members see it on their dashboard."))
    return redirect("challenges:plan", asking.challenge_id)


@require_POST
@login_required
def plan_remind(request: PersonRequest, pk: int, person_pk: int) -> HttpResponse:
    asking, person = _fetch(request, pk), get_object_or_404(Person, pk=person_pk)
    return _do(request, asking, lambda: asking.remind(person, by=request.user), _("The reminder leaves at once."))


@require_POST
@login_required
def plan_withdraw(request: PersonRequest, pk: int, person_pk: int) -> HttpResponse:
    asking, person = _fetch(request, pk), get_object_or_404(Person, pk=person_pk)
    return _do(request, asking, lambda: asking.withdraw(person, by=request.user), _("This member is no longer asked."))


def _do(request: PersonRequest, asking: Asking, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except AlreadyDone as error:
        messages.info(request, WHY[str(error)])
    else:
        messages.success(request, said)
    asking.refresh_from_db(fields=["closed_at"])
    return redirect("challenges:planning") if asking.closed_at else redirect("challenges:plan", asking.challenge_id)
