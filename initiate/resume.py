"""What someone typed survives the end of a session: it is laid before them again after they sign in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

Answer = Callable[[HttpRequest], HttpResponseBase]

KEY = "kept_post"
MOST = 200_000  # characters
NOT_KEPT = ("csrfmiddlewaretoken", "password")


def keep_what_was_typed(get_response: Answer) -> Answer:
    """Keep a form that a visitor sent where one must be signed in; show it again where the sign-in leads back to."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        kept = request.session.get(KEY) if request.method == "GET" and request.user.is_authenticated else None
        if kept and kept["path"] == request.path:
            del request.session[KEY]
            return render(request, "resume.html", {"path": request.path, "fields": kept["fields"]})
        response = get_response(request)
        if _was_sent_to_sign_in(request, response):
            _keep(request)
        return response

    return middleware


def _was_sent_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_visitor = request.method == "POST" and not request.user.is_authenticated
    return is_visitor and response.get("Location", "").startswith(f"{reverse('account_login')}?")


def _keep(request: HttpRequest) -> None:
    fields: list[list[Any]] = [
        [name, value] for name, values in request.POST.lists() for value in values if name not in NOT_KEPT
    ]
    if fields and sum(len(value) for _name, value in fields) <= MOST:
        request.session[KEY] = {"path": request.path, "fields": fields}
