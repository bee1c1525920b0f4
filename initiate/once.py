"""A form that is sent twice counts once: a double click, a retry, the back button."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Person, Submission

FIELD = "form_key"
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Let a POST with a `form_key` (`{% form_key %}`) through one time only.

    The key is written in the transaction of the request: a second sending waits for the first, and is then sent to
    where the first one went. A refused form gives its key back.
    """

    @wraps(view)
    def only_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)
        person = request.user if isinstance(request.user, Person) else None
        submission, is_first = Submission.objects.get_or_create(key=key, defaults={"person": person})
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
