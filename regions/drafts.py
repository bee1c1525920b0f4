"""What someone is still writing in a form: kept as they type, put back when they return, and let go when it is sent."""

import json

from django.http import JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Person
from regions.forms import TextForm
from regions.models import Contribution, Draft

LONGEST = 200_000


def keep(form: TextForm, place: str, *, by: Person, contribution: Contribution | None = None) -> JsonResponse:
    """Keep what is typed; the answer says when: {"saved_at": "14:05"}."""
    form.is_valid()
    if _holds_bsn(form) or len(json.dumps(form.typed)) > LONGEST:
        return JsonResponse({"error": _("This text cannot be kept.")}, status=422)
    kept = Draft.keep(place, form.typed, by=by, contribution=contribution)
    return JsonResponse({"saved_at": date_format(timezone.localtime(kept.saved_at), "H:i")})


def _holds_bsn(form: TextForm) -> bool:
    return any(error.code == "bsn" for errors in form.errors.as_data().values() for error in errors)


def kept(person: Person, place: str) -> Draft | None:
    return Draft.objects.filter(person=person, place=place).first()


def drop(person: Person, place: str) -> None:
    Draft.objects.filter(person=person, place=place).delete()
