"""Silence: one question after 45 days, three answers, and after 60 days the desk. The clock goes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Person
from challenges.models import Challenge
from challenges.waiting import waiting_for
from digests.items import gather
from digests.plan import waiting_notices
from digests.spread import spread
from regions.models import Comment, Contribution, Event, Notice, Region, Ruling, State, Unspread, Verb
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db
DESK = "/regios/utrecht/moderatie/"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""In winter time: within 45 days the clock goes an hour forward."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def challenge(clock: time_machine.Traveller, anna: Person, bram: Person, utrecht: Region) -> Challenge:
    """Of Anna, with Bram on the team, since the start."""
    made = make.challenge(by=anna, region=utrecht, title="Stille soep")
    made.involve(bram, "team", by=anna)
    Unspread.objects.all().delete()
    return Challenge.objects.get(pk=made.pk)


def at_day(clock: time_machine.Traveller, days: float) -> None:
    clock.move_to(START + timedelta(days=days))


def tick_until(clock: time_machine.Traveller, first: int, last: int) -> list[int]:
    """Tick once on each of these days; return the days on which something was asked."""
    found = []
    for day in range(first, last + 1):
        at_day(clock, day)
        if Challenge.objects.ask_the_silent():
            found.append(day)
    return found


def questions() -> int:
    return Event.objects.filter(verb=Verb.WARNED_SILENT).count()


def waits(person: Person) -> list[str]:
    with translation.override("en"):
        return [line.words for line in waiting_for(Person.objects.get(pk=person.pk))]


def desk(browser: Browser, person: Person) -> list[str]:
    rows = browser(person).get(DESK).context["piece"].rows
    return [row.thing.title for row in rows if row.sort == "silent"]


# --- one question -------------------------------------------------------------------------------------------


def test_a_silence_gets_one_question_after_45_days_by_nobody(
    challenge: Challenge, clock: time_machine.Traveller, anna: Person, bram: Person, mo: Person
) -> None:
    assert tick_until(clock, 0, 200) == [45]
    event = Event.objects.get(verb=Verb.WARNED_SILENT)
    assert (event.actor, event.audience, event.contribution_id) == (None, "team", challenge.pk)
    spread()
    told = {notice.person: notice.reason for notice in Notice.objects.filter(event=event)}
    assert told == {anna: "waits", bram: "waits"}
    assert [waits(person) for person in (anna, bram, mo)] == [["Does this still go on?"]] * 2 + [[]]


def test_the_minute_counts(challenge: Challenge, clock: time_machine.Traveller) -> None:
    Challenge.objects.ask_the_silent()
    clock.move_to(START + timedelta(days=45) - timedelta(seconds=1))
    assert Challenge.objects.ask_the_silent() == 0
    clock.move_to(START + timedelta(days=45))
    assert (Challenge.objects.ask_the_silent(), Challenge.objects.ask_the_silent()) == (1, 0)


def test_whatever_happens_begins_the_silence_anew(
    challenge: Challenge, clock: time_machine.Traveller, anna: Person
) -> None:
    assert tick_until(clock, 0, 30) == []
    Comment.write(challenge, "Nog bezig.", by=anna)
    assert tick_until(clock, 31, 90) == [75]
    Comment.write(challenge, "Nog steeds.", by=anna)
    assert tick_until(clock, 91, 300) == [135]


def test_no_silence_is_looked_at_late_or_twice_whenever_it_begins(
    challenge: Challenge, clock: time_machine.Traveller, anna: Person
) -> None:
    """Something happens on odd days: each time the question comes 45 days after, to the day."""
    Challenge.objects.ask_the_silent()
    day = 0
    for rest in (1, 7, 44, 46, 60, 89, 90, 91, 133):
        asked = tick_until(clock, day + 1, day + rest)
        assert asked == ([day + 45] if rest >= 45 else []), rest
        day += rest
        Comment.write(Challenge.objects.get(pk=challenge.pk), "Ja.", by=anna)


@pytest.mark.parametrize("state", [State.DRAFT, State.PENDING, State.HIDDEN, State.ARCHIVED])
def test_only_what_is_published_is_asked(state: str, challenge: Challenge, clock: time_machine.Traveller) -> None:
    Contribution.objects.filter(pk=challenge.pk).update(state=state)
    assert tick_until(clock, 0, 100) == []


@pytest.mark.parametrize("name", ["parkeren", "stoppen"])
def test_what_rests_is_not_asked_and_what_goes_on_again_is(
    name: str, challenge: Challenge, clock: time_machine.Traveller, anna: Person
) -> None:
    challenge.move(name, anna, "Even niet.")
    assert tick_until(clock, 0, 100) == []
    if name == "parkeren":
        Challenge.objects.get(pk=challenge.pk).move("hervatten", anna)
        assert tick_until(clock, 101, 200) == [145]


def test_a_draft_that_was_thrown_away_is_no_trouble(
    clock: time_machine.Traveller, anna: Person, utrecht: Region
) -> None:
    make.challenge(by=anna, region=utrecht, state=State.DRAFT).discard(anna)
    make.challenge(by=anna, region=utrecht)
    at_day(clock, 46)
    assert Challenge.objects.ask_the_silent() == 1


def test_a_tick_looks_at_what_is_due_only_by_its_index(
    challenge: Challenge, clock: time_machine.Traveller, utrecht: Region, anna: Person
) -> None:
    for _ in range(12):
        make.challenge(by=anna, region=utrecht)
    Challenge.objects.ask_the_silent()
    at_day(clock, 44)
    with CaptureQueriesContext(connection) as queries:
        assert Challenge.objects.ask_the_silent() == 0
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        assert "challenges_to_look_at" in "\n".join(row[0] for row in cursor.fetchall())


def test_a_tick_takes_so_many_and_no_more(clock: time_machine.Traveller, utrecht: Region, anna: Person) -> None:
    for _ in range(5):
        make.challenge(by=anna, region=utrecht)
    at_day(clock, 50)
    assert [Challenge.objects.ask_the_silent(2) for _ in range(4)] == [2, 2, 1, 0]


# --- three answers ------------------------------------------------------------------------------------------


def test_the_page_asks_the_team_and_nobody_else(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person, bram: Person, mo: Person
) -> None:
    path = challenge.get_absolute_url()
    assert 'id="stil"' not in browser(anna).get(path).text
    at_day(clock, 46)
    Challenge.objects.ask_the_silent()
    cast = {"anna": anna, "bram": bram, "mo": mo, "visitor": None}
    texts = {name: browser(person).get(path).text for name, person in cast.items()}
    assert {name for name, text in texts.items() if 'id="stil"' in text} == {"anna", "bram"}
    links = ("stappen/loopt-nog/", "stappen/parkeren/", "stappen/stoppen/")
    assert [f"{path}{link}" in texts["bram"].partition('id="stil"')[2] for link in links] == [True] * 3
    assert "<strong>Initiate</strong> vroeg of dit nog loopt" in texts["anna"]
    assert "vroeg of dit nog loopt" not in texts["visitor"]


def test_it_still_goes_on_counts_as_activity_and_everyone_reads_the_sentence(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person, bram: Person, utrecht: Region
) -> None:
    assert tick_until(clock, 0, 46) == [45]
    spread()
    path = f"{challenge.get_absolute_url()}stappen/loopt-nog/"
    answer = browser(bram).post(path, {"note": "Wij koken **elke** week."})
    assert answer["Location"] == challenge.get_absolute_url()
    now = Challenge.objects.get(pk=challenge.pk)
    assert (now.last_activity_at, now.stage) == (timezone.now(), "idee")
    assert "Wij koken elke week." in browser(None).get(challenge.get_absolute_url()).text
    assert (waits(anna), waits(bram)) == ([], [])
    event = Event.objects.get(verb=Verb.GOES_ON)
    assert (event.actor, event.data) == (bram, {}), "words stand on the step"
    assert tick_until(clock, 47, 200) == [91]


@pytest.mark.parametrize("note", ["", "   ", "x" * 1000])
def test_the_sentence_may_be_left_out(
    note: str, browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person
) -> None:
    at_day(clock, 46)
    Challenge.objects.ask_the_silent()
    assert browser(anna).post(f"{challenge.get_absolute_url()}stappen/loopt-nog/", {"note": note}).status_code == 302
    assert challenge.steps.get().note == note.strip()


@pytest.mark.parametrize("note", ["Zijn BSN is 111222333.", "x" * 1001])
def test_a_wrong_sentence_comes_back(
    note: str, browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person
) -> None:
    at_day(clock, 46)
    Challenge.objects.ask_the_silent()
    page = browser(anna).post(f"{challenge.get_absolute_url()}stappen/loopt-nog/", {"note": note})
    assert (page.status_code, note in page.text, challenge.steps.count()) == (422, True, 0)


def test_the_answer_is_for_the_team_and_once(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person, mo: Person, eva: Person
) -> None:
    path = f"{challenge.get_absolute_url()}stappen/loopt-nog/"
    assert browser(anna).post(path).status_code == 302, "not asked yet: nothing happens"
    at_day(clock, 46)
    Challenge.objects.ask_the_silent()
    assert browser(anna).get(path).status_code == 200
    assert challenge.steps.count() == 0, "looking changes nothing"
    assert [browser(person).post(path).status_code for person in (mo, eva)] == [403, 403]
    for note in ("Eerst.", "Tweede."):
        last = browser(anna).post(path, {"note": note}, follow=True)
    assert [step.note for step in challenge.steps.all()] == ["Eerst."]
    assert [message.level_tag for message in last.context["messages"]] == ["info", "info"]
    assert "Tweede." in last.text, "what was typed is not lost"


def test_what_was_asked_is_told_until_it_is_answered(
    challenge: Challenge, clock: time_machine.Traveller, anna: Person, bram: Person
) -> None:
    at_day(clock, 46)
    Challenge.objects.ask_the_silent()
    spread()
    assert waiting_notices(bram).count() == 1
    Challenge.objects.get(pk=challenge.pk).go_on(anna)
    Unspread.objects.all().delete()
    assert waiting_notices(bram).count() == 0
    assert gather(bram, Notice.objects.filter(person=bram)) == []


def test_an_older_question_does_not_wake_up_with_a_newer_one(
    challenge: Challenge, clock: time_machine.Traveller, anna: Person
) -> None:
    for day in (46, 100):
        at_day(clock, day)
        Challenge.objects.ask_the_silent()
        spread()
        if day == 46:
            Challenge.objects.get(pk=challenge.pk).go_on(anna)
            Unspread.objects.all().delete()
    assert (questions(), waiting_notices(anna).count()) == (2, 1)


# --- the desk -----------------------------------------------------------------------------------------------


def test_after_60_days_it_stands_on_the_desk_until_something_happens(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person, mo: Person, emil: Person
) -> None:
    found = {}
    for day in (44, 46, 59, 61):
        tick_until(clock, day, day)
        found[day] = desk(browser, mo)
    assert found == {44: [], 46: [], 59: [], 61: ["Stille soep"]}
    (row,) = browser(mo).get(DESK).context["piece"].rows
    assert (row.since, row.is_late) == (START + timedelta(days=61), False), "asked on day 46, so 15 days later"
    Comment.write(challenge, "Hallo.", by=anna)
    assert desk(browser, mo) == []


def test_what_was_asked_late_comes_late_to_the_desk(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, mo: Person
) -> None:
    """After an outage, or from a file with old dates: the team always has fifteen days to answer."""
    for day, rows in ((300, []), (314, []), (315, ["Stille soep"])):
        tick_until(clock, day, day)
        assert desk(browser, mo) == rows


def test_the_desk_parks_it(browser: Browser, challenge: Challenge, clock: time_machine.Traveller, mo: Person) -> None:
    tick_until(clock, 45, 60)
    path = f"{challenge.get_absolute_url()}stappen/parkeren/"
    assert f"{path}?naar=moderatie" in browser(mo).get(DESK).text
    assert 'name="naar" value="moderatie"' in browser(mo).get(f"{path}?naar=moderatie").text
    answer = browser(mo).post(path, {"stage": "idee", "note": "Stil.", "naar": "moderatie"})
    assert (answer["Location"], desk(browser, mo)) == (DESK, [])


def test_the_desk_leaves_it_for_sixty_days(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, mo: Person, bram: Person
) -> None:
    tick_until(clock, 45, 60)
    path = f"{challenge.get_absolute_url()}stappen/laten-staan/"
    assert [browser(person).post(path).status_code for person in (bram, None)] == [403, 302]
    assert browser(mo).post(path, {"naar": "moderatie"})["Location"] == DESK
    second = browser(mo).post(path, follow=True)
    assert [message.level_tag for message in second.context["messages"]] == ["warning"]
    assert Event.objects.filter(verb=Verb.LET_BE).count() == 1
    found = {}
    for day in (60, 119, 120):
        at_day(clock, day)
        found[day] = desk(browser, mo)
    assert found == {60: [], 119: [], 120: ["Stille soep"]}
    assert waits(bram) == ["Does this still go on?"], "the team is still asked"


def test_staff_sees_it_and_does_not_park(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, stan: Person, emil: Person
) -> None:
    tick_until(clock, 45, 60)
    page = browser(stan).get(DESK).text
    path = challenge.get_absolute_url()
    assert [f"{path}{link}" in page for link in ("stappen/parkeren/", "stappen/laten-staan/", "team/")] == [
        False, True, True
    ]  # fmt: skip
    assert browser(stan).post(f"{path}stappen/parkeren/", {"note": "x"}).status_code == 403
    assert browser(emil).get(DESK).status_code == 404


def test_a_moderator_who_is_too_late_hears_why(
    browser: Browser, challenge: Challenge, clock: time_machine.Traveller, anna: Person, mo: Person
) -> None:
    tick_until(clock, 45, 60)
    Challenge.objects.get(pk=challenge.pk).go_on(anna)
    path = f"{challenge.get_absolute_url()}stappen/parkeren/"
    answer = browser(mo).post(path, {"stage": "idee", "note": "Niemand hier."}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["warning", "info"]
    assert "Niemand hier." in answer.text
    assert Challenge.objects.get(pk=challenge.pk).stage == "idee"


def test_the_desk_takes_the_same_queries_for_one_and_for_many(
    browser: Browser, count: Count, challenge: Challenge, clock: time_machine.Traveller, mo: Person, anna: Person
) -> None:
    for _ in range(9):
        make.challenge(by=anna, region=challenge.region)
    Ruling.hide(make.challenge(by=anna, region=challenge.region), by=mo, reason="other", words="Nee.")
    at_day(clock, 45)
    Challenge.objects.filter(pk=challenge.pk).get().ask_when_silent()
    at_day(clock, 60)
    one = count(browser(mo), DESK)
    at_day(clock, 45)
    Challenge.objects.ask_the_silent()
    at_day(clock, 60)
    assert (len(desk(browser, mo)), count(browser(mo), DESK), one) == (10, 7, 7)


def test_what_goes_on_again_is_asked_no_more(challenge: Challenge, clock: time_machine.Traveller, anna: Person) -> None:
    """So that the index of what is asked stays small: the next look clears what was answered."""
    tick_until(clock, 45, 50)
    Comment.write(Challenge.objects.get(pk=challenge.pk), "Ja.", by=anna)
    assert tick_until(clock, 51, 94) == []
    assert Challenge.objects.get(pk=challenge.pk).warned_at is None
