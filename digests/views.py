"""The bell, the preview of the overview, and leaving it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Person
from digests import refusals
from digests.compose.overview import digest_context
from digests.items import Group, find_group, gather
from digests.leaving import Leaving, leave, leaving_path, quiet_of, quiet_path, read
from digests.models import Frequency, Subscription
from digests.plan import waiting_notices
from digests.reading import notices_told_to
from initiate.middleware import is_visit
from initiate.requests import PersonRequest
from regions.models import Contribution, Notice, Quiet, Region

SHOWN = 200
"""So many notices the bell looks back."""


class SeenForm(forms.Form):
    """Up to which event the page had shown what is new."""

    last = forms.IntegerField(min_value=1, max_value=2**63 - 1)


@require_safe
@login_required
def notices(request: PersonRequest) -> HttpResponse:
    """Show what is new for someone and what they read before, by what it is about."""
    latest = list(notices_told_to(request.user).order_by("-event")[:SHOWN])
    page = {
        "unread": latest_first(request.user, (notice for notice in latest if not notice.read_at)),
        "read": latest_first(request.user, (notice for notice in latest if notice.read_at)),
        "last": latest[0].event_id if latest else 0,
    }
    return render(request, "digests/notices.html", page)


def latest_first(person: Person, notices: Iterable[Notice]) -> list[Group]:
    return sorted(gather(person, notices), key=lambda group: group.latest.at, reverse=True)


@require_safe
@login_required
def open_notice(request: PersonRequest, pk: int) -> HttpResponse:
    """Go to what a notice is about, and note that the reader has seen what was new there."""
    notice = get_object_or_404(Notice.objects.select_related("event"), pk=pk, person=request.user)
    group = find_group(request.user, notice)  # a colleague may have dealt with it since the page was shown
    if group is None:
        raise Http404
    if is_visit(request):
        notices_told_to(request.user).beside(notice.event).mark_read()
    return redirect(group.latest.path)


@require_POST
@login_required
def read_all(request: PersonRequest) -> HttpResponse:
    """Mark everything as read that stood on the page; what came in later stays new."""
    form = SeenForm(request.POST)
    if form.is_valid():
        notices_told_to(request.user).filter(event__lte=form.cleaned_data["last"]).mark_read()
        messages.success(request, _("All notices are marked as read."))
    return redirect("digests:notices")


@require_safe
@login_required
def overview(request: PersonRequest) -> HttpResponse:
    """Show what the overview would hold if it came now; nothing is sent or marked."""
    groups = gather(request.user, waiting_notices(request.user))
    return render(request, "digests/overview.html", digest_context(request.user, groups) | {"groups": groups})


@require_POST
@login_required
def try_address(request: PersonRequest) -> HttpResponse:
    """Mail this person again: they say that their address works."""
    refusals.forget(request.user.email)
    messages.success(request, _("We mail you again. If your address gives our mail back, we tell you here."))
    return redirect("accounts:preferences")


@csrf_exempt  # a mail program posts here (RFC 8058) and has no cookie: the signed token says who leaves what
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button, and what else can be left; a POST ends the kind of mail that the token names."""
    leaver = read(token)
    if leaver is None:
        raise Http404
    if request.method == "POST":
        leave(*leaver)
        if "List-Unsubscribe" in request.POST:
            return HttpResponse("ok\n", content_type="text/plain")  # a mail program follows no redirect
        return redirect(request.path)
    person, what = leaver
    with translation.override(person.language):
        return render(request, f"digests/leave_{what.name.lower()}.html", _kept(person))


def _kept(person: Person) -> dict[str, Any]:
    """Return which mail someone gets, and where each kind can be left."""
    subscription = Subscription.objects.filter(person=person).first() or Subscription(frequency=Frequency.NEVER)
    return {
        "has_overview": subscription.frequency != Frequency.NEVER,
        "has_at_once": subscription.at_once,
        "overview_url": leaving_path(person),
        "at_once_url": leaving_path(person, Leaving.AT_ONCE),
    }


@csrf_exempt  # the signed token in the mail says who it is for, and nobody has to sign in to hear less
@require_http_methods(["GET", "HEAD", "POST"])
def quiet(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button; a POST makes quiet what the token says, or with `quiet=0` lets it be heard again."""
    found = quiet_of(token)
    if found is None:
        raise Http404
    person, about = found
    on = {"region" if isinstance(about, Region) else "contribution": about.pk}
    if request.method == "POST":
        Quiet.objects.switch(person, on=request.POST.get("quiet") != "0", **on)
        return redirect(request.path)
    is_quiet = Quiet.objects.filter(person=person, **on).exists()
    with translation.override(person.language):
        return render(request, "digests/quiet.html", {"is_quiet": is_quiet, **_about(person, about)})


def _about(person: Person, about: Contribution | Region) -> dict[str, str]:
    """Return the name of what it is about, as far as the person sees it now, and the way to make the region quiet."""
    if isinstance(about, Region):
        return {"title": about.name}
    seen = Contribution.objects.visible_to(person).filter(pk=about.pk).select_related("region").first()
    if seen is None:
        return {"title": ""}
    return {"title": seen.title, "region": seen.region.name, "region_url": quiet_path(person, seen.region)}
