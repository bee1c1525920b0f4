"""The main job, end to end, in a browser against the running product: from a posted challenge to the mail about it."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]

TITLE = "Wie helpt een jonge mantelzorger op school?"


def send(page: Page, words: str) -> None:
    """Press the button with these words in the page's own form."""
    page.locator("main").get_by_role("button", name=words, exact=True).click()


def test_from_a_question_to_the_mail_about_it(visit: Callable[..., Page], site: Site) -> None:
    author = visit("ambtenaar")
    address = post(author)
    prototype_and_test(author, address)
    move_on(author, address)
    ask(author, address)
    give_feedback(visit("kabinet"))
    offer_help(visit("eindhoven"), address)
    answer(author, address)
    read_the_mail(author, site)


def post(page: Page) -> str:
    page.goto("/challenges/nieuw/")
    page.fill("[name=title]", TITLE)
    page.fill("[name=summary]", "Kinderen die thuis zorgen, vallen op school niet op.")
    page.fill("[name=question]", "Hoe ziet een mentor eerder dat een leerling thuis zorgt?")
    send(page, "Bewaar als concept")
    expect(page.locator("h1")).to_have_text(TITLE)
    page.get_by_role("link", name="Voor wie is het?").click()
    page.fill("[name=for_whom]", "Leerlingen van 12 tot 18 jaar die thuis voor iemand zorgen.")
    page.fill("[name=improvement]", "Zij hebben iemand met wie zij kunnen praten.")
    page.fill("[name=participation]", "Zes leerlingen denken mee.")
    send(page, "Bewaar als concept")
    expect(page.locator("h1")).to_have_text(TITLE)
    send(page, "Publiceren")
    expect(page.locator("h1")).to_have_text(TITLE)
    return re.sub(r"^https?://[^/]+", "", page.url).partition("?")[0]


def prototype_and_test(page: Page, address: str) -> None:
    for move in ("verkennen", "maken"):
        page.goto(f"{address}stappen/{move}/")
        page.locator("main form button[type=submit]").last.click()
        expect(page.locator("h1")).to_have_text(TITLE)
    page.goto(f"{address}prototypes/nieuw/")
    page.fill("[name=what]", "Een kaart met drie vragen voor de mentor.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("Een kaart met drie vragen voor de mentor.").first).to_be_visible()
    page.goto(f"{address}prototypes/1/testrondes/nieuw/")
    page.fill("[name=residents]", "4")
    page.fill("[name=wanted]", "Durven leerlingen te antwoorden?")
    page.fill("[name=learned]", "Ja, als de mentor eerst iets over zichzelf vertelt.")
    page.locator("[name=verdict][value=adjust]").check()
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("als de mentor eerst iets over zichzelf vertelt").first).to_be_visible()


def move_on(page: Page, address: str) -> None:
    """To a pilot, although nobody gave feedback and no municipality takes part yet: comply or explain."""
    page.goto(f"{address}stappen/pilot/")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("InnovatieKabinet")
    assert page.url.endswith("/stappen/pilot/"), "an unmet item asks for a sentence first"
    for field in page.locator("main form textarea").all():
        field.fill("Wij beginnen klein, op één school.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Pilot")


def ask(page: Page, address: str) -> None:
    page.goto(f"{address}feedback/vragen/")
    send(page, "Vraag het InnovatieKabinet")
    expect(page.locator("h1")).to_have_text(TITLE)


def give_feedback(page: Page) -> None:
    page.goto("/kabinet/")
    card = page.locator("article", has_text=TITLE)
    card.get_by_role("link", name="Feedback geven").click()
    page.fill("[name=answer]", "Een kind hoeft het niet meer alleen te dragen.")
    page.fill("[name=point_1]", "Vraag ook ouders wat zij nodig hebben.")
    send(page, "Feedback versturen")
    expect(page.get_by_text("Vraag ook ouders wat zij nodig hebben.").first).to_be_visible()


def offer_help(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Ik kan helpen").first.click()
    page.locator("[name=kind][value=testplek]").check()
    page.fill("[name=words]", "Onze school in Eindhoven doet graag mee.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_text("Onze school in Eindhoven doet graag mee.").first).to_be_visible()


def answer(page: Page, address: str) -> None:
    page.goto(f"{address}feedback/")
    page.get_by_role("link", name="Dit punt beantwoorden").first.click()
    page.locator("[name=state][value=will-do]").check()
    page.fill("[name=answer]", "Wij nodigen in januari twaalf ouders uit.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text(TITLE)
    page.goto(f"{address}aanbod/")
    page.get_by_role("link", name="Dit aanbod beantwoorden").first.click()
    page.locator("[name=accept][value=yes]").check()
    page.fill("[name=answer]", "Heel graag, wij bellen u.")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_have_text(TITLE)


def read_the_mail(page: Page, site: Site) -> None:
    """The overview holds what others did on the own challenge, and nothing of what the author did."""
    site.manage("digest_now", "ambtenaar@demo.example")
    end = time.monotonic() + 150
    while time.monotonic() < end:
        page.goto("/demo/mail/?naar=ambtenaar@demo.example")
        if page.locator(".initiate-list a").count():
            break
        time.sleep(1)
    page.locator(".initiate-list a").first.click()
    text = page.locator("main .prose").inner_text()
    assert TITLE in text
    assert "Een kind hoeft het niet meer alleen te dragen." in text
    assert "Onze school in Eindhoven doet graag mee." in text
    assert "Wij nodigen in januari twaalf ouders uit." not in text, "one's own deeds are no news"
    assert "Heel graag, wij bellen u." not in text
    assert text.count(TITLE) == 1, "grouped: one challenge stands there once"
