"""Who belongs to a region: asking to join, leaving, and what moderators decide about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.errors import AlreadyDone, ByInvitation
from regions.forms import DecisionForm, JoinForm, JoiningForm, SuspensionForm
from regions.gate import allow
from regions.models import Membership, Region

FIRST = gettext_lazy("A colleague was first: the question of %(name)s is already answered.")
JOINED = gettext_lazy("Welcome! You are a member of this region now.")
ASKED = gettext_lazy("Your request is with the moderators. You get a notice when they answer.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def join(request: PersonRequest, slug: str) -> HttpResponse:
    region = get_object_or_404(Region, slug=slug)
    if not rules.can_ask_to_join(request.user, region.membership_of(request.user)):
        messages.info(request, _("You already asked to join, or you are a member. This page says how it stands."))
        return redirect(region)
    at_once = region.admits(request.user)
    posted = request.POST if request.method == "POST" else None
    form = JoinForm(posted, region=region, with_question=not at_once)
    if form.is_valid():
        ask(request, region, form.cleaned_data.get("motivation", ""))
        return redirect(region)
    words = {"region": region, "form": form, "at_once": at_once}
    return render(request, "regions/join.html", words, status=422 if form.errors else 200)


def ask(request: PersonRequest, region: Region, motivation: str) -> None:
    """Ask to join, and say what came of it."""
    try:
        membership = region.ask_to_join(request.user, motivation)
    except ByInvitation:
        messages.info(request, _("This region works with invitations. Ask a moderator to invite you."))
    except AlreadyDone:
        messages.info(request, _("You had already asked to join this region."))
    else:
        messages.success(request, JOINED if membership.state == Membership.State.ACTIVE else ASKED)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leave(request: PersonRequest, slug: str) -> HttpResponse:
    """Leave, or take back the wish to join; asks first."""
    region = get_object_or_404(Region, slug=slug)
    membership = region.membership_of(request.user)
    if not rules.can_leave(request.user, membership):
        messages.info(request, _("You are not a member of this region."))
        return redirect(region)
    if request.method != "POST" or membership is None:
        is_last = not region.memberships.moderators().exclude(person=request.user).exists()
        return render(request, "regions/leave.html", {"region": region, "membership": membership, "is_last": is_last})
    try:
        membership.leave(request.user)
    except AlreadyDone:
        messages.info(request, _("You had already left this region."))
    else:
        messages.success(request, _("You left this region. You are welcome to come back."))
    return redirect(region)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def decide(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    region = moderated_region(request, slug)
    membership = get_object_or_404(region.memberships.for_list(), pk=pk)
    if membership.state != Membership.State.PENDING:
        messages.warning(request, FIRST % {"name": membership.person.name})
        return redirect("regions:desk", region.slug)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _answer(request, membership, form)
    words = {"region": region, "membership": membership, "form": form}
    return render(request, "regions/decide.html", words, status=422 if form.errors else 200)


def moderated_region(request: HttpRequest, slug: str) -> Region:
    """Return the region for its moderators and staff. Raises Http404 for everyone else."""
    region = get_object_or_404(Region, slug=slug)
    if not rules.can_moderate_region(request.user, region):
        raise Http404
    return region


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def suspend(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    region = moderated_region(request, slug)
    membership = get_object_or_404(region.memberships.active().for_list(), pk=pk)
    allow(request.user, membership, rules.can_suspend)
    form = SuspensionForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        words = {"region": region, "membership": membership, "form": form}
        return render(request, "regions/suspend.html", words, status=422 if form.errors else 200)
    who = {"name": membership.person.name}
    try:
        membership.suspend(request.user, **form.cleaned_data)
    except AlreadyDone:
        messages.warning(request, _("A colleague was first: %(name)s is no member any more.") % who)
    else:
        messages.success(request, _("%(name)s is suspended, and reads why and until when.") % who)
    return redirect("regions:members", region.slug)


@require_POST
@login_required
def readmit(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """End a suspension before its last day."""
    region = moderated_region(request, slug)
    membership = get_object_or_404(region.memberships.for_list(), pk=pk)
    who = {"name": membership.person.name}
    try:
        membership.readmit(request.user)
    except AlreadyDone:
        messages.warning(request, _("A colleague was first: %(name)s is not suspended any more.") % who)
    else:
        messages.success(request, _("%(name)s is a member again, and hears it.") % who)
    return redirect("regions:members", region.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def joining(request: PersonRequest, slug: str) -> HttpResponse:
    """How people join this region: its moderators decide."""
    region = moderated_region(request, slug)
    now = {name: getattr(region, name) for name in JoiningForm.base_fields}
    form = JoiningForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_valid():
        region.arrange(request.user, **form.cleaned_data)
        messages.success(request, _("This is how people join from now on."))
        return redirect("regions:desk", region.slug)
    words = {"region": region, "form": form}
    return render(request, "regions/joining.html", words, status=422 if form.errors else 200)


def desk_of(request: HttpRequest, region: Region) -> HttpResponseRedirect | None:
    """Return the way back to the desk that someone came from (`naar` in the form): of one region, or of theirs."""
    match request.POST.get("naar"):
        case "moderatie":
            return redirect("regions:desk", region.slug)
        case "mijn":
            return redirect("regions:own_desk")
    return None


def _answer(request: PersonRequest, membership: Membership, form: DecisionForm) -> HttpResponseRedirect:
    who = {"name": membership.person.name}
    try:
        membership.decide(request.user, accept=form.is_yes, answer=form.cleaned_data["answer"])
    except AlreadyDone:
        messages.warning(request, FIRST % who)
    else:
        said = _("%(name)s is a member now.") if form.is_yes else _("%(name)s hears that it is a no, and why.")
        messages.success(request, said % who)
    return desk_of(request, membership.region) or redirect("regions:desk", membership.region.slug)
