"""What a member of the InnovatieKabinet types is never lost: not with the session, and not between two devices."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import DEMO_PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

KEPT, LATER = "Dit stond er al voordat de trein een tunnel in reed.", "Dit kwam er in de tunnel bij."
TABLET, PHONE = "Op de tablet schreef ik dit.", "Op de telefoon schreef ik dat."


def open_a_sheet(page: Page) -> str:
    """Open what waits first, and return the address of its sheet."""
    page.goto("/kabinet/volgende/")
    expect(page.locator("h1")).to_have_text("Feedback geven")
    return page.url


def type_in(page: Page, name: str, words: str, told: str) -> None:
    """Type in a field; wait for what the page says of the draft."""
    page.locator(f"[name={name}]").press_sequentially(words)
    expect(page.locator("[data-draft]")).to_contain_text(told)


# --- a session that ended -------------------------------------------------------------------------------------


def test_the_text_survives_a_lost_session(visit: Callable[..., Page]) -> None:
    page = visit("yentl.domhof")
    sheet = open_a_sheet(page)
    type_in(page, "answer", KEPT, "Bewaard om")
    page.context.clear_cookies(name="session")
    type_in(page, "note", LATER, "Niet bewaard: u bent uitgelogd.")
    expect(page.locator("[name=note]")).to_have_value(LATER)
    page.goto(sheet)
    sign_in(page, "yentl.domhof")
    assert page.url == sheet
    expect(page.locator("[name=answer]")).to_have_value(KEPT)


def test_what_is_sent_without_a_session_is_laid_before_them_again(visit: Callable[..., Page]) -> None:
    page = visit("rajiv.mathoera")
    sheet = open_a_sheet(page)
    page.fill("[name=answer]", KEPT)
    page.fill("[name=point_1]", LATER)
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Als concept bewaren").click()
    sign_in(page, "rajiv.mathoera")
    page.locator("main form button[type=submit]").first.click()
    page.goto(sheet)
    expect(page.locator("[name=answer]")).to_have_value(KEPT)
    expect(page.locator("[name=point_1]")).to_have_value(LATER)


def sign_in(page: Page, who: str) -> None:
    page.wait_for_url("**/account/login/**")
    page.fill("[name=login]", f"{who}@demo.example")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login/" not in url)


# --- two devices ----------------------------------------------------------------------------------------------


def test_two_devices_warn_and_both_texts_can_be_read(visit: Callable[..., Page]) -> None:
    tablet, phone = visit("oumou.diarrassy"), visit("oumou.diarrassy", viewport={"width": 360, "height": 740})
    sheet = open_a_sheet(tablet)
    assert open_a_sheet(phone) == sheet
    type_in(tablet, "answer", TABLET, "Bewaard om")
    type_in(phone, "answer", PHONE, "Niet bewaard: op een ander apparaat")
    phone.get_by_role("button", name="Lees beide teksten").click()
    compare(phone, theirs=TABLET, mine=PHONE)
    phone.get_by_role("button", name="Als concept bewaren").click()
    expect(phone.locator("main")).to_contain_text("Uw concept is bewaard.")
    tablet.fill("[name=point_1]", "Dit punt is van de tablet.")
    with tablet.expect_response(sheet) as sent:
        tablet.get_by_role("button", name="Feedback versturen").click()
    assert sent.value.status == 409
    compare(tablet, theirs=PHONE, mine=TABLET)
    tablet.get_by_role("button", name="Feedback versturen").click()
    expect(tablet.locator("main")).to_contain_text("Uw feedback ligt bij het team.")


def compare(page: Page, *, theirs: str, mine: str) -> None:
    """What the other device keeps stands above the form, in which what was typed here still stands."""
    expect(page.get_by_role("alert")).to_contain_text("Op een ander apparaat")
    expect(page.locator("section[aria-labelledby=andere-tekst]")).to_contain_text(theirs)
    expect(page.locator("[name=answer]")).to_have_value(mine)
