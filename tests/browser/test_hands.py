"""The main stories, each told twice: with the keyboard alone, and with JavaScript off."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts.models import Person
from regions.models import Municipality, Region, Theme
from tests import make
from tests.browser.hands import Keys, Mouse
from tests.browser.served import open_for
from tests.rights.doors import client_of

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PASSWORD = "nachtbus-langs-de-gracht"
SEND = "main form button[type=submit]"


@contextmanager
def _hand_of(who: Person | None, kind: type[Mouse], browser: Browser) -> Iterator[Mouse]:
    size = {"width": 1280, "height": 900}
    with open_for(client_of(who), browser, viewport=size, java_script_enabled=kind is Keys) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield kind(page)


@pytest.fixture(params=[Keys, Mouse], ids=["keyboard", "no JavaScript"])
def kind(request: pytest.FixtureRequest) -> type[Mouse]:
    """With which hands."""
    found: type[Mouse] = request.param
    return found


def says(hand: Mouse, words: str) -> None:
    expect(hand.page.locator("main")).to_contain_text(words)


# --- one's own door, home, mail and language --------------------------------------------------------------------


def test_sign_in_and_choose_mail_and_language(kind: type[Mouse], anna: Person, browser: Browser) -> None:
    anna.set_password(PASSWORD)
    anna.save()
    EmailAddress.objects.create(user=anna, email=anna.email, verified=True, primary=True)
    with _hand_of(None, kind, browser) as hand:
        sign_in(hand, anna)
        choose_mail(hand)
        change_language(hand)


def sign_in(hand: Mouse, person: Person) -> None:
    hand.visit("/")
    hand.go(".initiate-header a[href='/account/login/']")
    hand.write("[name=login]", person.email)
    hand.write("[name=password]", PASSWORD)
    hand.go(SEND)
    hand.go(".initiate-header__name")
    expect(hand.page.locator("h1")).to_contain_text("Anna")


def choose_mail(hand: Mouse) -> None:
    hand.open(".initiate-menu > summary")
    hand.go(".initiate-menu a[href='/mijn/voorkeuren/']")
    hand.choose("frequency", "weekly")
    hand.pick("[name=weekday]", "vrijdag")
    hand.pick("[name=hour]", "16:00")
    hand.go(f"{SEND}:has-text('Bewaren')")
    says(hand, "elke week op vrijdag om 16:00")


def change_language(hand: Mouse) -> None:
    hand.go(".initiate-header button[name=language]")
    expect(hand.page.locator("html")).to_have_attribute("lang", "en")
    expect(hand.page.locator("h1")).to_have_text("Mail and language")


# --- a challenge, from question to answer -----------------------------------------------------------------------


def test_post_a_challenge(kind: type[Mouse], anna: Person, browser: Browser) -> None:
    with _hand_of(anna, kind, browser) as hand:
        hand.visit("/")
        hand.go("nav a[href='/challenges/']")
        hand.go("main a[href='/challenges/nieuw/']")
        hand.write("[name=title]", "Wie leest de brief?")
        hand.write("[name=summary]", "Wie een brief niet opent, mist de toeslag.")
        hand.write("[name=question]", "Wie leest mee, en wie mag dat?")
        hand.go(f"{SEND}:has-text('Bewaar als concept')")
        hand.go(f"{SEND}:has-text('Publiceren')")
        expect(hand.page.locator("h1")).to_have_text("Wie leest de brief?")
        expect(hand.page.locator(f"{SEND}:has-text('Publiceren')")).to_have_count(0)


def test_find_follow_comment_and_offer(kind: type[Mouse], anna: Person, bram: Person, browser: Browser) -> None:
    Theme.objects.create(slug="schulden", name="Schulden")
    found = make.challenge(by=anna, region=Region.objects.get(), title="Nooit meer een boete", visibility="public")
    found.themes.set(Theme.objects.all())
    make.challenge(by=anna, region=Region.objects.get(), title="Samen koken", visibility="public")
    with _hand_of(bram, kind, browser) as hand:
        find(hand)
        follow(hand)
        comment(hand)
        report(hand)
        offer(hand)


def find(hand: Mouse) -> None:
    hand.visit("/challenges/")
    if not hand.page.locator("[name=thema]").is_visible():
        hand.open(".initiate-filter > summary")
    hand.pick("[name=regio]", "Utrecht")
    hand.pick("[name=thema]", "Schulden")
    hand.go(".initiate-filter button")
    expect(hand.page.locator(".initiate-card__link")).to_have_text(["Nooit meer een boete"])
    hand.go(".initiate-card__link")


def follow(hand: Mouse) -> None:
    hand.go("button[name=follow][value='1']")
    expect(hand.page.locator("button[name=follow][value='0']")).to_be_visible()


def comment(hand: Mouse) -> None:
    hand.write("#reacties [name=text]", "Wij deden dit ook.")
    hand.go("#reacties button:has-text('Reactie plaatsen')")
    hand.reply()
    hand.write(".initiate-comment-form [name=text]", "En het hielp.")
    hand.go(".initiate-comment-form button[type=submit]")
    expect(hand.page.locator(".initiate-comment__replies")).to_contain_text("En het hielp.")


def report(hand: Mouse) -> None:
    hand.go("a[href$='/signaal/']")
    hand.choose("reason", "other")
    hand.write("[name=words]", "Er staat een naam in.")
    hand.go(SEND)
    says(hand, "moderator")


def offer(hand: Mouse) -> None:
    hand.go("main a[href$='/aanbod/nieuw/']")
    hand.choose("kind", "testplek")
    hand.write("[name=words]", "Bij ons in de wijk.")
    hand.go(SEND)
    says(hand, "Bij ons in de wijk.")


# --- feedback, and what is done with it -------------------------------------------------------------------------


def test_feedback_and_its_answer(kind: type[Mouse], anna: Person, kim: Person, browser: Browser) -> None:
    asked = make.challenge(by=anna, region=Region.objects.get(), stage="maken-en-testen", visibility="network")
    with _hand_of(kim, kind, browser) as hand:
        hand.visit(f"{asked.get_absolute_url()}feedback/geven/")
        hand.write("[name=answer]", "Mensen krijgen eerder rust.")
        hand.write("[name=point_1]", "Vraag ook ouders.")
        hand.go("button:has-text('Feedback versturen')")
        says(hand, "Vraag ook ouders.")
    with _hand_of(anna, kind, browser) as hand:
        hand.visit(asked.get_absolute_url())
        hand.go("main a:has-text('Dit punt beantwoorden')")
        hand.choose("state", "will-do")
        hand.write("[name=answer]", "In januari.")
        hand.go(SEND)
        says(hand, "In januari.")


# --- a region and its meetings ----------------------------------------------------------------------------------


def test_join_a_region(kind: type[Mouse], mo: Person, bo: Person, browser: Browser) -> None:
    Region.objects.get().municipalities.set(Municipality.objects.filter(name="Utrecht"))
    with _hand_of(bo, kind, browser) as hand:
        hand.visit("/regios/")
        hand.go("main a[href='/regios/utrecht/']")
        hand.go("main a[href$='/leden/aanmelden/']")
        hand.write("[name=motivation]", "Ik woon hier.")
        hand.go(SEND)
        says(hand, "Uw vraag ligt bij de moderatoren")
    with _hand_of(mo, kind, browser) as hand:
        hand.visit("/")
        hand.open(".initiate-menu > summary")
        hand.go(".initiate-menu a[href='/mijn/moderatie/']")
        hand.go("main button[name=besluit][value=ja]")
        assert bo.memberships.get().state == "active"


def test_plan_a_meeting_and_sign_up(kind: type[Mouse], mo: Person, bram: Person, browser: Browser) -> None:
    with _hand_of(mo, kind, browser) as hand:
        hand.visit("/regios/utrecht/bijeenkomsten/nieuw/")
        hand.write("[name=title]", "Koffie om tien uur")
        hand.choose("sort", "workshop")
        hand.date("[name=day]", (timezone.localdate() + timedelta(days=9)).isoformat())
        hand.time("[name=starts]", "10:00")
        hand.time("[name=ends]", "11:00")
        hand.write("[name=place]", "Buurthuis")
        hand.go("main button:has-text('Publiceren')")
        expect(hand.page.locator("h1")).to_have_text("Koffie om tien uur")
    with _hand_of(bram, kind, browser) as hand:
        hand.visit("/")
        hand.go("nav a[href='/bijeenkomsten/']")
        hand.go("main a:has-text('Koffie om tien uur')")
        hand.go("main a[href$='/aanmelden/']")
        hand.choose("perspective", "professional")
        hand.go(SEND)
        says(hand, "U bent aangemeld")
