"""What someone typed survives the end of a session: it is laid before them again after they sign in.

Before them alone: a cookie tells whose session was the last one in this browser, so that no colleague who signs in
after them reads it.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

from initiate.requests import is_words

Answer = Callable[[HttpRequest], HttpResponseBase]

KEY = "kept_post"
MOST = 200_000  # characters
NOT_KEPT = ("csrfmiddlewaretoken", "password")
NOT_SHOWN = ("form_key", "draft_page", "draft_seen", "seen", "mark")
"""Fields that hold no words of a person."""
WRITER = "__Host-writer" if settings.HTTPS else "writer"
"""The cookie that tells whose session was the last one here, in a form that tells nobody else."""


def keep_what_was_typed(get_response: Answer) -> Answer:
    """Keep a form that a visitor sent where one must be signed in; show it again where the sign-in leads back to."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        kept = request.session.get(KEY) if request.method == "GET" and request.user.is_authenticated else None
        if kept and kept["path"] == request.path:
            del request.session[KEY]
            if kept.pop("writer") in ("", writer_of(request)):
                return _resume(request, **kept)
        response = get_response(request)
        if _was_sent_to_sign_in(request, response):
            _keep(request)
        elif request.user.is_authenticated and request.COOKIES.get(WRITER) != writer_of(request):
            options: dict[str, Any] = {"secure": settings.HTTPS, "httponly": True, "samesite": "Lax"}
            response.set_cookie(WRITER, writer_of(request), settings.SESSION_COOKIE_AGE, **options)
        return response

    return middleware


def come_back(get_response: Answer) -> Answer:
    """Let who chose to sign in on a page of ours come back to that page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method == "GET" and request.path == reverse("account_login") and "next" not in request.GET:
            page = urlsplit(_page_of(request))
            if page.path != "/" and not page.path.startswith("/account/"):
                there = page._replace(scheme="", netloc="", fragment="").geturl()
                return redirect(f"{request.path}?{urlencode({'next': there})}")
        return get_response(request)

    return middleware


def writer_of(request: HttpRequest) -> str:
    return salted_hmac(WRITER, str(request.user.pk)).hexdigest()


def _resume(request: HttpRequest, path: str, fields: list[list[str]], back: str) -> HttpResponseBase:
    """Lay the words before the person; a button without any leads back to where it stood."""
    if not fields:
        return redirect(back)
    words = [value for name, value in fields if is_words(value) and name not in NOT_SHOWN]
    return render(request, "resume.html", {"path": path, "fields": fields, "words": words, "back": back})


def _was_sent_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_visitor = request.method == "POST" and not request.user.is_authenticated
    return is_visitor and response.get("Location", "").startswith(f"{reverse('account_login')}?")


def _keep(request: HttpRequest) -> None:
    fields: list[list[Any]] = [
        [name, value] for name, values in request.POST.lists() for value in values if name not in NOT_KEPT
    ]
    if sum(len(value) for _name, value in fields) <= MOST:
        writer = request.COOKIES.get(WRITER, "")
        request.session[KEY] = {"path": request.path, "fields": fields, "back": _page_of(request), "writer": writer}


def _page_of(request: HttpRequest) -> str:
    """Return on which page the form stood: its own path may take nothing but forms."""
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else "/"
