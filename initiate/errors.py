"""The pages for what goes wrong. 500 and 503 ask nothing of the database: it may be what went wrong."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from psycopg_pool import PoolTimeout

from initiate.requests import is_words

AWAY = (OperationalError, InterfaceError, PoolTimeout)
RETRY_SECONDS = 30


def bare(status: int, context: dict[str, Any] | None = None) -> HttpResponse:
    """Render a page that knows neither person nor session."""
    return HttpResponse(loader.get_template(f"{status}.html").render(context), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return bare(400)


def typed(request: HttpRequest) -> dict[str, list[str]]:
    """Return the texts of a form that leads nowhere any more: who wrote them can take them along."""
    try:
        fields = list(request.POST.lists())
    except OSError:  # the form did not come in whole
        fields = []
    values = [value for name, values in fields if "password" not in name for value in values]
    return {"typed": list(filter(is_words, values))}


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", typed(request), status=403)


def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's check of forms refused: mostly a page that stood open over night."""
    return render(request, "403.html", {"stale_form": True, **typed(request)}, status=403)


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", typed(request), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 where the database is away, which mends itself."""
    error: Any = sys.exc_info()[1]
    if not isinstance(error, AWAY):
        return bare(500, typed(request))
    response = bare(503, typed(request))
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
