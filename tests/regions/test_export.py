"""A moderator asks for everything of a region, and gets it: the page, the file, whose it is and for how long."""

import hashlib
import re
import stat
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from celery import current_app
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from challenges.export.run import run
from digests.models import Mail
from digests.send import send_waiting
from digests.spread import spread
from digests.tasks import tick, write_export
from regions.errors import AlreadyDone, NotYours
from regions.models import Attachment, Event, Export, Membership, Notice, Region, Verb
from tests import make
from tests.digests.conftest import post  # noqa: F401 - the mail server, as a fixture
from tests.digests.mailing import Post
from tests.regions.conftest import Count

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
PAGE = "/regios/utrecht/moderatie/meenemen/"
State = Export.State


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def asked(utrecht: Region, anna: Person, mo: Person) -> Export:
    make.challenge(by=anna, region=utrecht, title="Rust")
    return Export.ask(utrecht, by=mo)


@pytest.fixture
def ready(asked: Export) -> Export:
    return made(asked)


def made(export: Export) -> Export:
    run(export.pk)
    return Export.objects.get(pk=export.pk)


def stands(export: Export) -> tuple[str, int]:
    export.refresh_from_db()
    return export.state, export.attempts


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# --- asking -------------------------------------------------------------------------------------------------


def test_asking_writes_a_row_and_wakes_a_worker(
    browser: Browser, utrecht: Region, mo: Person, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        assert browser(mo).post(PAGE, {"form_key": make.key()})["Location"] == PAGE
    assert list(Export.objects.values_list("region", "by", "state")) == [(utrecht.pk, mo.pk, "asked")]
    assert len(callbacks) == 1
    event = Event.objects.get(verb=Verb.EXPORT_ASKED)
    assert (event.actor, event.region, event.audience, event.data) == (mo, utrecht, "desk", {})
    assert event in Event.objects.moderation_of(utrecht)


def test_one_is_made_at_a_time_for_each_person_and_region(
    browser: Browser, utrecht: Region, eindhoven: Region, mo: Person, mia: Person
) -> None:
    for _ in range(2):
        page = browser(mo).post(PAGE, {"form_key": make.key()}, follow=True).content.decode()
    assert "Wij maken uw bestand al." in page
    assert Export.objects.count() == 1
    with pytest.raises(AlreadyDone):
        Export.ask(utrecht, by=mo)
    Export.ask(eindhoven, by=mo)
    Export.ask(utrecht, by=mia)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.create(region=utrecht, by=mo, state=State.RUNNING)


def test_a_form_that_is_sent_twice_asks_once(browser: Browser, utrecht: Region, mo: Person) -> None:
    key = make.key()
    for _ in range(2):
        browser(mo).post(PAGE, {"form_key": key})
    assert Event.objects.filter(verb=Verb.EXPORT_ASKED).count() == 1


# --- making -------------------------------------------------------------------------------------------------


def test_the_file_is_whole_and_tells_nothing_by_its_name(ready: Export, folder: Path) -> None:
    assert [path.name for path in folder.iterdir()] == [f"{ready.name}.zip"]
    assert re.fullmatch(r"[0-9a-f]{32}", ready.name)
    content = ready.path.read_bytes()
    assert (ready.state, ready.size, ready.sha256) == ("ready", len(content), hashlib.sha256(content).hexdigest())
    assert (stat.S_IMODE(ready.path.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    assert ready.ready_at
    assert ready.expires_at == ready.ready_at + timedelta(days=7)
    with zipfile.ZipFile(ready.path) as archive:
        assert b"Rust" in archive.read("challenges.jsonl")


def test_running_it_again_changes_nothing(ready: Export) -> None:
    before = ready.path.read_bytes(), Event.objects.count()
    write_export(ready.pk)
    write_export(987654321)
    assert (ready.path.read_bytes(), Event.objects.count(), stands(ready)) == (*before, ("ready", 1))


def test_a_newer_one_replaces_it(ready: Export, utrecht: Region, mo: Person, folder: Path) -> None:
    newer = made(Export.ask(utrecht, by=mo))
    assert Export.objects.expire_due() == 1
    assert (stands(ready)[0], stands(newer)[0]) == ("gone", "ready")
    assert [path.name for path in folder.iterdir()] == [f"{newer.name}.zip"]


def test_who_lost_the_role_before_it_begins_gets_nothing(asked: Export, mo: Person, folder: Path) -> None:
    Membership.objects.filter(person=mo).update(role="member")
    assert made(asked).state == "failed"
    assert list(folder.iterdir()) == []
    assert not Event.objects.filter(verb=Verb.EXPORT_READY).exists()


def test_one_that_cannot_be_made_is_given_up(asked: Export, anna: Person, utrecht: Region, folder: Path) -> None:
    """A file that cannot be read: three times it is tried, and nothing half is left."""
    one = make.challenge(by=anna, region=utrecht)
    stored = Path(Attachment.add(one, ContentFile(b"een", "een.txt"), "text/plain", by=anna).file.path)
    stored.unlink()
    stored.mkdir()
    found = []
    for _ in range(5):
        run(asked.pk)
        found.append((*stands(asked), list(folder.iterdir())))
    tries = [("running", number, []) for number in (1, 2, 3)]
    assert found == [*tries, ("failed", 3, []), ("failed", 3, [])]


def test_a_half_file_of_a_writer_that_died_is_thrown_away(asked: Export, folder: Path) -> None:
    assert asked.begin()
    asked.half_path.write_bytes(b"half")
    lost = asked.name
    tick()
    assert stands(asked) == ("running", 1)
    write_export(asked.pk)
    assert stands(asked) == ("ready", 2)
    assert asked.name != lost
    assert [path.name for path in folder.iterdir()] == [f"{asked.name}.zip"]


def test_a_tick_wakes_for_what_is_left(
    asked: Export, ready_of_mia: Export, django_capture_on_commit_callbacks: Any
) -> None:
    """Both what nobody began and what a writer left; not what is ready."""
    asked.begin()
    sent: list[Any] = []
    current_app.send_task, before = lambda name, **how: sent.append((name, how.get("args"))), current_app.send_task
    try:
        with django_capture_on_commit_callbacks(execute=True):
            tick()
    finally:
        current_app.send_task = before
    assert [how for how in sent if how[0] == "digests.tasks.write_export"] == [
        ("digests.tasks.write_export", [asked.pk])
    ]


@pytest.fixture
def ready_of_mia(utrecht: Region, mia: Person) -> Export:
    return made(Export.ask(utrecht, by=mia))


def test_who_lost_it_to_another_finishes_nothing(asked: Export) -> None:
    slow = Export.objects.get(pk=asked.pk)
    slow.begin()
    other = Export.objects.get(pk=asked.pk)
    other.begin()
    for act in (lambda: slow.note(1, 2), lambda: slow.finish(size=1, sha256="x")):
        with pytest.raises(NotYours):
            act()
    assert (stands(asked), Event.objects.filter(verb=Verb.EXPORT_READY).count()) == (("running", 2), 0)


# --- having it ----------------------------------------------------------------------------------------------


def test_its_owner_downloads_it(browser: Browser, ready: Export, mo: Person) -> None:
    answer = browser(mo).get(f"{PAGE}{ready.pk}/")
    day = timezone.localdate(ready.ready_at)
    assert {name: answer[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")} == {
        "Content-Type": "application/zip",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert answer["Content-Disposition"] == f'attachment; filename="initiate-utrecht-{day:%Y-%m-%d}.zip"'
    assert hashlib.sha256(body(answer)).hexdigest() == ready.sha256


def test_nobody_else_does(
    browser: Browser, ready: Export, mia: Person, bram: Person, emil: Person, stan: Person, bo: Person
) -> None:
    cast = {"mia": mia, "bram": bram, "emil": emil, "stan": stan, "bo": bo, "visitor": None}
    found = {name: browser(person).get(f"{PAGE}{ready.pk}/").status_code for name, person in cast.items()}
    assert found == {"mia": 404, "bram": 404, "emil": 404, "stan": 404, "bo": 404, "visitor": 302}


def test_not_by_way_of_another_region(browser: Browser, ready: Export, eindhoven: Region, mo: Person) -> None:
    make.member(mo, eindhoven, moderator=True)
    assert browser(mo).get(f"/regios/eindhoven/moderatie/meenemen/{ready.pk}/").status_code == 404


@pytest.mark.parametrize(
    "change", [{"role": "member"}, {"state": "suspended"}, {"state": "ended"}, {"state": "pending"}]
)
def test_losing_the_role_counts_at_the_next_request(
    change: dict[str, str], browser: Browser, ready: Export, mo: Person
) -> None:
    client = browser(mo)
    assert hashlib.sha256(body(client.get(f"{PAGE}{ready.pk}/"))).hexdigest() == ready.sha256
    Membership.objects.filter(person=mo).update(**change)
    found = [client.get(path).status_code for path in (PAGE, f"{PAGE}{ready.pk}/")]
    found.append(client.post(PAGE, {"form_key": make.key()}).status_code)
    assert found == [404, 404, 404]


def test_after_seven_days_it_is_gone(browser: Browser, ready: Export, mo: Person, folder: Path) -> None:
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser(mo).get(f"{PAGE}{ready.pk}/").status_code == 404
    assert "Alles van deze regio klaarzetten" in browser(mo).get(PAGE).content.decode()
    tick()
    assert (stands(ready)[0], list(folder.iterdir())) == ("gone", [])
    tick()


@pytest.mark.parametrize("state", [State.ASKED, State.RUNNING, State.FAILED, State.GONE])
def test_only_a_ready_one_is_downloaded(state: str, browser: Browser, ready: Export, mo: Person) -> None:
    Export.objects.update(state=state)
    assert browser(mo).get(f"{PAGE}{ready.pk}/").status_code == 404


def test_a_file_that_is_lost_is_not_there(browser: Browser, ready: Export, mo: Person) -> None:
    ready.path.unlink()
    assert browser(mo).get(f"{PAGE}{ready.pk}/").status_code == 404


# --- the page -----------------------------------------------------------------------------------------------


def shown(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_the_page_says_how_it_stands(browser: Browser, utrecht: Region, mo: Person) -> None:
    client = browser(mo)
    words = ("every 2s", "<progress", "Alles van deze regio klaarzetten", "Download het zipbestand", "niet gelukt")

    def seen() -> list[str]:
        page = shown(client)
        return [word for word in words if word in page]

    found = [seen()]
    export = Export.ask(utrecht, by=mo)
    found.append(seen())
    export.begin()
    export.note(300, 1200)
    page = shown(client)
    assert ('max="1200" value="300"' in page, "300 van 1200 regels en bestanden" in page) == (True, True)
    found.append(seen())
    Export.objects.update(state=State.FAILED)
    found.append(seen())
    export = made(Export.ask(utrecht, by=mo))
    found.append(seen())
    assert found == [
        [words[2]],
        [words[0], words[1]],
        [words[0], words[1]],
        [words[2], words[4]],
        [words[2], words[3], words[4]],
    ]
    assert (export.sha256 in shown(client), f'href="{PAGE}{export.pk}/"' in shown(client)) == (True, True)


def test_while_a_new_one_is_made_the_one_before_can_be_had(
    browser: Browser, ready: Export, utrecht: Region, mo: Person
) -> None:
    link = f'href="{PAGE}{ready.pk}/"'
    newer = Export.ask(utrecht, by=mo)
    found = [link in shown(browser(mo))]
    made(newer)
    found.append(link in shown(browser(mo)))
    assert found == [True, False]


def test_one_sees_ones_own_only(browser: Browser, ready: Export, mia: Person) -> None:
    page = shown(browser(mia))
    assert (ready.sha256 in page, "Eerdere bestanden" in page) == (False, False)


def test_the_desk_leads_to_it(browser: Browser, utrecht: Region, mo: Person) -> None:
    assert f'href="{PAGE}"' in browser(mo).get("/regios/utrecht/moderatie/").content.decode()


def test_it_takes_the_same_queries_for_one_and_for_thirty(
    browser: Browser, count: Count, ready: Export, utrecht: Region, mo: Person
) -> None:
    one = count(browser(mo), PAGE)
    Export.objects.bulk_create(Export(region=utrecht, by=mo, state=State.GONE) for _ in range(29))
    assert (one, count(browser(mo), PAGE)) == (6, 6)


# --- hearing of it ------------------------------------------------------------------------------------------


@pytest.fixture
def address(mo: Person) -> EmailAddress:
    return EmailAddress.objects.create(user=mo, email=mo.email, verified=True, primary=True)


def test_one_mail_says_that_it_is_ready(address: EmailAddress, ready: Export, mo: Person, post: Post) -> None:  # noqa: F811
    for _ in range(2):
        spread()
        send_waiting(30)
    assert post.subjects == [(mo.email, "Uw bestand van de regio Utrecht staat klaar")]
    text = post.text()
    assert PAGE in text
    assert (f"{PAGE}{ready.pk}/" in text, ready.name in text, ready.sha256 in text) == (False, False, False)
    assert (Mail.objects.get().address, Mail.objects.get().data["ids"]) == ("", {"object": str(ready.pk)})
    told = Notice.objects.filter(event__verb=Verb.EXPORT_READY)
    assert list(told.values_list("person", "reason", "enclosure__mail")) == [(mo.pk, "about", Mail.objects.get().pk)]


@pytest.mark.parametrize("why", ["role", "over", "blocked", "address"])
def test_no_mail_to_who_cannot_have_it(
    why: str,
    address: EmailAddress,
    ready: Export,
    mo: Person,
    post: Post,  # noqa: F811
) -> None:
    spread()
    if why == "role":
        Membership.objects.filter(person=mo).update(role="member")
    elif why == "over":
        Export.objects.update(expires_at=timezone.now())
    elif why == "blocked":
        Person.objects.filter(pk=mo.pk).update(is_active=False)
    else:
        address.delete()
    send_waiting(30)
    assert (post.subjects, Mail.objects.get().state) == ([], "cancelled")


def test_the_bell_leads_to_the_page(browser: Browser, ready: Export, mo: Person) -> None:
    spread()
    page = browser(mo).get("/mijn/meldingen/").content.decode()
    assert "zette alles van deze regio in één bestand voor u klaar" in page
    notice = Notice.objects.get(event__verb=Verb.EXPORT_READY)
    assert browser(mo).get(f"/mijn/meldingen/{notice.pk}/")["Location"] == PAGE
