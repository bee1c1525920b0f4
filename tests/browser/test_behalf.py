"""An idea from a meeting: posted on behalf of a newcomer, claimed by them, and handed over to a colleague."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import link_of_mail, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

TITLE = "Een buurtbus voor de nachtdienst"
NEWCOMER = "nieuwkomer@voorbeeld.example"


def test_posted_for_a_newcomer_claimed_and_handed_over(visit: Callable[..., Page]) -> None:
    moderator, newcomer = visit("moderator"), visit()
    address = post(moderator)
    link = link_of_mail(moderator, NEWCOMER, "/namens/")
    newcomer.goto(link)
    assert TITLE not in newcomer.locator("main").inner_text(), "the text is for the address only"
    sign_up(newcomer, moderator, name="Nina Nieuw", address=NEWCOMER)
    newcomer.goto(link)
    expect(newcomer.locator("h1")).to_have_text(TITLE)
    newcomer.check("[name=rules]")
    newcomer.get_by_role("button", name="Dit is van mij, ik neem het over").click()
    expect(newcomer.locator("h1")).to_have_text(TITLE)
    hand_over(newcomer, address)


def post(page: Page) -> str:
    page.goto("/challenges/nieuw/")
    page.fill("[name=title]", TITLE)
    page.fill("[name=summary]", "Na elf uur rijdt er niets.")
    page.fill("[name=question]", "Hoe komt wie in de zorg werkt na elf uur thuis?")
    page.locator("[name=visibility][value=team]").check()
    page.fill("[name=behalf]", NEWCOMER)
    page.locator("main").get_by_role("button", name="Publiceren", exact=True).click()
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.get_by_text(NEWCOMER).first).to_be_visible()
    return re.sub(r"^https?://[^/]+", "", page.url)


def hand_over(page: Page, address: str) -> None:
    page.goto(f"{address}team/")
    page.fill("[name=email]", "ambtenaar@demo.example")
    page.locator("main").get_by_role("button", name="Aan het team toevoegen").click()
    page.get_by_role("link", name=re.compile("Overdragen")).click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .initiate-list li").first).to_contain_text("Marit Hoekzema")
