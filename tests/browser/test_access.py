"""WCAG 2.2 AA on every page (axe), for one who may see it: as it opens, and after an empty form was sent.

Each page is also made as narrow as 320 pixels, and what the browser complains of is no less a fault.
"""

import gzip
import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route
from pytest_django import Settings

from accounts.models import Person
from tests.browser.keys import stops
from tests.browser.served import NARROW, broken_rules, does_not_fit, does_not_fit_at, open_for
from tests.rights.doors import Door, client_of, doors
from tests.rights.test_matrix import table
from tests.rights.world import build

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WHO = ("visitor", "anna", "mo", "kim", "sam", "stan", "bo", "bram", "eva", "emil")
"""Each page is looked at as the first of these who sees it."""
SEND = """path => {
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action: path, innerHTML: '<input name="empty" value="form">'});
    document.body.append(form);
    form.submit();
}"""


FILES = (
    "challenges:cabinet_figures_csv",
    "challenges:cabinet_figures_ods",
    "challenges:figures_csv",
    "challenges:figures_ods",
    "challenges:figures_of_csv",
    "challenges:figures_of_ods",
    "challenges:intake_example",
    "challenges:list_csv",
    "challenges:list_feed",
    "challenges:portrait",
    "regions:attachment",
    "regions:export_file",
    "regions:meeting_file",
    "regions:meetings_feed",
    "livez",
    "readyz",
    "robots",
)
"""What is no page: files, and answers to programs."""


def pages_of(role: str, page: Page, all_doors: list[Door]) -> Iterator[str]:
    """Open each page that this role looks at, one after the other; give its name and how it was answered."""
    rights = table()

    def is_ours(label: str, status: str) -> bool:
        return next((who for who in WHO if rights[label][who] == status), None) == role

    for door in all_doors:
        if is_ours(f"GET {door.label}", "200") and door.name not in FILES:
            yield f"{_status(page.goto(door.path))} GET {door.label}"
        if is_ours(f"POST {door.label}", "422"):
            page.goto("/pagina/toegankelijkheid/")
            with page.expect_navigation(url=lambda url: not url.endswith("/pagina/toegankelijkheid/")) as sent:
                page.evaluate(SEND, door.path)
            yield f"{_status(sent.value)} POST {door.label}"


def complaints_of(page: Page) -> list[str]:
    """Return a list that fills up with the errors and warnings of this page's console and scripts.

    The browser calls it an error as well that a form was refused, and it warns that a test goes without https.
    """
    usual = (" 422 ", "Cross-Origin-Opener-Policy")
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in usual):
            found.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def _status(response: Response | None) -> int:
    return response.status if response else 0


