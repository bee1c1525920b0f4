"""Meetings: the lists, the page of one, planning it, its agenda, cancelling it, and what it leaves behind."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from challenges.sections.session import session_section
from digests.reading import read_on_page
from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.agenda import agenda_of, put_back, values_of
from regions.errors import AlreadyDone, EditConflict
from regions.forms import PageQuery, SmallForm
from regions.gate import allow, fetch
from regions.meeting_forms import (
    AgendaForms,
    CancelForm,
    CopyQuery,
    MeetingForm,
    MeetingQuery,
)
from regions.models import Meeting, Region, Signup, State
from regions.models.standing import Reader, standing_of
from regions.paging import MANY, Piece
from regions.sections import attachments_section, comments_section, follow_section, moderation_section
from regions.views.minutes import agreements_of

PUBLISHED = gettext_lazy("The meeting is published. People can sign up now.")
OVER = gettext_lazy("This meeting was cancelled before, or it is over.")
HELD_BACK = gettext_lazy("The meeting is with the moderators: they look first at what a new member posts.")


# --- lists --------------------------------------------------------------------------------------------------


@require_safe
def meetings(request: HttpRequest, slug: str = "") -> HttpResponse:
    """What comes, or what is over: of one region, or of all that this person may read."""
    region = get_object_or_404(Region, slug=slug) if slug else None
    query = MeetingQuery.read(request.GET)
    seen = Meeting.objects.visible_to(request.user).for_list()
    where = region or query.cleaned_data["regio"]
    wanted = {"region": where, "sort": query.cleaned_data["soort"]}
    seen = seen.filter(**{name: value for name, value in wanted.items() if value})
    rows = seen.past() if query.is_past else seen.coming()
    start = (query.page - 1) * MANY
    found = list(rows[start : start + MANY + 1])
    piece = Piece("lijst", found[:MANY], query.page, has_next=len(found) > MANY, is_alone=True)
    may_plan = region is not None and rules.can_plan_meeting(request.user, region)
    words = {"region": region, "query": query, "piece": piece, "may_plan": may_plan}
    return render(request, "regions/meeting/list.html", words)


# --- one meeting --------------------------------------------------------------------------------------------


@require_safe
def meeting(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch_meeting(request, pk)
    if slug != found.slug:
        return redirect(found)
    read_on_page(request, found)
    query = PageQuery.read(request.GET)
    page = {**_story(request.user, found), **_around(request.user, found, query.page)}
    return render(request, "regions/meeting/detail.html", {"meeting": found, **page})


def fetch_meeting(request: HttpRequest, pk: int, **may: Any) -> Meeting:
    return fetch(Meeting.objects.select_related("region", "author"), request.user, pk, **may)


def _story(person: Reader, meeting: Meeting) -> dict[str, Any]:
    """What is told of the meeting, and what this reader may do with it."""
    owners = meeting.owners  # before anything asks whether this reader is one of them
    signup = Signup.objects.of(meeting, person) if rules.is_signed_in(person) else None  # type: ignore[arg-type]
    runs = rules.can_run_meeting(person, meeting)
    agenda = agenda_of(person, meeting)
    return {
        "owners": owners,
        "signup": signup,
        "can_sign_up": rules.can_sign_up(person, meeting),
        "can_run": runs,
        "can_plan": rules.can_plan_meeting(person, meeting.region),
        "can_cancel": runs and meeting.is_open,
        "can_write_minutes": runs and rules.can_write_minutes(person, meeting),
        "link": meeting.link if runs or (signup and signup.state == Signup.State.GOING) else "",
        "agenda": agenda,
        **(session_section(person, meeting, agenda) if meeting.is_session else {}),
        "agreements": agreements_of(person, meeting),
        "going": meeting.counts_of(meeting.going),
        "present": meeting.counts_of(meeting.present),
    }


def _around(person: Reader, meeting: Meeting, page: int) -> dict[str, Any]:
    """What every contribution shows below its story."""
    return {
        **attachments_section(person, meeting),
        **comments_section(person, meeting, page),
        **follow_section(person, meeting),
        **moderation_section(person, meeting),
    }


# --- planning -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def meeting_new(request: PersonRequest, slug: str) -> HttpResponse:
    region = get_object_or_404(Region, slug=slug)
    allow(request.user, region, rules.can_plan_meeting)
    like = _like(request)
    posted = request.POST if request.method == "POST" else None
    form = MeetingForm(
        posted, initial=_copied(request.user, like), sorts=_sorts(request.user, region), publishing=_publishes(request)
    )
    if not form.is_valid():
        words = {"region": region, "form": form, "like": like}
        return render(request, "regions/meeting/new.html", words, status=422 if form.errors else 200)
    found = Meeting.objects.post(by=request.user, region=region, text=form.text, **form.facts)
    if like:
        found.arrange(request.user, [values_of(item) | {"pk": None} for item in agenda_of(request.user, like)])
    return _stored(request, found)


def _like(request: PersonRequest) -> Meeting | None:
    """Return the meeting that is copied (`kopie`), where this person may read it."""
    pk = CopyQuery.read(request.GET).cleaned_data["kopie"]
    return Meeting.objects.visible_to(request.user).filter(pk=pk).first() if pk else None


def _copied(person: Reader, like: Meeting | None) -> dict[str, Any]:
    """Return what a copy begins with: everything but the day, and the link only for who may see it."""
    left_out = {"day"} if like and rules.can_see_link(person, like) else {"day", "link"}
    return {name: value for name, value in MeetingForm.current(like).items() if name not in left_out} if like else {}


def _sorts(person: Reader, region: Region) -> list[str]:
    """Return which meetings this person plans here: sessions of the InnovatieKabinet are the secretary's."""
    sorts = (
        [Meeting.Sort.REGIONAL, Meeting.Sort.ARENA, Meeting.Sort.WORKSHOP] if rules.can_post_in(person, region) else []
    )
    return [*sorts, Meeting.Sort.CABINET] if standing_of(person).is_secretary else list(sorts)


