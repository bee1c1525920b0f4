"""What moderators did, by quarter, for everyone: counts of the events, and no name or title."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from regions.counts import LINES, counts_of, in_words, quarters
from regions.models import Appeal, Comment, Event, Membership, Region, Report, Ruling, Sanction, Verb
from tests import make

Browser = Callable[[Person | None], Client]
Count = Callable[[Client, str], int]
pytestmark = pytest.mark.django_db
PATH = "/regios/utrecht/moderatie/cijfers/"
NONE = {name: 0 for name, _label, _which in LINES}


def table(region: Region) -> dict[str, dict[str, str]]:
    """Return per quarter what is not nothing."""
    shown, lines = counts_of(region)
    names = [*NONE, "median"]
    return {
        str(quarter.begins): found
        for index, quarter in enumerate(shown)
        if (
            found := {
                name: line.cells[index]
                for name, line in zip(names, lines, strict=True)
                if line.cells[index] not in ("0", "–")
            }
        )
    }


def test_the_last_eight_quarters_this_one_first() -> None:
    assert [str(quarter.begins) for quarter in quarters(date(2026, 2, 3))] == [
        "2026-01-01", "2025-10-01", "2025-07-01", "2025-04-01", "2025-01-01", "2024-10-01", "2024-07-01", "2024-04-01",
    ]  # fmt: skip
    assert [quarter.number for quarter in quarters(date(2026, 12, 31))[:5]] == [4, 3, 2, 1, 4]


def test_everything_is_counted_once(
    utrecht: Region, anna: Person, bram: Person, bo: Person, mo: Person, mia: Person
) -> None:
    with time_machine.travel(datetime(2026, 5, 10, 12, tzinfo=UTC), tick=False):
        one, two, three = (make.challenge(by=anna, region=utrecht) for _ in range(3))
        comment = Comment.write(one, "Reclame", by=bram)
        for about, who in ((None, bram), (None, bo), (comment, bo)):
            Report.make(one, by=who, reason="other", comment=about)
        report = Report.make(two, by=bo, reason="other")
    with time_machine.travel(datetime(2026, 5, 12, 12, tzinfo=UTC), tick=False):
        report.close(mo)
        ruling = Ruling.hide(one, by=mo, reason="other", words="Nee.")
        Ruling.ask_change(three, by=mo, reason="other", words="Anders.")
        Ruling.close_comments(three, by=mo, closed=True)
        Sanction.warn(bram.memberships.get(), by=mo, reason="rules", words="Pas op.")
        bram.memberships.get().suspend(mo, reason="rules", words="Genoeg.", ends_on=date(2026, 5, 30))
        Appeal.make(ruling, by=anna, words="Toch.").decide(mia, uphold=True, answer="Ja.")
        again = Ruling.hide(two, by=mo, reason="other", words="Nee.")
        Appeal.make(again, by=anna, words="Toch.").decide(mia, uphold=False, answer="Nee.")
        found = table(utrecht)
    assert found == {
        "2026-04-01": {
            "reports": "4", "things": "3", "hidden": "2", "restored": "1", "comments_closed": "1", "asked": "1",
            "warned": "1", "suspended": "1", "unmeasured": "1", "appealed": "2", "upheld": "1", "rejected": "1",
            "median": "2 dagen",
        }
    }  # fmt: skip


def test_a_quarter_begins_at_midnight_in_the_netherlands(utrecht: Region, anna: Person, bo: Person) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    for moment in (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), datetime(2026, 3, 31, 22, 1, tzinfo=UTC)):
        Event.write(Verb.REPORTED, by=bo, contribution=challenge, at=moment)
    with time_machine.travel(datetime(2026, 3, 31, 22, 30, tzinfo=UTC)):
        assert table(utrecht) == {
            "2026-04-01": {"reports": "1", "things": "1"},
            "2026-01-01": {"reports": "1", "things": "1"},
        }
        assert str(counts_of(utrecht)[0][0].begins) == "2026-04-01"


def test_what_is_older_or_of_elsewhere_does_not_count(
    utrecht: Region, eindhoven: Region, anna: Person, eva: Person, bo: Person
) -> None:
    here, there = make.challenge(by=anna, region=utrecht), make.challenge(by=eva, region=eindhoven)
    Event.write(Verb.HIDDEN, by=bo, contribution=here, at=timezone.now() - timedelta(days=3 * 366))
    Event.write(Verb.HIDDEN, by=bo, contribution=there)
    assert table(utrecht) == {}


def test_what_was_closed_by_mistake_was_not_closed(utrecht: Region, anna: Person, bo: Person, mo: Person) -> None:
    report = Report.make(make.challenge(by=anna, region=utrecht), by=bo, reason="other")
    (closed,) = report.close(mo)
    assert closed.closed_at
    report.reopen(mo, closed_at=closed.closed_at.isoformat())
    (found,) = table(utrecht).values()
    assert "unmeasured" not in found


def test_visitors_read_it_without_a_name_or_a_title(
    browser: Browser, count: Count, utrecht: Region, anna: Person, bo: Person, mo: Person
) -> None:
    empty = count(browser(None), PATH)
    for number in range(30):
        challenge = make.challenge(by=anna, region=utrecht, title=f"Kanarietitel {number}")
        Report.make(challenge, by=bo, reason="other", words="Kanariewoorden").close(mo)
    page = browser(None).get(PATH).content.decode()
    assert [word in page for word in ("Kanarie", anna.name, bo.name, mo.name, "<td")] == [False] * 4 + [True]
    assert count(browser(None), PATH) == empty == 2
    assert PATH in browser(None).get("/regios/utrecht/").content.decode()
    assert PATH in browser(mo).get("/regios/utrecht/moderatie/logboek/").content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0, "1 minuut"), (600, "10 minuten"), (3_600, "1 uur"), (7_300, "2 uur"), (172_800, "2 dagen")],
)
def test_a_time_in_words(seconds: float | None, words: str) -> None:
    assert in_words(seconds) == words


def test_who_left_is_still_counted(utrecht: Region, bram: Person, mo: Person) -> None:
    Sanction.warn(bram.memberships.get(), by=mo, reason="rules", words="Pas op.")
    Membership.objects.get(person=bram).leave(bram)
    assert [found["warned"] for found in table(utrecht).values()] == ["1"]
