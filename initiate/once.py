"""A form that is sent twice counts once: a double click, a retry, the back button."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, Submission
from initiate.requests import is_words

FIELD = "form_key"
NEW_EACH_TIME = (FIELD, "csrfmiddlewaretoken", "draft_page", "draft_seen")
"""What a form that is fetched anew holds otherwise, with the same words in it."""
RECENT = timedelta(minutes=10)
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Let a POST with a `form_key` (`{% form_key %}`) through one time only.

    The key is written in the transaction of the request: a second sending waits for the first, and is then sent to
    where the first one went. A refused form gives its key back. The back button may fetch the form anew, with another
    key and the typed text: the same words from the same person to the same place within ten minutes count once too.
    """

    @wraps(view)
    def only_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)
        person = request.user if isinstance(request.user, Person) else None
        digest = _digest(request)
        earlier = _earlier(person, digest)
        if earlier:
            return _again(request, earlier)
        submission, is_first = Submission.objects.get_or_create(key=key, defaults={"person": person, "digest": digest})
        if not is_first:
            return _again(request, submission)
        response = view(request, *args, **kwargs)
        _remember(submission, response)
        return response

    return only_once


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _digest(request: HttpRequest) -> str:
    """Return a digest of place and content; empty without words: a mere button may be pressed again."""
    fields = [pair for pair in sorted(request.POST.lists()) if pair[0] not in NEW_EACH_TIME]
    if not any(is_words(value) for _name, values in fields for value in values):
        return ""
    uploads = [file for name in request.FILES for file in request.FILES.getlist(name)]
    files = sorted((str(file.name), file.size or 0) for file in uploads)
    return hashlib.sha256(repr((request.path, fields, files)).encode(errors="replace")).hexdigest()


def _earlier(person: Person | None, digest: str) -> Submission | None:
    """Return what this person sent with the same content a moment ago."""
    if person is None or not digest:
        return None
    sent = Submission.objects.filter(person=person, digest=digest, at__gte=timezone.now() - RECENT)
    return sent.exclude(location="").first()


def _again(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.info(request, _("This was already sent. Nothing was stored twice."))
    is_own = submission.person_id == request.user.pk
    return redirect(submission.location if is_own and submission.location else request.path)


def _remember(submission: Submission, response: HttpResponse) -> None:
    if 300 <= response.status_code < 400:
        submission.location = response["Location"][:500]
        submission.save(update_fields=["location"])
    else:
        submission.delete()
