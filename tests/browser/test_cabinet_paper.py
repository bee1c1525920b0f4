"""The longest challenge that the limits allow: its dossier is two sheets of paper, and no word of it is too wide."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.long import make_long
from tests.browser.paper import pages_of
from tests.browser.people import plan_a_session, post

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

WORDS = {
    "sentences": "Wij lezen elke week met iemand de post en leren wat helpt. ",
    "wide": "MWMWMWMWMW",
    "capitals": "WIJ MAKEN MOOIE WOORDEN ",
    "lines": "- een regel\n\n",
}
PAGES = ("", "dossier/", "feedback/", "aanbod/", "versies/", "feedback/geven/")


@pytest.fixture(scope="module")
def longest(site: Site) -> dict[str, str]:
    """The addresses of challenges in which everything is as long as it can be, by the sort of their words."""
    return {name: make_long(site, words) for name, words in WORDS.items()}


def test_the_longest_challenge_is_two_sheets(
    visit: Callable[..., Page], longest: dict[str, str], tmp_path: Path
) -> None:
    page = visit("secretaris")
    sheets = {}
    for name, address in longest.items():
        page.goto(f"{address}dossier/")
        expect(page.locator(".initiate-brief__foot")).to_contain_text("Dit dossier is ingekort.")
        sheets[name] = pages_of(page, tmp_path / f"{name}.pdf")
    assert sheets == dict.fromkeys(WORDS, 2)


def test_each_dossier_of_a_session_begins_on_a_sheet_of_its_own(
    visit: Callable[..., Page], longest: dict[str, str], tmp_path: Path
) -> None:
    author, page = visit("gerda.poelwijk"), visit("secretaris")
    short = [post(author, title) for title in ("Een korte vraag over post", "Een korte vraag over geld")]
    for title, pitches, sheets in (("Twee korte", short, 2), ("Kort en lang", [longest["wide"], short[0]], 3)):
        session = plan_a_session(page, title, *pitches)
        page.goto(f"{session}dossiers/")
        expect(page.locator(".initiate-brief")).to_have_count(2)
        assert pages_of(page, tmp_path / "session.pdf") == sheets


def test_no_word_is_too_wide_for_a_telephone(visit: Callable[..., Page], longest: dict[str, str]) -> None:
    page = visit("barend.quistel", viewport={"width": 360, "height": 740})
    widths = {}
    for path in ("/kabinet/", "/challenges/", "/deuren/", *(longest["wide"] + path for path in PAGES)):
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, 360)
