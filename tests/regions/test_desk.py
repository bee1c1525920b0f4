"""One list of what waits on moderators, the longest first; over one region, and over all of theirs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, Person
from challenges.models import Challenge
from regions.desk import SOURCES
from regions.models import Appeal, Contribution, Membership, Region, Report, Ruling, State
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
HERE, MINE = "/regios/utrecht/moderatie/", "/mijn/moderatie/"


Count = Callable[[Client, str], int]


def ago(**time: int) -> object:
    return timezone.now() - timedelta(**time)


def sorts(browser: Browser, person: Person, path: str) -> list[str]:
    return [row.sort for row in browser(person).get(path).context["piece"].rows]


@pytest.fixture
def waiting(utrecht: Region, eindhoven: Region, anna: Person, eva: Person, bo: Person, mo: Person, mia: Person) -> None:
    """In Utrecht something of each sort, since four days to one; in Eindhoven someone who wants in."""
    asked = utrecht.ask_to_join(bo, "Graag.")
    Membership.objects.filter(pk=asked.pk).update(since=ago(days=4))
    reported = make.challenge(by=anna, region=utrecht, title="Gemeld")
    report = Report.make(reported, by=bo, reason="other", words="Dit niet.")
    Report.objects.filter(pk=report.pk).update(at=ago(days=3))
    ruling = Ruling.hide(make.challenge(by=anna, region=utrecht, title="Betwist"), by=mia, reason="other", words="Nee.")
    appeal = Appeal.make(ruling, by=anna, words="Toch.")
    Appeal.objects.filter(pk=appeal.pk).update(at=ago(days=2))
    make.challenge(by=anna, region=utrecht, title="Nieuw", state=State.PENDING)
    asked = Ruling.ask_change(
        make.challenge(by=anna, region=utrecht, title="Anders"), by=mo, reason="other", words="Zo."
    )
    Ruling.objects.filter(pk=asked.pk).update(due_at=ago(days=1))
    eindhoven.ask_to_join(bo, "Ook graag.")


@pytest.mark.usefixtures("waiting")
def test_all_sorts_stand_in_one_list_the_longest_first(browser: Browser, mo: Person) -> None:
    assert sorts(browser, mo, HERE) == ["joining", "report", "appeal", "change", "posting"]
    page = browser(mo).get(HERE).content.decode()
    assert [word in page for word in ("Graag.", "Gemeld", "Toch.", "Anders", "Nieuw", "Ook graag.")] == [True] * 5 + [
        False
    ]


@pytest.mark.usefixtures("waiting")
def test_it_takes_the_same_queries_however_much_waits(
    browser: Browser, count: Count, mo: Person, anna: Person, utrecht: Region
) -> None:
    few = {path: count(browser(mo), path) for path in (HERE, MINE)}
    for _ in range(5):
        person = make.person()
        utrecht.ask_to_join(person)
        Report.make(make.challenge(by=anna, region=utrecht), by=person, reason="other")
        make.challenge(by=anna, region=utrecht, state=State.PENDING)
        late = Ruling.ask_change(make.challenge(by=anna, region=utrecht), by=mo, reason="other", words="Zo.")
        Ruling.objects.filter(pk=late.pk).update(due_at=ago(days=1))
    assert {path: count(browser(mo), path) for path in (HERE, MINE)} == few == {HERE: 12, MINE: 12}


@pytest.mark.usefixtures("waiting")
def test_all_sorts_together_take_twelve_queries(
    browser: Browser, count: Count, mo: Person, anna: Person, utrecht: Region
) -> None:
    silent = make.challenge(by=anna, region=utrecht, title="Stil")
    Contribution.objects.filter(pk=silent.pk).update(last_activity_at=ago(days=90))
    Challenge.objects.filter(pk=silent.pk).update(warned_at=ago(days=45))
    over = make.meeting(by=mo, region=utrecht, starts_at=ago(days=9), ends_at=ago(days=8))
    assert {row.sort for row in browser(mo).get(HERE).context["piece"].rows} == {source.sort for source in SOURCES}
    assert {path: count(browser(mo), path) for path in (HERE, MINE)} == {HERE: 12, MINE: 12}
    page = browser(mo).get(HERE).text
    assert [words in page for words in ("Stil", "Idee", over.title)] == [True] * 3


@pytest.mark.usefixtures("waiting")
def test_ones_own_desk_goes_over_the_regions_that_one_moderates(
    browser: Browser, mo: Person, emil: Person, anna: Person, stan: Person, eindhoven: Region
) -> None:
    everything = ["joining", "report", "appeal", "change", "posting"]
    assert (sorts(browser, mo, MINE), sorts(browser, emil, MINE)) == (everything, ["joining"])
    make.member(mo, eindhoven, moderator=True)
    assert sorts(browser, mo, MINE) == [*everything, "joining"]
    assert browser(anna).get(MINE).status_code == 404
    assert browser(stan).get(MINE).status_code == 404  # every region has a moderator
    for membership in eindhoven.memberships.moderators():
        membership.leave(membership.person)
    assert sorts(browser, stan, MINE) == ["joining"]


@pytest.mark.usefixtures("waiting")
def test_one_comes_back_to_the_desk_one_came_from(browser: Browser, mo: Person, utrecht: Region) -> None:
    asked = utrecht.memberships.pending().get()
    answer = browser(mo).post(f"/regios/utrecht/leden/{asked.pk}/besluit/", {"besluit": "ja", "naar": "mijn"})
    assert answer["Location"] == MINE
    report = Report.objects.get()
    assert browser(mo).post(f"/signalen/{report.pk}/sluiten/", {"naar": "mijn"})["Location"] == MINE
    elsewhere = browser(mo).post(f"/signalen/{report.pk}/sluiten/", {"naar": "//kwaad.example"})
    assert elsewhere["Location"] == report.contribution.get_absolute_url()


def test_after_a_week_it_is_late(browser: Browser, utrecht: Region, mo: Person, bo: Person, eva: Person) -> None:
    for person, days in ((bo, 8), (eva, 6)):
        asked = utrecht.ask_to_join(person)
        Membership.objects.filter(pk=asked.pk).update(since=ago(days=days))
    rows = browser(mo).get(HERE).context["piece"].rows
    assert [row.is_late for row in rows] == [True, False]


def test_the_list_goes_page_by_page_and_nothing_waits_is_said(browser: Browser, utrecht: Region, mo: Person) -> None:
    assert "initiate-empty" in browser(mo).get(HERE).content.decode()
    for _ in range(27):
        utrecht.ask_to_join(make.person())
    pages = [browser(mo).get(HERE, {"pagina": number}).context["piece"].rows for number in (1, 2, 3)]
    assert [len(rows) for rows in pages] == [25, 2, 0]
    assert not {row.thing.pk for row in pages[0]} & {row.thing.pk for row in pages[1]}


def test_the_log_tells_what_moderators_did_and_not_elsewhere(
    browser: Browser, utrecht: Region, anna: Person, mo: Person, emil: Person, bo: Person, eindhoven: Region
) -> None:
    utrecht.ask_to_join(bo).decide(mo, accept=True)
    Ruling.hide(make.challenge(by=anna, region=utrecht), by=mo, reason="other", words="Nee.")
    eindhoven.ask_to_join(bo).decide(emil, accept=True)
    found = browser(mo).get(f"{HERE}logboek/").context["pieces"]["logboek"].rows
    assert [(event.verb, event.actor) for event in found] == [("hidden", mo), ("let-in", mo)]
    assert len(browser(mo).get(f"{HERE}logboek/?deel=logboek").context["pieces"]) == 1


def test_it_shows_where_someone_works_today(browser: Browser, utrecht: Region, mo: Person, bo: Person) -> None:
    """Not where they worked on the day that the process started."""
    organisation = Organisation.objects.create(name="Bureau Tijdelijk", kind="municipality")
    bo.affiliations.create(
        organisation=organisation, basis="colleague", confirmed_at=timezone.now(), ends_on=timezone.localdate()
    )
    utrecht.ask_to_join(bo)
    assert "Bureau Tijdelijk" in browser(mo).get(HERE).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert "Bureau Tijdelijk" not in browser(mo).get(HERE).content.decode()
