"""What someone is still writing in a form: kept as they type, put back when they return, and let go when it is sent."""

import json
from contextlib import suppress
from typing import Any

from django.forms import Field
from django.http import JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Person
from regions.errors import DraftConflict
from regions.forms import TextForm
from regions.models import Contribution, Draft

LONGEST = 200_000
COMPARE = "compare"
"""The button by which one asks to see both texts, after another device kept one too."""


def keep(form: TextForm, place: str, *, by: Person, contribution: Contribution | None = None) -> JsonResponse:
    """Keep what is typed; the answer says when: {"saved_at": "14:05"}, or that another device was first."""
    if why := refusal(form):
        return refused(why)
    device = {"page": form.draft_page, "seen": form.draft_seen}
    try:
        return saved(Draft.keep(place, form.typed, by=by, contribution=contribution, **device))
    except DraftConflict:
        return clash()


def refusal(form: TextForm) -> str:
    """Return why what is typed may not be kept, and what to do; empty where it may."""
    if any(error.code == "bsn" for errors in form.errors.as_data().values() for error in errors):
        return _("Not saved: a number looks like a citizen service number (BSN). Take it out.")
    if len(json.dumps(form.typed)) > LONGEST:
        return _("Not saved: the text is too long. Make it shorter.")
    return ""


def refused(why: str) -> JsonResponse:
    return JsonResponse({"error": why}, status=422)


def saved(draft: Draft) -> JsonResponse:
    return JsonResponse({"saved_at": date_format(timezone.localtime(draft.saved_at), "H:i")})


def clash() -> JsonResponse:
    return JsonResponse({"saved_at": None, "clash": True}, status=409)


def both(form: TextForm, kept: Draft) -> tuple[Draft, list[tuple[str, str]]]:
    """Return what was typed here as a draft that has seen the one that is kept; and what is otherwise in that one.

    That is in pairs of label and words; nothing of either is thrown away.
    """
    typed = form.typed
    names = [name for name, field in form.fields.items() if not field.widget.is_hidden]
    others = [name for name in names if name in kept.data and kept.data[name] != typed.get(name)]
    theirs = [(str(form.fields[name].label or ""), _words(form.fields[name], kept.data[name])) for name in others]
    return Draft(data=typed, saved_at=kept.saved_at), theirs


def _words(field: Field, value: Any) -> str:
    """Return what was typed, or the words of what was chosen."""
    if not hasattr(field, "choices"):
        return str(value or "")
    chosen = {str(one) for one in (value if isinstance(value, list) else [value])}
    return ", ".join(str(label) for key, label in field.choices if str(key) in chosen)


def kept(person: Person, place: str) -> Draft | None:
    return Draft.objects.filter(person=person, place=place).first()


def drop(person: Person, place: str, form: TextForm | None = None) -> None:
    """Throw it away; with the form that was sent, only where that has no other words than the form has shown."""
    draft = kept(person, place)
    with suppress(DraftConflict):
        if draft and form:
            draft.guard(form.draft_page, form.draft_seen)
        if draft:
            draft.delete()
