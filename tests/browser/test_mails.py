"""The mails as a mail program shows them: wide and narrow, light and dark, with the longest words there are.

With MAIL_PICTURES=folder in the environment each is also kept there as a picture, to be looked at.
"""

import itertools
import os
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from playwright.sync_api import Browser, Page

from accounts.models import Person
from challenges.models import Asking
from digests.compose import compose
from digests.mailing import mail_to_all
from digests.models import Mail
from digests.outbox import queue_account_mail
from digests.plan import plan
from digests.rhythm import subscribe
from digests.spread import spread
from regions.models import Comment, Invitation, Region, Report, Signup, Sort, Theme, Unspread
from tests import make
from tests.digests.mailing import wants

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = pytest.mark.django_db

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
SCREENS = list(itertools.product((600, 360), ("light", "dark")))
WORD = "Meervoudigeschuldenproblematiekondersteuningsnetwerkcoördinatie"
LONG = f"{WORD} en wat daar verder nog bij hoort, zoals de wijkteams en de buurthuizen in het hele gebied. " * 30
TITLE = f"Eerder hulp bij schulden: {WORD} voor gezinnen in de wijk Overvecht en daarbuiten, met bewoners"


def overview(utrecht: Region, anna: Person, bram: Person, eva: Person, kim: Person, emil: Person) -> None:
    """Make one overview that holds every section, with long titles, names and texts."""
    reader = make.person("Rianne van den Heuvel-Oosterwijk", is_staff=True)
    make.member(reader, utrecht, moderator=True)
    make.secretary(reader)
    theme = Theme.objects.create(slug="schulden", name="Schulden")
    theme.followers.add(reader)
    elsewhere = emil.memberships.get().region
    mine = make.challenge(by=reader, region=utrecht, title=TITLE[:140])
    far = make.challenge(by=emil, region=elsewhere, title=f"Elders: {TITLE}"[:140])
    far.follow(reader)
    Unspread.objects.all().delete()
    Person.objects.filter(pk=bram.pk).update(name=f"{WORD} {WORD}"[:100])
    for number in range(7):
        Comment.write(mine, f"{number}. {LONG}", by=(bram, eva)[number % 2])
    make.review(mine, kim, answer=LONG, note=f"Alleen voor het team. {LONG}")
    make.offer(mine, eva, words="Ik ken een wijkteam dat dit al doet.")
    make.challenge(by=anna, region=utrecht, title="Een nieuwe vraag uit de buurt", summary="Kort en goed gezegd.")
    make.challenge(by=emil, region=elsewhere, title="Over een thema", themes=[theme])
    Comment.write(far, "Bij ons werkt het.", by=eva)
    Report.make(mine, by=eva, reason="insult", words="Dit kwetst.")
    asked = make.challenge(by=anna, region=utrecht, title="Vraagt feedback")
    Asking.open_for(asked, by=anna, words="Zien wij iets over het hoofd?")
    utrecht.ask_to_join(kim, motivation="Ik wil graag meedoen.")
    make.meeting(by=anna, region=utrecht, days=5, title=f"Bijeenkomst over {WORD}")
    wants(reader)
    Person.objects.filter(pk=reader.pk).update(language="nl")


def letters(utrecht: Region, bram: Person, mo: Person) -> None:
    """Make a mail of an account, an invitation, one of a meeting and an announcement."""
    EmailAddress.objects.create(user=bram, email=bram.email, verified=True, primary=True)
    subscribe(bram, "weekly")
    draft = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state="draft", title=TITLE[:140], words=LONG)
    draft.publish_to_all(mo)
    Invitation.objects.invite(utrecht, [f"{'lang' * 15}@voorbeeld.example"], by=mo)
    meeting = make.meeting(by=mo, region=utrecht, title=f"Arena {WORD}", place=f"Buurthuis, {WORD}", capacity=3)
    Signup.make(meeting, by=bram, perspective="inwoner")
    queue_account_mail("account/email/password_reset_key", bram.email, {"user": bram})


@pytest.fixture
def pages(
    utrecht: Region, anna: Person, bram: Person, eva: Person, kim: Person, emil: Person, mo: Person
) -> dict[str, str]:
    """The HTML of each kind of mail, as it would be handed over now."""
    overview(utrecht, anna, bram, eva, kim, emil)
    letters(utrecht, bram, mo)
    spread()
    mail_to_all()
    plan()
    made = {mail.kind: mail for mail in Mail.objects.filter(state=Mail.State.READY).order_by("pk")}
    return {kind: html_of(mail) for kind, mail in made.items()}


def html_of(mail: Mail) -> str:
    composed = compose(mail)
    assert composed
    body = message_from_bytes(composed.body, policy=policy.default).get_body(("html",))
    assert body
    return str(body.get_content())


@pytest.fixture
def screens(browser: Browser) -> Iterator[dict[tuple[int, str], Page]]:
    opened = {
        (width, scheme): browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
        for width, scheme in SCREENS
    }
    yield opened
    for page in opened.values():
        page.close()


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("MAIL_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def broken_rules(page: Page) -> list[str]:
    """Return which rules of WCAG 2 A and AA are not met, with where; axe computes the contrast of every text."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]


def test_no_mail_is_wider_than_its_screen_or_hard_to_read(
    pages: dict[str, str], screens: dict[tuple[int, str], Page]
) -> None:
    found = {}
    for (kind, html), (screen, page) in itertools.product(pages.items(), screens.items()):
        page.set_content(html)
        picture(page, f"{kind}-{screen[0]}-{screen[1]}")
        width = page.evaluate("document.documentElement.scrollWidth")
        found[kind, *screen] = (width, broken_rules(page))
    kinds = ("account", "announced", "digest", "invitation", "meeting")
    assert found == {(kind, *screen): (screen[0], []) for kind, screen in itertools.product(kinds, SCREENS)}


def test_a_screen_reader_finds_its_way(pages: dict[str, str], screens: dict[tuple[int, str], Page]) -> None:
    """One heading of the first level, none left out below it, a language, and no table that is read as a table."""
    page = screens[600, "light"]
    for kind, html in pages.items():
        page.set_content(html)
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))")
        steps = [after - before for before, after in itertools.pairwise(levels)]
        tables = page.locator("table:not([role=presentation])").count()
        assert (kind, levels[:1], levels.count(1), max(steps, default=0) <= 1, tables) == (kind, [1], 1, True, 0)
        assert (page.locator("html").get_attribute("lang"), page.locator("img").count()) == ("nl", 0)
        names = page.evaluate("[...document.links].map(a => a.ariaLabel || a.textContent.trim())")
        assert [name for name in names if not name or name.lower() in ("hier", "klik hier", "lees meer")] == []
