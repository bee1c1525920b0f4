"""The first visit, with JavaScript off: from the mail that confirms an address, past three steps, to one's own home."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, link_of_mail, path_of, send

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

NEWCOMER = "noor@eerste-bezoek.example"


def test_from_the_mail_to_the_own_home(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)
    sign_up(page, visit(java_script_enabled=False))
    find_a_region(page)
    join(page)
    choose_themes(page)
    choose_mail(page)
    read_what_comes_now(page)


def sign_up(page: Page, reader: Page) -> None:
    page.goto("/account/signup/")
    page.fill("[name=name]", "Noor Nieuw")
    page.fill("[name=email]", NEWCOMER)
    page.fill("[name=password1]", PASSWORD)
    page.check("[name=frequency][value=weekly]")
    send(page, "Maak een account")
    page.goto(link_of_mail(reader, NEWCOMER, "/account/confirm-email/"))
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text("Stap 1 van 3: uw regio")


def find_a_region(page: Page) -> None:
    """A typing error comes back with what was meant; then the region of the place stands there."""
    page.fill("[name=gemeente]", "Utregt")
    send(page, "Zoek mijn regio")
    expect(page.locator("main")).to_contain_text("Bedoelt u Utrecht")
    expect(page.locator("[name=gemeente]")).to_have_value("Utregt")
    page.fill("[name=gemeente]", "Utrecht")
    send(page, "Zoek mijn regio")
    expect(page.locator("h2", has_text="Regio’s met Utrecht")).to_be_visible()


def join(page: Page) -> None:
    page.get_by_role("link", name="Meedoen in Utrecht").click()
    if page.locator("[name=rules]").count():
        page.check("[name=rules]")
    page.fill("[name=motivation]", "Ik werk in een wijkteam.")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text("Stap 2 van 3: uw thema’s")


def choose_themes(page: Page) -> None:
    """Skip, come back by the link, and choose all the same."""
    send(page, "Overslaan")
    expect(page.locator("h1")).to_have_text("Stap 3 van 3: uw mail")
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Nog 1 van 3 stappen")
    page.get_by_role("link", name="Verder met de stappen").click()
    page.get_by_role("link", name="Vorige stap").click()
    page.get_by_label("Schulden").check()
    send(page, "Bewaren en verder")
    expect(page.locator("h1")).to_have_text("Stap 3 van 3: uw mail")


def choose_mail(page: Page) -> None:
    expect(page.locator("main")).to_contain_text("elke week op dinsdag om 07:00")
    page.select_option("[name=weekday]", "4")
    page.select_option("[name=hour]", "16")
    send(page, "Bewaren en afronden")


def read_what_comes_now(page: Page) -> None:
    assert path_of(page) == "/"
    expect(page.locator("main")).to_contain_text("Uw vraag ligt bij de moderatoren van regio Utrecht.")
    expect(page.locator("main")).to_contain_text("U vroeg of u mee mag doen in Utrecht.")
    expect(page.locator("main")).not_to_contain_text("van 3 stappen")
    page.goto("/mijn/voorkeuren/")
    expect(page.locator("main")).to_contain_text("elke week op vrijdag om 16:00")
    page.goto("/mijn/gegevens/")
    expect(page.get_by_label("Schulden")).to_be_checked()