@pytest.mark.parametrize("role", WHO)
def test_every_page_holds_to_the_rules(role: str, db: None, settings: Settings, browser: Browser) -> None:
    settings.DEMO = False
    world = build()
    all_doors = list(doors(world))
    client = client_of(world.people[role])
    broken = {}
    with open_for(client, browser, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        complaints = complaints_of(page)
        for name in pages_of(role, page, all_doors):
            narrow = does_not_fit_at(NARROW, page) if " GET " in name else []
            broken[name] = broken_rules(page) + narrow + complaints
            complaints.clear()
    assert [name for name in broken if not name.startswith(("200 GET", "422 POST"))] == []
    assert {name: rules for name, rules in broken.items() if rules} == {}


MAIN = ("home", "challenges:list", "challenges:detail", "regions:detail", "search", "accounts:preferences")
SCREENS: dict[str, dict[str, Any]] = {
    "telephone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "English": {"viewport": {"width": 1280, "height": 900}},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_the_main_pages_hold_to_them_on_every_screen(screen: str, db: None, browser: Browser) -> None:
    world = build()
    paths = {door.name: door.path for door in doors(world) if door.name in MAIN and door.object == "open"}
    anna = world.people["anna"]
    Person.objects.update(language="en" if screen == "English" else "nl")
    broken = {}
    with open_for(client_of(anna), browser, **SCREENS[screen]) as context:
        page = context.new_page()
        for name, path in paths.items():
            page.goto(path)
            broken[name] = broken_rules(page)
            language = page.locator("html").get_attribute("lang")
            assert language == ("en" if screen == "English" else "nl"), name
    assert broken == {name: [] for name in MAIN}


LARGE: dict[str, dict[str, Any]] = {
    "letters of 200 %": {"viewport": {"width": 1280, "height": 900}},
    "400 %": {"viewport": {"width": 320, "height": 256}, "reduced_motion": "reduce"},
}
SMALL = """() => {
  const usable = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")];
  const isInText = (el) => el.closest("p, dd, .prose, li:not(:has(> a:only-child))");
  const shown = usable.filter((el) => el.checkVisibility({ visibilityProperty: true }) && !isInText(el));
  return shown.filter((el) => {
    const box = (el.labels?.[0] ?? el).getBoundingClientRect();
    return box.width > 1 && (box.width < 23.9 || box.height < 23.9);
  }).map((el) => `smaller than 24 pixels: ${el.outerHTML.slice(0, 120)}`);
}"""
"""Targets that are hard to hit (WCAG 2.5.8); those in a line of text may be as high as that line."""
MOVING = "() => document.getAnimations().length"


@pytest.mark.parametrize("screen", LARGE)
def test_the_main_pages_can_be_used_large(screen: str, db: None, browser: Browser) -> None:
    """With the keyboard too: no stop is covered (WCAG 2.4.11), none moves, and each can be hit."""
    world = build()
    paths = {door.name: door.path for door in doors(world) if door.name in MAIN and door.object == "open"}
    faults = {}
    with open_for(client_of(world.people["anna"]), browser, **LARGE[screen]) as context:
        page = context.new_page()
        for name, path in paths.items():
            page.goto(path)
            if "letters" in screen:
                page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
            assert len(list(stops(page))) > 10, name
            faults[name] = does_not_fit(page) + page.evaluate(SMALL)
            assert page.evaluate(MOVING) == 0 or "reduced_motion" not in LARGE[screen], name
    assert faults == {name: [] for name in MAIN}


MOST_REQUESTS, MOST_BYTES = 15, 130_000
"""What the first view of a page may take, compressed, with all that comes along."""


def test_the_first_view_of_a_page_is_light(db: None, browser: Browser) -> None:
    world = build()
    paths = {door.name: door.path for door in doors(world) if door.name in MAIN[:3] and door.object == "open"}
    weights = {name: _weights(path, browser) for name, path in paths.items()}
    heavy = {name: found for name, found in weights.items() if len(found) > MOST_REQUESTS or sum(found) > MOST_BYTES}
    assert (heavy, len(weights)) == ({}, 3)


def _weights(path: str, browser: Browser) -> list[int]:
    """Return what each answer takes with which this page is shown to somebody who was never here."""
    with open_for(client_of(None), browser) as context:
        page = context.new_page()
        answers: list[Response] = []

        def keep(answer: Response) -> None:
            answers.append(answer)

        page.on("response", keep)
        page.goto(path, wait_until="networkidle")
        return [_weight(answer) for answer in answers]


def _weight(response: Response) -> int:
    """Return how many bytes go over the line: what is not compressed already goes so."""
    content = response.body()
    return len(content) if response.url.endswith(".woff2") else len(gzip.compress(content))


WATCH = """
    window.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { shift += one.value; }))
        .observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFT = 0.001
"""What nobody sees: the letters that come have the measures of those that stood there, rounded."""


@pytest.mark.parametrize("name", MAIN[:3])
def test_nothing_moves_when_the_letters_come_late(name: str, db: None, browser: Browser) -> None:
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    world = build()
    path = next(door.path for door in doors(world) if door.name == name and door.object == "open")
    with open_for(client_of(None), browser, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.route("**/*.woff2", hold)
        page.goto(path, wait_until="domcontentloaded")
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
        assert late, "the letters are still on their way while the page is read"
        for route in late:
            route.fallback()
        page.evaluate("() => document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        assert page.evaluate("() => window.shift") < MOST_SHIFT
        assert page.locator("link[rel=stylesheet]").count() == page.locator("script[src]").count() == 1


def test_the_policy_of_content_allows_nothing_unsafe(db: None) -> None:
    policies = [client_of(None).get(path)["Content-Security-Policy"] for path in ("/", "/challenges/", "/nergens/")]
    assert [("'self'" in policy, "unsafe" in policy, "http" in policy) for policy in policies] == [
        (True, False, False)
    ] * 3
