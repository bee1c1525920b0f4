"""An idea from a meeting: posted on behalf of a newcomer, claimed by them, and handed over to a colleague."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

TITLE = "Een buurtbus voor de nachtdienst"
NEWCOMER = "nieuwkomer@voorbeeld.example"


def test_posted_for_a_newcomer_claimed_and_handed_over(visit: Callable[..., Page]) -> None:
    moderator, newcomer = visit("moderator"), visit()
    address = post(moderator)
    link = link_of_mail(moderator, "/namens/")
    newcomer.goto(link)
    assert TITLE not in newcomer.locator("main").inner_text(), "the text is for the address only"
    sign_up(newcomer, moderator)
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


def link_of_mail(page: Page, start: str) -> str:
    """Return the link in the latest mail to the newcomer, once it is there."""
    end = time.monotonic() + 150
    while time.monotonic() < end:
        page.goto(f"/demo/mail/?naar={NEWCOMER}")
        if page.locator(".initiate-list a").count():
            page.locator(".initiate-list a").first.click()
            found = re.search(rf"{start}[^\s\"<]+", page.locator("main").inner_text())
            if found:
                return found.group()
        time.sleep(1)
    raise AssertionError(f"no mail with {start}")


def sign_up(page: Page, reader: Page) -> None:
    """Make an account with the address, and confirm it by the mail."""
    page.get_by_role("link", name="Maak een account", exact=True).last.click()
    page.fill("[name=name]", "Nina Nieuw")
    page.fill("[name=email]", NEWCOMER)
    page.fill("[name=password1]", "nachtbus-langs-de-gracht")
    page.locator("[name=frequency][value=never]").check()
    page.locator("main form button[type=submit]").last.click()
    page.goto(link_of_mail(reader, "/account/confirm-email/"))
    page.locator("main form button[type=submit]").last.click()
    page.goto("/account/login/")
    if page.locator("[name=login]").count():
        page.fill("[name=login]", NEWCOMER)
        page.fill("[name=password]", "nachtbus-langs-de-gracht")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/account/login/" not in url)


def hand_over(page: Page, address: str) -> None:
    page.goto(f"{address}team/")
    page.fill("[name=email]", "ambtenaar@demo.example")
    page.locator("main").get_by_role("button", name="Aan het team toevoegen").click()
    page.get_by_role("link", name=re.compile("Overdragen")).click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main .initiate-list li").first).to_contain_text("Marit Hoekzema")
