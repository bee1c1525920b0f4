"""Who works on a challenge."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from initiate.requests import PersonRequest

from accounts.models import Person
from challenges.forms.offers import ColleagueForm
from challenges.models import Challenge
from challenges.rules import can_leave_team
from regions.errors import AlreadyDone
from regions.gate import allow, fetch
from regions.models import Part
from regions.rules import can_edit


@login_required
def team(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    if request.method == "POST":
        allow(request.user, challenge, can_edit)
    form = ColleagueForm(request.POST or None, challenge=challenge)
    if form.is_valid() and form.person:
        return _add(request, challenge, form.person)
    context = {
        "challenge": challenge,
        "form": form,
        "parts": challenge.team(),
        "can_edit": can_edit(request.user, challenge),
        "can_leave": can_leave_team(request.user, challenge),
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
    """Leave the team oneself, or, as the author, end someone else's part."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    person = get_object_or_404(Person, pk=person_pk)
    may = can_leave_team if person == request.user else can_edit
    allow(request.user, challenge, may)
    try:
        challenge.release(person, Part.TEAM, by=request.user)
    except AlreadyDone:
        messages.info(request, _("This person is not on the team."))
    else:
        messages.success(request, _("%(name)s is no longer on the team.") % {"name": person.name})
    is_visible = Challenge.objects.visible_to(request.user).filter(pk=challenge.pk).exists()
    return redirect(challenge if is_visible else "challenges:list")
