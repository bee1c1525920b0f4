"""What a meeting leaves behind: its minutes, who was there, and what was agreed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from initiate.requests import PersonRequest
from regions import rules
from regions.agenda import agenda_of
from regions.errors import AlreadyDone, EditConflict
from regions.gate import allow, fetch
from regions.meeting_forms import AgreementForms, MinutesForm
from regions.models import Agreement, Meeting
from regions.models.meeting import MeetingQuerySet
from regions.models.standing import Reader


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def minutes(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Close the meeting: minutes, who was there, and what was agreed."""
    found = fetch(_meetings(), request.user, pk, may=rules.can_write_minutes)
    posted = request.POST if request.method == "POST" else None
    form = MinutesForm(posted, meeting=found, items=agenda_of(request.user, found))
    promises = AgreementForms(posted, prefix="afspraak", form_kwargs={"meeting": found})
    if posted and form.is_valid() and promises.is_valid():
        return _close(request, found, form, promises)
    words = {"meeting": found, "form": form, "promises": promises, "agreements": agreements_of(request.user, found)}
    return render(request, "regions/meeting/minutes.html", words, status=422 if posted else 200)


def _close(request: PersonRequest, meeting: Meeting, form: MinutesForm, promises: Any) -> HttpResponse:
    texts = {"minutes": form.cleaned_data["minutes"], "present": form.present, "said": form.said}
    try:
        meeting.close(request.user, seen=form.cleaned_data["seen"] or 0, **texts)
    except EditConflict as conflict:
        return _newer_minutes(request, meeting, promises, conflict.version)
    for row in promises:
        if row.has_changed():
            Agreement.make(meeting, by=request.user, **row.cleaned_data)
    messages.success(request, _("The minutes are saved. Who has something to do finds it at “Waits on me”."))
    return redirect(meeting)


def _newer_minutes(request: PersonRequest, meeting: Meeting, promises: Any, version: int) -> HttpResponse:
    """Show the own words over the newer minutes of a colleague."""
    data = request.POST.copy()
    data["seen"] = str(version)
    newest = Meeting.objects.select_related("region").get(pk=meeting.pk)
    form = MinutesForm(data, meeting=newest, items=agenda_of(request.user, newest))
    words = {"meeting": newest, "form": form, "promises": promises, "clashes": True}
    return render(request, "regions/meeting/minutes.html", words, status=409)


@require_POST
@login_required
def agreement_done(request: PersonRequest, pk: int) -> HttpResponse:
    found = _agreement(request, pk)
    try:
        found.settle(request.user)
    except AlreadyDone:
        messages.info(request, _("This was done already."))
    else:
        messages.success(request, _("Well done. Who sees the meeting sees that it is ready."))
    return redirect(found.meeting)


@require_POST
@login_required
def agreement_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Take an agreement away: a mistake, or no longer needed."""
    found = _agreement(request, pk)
    allow(request.user, found.meeting, rules.can_run_meeting)
    try:
        found.drop(request.user)
    except AlreadyDone:
        messages.info(request, _("This was done already."))
    else:
        messages.success(request, _("The agreement is taken away."))
    return redirect(found.meeting)


def _agreement(request: PersonRequest, pk: int) -> Agreement:
    """Return an agreement on a meeting that this person sees. Raises PermissionDenied for who has no part in it."""
    found = Agreement.objects.for_list().filter(pk=pk).first()
    if found is None:
        raise Http404
    found.meeting = fetch(_meetings(), request.user, found.meeting_id)
    allow(request.user, found, rules.can_settle_agreement)
    return found


def _meetings() -> MeetingQuerySet:
    return Meeting.objects.select_related("region")


def agreements_of(person: Reader, meeting: Meeting) -> list[dict[str, Any]]:
    """Return the agreements of a meeting that was closed, each with whether this person may say that it is done."""
    rows = meeting.agreements.for_list() if meeting.closed_at else []
    found = []
    for row in rows:
        row.meeting = meeting
        found.append({"row": row, "may_settle": row.done_at is None and rules.can_settle_agreement(person, row)})
    return found
