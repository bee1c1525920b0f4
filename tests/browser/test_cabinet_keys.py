"""A member of the InnovatieKabinet with the keyboard alone: signing in, two sheets that wait, and back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keys import USABLE, go_to, press, stops, tab, write
from tests.browser.people import DEMO_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

WAITING = "section[aria-labelledby=wacht]"
FIRST = f"{WAITING} li:first-child a[href*='/feedback/geven/']"
ANSWER = "Wie het niet meer weet, belt nu één nummer."
PROMPT = "Wie geen telefoon heeft."
POINT = "Vraag wie er belde, en wie niet."
OFFER = "Ik kan meedenken over het gesprek."


def test_two_sheets_without_a_mouse(visit: Callable[..., Page]) -> None:
    page = visit()
    sign_in(page)
    titles = open_the_dashboard(page)
    press(page, FIRST)
    expect(page.locator("main")).to_contain_text(titles[0])
    walk_around(page)
    fill_in(page)
    press(page, "button:text-is('Feedback versturen')")
    expect(page.locator("main")).to_contain_text("Uw feedback ligt bij het team.")
    expect(page.locator("main")).to_contain_text(POINT)
    go_on(page, titles)
    go_back(page, titles)


def sign_in(page: Page) -> None:
    page.goto("/account/login/")
    write(page, "[name=login]", "femke.osingahof@demo.example")
    write(page, "[name=password]", DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/account/login/" not in url)


def open_the_dashboard(page: Page) -> list[str]:
    """Return the titles of what waits, in their order."""
    press(page, "nav a[href='/kabinet/']")
    expect(page.locator("h1")).to_have_text("InnovatieKabinet")
    titles = page.locator(f"{WAITING} h3").all_inner_texts()
    assert len(titles) > 2, "or the next one is also the last one"
    return titles


def walk_around(page: Page) -> None:
    """Everything that can be used is reached in one round, and the focus goes back as well as on."""
    page.reload()
    seen = list(stops(page))
    assert "Naar de inhoud" in seen[0], "the first stop skips the menu"
    assert seen == page.evaluate(USABLE)
    backwards = [tab(page, "Shift+Tab") for _stop in seen]
    assert backwards == seen[::-1]


def fill_in(page: Page) -> None:
    page.reload()
    press(page, "a:text-is('Naar de inhoud')")
    write(page, "[name=answer]", ANSWER)
    press(page, "summary:has-text('Vijf vragen')", "Space")
    write(page, "[name=blind_spot]", PROMPT)
    write(page, "[name=point_1]", POINT)
    go_to(page, "[name=offer_kind_1]")
    page.keyboard.press("ArrowDown")
    write(page, "[name=offer_words_1]", OFFER)
    for name, words in (("answer", ANSWER), ("blind_spot", PROMPT), ("point_1", POINT), ("offer_words_1", OFFER)):
        expect(page.locator(f"[name={name}]")).to_have_value(words)
    expect(page.locator("[name=offer_kind_1]")).not_to_have_value("")


def go_on(page: Page, titles: list[str]) -> None:
    """The next sheet that waits comes after the one that was sent."""
    given = re.search(r"/challenges/(\d+)-", page.url)
    assert given
    page.goto(f"/kabinet/volgende/?na={given[1]}")
    expect(page.locator("h1")).to_have_text("Feedback geven")
    expect(page.locator("main")).to_contain_text(titles[1])


def go_back(page: Page, titles: list[str]) -> None:
    press(page, "#blad a:text-is('Terug')")
    expect(page.locator("h1")).to_have_text("InnovatieKabinet")
    assert page.locator(f"{WAITING} h3").all_inner_texts() == titles[1:]
