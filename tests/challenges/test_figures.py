"""Figures by quarter: what is counted, for whom, and the files to take upstairs."""

import csv
import io
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from odf.opendocument import load
from odf.table import Table as Sheet
from odf.table import TableCell

from accounts.models import Person
from challenges.figures import figures_for, key_of, quarters
from challenges.models import Asking, Challenge
from challenges.sheets import safe
from regions.models import Region, Visibility
from tests import make
from tests.regions.conftest import Count

pytestmark = pytest.mark.django_db


def numbers(person: Person | None, region: Region | None, name: str) -> dict[str, list[int]]:
    """Return the rows of one table in which there is something."""
    cache.delete(key_of(person, region))
    tables = {table.name: table for table in figures_for(person, region).tables}
    return {label: list(row) for label, row in tables[name].rows if any(row)}


@pytest.fixture
def story(utrecht: Region, anna: Person, mo: Person, kim: Person) -> Challenge:
    """A challenge of the second quarter that was tested and got feedback in the third; and a meeting."""
    with time_machine.travel(datetime(2026, 5, 4, 12, tzinfo=UTC)):
        challenge = make.challenge(by=anna, region=utrecht)
    with time_machine.travel(datetime(2026, 7, 4, 12, tzinfo=UTC)):
        challenge.move("verkennen", anna)
        prototype = make.prototype(Challenge.objects.get())
        make.round(prototype, residents=4)
        make.round(prototype, residents=0, professionals=2)
        review = make.review(Challenge.objects.get(), kim, points=("Een", "Twee"))
        review.points.earliest("number").settle(by=anna, state="done", answer="Gedaan.")
        meeting = make.meeting(by=mo, region=utrecht, days=-1)
        meeting.close(mo, seen=0, minutes="Klaar.", present={"inwoner": 5, "gemeente": 2}, said={})
        make.meeting(by=mo, region=utrecht, days=3).cancel(mo, "Ziek.")
    return Challenge.objects.get()


@time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC))
def test_each_thing_stands_in_the_quarter_in_which_it_happened(story: Challenge, utrecht: Region, bo: Person) -> None:
    second, third = "2026, kwartaal 2", "2026, kwartaal 3"
    assert numbers(bo, utrecht, "fasen") == {"Verkenning": [1]}
    assert numbers(bo, utrecht, "doorstroom") == {second: [1, 0, 0, 0, 0, 0, 0, 0], third: [0, 1, 0, 0, 0, 0, 0, 0]}
    assert numbers(bo, utrecht, "testen") == {third: [1, 2, 1, 4]}
    assert numbers(bo, utrecht, "feedback") == {third: [1, 2, 1]}
    assert numbers(bo, utrecht, "bijeenkomsten") == {third: [1, 7, 5, 1]}
    assert numbers(bo, utrecht, "leden") == {"Leden": [2], "Moderatoren": [1]}
    assert numbers(bo, None, "testen") == {third: [1, 2, 1, 4]}


@pytest.mark.parametrize(
    ("moment", "first", "last"),
    [
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), "2025-01-01", "2026-10-01"),
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), "2025-04-01", "2027-01-01"),  # already New Year's Day here
    ],
)
def test_a_quarter_begins_in_dutch_time(moment: datetime, first: str, last: str) -> None:
    with time_machine.travel(moment):
        days = [day.isoformat() for day in quarters()]
    assert (len(days), days[0], days[-1]) == (8, first, last)


def test_what_happened_at_new_year_in_the_netherlands_counts_in_the_new_year(utrecht: Region, anna: Person) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        make.challenge(by=anna, region=utrecht)
        assert numbers(None, utrecht, "doorstroom") == {"2027, kwartaal 1": [1, 0, 0, 0, 0, 0, 0, 0]}


def test_only_what_one_may_read_is_counted(
    utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person
) -> None:
    for visibility in Visibility:
        make.challenge(by=anna, region=utrecht, visibility=visibility)
    make.challenge(by=anna, region=utrecht, state="hidden")
    make.challenge(by=anna, region=utrecht, state="draft")
    found = {str(who): numbers(who, utrecht, "fasen").get("Idee") for who in (None, eva, bram, mo)}
    assert found == {"None": [1], "Eva Elders": [2], "Bram Buur": [3], "Mo Moderator": [4]}


def test_feedback_that_is_hidden_from_a_member_is_not_counted_for_them(
    utrecht: Region, anna: Person, kim: Person, kas: Person
) -> None:
    """Nor is it given to them from what was counted for another member."""
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    Asking.open_for(challenge, by=anna)
    make.review(challenge, kim, points=("Een", "Twee"))
    cache.delete(key_of(kas, utrecht))
    found = [list(figures_for(who, utrecht).tables[4].rows[-1][1]) for who in (kim, anna, kas)]
    assert found == [[1, 2, 0], [1, 2, 0], [0, 0, 0]]
    make.review(challenge, kas)
    assert list(numbers(kas, utrecht, "feedback").values()) == [[2, 3, 0]]


def test_an_empty_region_says_so_and_lists_no_zeros(utrecht: Region) -> None:
    page = Client().get("/regios/utrecht/cijfers/").content.decode()
    assert (page.count("Er valt nog niets te tellen"), "initiate-chart" in page) == (6, False)


def test_the_chart_and_the_table_say_the_same(story: Challenge, utrecht: Region) -> None:
    page = Client().get("/regios/utrecht/cijfers/").content.decode()
    assert ("<svg" in page, "Verkenning" in page, 'style="' in page) == (True, True, False)
    assert Client().get("/regios/nergens/cijfers/").status_code == 404


def test_the_files_hold_the_same_numbers(story: Challenge, utrecht: Region) -> None:
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        cache.delete(key_of(None, utrecht))
        text = Client().get("/regios/utrecht/cijfers/cijfers.csv").content.decode("utf-8-sig")
        workbook = Client().get("/regios/utrecht/cijfers/cijfers.ods").content
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert ["2026, kwartaal 3", "1", "2", "1", "4"] in rows
    sheets = {sheet.getAttribute("name"): sheet for sheet in load(io.BytesIO(workbook)).getElementsByType(Sheet)}
    values = [cell.getAttribute("value") for cell in sheets["testen"].getElementsByType(TableCell)]
    assert [value for value in values if value not in (None, "0")] == ["1", "2", "1", "4"]


@pytest.mark.parametrize("cell", ["=1+1", "+31", "-2", "@SUM(A1)", "\tx"])
def test_no_words_are_taken_for_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_it_takes_the_same_queries_for_one_and_for_thirty_and_none_when_it_is_kept(
    count: Count, utrecht: Region, anna: Person, mo: Person
) -> None:
    found = []
    for number in (1, 29):
        for _ in range(number):
            make.round(make.prototype(make.challenge(by=anna, region=utrecht)))
            make.meeting(by=mo, region=utrecht, days=-1)
        cache.delete(key_of(None, utrecht))
        with CaptureQueriesContext(connection) as queries:
            figures_for(None, utrecht)
        found.append((len(queries), count(Client(), "/regios/utrecht/cijfers/")))
    assert found == [(12, 1), (12, 1)]
