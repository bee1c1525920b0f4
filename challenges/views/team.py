"""Who works on a challenge."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from challenges.forms.offers import ColleagueForm
from challenges.models import Challenge
from challenges.rules import can_leave_team
from challenges.sections.claim import claim_section
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import allow, fetch
from regions.models import Part
from regions.rules import can_edit, can_hand_over


@login_required
def team(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    parts = challenge.owners  # before anything asks whether this reader is one of them
    if request.method == "POST":
        allow(request.user, challenge, can_edit)
    form = ColleagueForm(request.POST if request.method == "POST" else None, challenge=challenge)
    if form.is_valid() and form.person:
        return _add(request, challenge, form.person)
    context = {
        "challenge": challenge,
        "form": form,
        "parts": parts,
        "can_edit": can_edit(request.user, challenge),
        "can_leave": can_leave_team(request.user, challenge),
        "can_hand_over": can_hand_over(request.user, challenge),
        **claim_section(request.user, challenge),
    }
    return render(request, "challenges/team.html", context, status=422 if form.is_bound else 200)


def _add(request: PersonRequest, challenge: Challenge, person: Person) -> HttpResponse:
    if challenge.is_owned_by(person):
        messages.info(request, _("%(name)s is on the team already.") % {"name": person.name})
    else:
        challenge.involve(person, Part.TEAM, by=request.user)
        messages.success(request, _("%(name)s is on the team now.") % {"name": person.name})
    return redirect("challenges:team", pk=challenge.pk, slug=challenge.slug)


@login_required
@require_POST
def leave(request: PersonRequest, pk: int, slug: str, person_pk: int) -> HttpResponse:
    """Leave the team oneself, or end the part of someone else on it; the author stays."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    allow(request.user, challenge, can_leave_team if person_pk == request.user.pk else can_edit)
    part = get_object_or_404(challenge.involvements.select_related("person"), person=person_pk, part=Part.TEAM)
    try:
        challenge.release(part.person, Part.TEAM, by=request.user)
    except AlreadyDone:
        messages.info(request, _("%(name)s was off the team already.") % {"name": part.person.name})
    else:
        messages.success(request, _("%(name)s is no longer on the team.") % {"name": part.person.name})
    if Challenge.objects.visible_to(request.user).filter(pk=challenge.pk).exists():
        return redirect("challenges:team", pk=challenge.pk, slug=challenge.slug)
    return redirect("challenges:list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: PersonRequest, pk: int, slug: str, person_pk: int) -> HttpResponse:
    """Make a colleague of the team the author; asks first."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_hand_over)
    part = get_object_or_404(challenge.involvements.select_related("person"), person=person_pk, part=Part.TEAM)
    if request.method != "POST":
        return render(request, "challenges/hand_over.html", {"challenge": challenge, "person": part.person})
    who = {"name": part.person.name}
    try:
        challenge.hand_over(part.person, by=request.user)
    except AlreadyDone:
        messages.info(request, _("It was handed over in the meantime, or %(name)s is off the team.") % who)
    else:
        messages.success(request, _("%(name)s is the author now, and hears it.") % who)
    return redirect("challenges:team", pk=challenge.pk, slug=challenge.slug)
