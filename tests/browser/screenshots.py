"""`make screenshots`: every page as each kind of person sees it, on a wide and on a narrow screen.

On the first day (leeg), with the demo (demo), and with names and texts as long as they can be (lang). It follows the
links from the start page, and takes the first few of each kind of page (a name in urls.py). The pictures lie in
SCREENSHOTS, var/screenshots when unset; `tests.browser.sheets` puts them side by side.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import Settings

from accounts.models import Person
from challenges.models import Challenge
from initiate import demo
from regions.models import Comment, Contribution, Meeting, Post
from tests.browser.served import HOST, open_for
from tests.browser.sheets import FOLDER, STATES, WHO
from tests.browser.test_access import FILES

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WIDTHS = {1280: 900, 360: 740}
EACH, MOST = 2, 150
"""So many pages of one kind, and in all."""
LEFT_OUT = (*FILES, "account_logout", "set_language", "digests:demo", "admin:", "metrics", "healthz")
LONG = "Samenwerkingsverbandsovereenkomstverlenging en wat daar verder nog bij komt kijken in onze gemeente. "


@dataclass
class Crawl:
    """The pages of one person, in the order in which links led to them."""

    waiting: list[str] = field(default_factory=lambda: ["/", "/ontwerp/"])
    known: set[str] = field(default_factory=lambda: {"/", "/ontwerp/"})
    seen: Counter[str] = field(default_factory=Counter)

    def paths(self) -> Iterator[tuple[str, str]]:
        """Give each page with a name for its picture; `meet` may find more in between."""
        while self.waiting and self.seen.total() < MOST:
            path = self.waiting.pop(0)
            kind = kind_of(path)
            if kind and self.seen[kind] < EACH:
                self.seen[kind] += 1
                yield f"{kind.replace(':', '-')}-{self.seen[kind]}", path

    def meet(self, page: Page) -> None:
        for href in page.evaluate("[...document.links].map(link => link.href)"):
            parts = urlsplit(href)
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if href.startswith(HOST) and path not in self.known:
                self.known.add(path)
                self.waiting.append(path)


def kind_of(path: str) -> str:
    """Return the name of the page at this path; empty where there is nothing to look at."""
    try:
        name = resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return ""
    return "" if not name or name.startswith(LEFT_OUT) else name


def fill(state: str) -> None:
    """Make the network as this state has it."""
    if state == "leeg":
        demo.load_people()
    else:
        demo.load()
    if state == "lang":
        lengthen()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # nobody else does, before the end of this transaction


def lengthen() -> None:
    """Make what people write as long as it may be, with a word that has no place to break."""
    Person.objects.update(name=LONG[:100].strip(), function=LONG[:100].strip())
    Contribution.objects.update(title=(LONG * 2)[:120].strip())
    Challenge.objects.update(summary=(LONG * 4)[:280].strip(), html={"question": f"<p>{LONG * 20}</p>"})
    Comment.objects.update(text=LONG * 20, html=f"<p>{LONG * 20}</p>")
    Post.objects.update(words=LONG * 20, html=f"<p>{LONG * 20}</p>")
    Meeting.objects.update(place=LONG[:100].strip())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", WHO)
def test_screenshots(state: str, who: str, db: None, settings: Settings, browser: Browser) -> None:
    settings.DEMO = True
    fill(state)
    client = Client(raise_request_exception=False)
    if who != "bezoeker":
        client.force_login(Person.objects.get(email=f"{who}@demo.example"))
    folder = FOLDER / state / who
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open_for(client, browser) as context:
        assert take_all(context, folder) > len(WIDTHS)


def take_all(context: BrowserContext, folder: Path) -> int:
    """Make the pictures of one person; return how many there are."""
    page, crawl = context.new_page(), Crawl()
    for name, path in crawl.paths():
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(path)
            page.locator("meta[http-equiv=refresh]").wait_for(state="detached")  # a redirect, see served.py
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        crawl.meet(page)
    return len(WIDTHS) * crawl.seen.total()
