"""A question to the InnovatieKabinet on a tablet: from whom it is asked of by name to a pitch about it, on paper."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.paper import pages_of
from tests.browser.people import link_of_mail, plan_a_session, post, send

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
TITLE = "Wie leest de brief over de toeslag mee?"
WORDS = "Wij twijfelen of een vrijwilliger dit mag doen."
NAMES = {
    "philomena.dors": "Philomena Dors",
    "kabinet2": "Cornelis Vrijdag",
    "lambert.schoonebeke": "Lambert Schoonebeke",
    "igor.stavast": "Igor Stavast",
}
RECUSED, *GIVE = NAMES
ANSWERS = {who: f"Dit ziet {who}: iemand durft de brief weer open te maken." for who in GIVE}
POINTS = {who: f"Vraag dit eerst, zegt {who}." for who in GIVE}
OFFER = "Ik bel de directeur van de bibliotheek, daar kunt u proberen."
OUTCOME = "De bibliotheek leest nu elke dinsdag mee."
REASON = "Ik ken de maker van dit plan te goed."
NEWER = "Een kennis uit de straat leest mee, niet de gemeente."


def arrive(page: Page, path: str) -> None:
    """Open a page: it has no sideways scrolling on a tablet."""
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 820, page.url


def test_from_a_question_to_a_pitch_on_paper(visit: Callable[..., Page], site: Site, tmp_path: Path) -> None:
    team, desk = visit("gerda.poelwijk", **TABLET), visit("secretaris", **TABLET)
    address = post(team, TITLE)
    ask(team, address)
    due = ask_by_name(desk)
    members = {who: visit(who, **TABLET) for who in NAMES}
    for who, page in members.items():
        hear(page, who, address, due)
    leave(members[RECUSED], desk, address)
    give_side_by_side({who: members[who] for who in GIVE}, address)
    answer_points(team, address)
    ask_again(team, address)
    look_again(members[GIVE[0]], address)
    open_the_door(team, visit(**TABLET), address)
    print_dossier(desk, plan_a_session(desk, "Pitches in de bibliotheek", address), tmp_path)


# --- the question ---------------------------------------------------------------------------------------------


def ask(page: Page, address: str) -> None:
    """What the checklist misses is explained: without it the question does not go out."""
    arrive(page, f"{address}feedback/vragen/")
    page.fill("[name=words]", WORDS)
    send(page, "Vraag het InnovatieKabinet")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    for field in page.locator("main form textarea:not([name=words])").all():
        field.fill("Dat zoeken wij nog uit.")
    send(page, "Vraag het InnovatieKabinet")
    expect(page.locator("main")).to_contain_text("Het InnovatieKabinet ziet uw challenge nu.")


def ask_by_name(page: Page) -> date:
    due = timezone.localdate() + timedelta(days=12)
    arrive(page, "/kabinet/planning/")
    page.get_by_role("link", name=TITLE).click()
    for name in NAMES.values():
        page.get_by_label(name, exact=True).check()
    page.fill("[name=due_on]", due.isoformat())
    send(page, "Vraag deze leden")
    expect(page.locator("main")).to_contain_text("4 leden zijn gevraagd")
    return due


def hear(page: Page, who: str, address: str, due: date) -> None:
    """The mail comes at once and leads to the sheet; it waits on the dashboard, with its date."""
    link = link_of_mail(page, f"{who}@demo.example", re.escape(f"{address}feedback/geven/"))
    arrive(page, link)
    expect(page.locator("main")).to_contain_text(WORDS)
    arrive(page, "/kabinet/")
    expect(page.locator("article", has_text=TITLE)).to_contain_text(f"antwoord vóór {due.day} ")


# --- the feedback ---------------------------------------------------------------------------------------------


def leave(page: Page, desk: Page, address: str) -> None:
    """The secretary reads why; on the dashboard it waits no more, and the sheet is closed."""
    arrive(page, f"{address}feedback/overlaten/")
    page.fill("[name=words]", REASON)
    send(page, "Laat het aan anderen")
    expect(page.locator("h1")).to_have_text("InnovatieKabinet")
    expect(page.locator("article", has_text=TITLE)).to_have_count(0)
    answer = page.request.get(f"{address}feedback/geven/")
    assert answer.status in (403, 404)
    arrive(desk, "/kabinet/planning/")
    desk.get_by_role("link", name=TITLE).click()
    row = desk.locator("#gevraagd ~ ul > li", has_text=NAMES[RECUSED])
    expect(row).to_contain_text(REASON)


def give_side_by_side(members: dict[str, Page], address: str) -> None:
    """All have the sheet open before the first sends; each reads the others only after sending."""
    for who, page in members.items():
        fill_in(page, who, address)
    for number, page in enumerate(members.values()):
        assert read_beside(page, address) == []
        assert read_beside(page, f"{address}feedback/") == []
        send(page, "Feedback versturen")
        expect(page.locator("main")).to_contain_text("Uw feedback ligt bij het team.")
        assert read_beside(page, address) == list(members)[: number + 1]


def fill_in(page: Page, who: str, address: str) -> None:
    arrive(page, f"{address}feedback/geven/")
    page.fill("[name=answer]", ANSWERS[who])
    page.fill("[name=point_1]", POINTS[who])
    if who == GIVE[1]:
        page.select_option("[name=offer_kind_1]", "contact")
        page.fill("[name=offer_words_1]", OFFER)


def read_beside(page: Page, path: str) -> list[str]:
    """Return whose feedback stands on a page, opened in another window."""
    beside = page.context.new_page()
    beside.goto(path)
    told = beside.locator("body").inner_text()
    beside.close()
    whose = [who for who in GIVE if ANSWERS[who] in told]
    assert whose == [who for who in GIVE if POINTS[who] in told], "points and feedback go together"
    return whose


# --- what the team does with it -------------------------------------------------------------------------------


def answer_points(page: Page, address: str) -> None:
    """One will be done and one not; then the text changes, and one is done in its new version."""
    answer(page, address, GIVE[0], "will-do", "Wij vragen het vrijdag.")
    answer(page, address, GIVE[1], "no", "Dat mag niet van de wet.")
    arrive(page, f"{address}bewerken/")
    page.fill("[name=question]", f"Wie leest mee, en wie mag dat? {NEWER}")
    send(page, "Bewaren")
    expect(page.locator("main")).to_contain_text(NEWER)
    answer(page, address, GIVE[2], "done", "Het staat nu in de tekst.", version="2")
    told = page.locator("main")
    for words in ("Dit gaan wij doen", "Dit doen wij niet", "Te zien in versie 2"):
        expect(told).to_contain_text(words, ignore_case=True)


def answer(page: Page, address: str, who: str, state: str, words: str, version: str = "") -> None:
    page.goto(f"{address}feedback/")
    point = page.locator("[id^=punt-]", has_text=POINTS[who])
    point.get_by_role("link", name=re.compile("Dit punt beantwoorden")).click()
    page.locator(f"[name=state][value={state}]").check()
    page.select_option("[name=done_version]", version)
    send(page, "Antwoord versturen")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.fill("[name=answer]", words)
    send(page, "Antwoord versturen")
    expect(page.locator("[id^=punt-]", has_text=POINTS[who])).to_contain_text(words)


def ask_again(page: Page, address: str) -> None:
    arrive(page, f"{address}feedback/vragen/")
    page.check("[name=again]")
    for field in page.locator("main form textarea:not([name=words])").all():
        field.fill("Dat zoeken wij nog uit.")
    send(page, "Vraag het InnovatieKabinet")
    expect(page.locator("h1")).to_have_text(TITLE)


def look_again(page: Page, address: str) -> None:
    """What changed and what became of one's own point stand on the sheet, beside the text as it is now."""
    arrive(page, "/kabinet/")
    card = page.locator("article", has_text=TITLE)
    expect(card).to_contain_text("tweede blik")
    card.get_by_role("link", name=re.compile("Feedback geven")).tap()
    before = page.locator("section[aria-labelledby=vorige-keer]")
    for words in (POINTS[GIVE[0]], "Wij vragen het vrijdag."):
        expect(before).to_contain_text(words)
    before.locator("summary", has_text="De vraag").tap()
    expect(before.locator("ins")).to_contain_text(NEWER)
    expect(page.locator("section[aria-labelledby=dossier]")).to_contain_text(NEWER)


