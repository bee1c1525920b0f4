"""What stays when database, cache and broker are gone: pages that say so, with our look, and what somebody typed."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from accounts.models import Person
from initiate.run import WEB, free_port
from regions.models import Comment, Region
from tests import make
from tests.browser.conftest import Site, wait_for
from tests.browser.served import NARROW, broken_rules, does_not_fit_at, open_for
from tests.rights.doors import client_of

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = pytest.mark.browser

NOWHERE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "CACHE_URL": "redis://127.0.0.1:1/1",
}


@pytest.fixture
def adrift(site: Site) -> Iterator[str]:
    """Start the web process of ours alone; return its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = site.env | NOWHERE | {"SITE_URL": url, "SECRET_KEY": secrets.token_urlsafe(50), "WEB_WORKERS": "1"}
    web = subprocess.Popen([*WEB, "--bind", f"127.0.0.1:{port}"], env=env)
    try:
        wait_for(f"{url}/livez", web)
        yield url
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(30)


def answers(page: Page) -> list[Response]:
    """Return a list that fills up with what this page asked for and got."""
    seen: list[Response] = []

    def see(answer: Response) -> None:
        seen.append(answer)

    page.on("response", see)
    return seen


@pytest.mark.parametrize(("locale", "heading"), [("nl-NL", "niet bereikbaar"), ("en-GB", "not available")])
def test_the_database_is_gone(locale: str, heading: str, adrift: str, browser: Browser) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    seen = answers(page)
    answer = page.goto(f"{adrift}/challenges/", wait_until="networkidle")
    assert answer
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    expect(page.locator("h1")).to_contain_text(heading)
    assert broken_rules(page) + does_not_fit_at(NARROW, page) == []
    assert {one.status for one in seen[1:]} == {200}
    assert {one.url.startswith(adrift) for one in seen} == {True}
    context.close()


def test_the_files_of_a_page_are_kept_for_ever(site: Site, browser: Browser) -> None:
    """One style and one script, under names that change with what is in them, and nothing of another site."""
    context = browser.new_context()
    page = context.new_page()
    seen = answers(page)
    page.goto(site.url, wait_until="networkidle")
    files = [one for one in seen if "/static/" in one.url]
    kinds = [one.url.rpartition(".")[2] for one in files]
    assert (kinds.count("css"), kinds.count("js")) == (1, 1)
    assert [one.url for one in files if "immutable" not in one.headers.get("cache-control", "")] == []
    assert [one.url for one in seen if not one.url.startswith((site.url, "data:"))] == []
    context.close()


@pytest.mark.django_db
def test_a_reply_that_cannot_be_fetched_is_asked_for_as_a_page(
    utrecht: Region, anna: Person, bram: Person, browser: Browser
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    Comment.write(challenge, "Vraag het maar aan Jan.", by=anna)
    with open_for(client_of(bram), browser) as context:
        page = context.new_page()
        page.goto(challenge.get_absolute_url())
        answer_badly_once(page)
        page.locator(".initiate-comment__actions a[href*='/reacties/?op=']").first.click()
        page.wait_for_url("**/reacties/?op=*")
        expect(page.locator("h1")).to_contain_text("antwoord")


def answer_badly_once(page: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    page.route("**/reacties/?op=*", refuse, times=1)
