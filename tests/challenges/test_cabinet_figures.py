"""Figures of the InnovatieKabinet: what is counted, who reads which table, and what stays hidden from whom."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from odf.opendocument import load
from odf.table import Table as Sheet
from odf.table import TableCell, TableRow

from accounts.models import Person
from challenges.cabinet_figures import cabinet_figures_for, cabinet_key_of
from challenges.figures import Table
from challenges.models import Asking, Assignment, Challenge, Offer, Review, Seat
from regions.models import Meeting, Region, State, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db
PATH = "/kabinet/cijfers/"
SECOND, THIRD, FOURTH = (f"2026, kwartaal {number}" for number in (2, 3, 4))
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Rows = dict[str, list[int | None]]


def tables(person: Person | None, region: Region | None = None, most: int = 8) -> Sequence[Table]:
    """Count anew, as this person stands now."""
    if person:
        make.forget(person)
    cache.delete(cabinet_key_of(person, region, most))
    return cabinet_figures_for(person, region, most).tables


def numbers(person: Person | None, name: str, region: Region | None = None, most: int = 8) -> Rows:
    """Return the rows of one table in which there is something; nothing where there is no such table."""
    found = {table.name: table for table in tables(person, region, most)}
    return {label: list(row) for label, row in found[name].rows if any(row)} if name in found else {}


@pytest.fixture
def session(mo: Person, utrecht: Region) -> Meeting:
    return make.meeting(by=mo, region=utrecht, sort=Meeting.Sort.CABINET)


@pytest.fixture
def story(
    utrecht: Region, anna: Person, bram: Person, kim: Person, kas: Person, sam: Person, session: Meeting
) -> list[Challenge]:
    """Three questions of the second quarter, answered after 10 days, after 40 and not; later a session, and help."""
    Seat.objects.update(starts_on="2026-01-01")
    made = []
    with time_machine.travel(datetime(2026, 5, 4, 12, tzinfo=UTC)):
        for title in ("Eerste", "Tweede", "Derde"):
            made.append(make.challenge(by=anna, region=utrecht, title=title, stage="maken-en-testen"))
            asking = Asking.open_for(made[-1], by=anna)
        asking.assign([kim], by=sam)
        asking.recuse(kas, "Ik ken het team.")
    with time_machine.travel(datetime(2026, 5, 14, 12, tzinfo=UTC)):
        review = make.review(made[0], kim, points=("Een", "Twee", "Drie", "Vier"))
        offer = Offer.make(made[0], by=kim, kind="contact", words="Ik ken iemand.", review=review)
        offer.settle(by=anna, accept=True, answer="Graag.")
    with time_machine.travel(datetime(2026, 6, 13, 12, tzinfo=UTC)):
        make.review(made[0], kas, points=("Vijf",))
        make.review(made[1], kas, points=())
    with time_machine.travel(datetime(2026, 7, 4, 12, tzinfo=UTC)):
        _follow_up(review, anna, kim)
        offer.close(by=anna, happened=True, outcome="Gesproken.")
        for person, kind in ((bram, "geld"), (bram, "team"), (kim, "geld")):
            make.offer(made[1], person, kind).settle(by=anna, accept=True, answer="Fijn.")
        Offer.objects.get(person=kim, kind="geld").close(by=anna, happened=False, outcome="Niet gelukt.")
        make.offer(made[1], kim).settle(by=anna, accept=False, answer="Nu niet.")
        Review.from_session(session, made[1], by=sam, said="Gezegd", points=[("Zes", kas)])
    return made


def _follow_up(review: Review, anna: Person, kim: Person) -> None:
    points = list(review.points.order_by("number"))
    for point, state in zip(points, ("done", "will-do", "no"), strict=False):
        point.settle(by=anna, state=state, answer="Zo.")
    points[0].close(by=kim)


@time_machine.travel(NOW)
def test_each_table_counts_what_happened(
    story: list[Challenge], bram: Person, utrecht: Region, eindhoven: Region
) -> None:
    assert numbers(bram, "doorlooptijd") == {SECOND: [3, 2, 1, 25]}
    assert numbers(bram, "feedback") == {SECOND: [3, 0], THIRD: [0, 1]}
    assert numbers(bram, "aandachtspunten") == {SECOND: [5, 1, 1, 1, 2, 1], THIRD: [1, 0, 0, 0, 1, 0]}
    assert numbers(bram, "deuren") == {SECOND: [1, 0, 1, 0], THIRD: [0, 1, 1, 1]}
    assert numbers(bram, "doorlooptijd", utrecht) == {SECOND: [3, 2, 1, 25]}
    assert [numbers(bram, table.name, eindhoven) for table in tables(bram) if table.name != "leden"] == [{}] * 4


@time_machine.travel(NOW)
def test_names_are_for_who_reads_feedback_and_each_reads_their_own_columns(
    story: list[Challenge], anna: Person, bram: Person, eva: Person, mo: Person, kim: Person, sam: Person,
    bo: Person, stan: Person,
) -> None:  # fmt: skip
    make.seat(late := make.person("Lin Laat"), agreed_at=None)
    member: Rows = {"Kas Kabinet": [2, 40], "Kim Kabinet": [1, 10]}
    found = {str(who): numbers(who, "leden") for who in (None, bo, late, bram, eva, mo, stan, kim, sam)}
    assert found == {
        "None": {},
        "Bo Bewoner": {},
        "Lin Laat": {},  # until they agree to the rules
        "Bram Buur": member,
        "Eva Elders": member,
        "Mo Moderator": member,
        "Stan Staf": member,
        "Kim Kabinet": {"Kas Kabinet": [0, 1, 40], "Kim Kabinet": [1, 1, 10]},  # the other is hidden from Kim still
        "Sam Secretaris": {"Kas Kabinet": [0, 2, 40, 1], "Kim Kabinet": [1, 1, 10, 0]},
    }
    make.seat(anna)
    assert numbers(anna, "leden") == {"Kas Kabinet": [0, 2, 40], "Kim Kabinet": [0, 1, 10]}  # theirs: as the team does
    totals = [numbers(who, "feedback") for who in (None, bo, bram)]
    assert totals == [{SECOND: [3, 0], THIRD: [0, 1]}] * 3


@time_machine.travel(NOW)
def test_who_left_and_who_has_a_seat_both_stand_there_by_name(
    story: list[Challenge], bram: Person, kas: Person
) -> None:
    make.seat(make.person("Nel Nieuw"))
    Seat.objects.filter(person=kas).update(ends_on="2026-10-01")
    (table,) = [table for table in tables(bram) if table.name == "leden"]
    assert [(name, list(row)) for name, row in table.rows] == [
        ("Kas Kabinet", [2, 40]), ("Kim Kabinet", [1, 10]), ("Nel Nieuw", [0, None]),
    ]  # fmt: skip


@time_machine.travel(NOW)
def test_no_page_shows_a_visitor_or_an_outsider_a_name(
    browser: Browser, story: list[Challenge], bo: Person, bram: Person
) -> None:
    for file in ("", "cijfers.csv"):
        shown = {str(who): "Kas Kabinet" in browser(who).get(PATH + file).content.decode() for who in (None, bo, bram)}
        assert shown == {"None": False, "Bo Bewoner": False, "Bram Buur": True}


@time_machine.travel(NOW)
def test_a_member_counts_no_feedback_that_is_hidden_from_them(
    anna: Person, bram: Person, utrecht: Region, kim: Person, kas: Person, session: Meeting
) -> None:
    """Until they sent their own: then it is there, and what came with it."""
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    Asking.open_for(challenge, by=anna)
    names = ["doorlooptijd", "feedback", "leden", "aandachtspunten", "deuren"]
    before = [numbers(kas, name) for name in names]
    review = make.review(challenge, kim)
    Offer.make(challenge, by=kim, kind="geld", words="Aanbod", review=review).settle(by=anna, accept=True, answer="Ja")
    Review.from_session(session, challenge, by=kim, said="Gezegd", points=[("Zes", kim)])
    assert [numbers(kas, name) for name in names] == before == [{FOURTH: [1, 0, 0, None]}, {}, {}, {}, {}]
    assert numbers(kim, "feedback") == numbers(bram, "feedback") == {FOURTH: [1, 1]}
    make.review(challenge, kas)
    assert [numbers(kas, name) for name in names] == [
        {FOURTH: [1, 1, 1, 0]},
        {FOURTH: [2, 1]},
        {"Kas Kabinet": [0, 1, 0], "Kim Kabinet": [0, 1, 0]},
        {FOURTH: [3, 0, 0, 0, 3, 0]},
        {FOURTH: [1, 0, 1, 0]},
    ]


def test_what_is_kept_for_one_member_is_not_given_to_another(
    browser: Browser, anna: Person, utrecht: Region, kim: Person, kas: Person
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    Asking.open_for(challenge, by=anna)
    make.review(challenge, kim, points=("Een", "Twee"))
    found = [browser(who).get(PATH).context["figures"].tables[-2].rows[-1][1][0] for who in (kim, kas, anna)]
    assert found == [2, 0, 2]
    assert browser(kas).get(PATH).context["figures"].at == browser(kas).get(PATH).context["figures"].at


@time_machine.travel(NOW)
def test_help_is_of_a_member_where_they_had_a_seat_when_they_offered(anna: Person, utrecht: Region, bo: Person) -> None:
    make.seat(bo, starts_on="2026-05-01", ends_on="2026-06-30")
    challenge = make.challenge(by=anna, region=utrecht)
    for month in (4, 5, 7):
        at = datetime(2026, month, 4, 12, tzinfo=UTC)
        offer = Offer.make(challenge, by=bo, kind="geld", words="Ja", at=at)
        offer.settle(by=anna, accept=True, answer="Ja", at=at)
    assert numbers(None, "deuren") == {SECOND: [1, 0, 2, 0], THIRD: [0, 0, 1, 0]}


@time_machine.travel(NOW)
def test_only_what_one_may_read_is_counted(
    utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person, kim: Person, kas: Person, sam: Person
) -> None:
    """Also of what was asked of them by name: what a question lets them see goes with it."""
    for visibility in Visibility:
        challenge = make.challenge(by=anna, region=utrecht, visibility=visibility, stage="maken-en-testen")
        Asking.open_for(challenge, by=anna).assign([kim], by=sam)
        Offer.make(challenge, by=kim, kind="geld", words="Ja").settle(by=anna, accept=True, answer="Ja")
    hidden = make.challenge(by=anna, region=utrecht)
    Asking.open_for(hidden, by=anna)
    hidden.state = State.HIDDEN
    hidden.save(update_fields=["state"])
    found = {
        str(who): [numbers(who, "doorlooptijd")[FOURTH][0], numbers(who, "deuren")[FOURTH][2]]
        for who in (None, eva, kim, bram, mo, sam)
    }
    assert found == {
        "None": [1, 1],
        "Eva Elders": [2, 2],
        "Kim Kabinet": [2, 2],
        "Bram Buur": [3, 3],
        "Mo Moderator": [4, 4],
        "Sam Secretaris": [4, 4],
    }
    assert numbers(kas, "leden") == {"Kim Kabinet": [2, 0, None]}


@time_machine.travel(NOW)
def test_who_is_asked_by_name_counts_until_that_is_taken_back(
    anna: Person, utrecht: Region, kim: Person, kas: Person, sam: Person
) -> None:
    """Who leaves it to others was asked still: else the number would tell who did."""
    asking = Asking.open_for(make.challenge(by=anna, region=utrecht, stage="maken-en-testen"), by=anna)
    asking.assign([kim, kas], by=sam)
    asking.recuse(kim, "Geen tijd.")
    asking.withdraw(kas, by=sam)
    assert Assignment.objects.count() == 2
    assert (numbers(kas, "leden"), numbers(sam, "leden")) == (
        {"Kim Kabinet": [1, 0, None]},
        {"Kim Kabinet": [1, 0, None, 1]},
    )


@time_machine.travel(NOW)
@pytest.mark.parametrize(("most", "asked"), [(4, 1), (8, 2), (12, 3)])
def test_the_period_holds_whole_quarters(most: int, asked: int, anna: Person, utrecht: Region) -> None:
    for days in (10, 400, 800, 1200):
        Asking.open_for(make.challenge(by=anna, region=utrecht), by=anna, at=NOW - timedelta(days=days))
    (table, *_rest) = tables(None, None, most)
    assert (len(table.rows), sum(row[0] or 0 for _label, row in table.rows)) == (most, asked)


@time_machine.travel(NOW)
def test_region_and_period_stand_in_the_address_and_on_the_page(
    browser: Browser, story: list[Challenge], utrecht: Region, eindhoven: Region
) -> None:
    asked = {}
    for query in ("", "?regio=utrecht&periode=4", "?regio=eindhoven", "?regio=nergens&periode=99"):
        answer = browser(None).get(PATH + query)
        table = answer.context["figures"].tables[0]
        words = (answer.context["query"].region_words, answer.context["query"].period_words)
        asked[query] = (
            *map(str, words),
            len(table.rows),
            table.is_empty,
            f'cijfers.ods{query}"' in answer.content.decode(),
        )
    assert asked == {
        "": ("Alle regio’s", "de laatste 2 jaar", 8, False, True),
        "?regio=utrecht&periode=4": ("Utrecht", "het laatste jaar", 4, False, False),
        "?regio=eindhoven": ("Eindhoven", "de laatste 2 jaar", 8, True, True),
        "?regio=nergens&periode=99": ("Alle regio’s", "de laatste 2 jaar", 8, False, False),
    }
    page = browser(None).get(f"{PATH}?regio=utrecht&periode=4").content.decode()
    assert 'href="cijfers.csv?regio=utrecht&amp;periode=4"' in page
    assert browser(None).get(f"{PATH}?regio=nergens").context["query"].ignored == ["regio"]


def test_where_nothing_was_asked_the_page_says_so_in_words(browser: Browser, bram: Person) -> None:
    found = {str(who): browser(who).get(PATH).content.decode() for who in (None, bram)}
    counts = {who: (page.count("Er valt nog niets te tellen"), "initiate-chart" in page) for who, page in found.items()}
    assert counts == {"None": (4, False), "Bram Buur": (5, False)}


@time_machine.travel(NOW)
def test_every_chart_has_its_table_and_nothing_says_none(browser: Browser, story: list[Challenge], sam: Person) -> None:
    page = browser(sam).get(PATH).content.decode()
    assert (page.count('<svg class="initiate-chart"'), page.count("<table"), page.count("initiate-table-scroll")) == (
        5,
    ) * 3
    assert ("None" in page, "–</td>" in page, 'style="' in page) == (False, True, False)


@time_machine.travel(NOW)
def test_the_files_hold_the_same_numbers(
    browser: Browser, story: list[Challenge], sam: Person, utrecht: Region
) -> None:
    query = "?regio=utrecht&periode=4"
    shown = tables(sam, utrecht, 4)
    text = browser(sam).get(f"{PATH}cijfers.csv{query}").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    wanted = []
    for table in shown:
        wanted += [[table.title], [table.note], [table.first, *table.columns]]
        wanted += [[label, *("" if number is None else str(number) for number in row)] for label, row in table.rows]
        wanted.append([])
    assert rows == wanted
    workbook = load(io.BytesIO(browser(sam).get(f"{PATH}cijfers.ods{query}").content))
    sheets = {sheet.getAttribute("name"): _cells(sheet) for sheet in workbook.getElementsByType(Sheet)}
    assert sheets == {table.name: [list(row) for _label, row in table.rows] for table in shown}


def _cells(sheet: Sheet) -> list[list[int | None]]:
    """Return the numbers of each row below the heading; None where a cell is empty."""
    rows = [row.getElementsByType(TableCell) for row in sheet.getElementsByType(TableRow)[3:]]
    values = [[cell.getAttribute("value") for cell in row[1:]] for row in rows]
    return [[None if value is None else int(value) for value in row] for row in values]


def test_the_pages_around_it_lead_there(browser: Browser, kim: Person, sam: Person) -> None:
    doors = [("/kabinet/over/", None), ("/kabinet/", kim), ("/kabinet/planning/", sam), ("/cijfers/", None)]
    assert [f'href="{PATH}"' in browser(who).get(path).content.decode() for path, who in doors] == [True] * 4
    assert browser(None).get("/regios/utrecht/cijfers/").status_code == 404
    make.region("Utrecht")
    assert f'href="{PATH}?regio=utrecht"' in browser(None).get("/regios/utrecht/cijfers/").content.decode()


def test_it_takes_the_same_queries_for_one_and_for_a_hundred_and_few_when_it_is_kept(
    count: Count, browser: Browser, utrecht: Region, anna: Person, bram: Person, kim: Person, kas: Person, sam: Person
) -> None:
    found = []
    for number in (1, 99):
        _fill(number, utrecht, anna, kim)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # else the planner may take the tables for empty, as an earlier test left them
        for who in (None, bram, kas, sam):
            cache.delete(cabinet_key_of(who, None, 8))
            with CaptureQueriesContext(connection) as queries:
                cabinet_figures_for(who, None, 8)
            found.append(len(queries))
    assert found == [5, 7, 8, 8] * 2
    assert [count(browser(who), PATH) for who in (None, bram, kas, sam)] == [0, 4, 4, 4]


def _fill(number: int, region: Region, anna: Person, kim: Person) -> None:
    """Add so many challenges that were asked, with feedback, a point and an offer; written at once."""
    challenges = [make.challenge(by=anna, region=region, stage="maken-en-testen") for _ in range(number)]
    make_asking = [Asking(challenge=one, version=1, by=anna) for one in challenges]
    for asking in Asking.objects.bulk_create(make_asking):
        Assignment.objects.create(asking=asking, person=kim, by=anna)
        make.review(asking.challenge, kim)
        Offer.objects.create(challenge=asking.challenge, person=kim, kind="geld", words="Ja", state="accepted")
