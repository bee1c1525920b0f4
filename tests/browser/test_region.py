"""A region as a home: forty invited, a first post looked at, a report, a second look; and a meeting for three."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import link_of_mail, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

NEWCOMER = "gast7@genodigd.example"
TITLE = "Een kastje met tweedehands brillen"
WRONG = {5: "geen-adres", 18: "iemand@", 33: "@genodigd.example"}


def send(page: Page, words: str) -> None:
    """Press the button with these words on the page itself."""
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


# --- from an invitation to a second look ----------------------------------------------------------------------


def test_from_forty_invitations_to_a_second_look(visit: Callable[..., Page]) -> None:
    moderator, second, newcomer = visit("moderator"), visit("moderator2"), visit()
    look_first(moderator)
    invite(moderator)
    join(newcomer, moderator)
    address = post(newcomer)
    publish_from_the_desk(moderator)
    report(visit("eindhoven"), address)
    hide(moderator)
    appeal(newcomer, address)
    restore(second)
    reader = visit()
    reader.goto(address)
    expect(reader.locator("h1")).to_have_text(TITLE)
    see_the_log(moderator)


def look_first(page: Page) -> None:
    page.goto("/regios/utrecht/moderatie/toelaten/")
    page.check("[name=holds_back]")
    page.locator("main form button[type=submit]").last.click()


def invite(page: Page) -> None:
    """Three of forty lines are wrong: they are told by their number, and nothing goes out before it is confirmed."""
    lines = [WRONG.get(number, f"gast{number}@genodigd.example") for number in range(1, 41)]
    page.goto("/regios/utrecht/leden/uitnodigen/")
    file = {"name": "adressen.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    page.locator("main form button[type=submit]").first.click()
    found = page.locator("main")
    for number in WRONG:
        expect(found).to_contain_text(f"Regel {number}:")
    expect(found).to_contain_text("37 adressen")
    send(page, "37 uitnodigingen versturen")
    expect(found).to_contain_text("37 uitnodigingen zijn onderweg.")


def join(page: Page, reader: Page) -> None:
    link = link_of_mail(reader, NEWCOMER, "/uitnodiging/")
    page.goto(link)
    sign_up(page, reader, name="Gijs Gast", address=NEWCOMER)
    page.goto(link)
    page.check("[name=rules]")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text("Utrecht")
    assert "/account/" not in link_of_mail(reader, NEWCOMER, "/regios/utrecht/"), "the welcome mail of the region"


def post(page: Page) -> str:
    page.goto("/challenges/nieuw/")
    page.fill("[name=title]", TITLE)
    page.fill("[name=summary]", "Wie geen geld heeft voor een bril, leest de brief niet.")
    page.fill("[name=question]", "Wie heeft een plek voor een kastje, en wie meet de ogen?")
    send(page, "Publiceren")
    expect(page.locator("main")).to_contain_text("wacht op een moderator")
    return re.sub(r"^https?://[^/]+", "", page.url)


def row_of(page: Page) -> Locator:
    page.goto("/regios/utrecht/moderatie/")
    return page.locator(".initiate-list > li", has_text=TITLE)


def publish_from_the_desk(page: Page) -> None:
    row_of(page).get_by_role("button", name="Publiceren").click()
    expect(page.locator("main")).to_contain_text("gepubliceerd")


def report(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1")).to_have_text(TITLE)
    page.get_by_role("link", name="Signaal geven aan de moderatoren").click()
    page.locator("[name=reason]").first.check()
    page.fill("[name=words]", "Er staat een naam in.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text(TITLE)


def hide(page: Page) -> None:
    row_of(page).get_by_role("link", name="Verbergen").first.click()
    page.locator("[name=reason]").first.check()
    page.fill("[name=words]", "Haal de naam weg, dan zet ik het terug.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("verborgen")


def appeal(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Haal de naam weg, dan zet ik het terug.")
    page.get_by_role("link", name=re.compile("andere moderator")).first.click()
    page.fill("[name=words]", "Er staat geen naam in.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("andere moderator")


def restore(page: Page) -> None:
    row_of(page).get_by_role("link", name=re.compile("Bekijken en besluiten")).first.click()
    page.locator("[name=besluit][value=ja]").check()
    page.fill("[name=answer]", "Inderdaad, er staat geen naam in.")
    page.locator("main form button[type=submit]").last.click()


def see_the_log(page: Page) -> None:
    page.goto("/regios/utrecht/moderatie/logboek/")
    told = page.locator("main").inner_text()
    assert told.count(TITLE) >= 4, "published, reported, hidden, put back"
    assert "Haal de naam weg" in told


# --- a meeting for three ----------------------------------------------------------------------------------------


def test_a_meeting_for_three_leaves_its_minutes_on_the_challenge(visit: Callable[..., Page]) -> None:
    moderator = visit("moderator")
    challenge = moderator_sees_a_challenge(moderator)
    address = plan(moderator, challenge)
    people = [visit(name) for name in ("ambtenaar", "moderator2", "bewoner", "eindhoven", "kabinet")]
    for page in people:
        sign_up_for(page, address)
    for page, words in zip(people, ["aangemeld"] * 3 + ["wachtlijst"] * 2, strict=True):
        page.goto(address)
        expect(page.locator("main")).to_contain_text(f"U {'bent' if words == 'aangemeld' else 'staat op de'} {words}")
    people[0].goto(address)
    send(people[0], "Afmelden")
    people[3].goto(address)
    expect(people[3].locator("main")).to_contain_text("U bent aangemeld")
    assert address in link_of_mail(moderator, "eindhoven@demo.example", re.escape(address)), "the mail about the place"
    hold(moderator, address)
    write_minutes(moderator, address)
    people[2].goto(challenge)
    expect(people[2].locator("main")).to_contain_text("heeft dit besproken in een bijeenkomst")
    people[1].goto("/")
    expect(people[1].locator("main")).to_contain_text("1 afspraak die u maakte")


def moderator_sees_a_challenge(page: Page) -> str:
    page.goto("/challenges/?regio=utrecht&fase=verkenning")
    page.locator(".initiate-card__link").first.click()
    return re.sub(r"^https?://[^/]+", "", page.url)


def plan(page: Page, challenge: str) -> str:
    page.goto("/regios/utrecht/bijeenkomsten/nieuw/")
    page.fill("[name=title]", "Drie stoelen, één vraag")
    page.locator("[name=sort][value=workshop]").check()
    when(page, timezone.localdate() + timedelta(days=9), "14:00", "15:00")
    page.fill("[name=place]", "Kamer drie")
    page.fill("[name=capacity]", "3")
    send(page, "Publiceren")
    expect(page.locator("h1")).to_have_text("Drie stoelen, één vraag")
    address = re.sub(r"^https?://[^/]+", "", page.url)
    page.goto(f"{address}agenda/")
    page.fill("[name=form-0-title]", "Wat vragen wij eerst?")
    page.fill("[name=form-0-about]", challenge)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Wat vragen wij eerst?")
    return address


def when(page: Page, day: object, starts: str, ends: str) -> None:
    page.fill("[name=day]", str(day))
    page.fill("[name=starts]", starts)
    page.fill("[name=ends]", ends)


def sign_up_for(page: Page, address: str) -> None:
    page.goto(f"{address}aanmelden/")
    page.locator("[name=perspective]").first.check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(lambda url: "aanmelden" not in url)


def hold(page: Page, address: str) -> None:
    """It takes place: the organiser moves it to yesterday, as the test can not wait nine days."""
    page.goto(f"{address}bewerken/")
    when(page, timezone.localdate() - timedelta(days=1), "14:00", "15:00")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(lambda url: "bewerken" not in url)


def write_minutes(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Verslag schrijven").first.click()
    page.fill("[name=minutes]", "Wij vragen eerst wat iemand zelf wil.")
    page.fill("[name=present_inwoner]", "1")
    page.fill("[name=afspraak-0-words]", "Vier mensen bellen")
    page.select_option("[name=afspraak-0-owner]", label="Fadoua Belkasmi")
    page.fill("[name=afspraak-0-due_on]", str(timezone.localdate() + timedelta(days=14)))
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Wij vragen eerst wat iemand zelf wil.")