def _publishes(request: PersonRequest) -> bool:
    return request.POST.get("action") == "publish"


def _stored(request: PersonRequest, meeting: Meeting) -> HttpResponseRedirect:
    """Publish what is to be published, say how it stands, and go there."""
    if not _publishes(request) or meeting.state != State.DRAFT:
        messages.success(request, _("Your changes are saved."))
        return redirect(meeting)
    return _publish(request, meeting)


def _publish(request: PersonRequest, meeting: Meeting) -> HttpResponseRedirect:
    allow(request.user, meeting, rules.can_publish_meeting)
    try:
        is_out = meeting.publish(request.user)
    except AlreadyDone:
        messages.info(request, _("This was published before."))
    else:
        messages.success(request, PUBLISHED if is_out else HELD_BACK)
    return redirect(meeting)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def meeting_edit(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch_meeting(request, pk, may=rules.can_run_meeting)
    publishing = _publishes(request) or found.state != State.DRAFT
    sorts = [found.sort] if found.is_session else [found.sort, *_sorts(request.user, found.region)]
    posted = request.POST if request.method == "POST" else None
    form = MeetingForm(posted, initial=MeetingForm.current(found), sorts=sorts, publishing=publishing)
    small = SmallForm(posted)
    words = {"meeting": found, "region": found.region, "form": form, "small": small}
    if not form.is_valid():
        return render(request, "regions/meeting/edit.html", words, status=422 if form.errors else 200)
    try:
        seen = {"seen": form.cleaned_data["version"] or 0, "sequence": form.cleaned_data["sequence"]}
        found.edit(by=request.user, text=form.text, small=small.is_small, **seen, **form.facts)
    except EditConflict:
        return _clash(request, words, form)
    return _stored(request, Meeting.objects.get(pk=pk))


def _clash(request: PersonRequest, words: dict[str, Any], form: MeetingForm) -> HttpResponse:
    """Show the own words over the newer version: who sends again, replaces it knowingly."""
    newest = Meeting.objects.select_related("region").get(pk=words["meeting"].pk)
    data = request.POST.copy()
    data["version"], data["sequence"] = str(newest.version), str(newest.sequence)
    again = MeetingForm(data, sorts=[value for value, _label in form["sort"].field.choices])  # type: ignore[attr-defined]
    shown = {**words, "meeting": newest, "form": again, "clashes": True}
    return render(request, "regions/meeting/edit.html", shown, status=409)


@require_POST
@login_required
def meeting_publish(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Publish a draft; what a reader needs and is not there yet is asked first."""
    found = fetch_meeting(request, pk, may=rules.can_run_meeting)
    if found.state == State.DRAFT and not (found.place or found.link):
        messages.error(request, _("Give a place, or an online link."))
        return redirect("regions:meeting_edit", found.pk, found.slug)
    return _publish(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def meeting_discard(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Throw a draft away; asks first."""
    found = fetch_meeting(request, pk, may=rules.can_run_meeting)
    if request.method != "POST":
        return render(request, "regions/meeting/discard.html", {"meeting": found})
    try:
        found.discard(request.user)
    except AlreadyDone:
        messages.info(request, _("This was published, so it can not be thrown away any more. You can cancel it."))
        return redirect(found)
    messages.success(request, _("The draft is thrown away."))
    return redirect("regions:meetings_of", found.region.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agenda(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """All points on one page: change, add, take away, put in another order."""
    found = fetch_meeting(request, pk, may=rules.can_run_meeting)
    shown = agenda_of(request.user, found)
    posted = request.POST if request.method == "POST" else None
    known = {"person": request.user, "is_session": found.is_session}
    forms = AgendaForms(posted, initial=[values_of(item) for item in shown], form_kwargs=known)
    if forms.is_valid():
        items: Any = forms.items()  # type: ignore[attr-defined]  # of AgendaFormSet
        found.arrange(request.user, put_back(found, shown, items))
        messages.success(request, _("The agenda is saved."))
        return redirect(found)
    return render(
        request, "regions/meeting/agenda.html", {"meeting": found, "forms": forms}, status=422 if posted else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def meeting_cancel(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch_meeting(request, pk, may=rules.can_run_meeting)
    if not found.is_open:
        messages.warning(request, OVER)
        return redirect(found)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        words = {"meeting": found, "form": form}
        return render(request, "regions/meeting/cancel.html", words, status=422 if form.errors else 200)
    try:
        found.cancel(request.user, form.cleaned_data["words"])
    except AlreadyDone:
        messages.warning(request, OVER)
    else:
        messages.success(request, _("The meeting is cancelled. Everyone who signed up gets a mail."))
    return redirect(found)
