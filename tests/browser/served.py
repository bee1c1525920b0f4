"""A real browser on pages that the test's own client answers: no server, no second process, and one transaction."""

import mimetypes
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.utils.html import escape
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

AXE = (settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOST = "http://localhost"
"""By this name a browser trusts a page without https, as keys for signing in ask."""
ON = '<!doctype html><meta http-equiv="refresh" content="0;url={}">'
"""Leads on as a redirect does; a real one would go past the test, which answers first requests only."""
NARROW = 320
"""A window of 1280 pixels at 400 %, and the smallest telephone (WCAG 1.4.10)."""
CUT = """() => {
  const words = (el) => `${el.localName}.${el.className?.baseVal ?? el.className}: ${el.innerText ?? ""}`.slice(0, 120);
  const all = [...document.body.querySelectorAll("*")].filter((el) => el.checkVisibility());
  const style = (el) => getComputedStyle(el);
  const runsOver = (el) => el.clientWidth > 1 && el.scrollWidth > el.clientWidth + 1;
  const page = document.documentElement.scrollWidth > innerWidth;
  const out = page ? all.filter((el) => el.getBoundingClientRect().right > innerWidth + 1).slice(-3) : [];
  const fields = "input, textarea, select";
  const isSeen = (el) => style(el).clipPath === "none";  // what is for the ear only is cut off on purpose
  const cut = all.filter((el) => /hidden|clip/.test(style(el).overflowX) && runsOver(el) && !el.matches(fields)
    && isSeen(el));
  const mute = all.filter((el) => /auto|scroll/.test(style(el).overflowX) && runsOver(el) && !el.matches(fields)
    && !(el.tabIndex === 0 && (el.ariaLabel || el.hasAttribute("aria-labelledby"))));
  return [...out.map((el) => `out of the page: ${words(el)}`), ...cut.map((el) => `cut off: ${words(el)}`),
    ...mute.map((el) => `scrolls, no stop or no name: ${words(el)}`)];
}"""
"""What does not fit: beyond the edge, cut off, or to be scrolled by who has a mouse only."""


@contextmanager
def open_for(client: Client, browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Give a browser of whoever this client is signed in as; `options` are those of a Playwright context.

    The client answers in a thread of its own, in which the test's connection is used: around Playwright's own calls
    runs a loop, and within that Django would open other connections.
    """
    connection.inc_thread_sharing()
    prefix = cache.key_prefix
    with ThreadPoolExecutor(1, initializer=_as_here, initargs=(connections["default"], prefix)) as thread:
        context = browser.new_context(base_url=HOST, locale="nl-NL", **options)
        context.route("**/*", lambda route, request: _answer(client, thread, route, request))
        try:
            yield context
        finally:
            context.close()
            connection.dec_thread_sharing()


def _as_here(shared: BaseDatabaseWrapper, prefix: str) -> None:
    connections["default"] = shared
    cache.key_prefix = prefix


def _answer(client: Client, thread: Executor, route: Route, request: Request) -> None:
    path = urlsplit(request.url)
    if not request.url.startswith(HOST):
        route.abort()  # nothing of ours asks another host
    elif path.path.startswith(settings.STATIC_URL):
        _answer_static(route, path.path.removeprefix(settings.STATIC_URL))
    else:
        where = f"{path.path}?{path.query}" if path.query else path.path
        names = {"accept-language", "user-agent", "x-upload"}
        names |= {"hx-request", "hx-target", "hx-current-url", "hx-boosted", "hx-trigger"}
        headers = {name: value for name, value in request.headers.items() if name in names}
        kind = request.headers.get("content-type", "application/octet-stream")
        status, headers, content = thread.submit(
            _asked, client, request.method, where, request.post_data_buffer or b"", kind, headers
        ).result()
        if "Location" in headers and request.is_navigation_request():
            status, content = 200, ON.format(escape(headers.pop("Location"))).encode()
            headers["Content-Type"] = "text/html"
        route.fulfill(status=status, headers=headers, body=content)


def _asked(
    client: Client, method: str, path: str, data: bytes, kind: str, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    response = client.generic(method, path, data, kind, headers=headers, SERVER_NAME="localhost")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, {name: value for name, value in response.items() if name != "Content-Length"}, content


def _answer_static(route: Route, name: str) -> None:
    found = finders.find(name)
    if found is None:
        route.fulfill(status=404)
    else:
        route.fulfill(path=found, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")


def broken_rules(page: Page) -> list[str]:
    """Return which rules of WCAG 2 A and AA, and of good practice, are not met, with where."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]


def does_not_fit(page: Page) -> list[str]:
    """Return what of the page cannot be read by who scrolls down only."""
    found: list[str] = page.evaluate(CUT)
    return found


def does_not_fit_at(width: int, page: Page) -> list[str]:
    """Make the window so narrow and return what of the page does not fit; then make it as wide as it was."""
    size = page.viewport_size
    assert size
    page.set_viewport_size({**size, "width": width})
    found = does_not_fit(page)
    page.set_viewport_size(size)
    return found
