"""Taking a region along with several at once: real threads and transactions, and a connection that is lost."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections

from accounts.models import Person
from challenges.export.run import LOCKS, run
from initiate import locks
from regions.errors import AlreadyDone
from regions.models import Attachment, Event, Export, Membership, Region, Verb
from tests import make
from tests.regions.test_races import at_once, sender

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/regios/utrecht/moderatie/meenemen/"


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def asked(utrecht: Region, anna: Person, mo: Person) -> Export:
    one = make.challenge(by=anna, region=utrecht)
    Attachment.add(one, ContentFile(b"x" * 3_000_000, "groot.txt"), "text/plain", by=anna)
    return Export.ask(utrecht, by=mo)


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "exports").iterdir())


def test_two_windows_ask_one_time(utrecht: Region, mo: Person) -> None:
    heard = at_once(*[sender(mo, PAGE, {"form_key": make.key()}) for _ in range(4)])
    assert sorted(heard) == [[], ["info"], ["info"], ["info"]]
    assert (Export.objects.count(), Event.objects.filter(verb=Verb.EXPORT_ASKED).count()) == (1, 1)


def test_asking_at_once_makes_one_row(utrecht: Region, mo: Person) -> None:
    def ask() -> str:
        try:
            Export.ask(utrecht, by=mo)
        except AlreadyDone:
            return "second"
        return "first"

    assert sorted(at_once(*[ask] * 8)) == ["first", *["second"] * 7]


def test_several_workers_at_once_write_one(asked: Export, tmp_path: Path) -> None:
    at_once(*[lambda: run(asked.pk)] * 6)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts, files(tmp_path)) == ("ready", 1, [f"{asked.name}.zip"])
    assert Event.objects.filter(verb=Verb.EXPORT_READY).count() == 1


def test_who_loses_the_role_while_it_is_written_gets_nothing(asked: Export, mo: Person, tmp_path: Path) -> None:
    """The writer waits at a file, which is a pipe here, until the role is gone."""
    pipe = Path(Attachment.objects.get().file.path)
    pipe.unlink()
    os.mkfifo(pipe)

    def demote() -> None:
        with pipe.open("wb") as file:  # opens when the writer does
            Membership.objects.filter(person=mo).update(role="member")
            file.write(b"x")

    at_once(lambda: run(asked.pk), demote)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts, files(tmp_path)) == ("failed", 1, [])
    assert not Event.objects.filter(verb=Verb.EXPORT_READY).exists()


def gone(space: int) -> None:
    """Wait until PostgreSQL has seen that the connection which held this lock is lost."""
    with connection.cursor() as cursor:
        for _turn in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [space])
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.05)
    pytest.fail("the lock is still held")


def test_nobody_begins_while_one_is_at_work(asked: Export, utrecht: Region, mia: Person) -> None:
    """Another one waits as well: one is written at a time. When the writer is gone it is taken up."""
    other = Export.ask(utrecht, by=mia)
    holds, ends = threading.Event(), threading.Event()

    def hold() -> None:
        """Be at work, and lose the connection without a word, as a worker that is killed."""
        assert locks.take(LOCKS)
        assert Export.objects.get(pk=asked.pk).begin()
        holds.set()
        ends.wait(20)
        connections.close_all()

    writer = threading.Thread(target=hold)
    writer.start()
    holds.wait(20)
    run(asked.pk)
    run(other.pk)
    before = list(Export.objects.order_by("pk").values_list("state", "attempts"))
    ends.set()
    writer.join(20)
    gone(LOCKS)
    run(asked.pk)
    run(other.pk)
    after = list(Export.objects.order_by("pk").values_list("state", "attempts"))
    assert (before, after) == ([("running", 1), ("asked", 0)], [("ready", 2), ("ready", 1)])
    connection.close()
