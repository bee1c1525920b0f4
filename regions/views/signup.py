"""Signing up for a meeting and off, with and without an account; and the calendars to take along."""

from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Person
from initiate.once import once
from initiate.requests import PersonRequest
from regions import calendar, rules
from regions.errors import AlreadyDone
from regions.forms import PageQuery
from regions.gate import fetch
from regions.meeting_forms import GuestForm, SignupForm
from regions.models import CalendarAddress, Meeting, Region, Signup
from regions.paging import page_of

PER_PAGE = 100
CLOSED = gettext_lazy("You can no longer sign up for this meeting.")
COMES = gettext_lazy("You are signed up. You get a mail with everything you need, and a reminder two days before.")
WAITS = gettext_lazy("It is full: you are on the waiting list. You get a mail as soon as there is a place for you.")
OFF = gettext_lazy("Your sign-up is cancelled. Somebody else can have your place.")


# --- with an account, or not --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@once
def sign_up(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch(Meeting.objects.select_related("region"), request.user, pk, may=_may_come)
    if not found.is_open:
        messages.info(request, CLOSED)
        return redirect(found)
    person = request.user if isinstance(request.user, Person) else None
    posted = request.POST if request.method == "POST" else None
    form = SignupForm(posted) if person else GuestForm(posted)
    if form.is_valid():
        return _come(request, found, person, form) if person else _ask(request, found, form)
    words = {"meeting": found, "form": form, "is_guest": person is None}
    return render(request, "regions/meeting/sign_up.html", words, status=422 if form.errors else 200)


def _may_come(person: object, meeting: Meeting) -> bool:
    return isinstance(person, Person) or meeting.is_public


def _come(request: HttpRequest, meeting: Meeting, person: Person, form: SignupForm) -> HttpResponseRedirect:
    try:
        signup = Signup.make(meeting, by=person, perspective=form.cleaned_data["perspective"])
    except AlreadyDone:
        messages.info(request, _("You had signed up already, or it is too late for this meeting."))
    else:
        messages.success(request, COMES if signup.state == Signup.State.GOING else WAITS)
    return redirect(meeting)


def _ask(request: HttpRequest, meeting: Meeting, form: SignupForm) -> HttpResponse:
    too_often: HttpResponse | None = consume_or_429(request, action="guest", key=form.cleaned_data["email"])
    if too_often:
        return too_often
    try:
        Signup.ask(meeting, **form.cleaned_data)
    except AlreadyDone:
        messages.info(request, CLOSED)
    else:
        messages.success(request, _("Look in your mail: with the link in it you confirm that you come."))
    return redirect(meeting)


@require_POST
@login_required
def sign_off(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch(Meeting.objects.select_related("region"), request.user, pk)
    signup = Signup.objects.of(found, request.user)
    try:
        if signup is None:
            raise AlreadyDone("off")
        signup.leave()
    except AlreadyDone:
        messages.info(request, _("You were not signed up."))
    else:
        messages.success(request, OFF)
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a guest, from the link in the mail; it changes nothing by itself, as programs follow links too."""
    signup = Signup.objects.of_token(token)
    found = Meeting.objects.visible_to(None).filter(pk=signup.meeting_id if signup else 0).select_related("region")
    meeting = found.first()
    if signup is None or meeting is None or not signup.email:
        raise Http404
    signup.meeting = meeting
    if request.method == "POST":
        return _settle(request, signup)
    return render(request, "regions/meeting/guest.html", {"meeting": meeting, "signup": signup})


def _settle(request: HttpRequest, signup: Signup) -> HttpResponseRedirect:
    """Confirm, or sign off (`besluit`)."""
    try:
        if request.POST.get("besluit") == "nee":
            signup.leave()
        else:
            signup.confirm()
    except AlreadyDone:
        messages.info(request, _("Nothing changed: this page says how it stands."))
    else:
        said = {Signup.State.GOING.value: COMES, Signup.State.WAITING.value: WAITS}
        messages.success(request, said.get(signup.state, OFF))
    return redirect(signup)


@require_safe
@login_required
def signups(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Who comes and who waits, for who organises it."""
    found = fetch(Meeting.objects.select_related("region"), request.user, pk, may=rules.can_run_meeting)
    query = PageQuery.read(request.GET)
    page = page_of(found.signups.lasting().for_list(), query.page, PER_PAGE)
    words = {"meeting": found, "page": page, "query": query, "going": found.counts_of(found.going)}
    return render(request, "regions/meeting/signups.html", words)


# --- calendars ----------------------------------------------------------------------------------------------


@require_safe
def file(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One meeting, to put into a calendar."""
    found = fetch(Meeting.objects.select_related("region"), request.user, pk)
    going = [found.pk] if rules.can_see_link(request.user, found) else []
    return _calendar(calendar.feed([found], name=found.title, going=going), f"{found.slug}.ics")


@require_safe
def region_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What a region plans, as far as who asks may read it: a calendar program is a visitor."""
    region = get_object_or_404(Region, slug=slug)
    seen = Meeting.objects.visible_to(request.user).readable().filter(region=region)
    since = timezone.now() - calendar.PAST
    found = seen.filter(ends_at__gte=since).for_list().order_by("starts_at", "pk")[: calendar.MOST]
    return _calendar(calendar.feed(found, name=f"{settings.NETWORK_NAME}: {region}"), f"{region.slug}.ics")


@require_safe
def own_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Someone's own calendar; the address is the key to it."""
    person = CalendarAddress.person_of(token)
    if person is None:
        raise Http404
    return _calendar(calendar.feed_of(person), "initiate.ics")


def _calendar(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_calendar(request: PersonRequest) -> HttpResponse:
    """The address of one's own calendar, and one's meetings; `besluit` makes a new address, or takes it away."""
    if request.method == "POST":
        made = CalendarAddress.renew(request.user, is_on=request.POST.get("besluit") != "nee")
        is_first = made.number == 1
        messages.success(request, _("Done.") if is_first else _("Done. The address before does not work any more."))
        return redirect("regions:own_calendar")
    address = CalendarAddress.objects.filter(person=request.user, is_on=True).first()
    seen = Meeting.objects.visible_to(request.user).coming().for_list().filter(cancelled_at__isnull=True)
    mine = request.user.signups.lasting().values("meeting")
    sessions = seen.exclude(pk__in=mine).sessions_of(request.user)[:PER_PAGE]
    coming = seen.filter(pk__in=mine)[:PER_PAGE]
    words = {"address": address, "coming": list(coming), "sessions": list(sessions)}
    return render(request, "regions/meeting/own_calendar.html", words)
