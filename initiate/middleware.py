"""What happens to every request: its log line, its headers, what is refused, its language, its session."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import unquote_to_bytes

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.request import UnreadablePostError
from django.utils import timezone, translation

from initiate import errors

Answer = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("initiate.access")

REQUEST_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
BROKEN = re.compile("[\0\ud800-\udfff]")
FORM = "application/x-www-form-urlencoded"
RENEW_AFTER = timedelta(minutes=30)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


def access_line(get_response: Answer) -> Answer:
    """One line for each request, with the route and never the query string, which may hold keys and names."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id(request))
        response = get_response(request)
        response["X-Request-ID"] = structlog.contextvars.get_contextvars()["request"]
        route = request.resolver_match.route if request.resolver_match else ""
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        log.info("request", method=request.method, route=route, status=response.status_code, ms=milliseconds)
        return response

    return middleware


def request_id(request: HttpRequest) -> str:
    """The proxy's id, where a proxy of ours stands in front; else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if settings.PROXIES and REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def security_headers(get_response: Answer) -> Answer:
    """The headers that Django has no setting for. A person's pages stay out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        response.setdefault(
            "Cache-Control", "private, no-store" if user and user.is_authenticated else "private, no-cache"
        )
        return response

    return middleware


def told_redirect(get_response: Answer) -> Answer:
    """Tell the script that sends a file where the form leads, in `X-Location`; it opens that page itself.

    A script that follows a redirect reads the page, and so uses up the messages that a person has to see.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if "X-Upload" in request.headers and "Location" in response:
            response.status_code, response["X-Location"] = 204, response["Location"]
            del response["Location"]
        return response

    return middleware


# --- what no view can read ----------------------------------------------------------------------------------


def refuse_unreadable(get_response: Answer) -> Answer:
    """400 for a NUL byte, a lone surrogate or bytes that are not UTF-8: PostgreSQL takes none of them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            readable = all(map(is_text, raw_parts(request))) and not any(map(is_broken, parsed_parts(request)))
        except UnreadablePostError:  # the visitor went away in mid-sentence
            readable = False
        return get_response(request) if readable else errors.bad_request(request)

    return middleware


def raw_parts(request: HttpRequest) -> Iterator[bytes]:
    """What came over the wire: once parsed, broken bytes look like a sign that someone may have typed."""
    yield unquote_to_bytes(request.META.get("QUERY_STRING", "").replace("+", " "))
    if request.method == "POST" and request.content_type == FORM:
        yield unquote_to_bytes(request.body.replace(b"+", b" "))


def is_text(raw: bytes) -> bool:
    try:
        return "\0" not in raw.decode("utf-8")
    except UnicodeDecodeError:
        return False


def parsed_parts(request: HttpRequest) -> Iterator[str]:
    """Path, cookies, and the names and values of form fields and files, as the views get them.

    Bytes in the path that are not UTF-8 come as their percent code: a path that is not there.
    """
    yield from (request.path_info, *request.COOKIES.values())
    if request.method == "POST":
        for name, values in request.POST.lists():
            yield from (name, *values)
        for name, files in request.FILES.lists():
            yield from (name, *(str(file.name) for file in files))


def is_broken(text: str) -> bool:
    return bool(BROKEN.search(text))


# --- the person ---------------------------------------------------------------------------------------------


def own_language(get_response: Answer) -> Answer:
    """Who is signed in reads the site in the language they chose, whatever the browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            structlog.contextvars.bind_contextvars(person=request.user.pk)
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def sliding_session(get_response: Answer) -> Answer:
    """Twelve hours from the last visit, written at most twice an hour; a prefetch or HEAD is no visit."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        ends_at = getattr(request.session, "ends_at", None)
        if ends_at and is_visit(request):
            full = timedelta(seconds=request.session.get_expiry_age())
            request.session.modified |= ends_at - timezone.now() < full - RENEW_AFTER
        return get_response(request)

    return middleware


def is_visit(request: HttpRequest) -> bool:
    return request.method in {"GET", "POST"} and "prefetch" not in request.headers.get("Sec-Purpose", "")
