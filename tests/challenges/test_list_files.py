"""The list taken along: as a feed of what everyone may read, and as a file of what this person may."""

import csv
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Contribution, Region, State
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def some(anna: Person, eva: Person, utrecht: Region, eindhoven: Region) -> None:
    """Two that everyone may read, one for the region, and one that is hidden."""
    make.challenge(by=anna, region=utrecht, title="Anders & beter wachten", stage="pilot")
    make.challenge(by=eva, region=eindhoven, title="=Brieven", stage="idee")
    make.challenge(by=anna, region=utrecht, title="Alleen voor ons", visibility="region")
    hidden = make.challenge(by=anna, region=utrecht, title="Verborgen")
    Contribution.objects.filter(pk=hidden.pk).update(state=State.HIDDEN)


def entries(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/challenges/atom/{query}")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return [str(entry.findtext(f"{ATOM}title")) for entry in ET.fromstring(answer.text).iter(f"{ATOM}entry")]


def rows(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/challenges/csv/{query}")
    assert isinstance(answer, StreamingHttpResponse)
    return list(csv.reader(answer.getvalue().decode("utf-8-sig").splitlines(), delimiter=";"))


def test_a_feed_holds_the_newest_of_a_selection(client: Client, some: None) -> None:
    assert entries(client) == ["=Brieven", "Anders & beter wachten"]
    assert entries(client, "?fase=pilot&volgorde=titel") == ["Anders & beter wachten"]
    assert entries(client, "?fase=gestopt") == []
    feed = ET.fromstring(client.get("/challenges/atom/?fase=pilot").text)
    assert feed.findtext(f"{ATOM}title") == "Challenges op Initiate: Pilot"
    links = [link.get("href") for link in feed.iter(f"{ATOM}link")]
    assert links == [
        "http://127.0.0.1:8000/challenges/?fase=pilot",
        "http://127.0.0.1:8000/challenges/atom/?fase=pilot",
        f"http://127.0.0.1:8000{Challenge.objects.get(stage='pilot').get_absolute_url()}",
    ]


def test_a_feed_is_the_same_for_everyone(browser: Browser, some: None, anna: Person, mo: Person) -> None:
    assert entries(browser(anna)) == entries(browser(mo)) == ["=Brieven", "Anders & beter wachten"]


def test_a_page_of_the_list_leads_to_its_feed_and_file(client: Client, some: None) -> None:
    page = client.get("/challenges/?fase=pilot").text
    assert page.count('href="/challenges/atom/?fase=pilot"') == 2
    assert 'href="/challenges/csv/?fase=pilot"' in page


def test_a_file_holds_what_this_person_sees(browser: Browser, client: Client, some: None, anna: Person) -> None:
    names = ["'=Brieven", "Anders & beter wachten"]
    assert [row[0] for row in rows(client)] == ["Titel", *names]
    assert [row[0] for row in rows(browser(anna), "?volgorde=titel")] == [
        "Titel",
        "'=Brieven",
        "Alleen voor ons",
        names[1],
    ]
    [_first, row] = rows(client, "?fase=pilot")
    assert (row[2:4], row[-1]) == (
        ["Utrecht", "Pilot"],
        f"http://127.0.0.1:8000{Challenge.objects.get(stage='pilot').get_absolute_url()}",
    )


@pytest.mark.parametrize("path", ["atom", "csv"])
def test_either_asks_as_much_at_any_size(client: Client, anna: Person, utrecht: Region, path: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(f"/challenges/{path}/")
            assert len(answer.getvalue()) > 100
        return len([query for query in captured if "regions_contribution" in query["sql"]])

    make.challenge(by=anna, region=utrecht)
    first = asked()
    for _number in range(25):
        make.challenge(by=anna, region=utrecht)
    assert (first, asked()) == (1, 1)
