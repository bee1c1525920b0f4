"""Inviting people into a region, and the page to which the link in the mail leads."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone, NotYours, TooLate
from regions.forms import InviteForm, JoinForm, PageQuery
from regions.models import Invitation, Membership, Region
from regions.paging import page_of
from regions.views.membership import JOINED, moderated_region

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def invite(request: PersonRequest, slug: str) -> HttpResponse:
    """First what was found in the words or the file, then, once that is confirmed, the invitations."""
    region = moderated_region(request, slug)
    form = InviteForm(request.POST or None, request.FILES or None)
    found = form.cleaned_data["found"] if form.is_valid() else None
    if found and found.addresses and request.POST.get("akkoord") == "ja":
        return _invite(request, region, found.addresses)
    query = PageQuery.read(request.GET)
    page = page_of(region.invitations.open().for_list(), query.page, PER_PAGE)
    words = {"region": region, "form": form, "found": found, "page": page}
    return render(request, "regions/invite.html", words, status=422 if form.errors else 200)


def _invite(request: PersonRequest, region: Region, addresses: list[str]) -> HttpResponseRedirect:
    number = Invitation.objects.invite(region, addresses, by=request.user)
    said = ngettext(
        "%d invitation is on its way. People who are members already get no mail.",
        "%d invitations are on their way. People who are members already get no mail.",
        number,
    )
    messages.success(request, said % number)
    return redirect("regions:invite", region.slug)


@require_POST
@login_required
def invitation_again(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Send an open invitation once more, with a new term."""
    region = moderated_region(request, slug)
    found = get_object_or_404(region.invitations, pk=pk)
    if found.is_open:
        return _invite(request, region, [found.email])
    messages.info(request, _("This invitation was used or withdrawn before."))
    return redirect("regions:invite", region.slug)


@require_POST
@login_required
def invitation_withdraw(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    region = moderated_region(request, slug)
    found = get_object_or_404(region.invitations.select_related("region"), pk=pk)
    try:
        found.withdraw(request.user)
    except AlreadyDone:
        messages.info(request, _("This invitation was used or withdrawn before."))
    else:
        messages.success(request, _("The invitation is withdrawn: its link does not work any more."))
    return redirect("regions:invite", region.slug)


# --- who was invited ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in the mail leads; it changes nothing by itself, as programs follow links too."""
    found = Invitation.objects.of_token(token)
    if found is None:
        raise Http404
    person = request.user if isinstance(request.user, Person) else None
    form = JoinForm(request.POST if request.method == "POST" else None, region=found.region, with_question=False)
    if request.method == "POST" and person and form.is_valid():
        return _accept(request, found, person)
    words = {"invitation": found, "region": found.region, "form": form, "door": _door(found, person)}
    return render(request, "regions/invitation.html", words, status=422 if form.errors else 200)


def _door(found: Invitation, person: Person | None) -> str:
    """Return how this invitation stands for who looks at it."""
    membership = found.region.membership_of(person)
    if membership and membership.state == Membership.State.ACTIVE:
        return "member"
    if not found.is_open or found.is_expired:
        return "over"
    if person is None:
        return "visitor"
    return "welcome" if found.is_for(person) else "other"


def _accept(request: HttpRequest, found: Invitation, person: Person) -> HttpResponseRedirect:
    try:
        found.accept(person)
    except NotYours:
        messages.error(request, _("This invitation is for another e-mail address."))
    except TooLate:
        messages.error(request, _("This invitation has expired. Ask for a new one."))
    except AlreadyDone:
        messages.info(request, _("This invitation was used before, or you are a member already."))
    else:
        messages.success(request, JOINED)
        return redirect(found.region)
    return redirect(found)
