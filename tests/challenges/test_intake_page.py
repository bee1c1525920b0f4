"""A moderator brings in a file in the browser: first what was found, wrong lines marked, then the good ones."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from challenges.intake import COLUMNS, MOST
from challenges.models import Challenge
from digests.spread import spread
from regions.models import Event, Notice, Region, State, Verb
from tests import make
from tests.challenges.conftest import Browser, Count
from tests.challenges.test_intake import HEADING, line

pytestmark = pytest.mark.django_db
PATH = "/regios/utrecht/challenges/inlezen/"
SHORT = "sleutel;titel;regio;auteur;samenvatting;vraag\n"


def plain(anna: Person, number: int, **cells: str) -> str:
    """Return a good line, without themes."""
    return line(anna, **{"sleutel": f"u-{number}", "titel": f"Vraag {number}", "thema": "", **cells})


def upload(browser: Browser, person: Person, *lines: str, encoding: str = "utf-8", path: str = PATH) -> HttpResponse:
    raw = "\r\n".join([HEADING, *lines]).encode(encoding)
    return browser(person).post(path, {"file": SimpleUploadedFile("lijst.csv", raw)})  # type: ignore[return-value]


def confirm(browser: Browser, person: Person, page: HttpResponse, **data: str) -> HttpResponse:
    """Send what the page holds, as a browser does."""
    found = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found
    text = html.unescape(found.group(1)).replace("\r\n", "\n").replace("\n", "\r\n")
    sent = {"text": text, "akkoord": "ja", "form_key": make.key(), **data}
    return browser(person).post(PATH, sent)  # type: ignore[return-value]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_nothing_is_written_before_it_is_confirmed(
    encoding: str, browser: Browser, utrecht: Region, mo: Person, anna: Person, bram: Person
) -> None:
    words = 'Een\nregel; "echt"\n<b>en</b> & nog één'
    lines = [
        plain(anna, 1, titel="Coördinatie – één gezin", zichtbaarheid="team", vraag=words),
        plain(bram, 2, fase="", zichtbaarheid=""),
        plain(anna, 3, datum="morgen"),
    ]
    page = upload(browser, mo, *lines, encoding=encoding)
    found = page.context["found"]
    assert (page.status_code, Challenge.objects.count()) == (200, 0)
    shown = [(one.number, one.cleaned_data["titel"], str(one.cleaned_data["auteur"])) for one in found.lines]
    assert shown == [(2, "Coördinatie – één gezin", "Anna Auteur"), (5, "Vraag 2", "Bram Buur")]
    assert [(one.stage_label, one.readers) for one in found.lines] == [
        ("Verkenning", "alleen team"),
        ("Idee", "iedereen"),
    ]
    assert [(wrong.line, wrong.column) for wrong in found.wrong] == [(6, "datum")]
    assert confirm(browser, mo, page)["Location"] == "/regios/utrecht/"
    first = Challenge.objects.get(author=anna)
    assert (first.state, first.visibility, first.title) == (State.PUBLISHED, "team", "Coördinatie – één gezin")
    assert first.question.replace("\r", "") == words
    assert Challenge.objects.count() == 2


def test_the_author_hears_who_brought_it_in(browser: Browser, utrecht: Region, mo: Person, anna: Person) -> None:
    confirm(browser, mo, upload(browser, mo, plain(anna, 1)))
    spread()
    event = Event.objects.get(verb=Verb.IMPORTED)
    assert (event.actor, [notice.person for notice in Notice.objects.all()]) == (mo, [anna])
    assert Challenge.objects.get().author == anna


def test_every_wrong_line_says_where_and_why_and_the_good_ones_may_go_on(
    browser: Browser, utrecht: Region, eindhoven: Region, mo: Person, anna: Person, eva: Person
) -> None:
    confirm(browser, mo, upload(browser, mo, plain(anna, 1)))
    lines = [
        plain(anna, 1, titel="Anders"),
        plain(anna, 2),
        plain(anna, 3, regio="eindhoven"),
        plain(anna, 4, regio="atlantis"),
        plain(eva, 5),
        plain(anna, 6, auteur="niemand@nergens.example"),
        plain(anna, 7, fase="opschaling"),
        plain(anna, 8, titel="<script>kwaad()</script>", zichtbaarheid="=HYPERLINK(1)"),
        plain(anna, 2),
        plain(anna, 9) + ";te veel",
    ]
    page = upload(browser, mo, *lines)
    found = page.context["found"]
    assert [(wrong.line, wrong.column) for wrong in found.wrong] == [
        (4, "regio"),
        (5, "regio"),
        (6, "auteur"),
        (7, "auteur"),
        (8, "fase"),
        (9, "zichtbaarheid"),
        (10, "sleutel"),
        (11, ""),
    ]
    assert (found.known, [one.number for one in found.lines]) == (["u-1"], [3])
    assert "<script>kwaad" not in page.text
    confirm(browser, mo, page)
    assert set(Challenge.objects.values_list("title", flat=True)) == {"Vraag 1", "Vraag 2"}


def test_which_address_has_an_account_is_told_nobody(
    browser: Browser, utrecht: Region, mo: Person, anna: Person, eva: Person, bo: Person
) -> None:
    """No account, no member here, suspended or blocked: one and the same answer."""
    gone = make.person("Weg", is_active=False)
    make.member(gone, utrecht)
    silent = make.person("Sil")
    make.member(silent, utrecht, state="suspended")
    emails = [eva.email, bo.email, gone.email, silent.email, "niemand@nergens.example"]
    page = upload(browser, mo, *(plain(anna, number, auteur=email) for number, email in enumerate(emails)))
    why = {wrong.why.replace(emails[wrong.line - 2], "X") for wrong in page.context["found"].wrong}
    assert (len(page.context["found"].wrong), len(why)) == (5, 1)


def test_a_key_belongs_to_its_region(
    browser: Browser, utrecht: Region, eindhoven: Region, mo: Person, anna: Person, emil: Person, eva: Person
) -> None:
    """Each region numbers from one: what stands elsewhere is not known here, and is not told."""
    confirm(browser, mo, upload(browser, mo, plain(anna, 1)))
    there = PATH.replace("utrecht", "eindhoven")
    found = upload(browser, emil, plain(eva, 1, regio="Eindhoven"), path=there).context["found"]
    assert (found.known, len(found.lines)) == ([], 1)


def test_the_same_file_twice_brings_it_in_once(
    browser: Browser, utrecht: Region, mo: Person, mia: Person, anna: Person
) -> None:
    page = upload(browser, mo, plain(anna, 1), plain(anna, 2))
    for person in (mo, mo, mia):
        assert confirm(browser, person, page).status_code in (200, 302)
    assert Challenge.objects.count() == 2
    again = upload(browser, mia, plain(anna, 1), plain(anna, 2))
    assert (again.context["found"].known, again.context["found"].lines) == (["u-1", "u-2"], [])
    assert 'name="akkoord"' not in again.text


def test_keys_that_look_the_same_are_the_same(browser: Browser, utrecht: Region, mo: Person, anna: Person) -> None:
    page = upload(browser, mo, plain(anna, 1, sleutel="a"), plain(anna, 2, sleutel="a\u200b "))
    assert [(wrong.line, wrong.column) for wrong in page.context["found"].wrong] == [(3, "sleutel")]
    assert confirm(browser, mo, page).status_code == 302


def test_only_moderators_and_staff_bring_in(
    browser: Browser, utrecht: Region, mo: Person, anna: Person, emil: Person, stan: Person, kim: Person
) -> None:
    for path in (PATH, f"{PATH}voorbeeld/"):
        found = {person.name: browser(person).get(path).status_code for person in (mo, anna, emil, stan, kim)}
        assert found == {mo.name: 200, anna.name: 404, emil.name: 404, stan.name: 200, kim.name: 404}
    assert upload(browser, anna, plain(anna, 1)).status_code == 404
    assert browser(None).get(PATH).status_code == 302


def test_the_example_is_read_by_its_own_reader(browser: Browser, utrecht: Region, mo: Person) -> None:
    answer = browser(mo).get(f"{PATH}voorbeeld/")
    assert answer["Content-Disposition"] == 'attachment; filename="challenges-utrecht.csv"'
    assert answer.content.decode("utf-8-sig").strip() == ";".join(COLUMNS)
    page = browser(mo).post(PATH, {"file": SimpleUploadedFile("x.csv", answer.content)})
    assert [wrong.why for wrong in page.context["found"].wrong] == [
        "Er staat geen challenge in dit bestand: onder de kopregel staat niets."
    ]


HOSTILE = {
    "empty": b"",
    "too large": b"x" * 1_000_001,
    "open quote": f'{HEADING}\r\n\r\n"open'.encode(),
    "no text": b"\x00\x01\x02;\x00",
    "all bytes": bytes(range(256)) * 50,
    "half a million columns": b"a;" * 400_000,
    "nothing in the cells": (SHORT + "\x00;\x00;\x00;\x00@x.nl;\x00;\x00\n" * 5).encode(),
    "lines of one cell": (SHORT + "x\n" * 300_000).encode(),
    "one line too many": (SHORT + "1;2;3;4;5;6\n" * (MOST + 1)).encode(),
    "a spreadsheet": b"PK\x03\x04" + bytes(2_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(name: str, browser: Browser, utrecht: Region, mo: Person) -> None:
    page = browser(mo).post(PATH, {"file": SimpleUploadedFile("x.csv", HOSTILE[name])})
    refused = page.context["form"].errors or page.context["found"].wrong
    assert page.status_code == (422 if page.context["form"].errors else 200)
    assert 1 <= len(refused) <= MOST
    assert Challenge.objects.count() == 0


def test_nothing_comes_in_without_a_yes(browser: Browser, utrecht: Region, mo: Person, anna: Person) -> None:
    page = upload(browser, mo, plain(anna, 1))
    for words in ("", "nee", "JA"):
        confirm(browser, mo, page, akkoord=words)
    assert Challenge.objects.count() == 0
    assert browser(mo).post(PATH, {"akkoord": "ja"}).status_code == 422


def test_the_preview_takes_the_same_queries_for_one_line_and_for_two_hundred(
    browser: Browser, count: Count, utrecht: Region, mo: Person, anna: Person
) -> None:
    assert count(browser(mo), PATH) == 5
    found = {}
    for number in (1, MOST):
        client = browser(mo)
        client.get(PATH)
        raw = "\n".join([HEADING, *(plain(anna, n) for n in range(number))]).encode()
        with CaptureQueriesContext(connection) as queries:
            page = client.post(PATH, {"file": SimpleUploadedFile("x.csv", raw)})
        found[len(page.context["found"].lines)] = sum("SAVEPOINT" not in query["sql"] for query in queries)
    assert found == {1: 9, MOST: 9}


def test_the_way_stands_on_the_desk_and_on_the_page_of_the_region(
    browser: Browser, utrecht: Region, mo: Person, anna: Person
) -> None:
    for page in ("/regios/utrecht/", "/regios/utrecht/moderatie/"):
        assert PATH in browser(mo).get(page).text
    assert PATH not in browser(anna).get("/regios/utrecht/").text
