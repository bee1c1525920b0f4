"""The first visit: region, themes and mail in three steps, each of which may be skipped."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import MailForm, PlaceForm, ThemesForm
from accounts.models import Person, Step
from initiate.once import once
from initiate.requests import PersonRequest, read_or_send, sent
from regions import rules
from regions.forms import JoinForm, names
from regions.models import Invitation, Membership, Region
from regions.views.membership import ask

PAGES = {
    Step.REGION: "accounts:welcome_region",
    Step.THEMES: "accounts:welcome_themes",
    Step.MAIL: "accounts:welcome_mail",
}
STEPS = list(PAGES)


def steps_left(person: Person) -> list[Step]:
    """Return the steps that are neither done nor skipped, in their order; no query for who is past them.

    Who belongs to a region or asked to, or follows a theme, did that step, wherever they did it.
    """
    return [step for step in STEPS if step in person.steps_left and not _is_done(person, step)]


def _is_done(person: Person, step: Step) -> bool:
    if step == Step.REGION:
        return Membership.objects.of(person).exists()
    return step == Step.THEMES and bool(person.themes.exists())


@require_safe
@login_required
def welcome(request: PersonRequest) -> HttpResponse:
    """Lead to the first step that is left."""
    left = steps_left(request.user)
    return redirect(PAGES[left[0]] if left else "home")


@read_or_send
@login_required
def region(request: PersonRequest) -> HttpResponse:
    """Ask where someone lives or works, and show which regions lie there; or say where they belong already."""
    form = PlaceForm(sent(request), person=request.user)
    if form.is_valid():
        form.save()
        return redirect("accounts:welcome_region")
    page = {
        "form": form,
        "names": names(),
        "memberships": list(Membership.objects.of(request.user)),
        "invitations": list(Invitation.objects.waiting_for(request.user)),
        "place": None if form.is_bound else form.home,
        "regions": list(Region.objects.covering(form.home)) if form.home else [],
    }
    return _page(request, Step.REGION, "accounts/welcome_region.html", page)


@read_or_send
@login_required
@once
def join(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask to join a region, as on its own page, and go on with the next step."""
    found = get_object_or_404(Region, slug=slug)
    if not rules.can_ask_to_join(request.user, found.membership_of(request.user)):
        return redirect("accounts:welcome_region")
    at_once = found.admits(request.user)
    form = JoinForm(sent(request), region=found, with_question=not at_once)
    if form.is_valid():
        ask(request, found, form.cleaned_data.get("motivation", ""))
        return _onward(request)
    page = {"form": form, "region": found, "at_once": at_once}
    return _page(request, Step.REGION, "accounts/welcome_join.html", page)


@read_or_send
@login_required
def themes(request: PersonRequest) -> HttpResponse:
    form = ThemesForm(sent(request), person=request.user)
    return _step(request, Step.THEMES, "accounts/welcome_themes.html", form)


@read_or_send
@login_required
def mail(request: PersonRequest) -> HttpResponse:
    form = MailForm(sent(request), person=request.user)
    return _step(request, Step.MAIL, "accounts/welcome_mail.html", form)


@require_POST
@login_required
def skip(request: PersonRequest, step: str) -> HttpResponse:
    """Note that a step was skipped, and go on."""
    if step not in Step.values:
        raise Http404
    request.user.finish_step(step)
    return _onward(request)


def _step(request: PersonRequest, step: Step, template: str, form: ThemesForm | MailForm) -> HttpResponse:
    if form.is_valid():
        form.save()
        request.user.finish_step(step)
        return _onward(request)
    return _page(request, step, template, {"form": form})


def _page(request: PersonRequest, step: Step, template: str, page: dict[str, Any]) -> HttpResponse:
    place = STEPS.index(step)
    before = PAGES[STEPS[place - 1]] if place else ""
    page |= {"step": step, "number": place + 1, "total": len(STEPS), "before": before}
    return render(request, template, page, status=422 if page["form"].errors else 200)


def _onward(request: PersonRequest) -> HttpResponseRedirect:
    """Lead to the first step that is left; after the last to the home page, saying what comes now."""
    left = steps_left(request.user)
    if left:
        return redirect(PAGES[left[0]])
    messages.success(request, _what_now(request.user))
    return redirect("home")


def _what_now(person: Person) -> str:
    rows = list(Membership.objects.of(person))
    waits = [row.region.name for row in rows if row.state == Membership.State.PENDING]
    if waits:
        said = _("All set. A moderator of %(regions)s lets you in. Meanwhile you can comment and offer help.")
        return said % {"regions": ", ".join(waits)}
    if any(row.state == Membership.State.ACTIVE for row in rows):
        return _("All set. You are a member of a region: you can post a challenge, comment and offer help.")
    return _("All set. You can comment and offer help. You may join a region whenever you like.")
