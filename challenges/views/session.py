"""Sessions of the InnovatieKabinet: the dossiers that are read beforehand, and what comes out of each pitch."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.errors import NotIndependent
from challenges.forms.session import PitchForm
from challenges.models import Challenge, Offer, Review
from challenges.rules import can_note_pitch, can_note_pitches, can_read_reviews, is_colleague
from challenges.sections.dossier import dossiers_of
from challenges.sections.feedback import READERS
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.gate import fetch
from regions.models import AgendaItem, Meeting, Visibility


@require_safe
@login_required
def dossier(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """One challenge on two sheets of paper at most."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_read_reviews)
    context = {"challenge": challenge, "dossiers": dossiers_of(request.user, [challenge])}
    return render(request, "challenges/dossier.html", context)


@require_safe
@login_required
def dossiers(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """The dossiers of all pitches of a session, as far as this person sees their challenges, in their order."""
    meeting = fetch(Meeting.objects.sessions().select_related("region"), request.user, pk, may=is_colleague)
    order = list(dict.fromkeys(meeting.agenda.filter(about__isnull=False).values_list("about", flat=True)))
    seen = Challenge.objects.visible_to(request.user).for_detail().in_bulk(order)
    rows = dossiers_of(request.user, [seen[key] for key in order if key in seen])
    return render(request, "challenges/dossiers.html", {"meeting": meeting, "dossiers": rows})


@login_required
@once
def pitch(request: PersonRequest, pk: int, slug: str, item_pk: int) -> HttpResponse:
    """Note what came out of a pitch: points and offers, under the names of who made them."""
    meeting = fetch(Meeting.objects.select_related("region"), request.user, pk, may=can_note_pitches)
    item = get_object_or_404(meeting.agenda.filter(about__isnull=False), pk=item_pk)
    challenge = fetch(Challenge.objects.for_detail(), request.user, item.about_id or 0, may=can_note_pitch)
    posted = request.POST if request.method == "POST" else None
    form = PitchForm(posted, challenge=challenge, person=request.user)
    page = {"meeting": meeting, "item": item, "challenge": challenge, "form": form}
    if form.is_valid():
        return _note(request, meeting, item, page)
    return _page(request, page, status=422 if form.is_bound else 200)


def _note(request: PersonRequest, meeting: Meeting, item: AgendaItem, page: dict[str, Any]) -> HttpResponse:
    form, words = page["form"], {"said": item.minutes, "points": page["form"].points, "offers": page["form"].offers}
    try:
        Review.from_session(meeting, page["challenge"], by=request.user, **words)
    except AlreadyDone:
        form.add_error(None, _("This was noted before, or the challenge does not go on. Nothing was stored twice."))
    except NotIndependent:
        form.add_error(None, _("One of these members works with the team by now. Nothing was stored."))
    else:
        messages.success(request, _("Noted. The team answers the points and the offers, as always."))
        return redirect(f"{meeting.get_absolute_url()}#pitch-{item.pk}")
    return _page(request, page, status=409)


def _page(request: PersonRequest, page: dict[str, Any], *, status: int) -> HttpResponse:
    """The form, below what was noted of this pitch before."""
    challenge = page["challenge"]
    seen = Review.objects.for_challenge(challenge).read_by(request.user)
    review = seen.filter(meeting=page["meeting"]).first()
    known = {
        "noted": review,
        "noted_offers": Offer.objects.on(challenge, request.user).filter(review=review) if review else [],
        "readers": READERS[Visibility(challenge.visibility)],
    }
    return render(request, "challenges/pitch.html", {**page, **known}, status=status)