# --- a door ---------------------------------------------------------------------------------------------------


def open_the_door(page: Page, visitor: Page, address: str) -> None:
    """Accepted and closed by the team: then everyone reads what came of it, not before."""
    page.goto(f"{address}aanbod/")
    page.get_by_role("link", name="Dit aanbod beantwoorden").click()
    page.locator("[name=accept][value=yes]").check()
    page.fill("[name=answer]", "Graag, wij bellen u.")
    send(page, "Antwoord versturen")
    page.goto(f"{address}aanbod/")
    page.get_by_role("link", name="Vertel wat ervan kwam").click()
    page.locator("[name=happened][value=yes]").check()
    page.fill("[name=outcome]", OUTCOME)
    arrive(visitor, "/deuren/?soort=contact&regio=utrecht")
    expect(visitor.locator("main")).not_to_contain_text(OUTCOME)
    send(page, "Bewaren")
    arrive(visitor, "/deuren/?soort=contact&regio=utrecht")
    opened = visitor.locator("article", has_text=OUTCOME)
    expect(opened).to_contain_text(TITLE)
    expect(opened).to_contain_text(NAMES[GIVE[1]])


# --- a session ------------------------------------------------------------------------------------------------


def print_dossier(page: Page, session: str, folder: Path) -> None:
    """The dossier of the pitch tells what was said and asked, on one sheet of at most two."""
    arrive(page, session)
    page.get_by_role("link", name=re.compile("Lees het dossier")).click()
    expect(page.locator(".initiate-brief h2")).to_have_text(TITLE)
    for words in (NEWER, *ANSWERS.values()):
        expect(page.locator(".initiate-brief")).to_contain_text(words)
    assert pages_of(page, folder / "story.pdf") == 1
