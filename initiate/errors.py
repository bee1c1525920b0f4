"""The pages for what goes wrong. 500 and 503 ask nothing of the database: it may be what went wrong."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from psycopg_pool import PoolTimeout

AWAY = (OperationalError, InterfaceError, PoolTimeout)
RETRY_SECONDS = 30


def bare(status: int) -> HttpResponse:
    """Render a page that knows neither person nor session."""
    return HttpResponse(loader.get_template(f"{status}.html").render(), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return bare(400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's check of forms refused: mostly a page that stood open over night."""
    return render(request, "403.html", {"stale_form": True}, status=403)


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 where the database is away, which mends itself."""
    error: Any = sys.exc_info()[1]
    if not isinstance(error, AWAY):
        return bare(500)
    response = bare(503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
