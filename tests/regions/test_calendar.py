"""Calendar files, read by another library than the one that writes them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from django.test import Client

from accounts.models import Person
from regions.calendar import invite
from regions.models import CalendarAddress, Meeting, Region, Signup, Visibility
from tests import make

pytestmark = pytest.mark.django_db
Browser = Callable[[Person | None], Client]


def read(content: bytes) -> Any:
    return vobject.readOne(content.decode())


def entries(content: bytes) -> dict[str, Any]:
    """Return the entries of a calendar by title."""
    return {entry.summary.value: entry for entry in read(content).contents.get("vevent", [])}


@pytest.mark.parametrize(
    ("starts_at", "hours"),
    [
        (datetime(2027, 3, 27, 13, tzinfo=UTC), 1),  # the day before the clock goes forward
        (datetime(2027, 3, 28, 12, tzinfo=UTC), 2),
        (datetime(2026, 10, 25, 13, tzinfo=UTC), 1),  # the day on which it went back
        (datetime(2026, 10, 24, 12, tzinfo=UTC), 2),
    ],
)
def test_two_in_the_afternoon_is_two_in_the_afternoon_on_both_sides_of_summer_time(
    starts_at: datetime, hours: int, browser: Browser, utrecht: Region, mo: Person
) -> None:
    meeting = make.meeting(
        by=mo, region=utrecht, title="Middag", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
    )
    answer = browser(None).get(f"{meeting.get_absolute_url()}agenda.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = read(answer.content)
    entry = calendar.vevent
    assert (entry.dtstart.value.hour, entry.dtstart.value.utcoffset()) == (14, timedelta(hours=hours))
    assert entry.dtstart.value == starts_at
    assert b"DTSTART;TZID=Europe/Amsterdam:" in answer.content
    zone = calendar.vtimezone
    offsets = {part.tzoffsetto.value for part in (*zone.contents["daylight"], *zone.contents["standard"])}
    assert (zone.tzid.value, offsets) == ("Europe/Amsterdam", {"+0100", "+0200"})


def test_a_change_keeps_the_uid_and_raises_the_sequence_and_a_cancellation_takes_it_away(
    utrecht: Region, mo: Person
) -> None:
    meeting = make.meeting(by=mo, region=utrecht)
    first = read(invite(meeting, "gast@gast.example"))
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    second = read(invite(Meeting.objects.get(), "gast@gast.example"))
    Meeting.objects.get().cancel(mo, "De zaal is dicht.")
    third = read(invite(Meeting.objects.get(), "gast@gast.example"))
    found = [(one.method.value, one.vevent.sequence.value, one.vevent.status.value) for one in (first, second, third)]
    assert found == [("REQUEST", "0", "CONFIRMED"), ("REQUEST", "1", "CONFIRMED"), ("CANCEL", "2", "CANCELLED")]
    assert len({one.vevent.uid.value for one in (first, second, third)}) == 1
    assert (second.vevent.location.value, third.vevent.attendee.value) == ("Elders", "mailto:gast@gast.example")


def test_words_of_people_break_no_line(utrecht: Region, mo: Person) -> None:
    title, place = "Samen; eten, drinken\\n😀 " + "lang " * 20, "Zaal\u2028BEGIN:VEVENT"
    meeting = make.meeting(by=mo, region=utrecht, title=title, place=place, intro="regel\nEND:VCALENDAR\nregel")
    content = invite(meeting, "gast@gast.example")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    calendar = read(content)
    assert (calendar.vevent.summary.value, len(calendar.contents["vevent"])) == (meeting.title, 1)


def test_the_feed_of_a_region_holds_what_everyone_may_read(
    browser: Browser, utrecht: Region, eindhoven: Region, mo: Person, emil: Person
) -> None:
    make.meeting(by=mo, region=utrecht, title="Open")
    make.meeting(by=mo, region=utrecht, title="Besloten", visibility=Visibility.REGION)
    make.meeting(by=mo, region=utrecht, title="Concept", state="draft")
    make.meeting(by=emil, region=eindhoven, title="Elders")
    path = "/regios/utrecht/bijeenkomsten/agenda.ics"
    assert set(entries(browser(None).get(path).content)) == {"Open"}
    assert set(entries(browser(mo).get(path).content)) == {"Open", "Besloten", "Concept"} - {"Concept"}


def test_ones_own_calendar_follows_rights_and_can_be_taken_away(
    browser: Browser, utrecht: Region, eindhoven: Region, bram: Person, mo: Person, emil: Person
) -> None:
    make.meeting(by=mo, region=utrecht, title="Van mijn regio", visibility=Visibility.REGION)
    far = make.meeting(by=emil, region=eindhoven, title="Ver weg", link="https://zaal.example/x")
    make.meeting(by=emil, region=eindhoven, title="Niet van mij")
    Signup.make(far, by=bram, perspective="inwoner")
    assert "niet van u" not in browser(bram).get("/mijn/agenda/").content.decode()
    browser(bram).post("/mijn/agenda/", {"besluit": "ja"})
    address = f"/agenda/{CalendarAddress.objects.get().token}.ics"
    assert address in browser(bram).get("/mijn/agenda/").content.decode()
    found = entries(browser(None).get(address).content)
    assert {title: entry.transp.value for title, entry in found.items()} == {
        "Van mijn regio": "TRANSPARENT",
        "Ver weg": "OPAQUE",
    }
    assert "https://zaal.example/x" in found["Ver weg"].location.value
    bram.memberships.get().leave(bram)
    assert set(entries(browser(None).get(address).content)) == {"Ver weg"}
    browser(bram).post("/mijn/agenda/", {"besluit": "ja"})
    assert browser(None).get(address).status_code == 404, "a new address, so the old one is dead"
    newer = f"/agenda/{CalendarAddress.objects.get().token}.ics"
    assert browser(None).get(newer).status_code == 200
    browser(bram).post("/mijn/agenda/", {"besluit": "nee"})
    assert [browser(None).get(path).status_code for path in (newer, "/agenda/verzonnen.ics")] == [404, 404]


def test_a_blocked_account_has_no_calendar(browser: Browser, bram: Person) -> None:
    address = f"/agenda/{CalendarAddress.renew(bram, is_on=True).token}.ics"
    assert browser(None).get(address).status_code == 200
    Person.objects.filter(pk=bram.pk).update(is_active=False)
    assert browser(None).get(address).status_code == 404
