"""What people do in more than one story: find a link in a mail, make an account by it, plan a session."""

import re
import time
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

PASSWORD = "nachtbus-langs-de-gracht"
DEMO_PASSWORD = "initiate-demo"


def send(page: Page, words: str) -> None:
    """Press the button with these words on the page itself."""
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


def path_of(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url).partition("?")[0]


def link_of_mail(page: Page, address: str, start: str) -> str:
    """Return the link that begins so in the latest mail to this address that has one; `page` is any browser.

    An overview may come in between: it is due at an hour of its own.
    """
    end = time.monotonic() + 150
    while time.monotonic() < end:
        page.goto(f"/demo/mail/?naar={address}")
        for mail in page.locator(".initiate-list a").evaluate_all("links => links.map(link => link.href)"):
            page.goto(mail)
            found = re.search(rf"{start}[^\s\"<]*", page.locator("main").inner_text())
            if found:
                return found.group()
        time.sleep(1)
    raise AssertionError(f"no mail with {start}")


def sign_up(page: Page, reader: Page, *, name: str, address: str) -> None:
    """Make an account with the address, from the page that asks for one, and confirm it by the mail."""
    page.get_by_role("link", name="Maak een account", exact=True).last.click()
    page.fill("[name=name]", name)
    page.fill("[name=email]", address)
    page.fill("[name=password1]", PASSWORD)
    page.locator("[name=frequency][value=never]").check()
    page.locator("main form button[type=submit]").last.click()
    page.goto(link_of_mail(reader, address, "/account/confirm-email/"))
    page.locator("main form button[type=submit]").last.click()
    page.goto("/account/login/")
    if page.locator("[name=login]").count():
        page.fill("[name=login]", address)
        page.fill("[name=password]", PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/account/login/" not in url)


def post(page: Page, title: str) -> str:
    """Publish a short challenge and return its address."""
    page.goto("/challenges/nieuw/")
    page.fill("[name=title]", title)
    page.fill("[name=summary]", "Wie een brief niet durft te openen, mist de toeslag.")
    page.fill("[name=question]", "Wie leest mee, en wie mag dat?")
    send(page, "Publiceren")
    expect(page.locator("h1")).to_have_text(title)
    return path_of(page)


def plan_a_session(page: Page, title: str, *pitches: str) -> str:
    """Plan a session of the InnovatieKabinet in Utrecht with these challenges as pitches; return its address."""
    page.goto("/regios/utrecht/bijeenkomsten/nieuw/")
    page.fill("[name=title]", title)
    page.fill("[name=day]", (timezone.localdate() + timedelta(days=20)).isoformat())
    page.fill("[name=starts]", "19:00")
    page.fill("[name=ends]", "20:30")
    page.fill("[name=place]", "Bibliotheek Neude")
    send(page, "Publiceren")
    expect(page.locator("h1")).to_have_text(title)
    session = path_of(page)
    page.goto(f"{session}agenda/")
    for number, address in enumerate(pitches):
        page.fill(f"[name=form-{number}-about]", address)
    send(page, "Bewaren")
    expect(page.get_by_role("link", name="Alle dossiers, om te printen")).to_be_visible()
    return session
