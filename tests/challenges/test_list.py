"""The list of challenges: filters in the URL, pages, and nothing of what one may not see."""

import re

import pytest
from django.test import Client

from accounts.models import Person
from challenges.models import Challenge
from challenges.paging import PER_PAGE
from initiate.kept import Kept
from regions.models import Region, State, Theme, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db
PATH = "/challenges/"


def titles(client: Client, query: str = "") -> list[str]:
    response = client.get(PATH + query)
    assert response.status_code == 200
    return [challenge.title for challenge in response.context["page"]]


@pytest.fixture
def some(anna: Person, eva: Person, utrecht: Region, eindhoven: Region) -> None:
    """Three public challenges that differ in every filter."""
    jeugd = Theme.objects.create(slug="jeugd", name="Jeugd")
    make.challenge(by=anna, region=utrecht, title="Anders wachten", stage="pilot", themes=[jeugd], tags=["wachttijd"])
    make.challenge(
        by=anna, region=utrecht, title="Brieven", seeking=["geld"], question="Wie leest schuldhulpverlening?"
    )
    make.challenge(by=eva, region=eindhoven, title="Cijfers", stage="geparkeerd")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Cijfers", "Brieven", "Anders wachten"]),
        ("?volgorde=titel", ["Anders wachten", "Brieven", "Cijfers"]),
        ("?volgorde=nieuw", ["Cijfers", "Brieven", "Anders wachten"]),
        ("?regio=utrecht", ["Brieven", "Anders wachten"]),
        ("?thema=jeugd", ["Anders wachten"]),
        ("?fase=geparkeerd", ["Cijfers"]),
        ("?tag=wachttijd", ["Anders wachten"]),
        ("?zoekt=geld", ["Brieven"]),
        ("?q=schuldhulp", ["Brieven"]),
        ("?regio=utrecht&fase=pilot&volgorde=titel", ["Anders wachten"]),
        ("?regio=eindhoven&fase=pilot", []),
    ],
)
def test_list_filters_by_the_url(client: Client, some: None, query: str, found: list[str]) -> None:
    assert titles(client, query) == found


STRANGE = ("bestaat-niet", "-1", "0", "1 or 1=1", "../..", "x" * 3000, "💩", "é'\"", "[]", "{}", "null")


@pytest.mark.parametrize("name", ["regio", "thema", "fase", "zoekt", "volgorde", "pagina"])
def test_an_unknown_value_is_left_out_with_a_note(client: Client, some: None, name: str) -> None:
    for value in STRANGE:
        response = client.get(PATH, {name: value})
        assert response.status_code == 200
        assert response.context["query"].ignored == [name]
        assert response.context["query"].ignored_labels[0] in response.text
        assert len(response.context["page"]) == 3


def test_a_page_beyond_all_pages_is_the_last_one(client: Client, anna: Person, utrecht: Region) -> None:
    for _number in range(PER_PAGE + 1):
        make.challenge(by=anna, region=utrecht)
    for page in ("2", "999", "99999999999999999999", "9" * 5000):
        response = client.get(PATH, {"pagina": page})
        assert (response.status_code, response.context["page"].number, len(response.context["page"])) == (200, 2, 1)


HOSTILE = (
    "(",
    "a & b |",
    "'; drop table",
    ":*",
    "!!",
    "\\",
    "<script>",
    "a" * 200,
    '"half',
    "%",
    "* -",
    "(a|b)+$",
    " ",
)


def test_no_words_break_the_search(client: Client, some: None) -> None:
    for words in HOSTILE:
        for name in ("q", "tag"):
            response = client.get(PATH, {name: words})
            assert response.status_code == 200
            assert "<script>" not in response.text


def test_chips_take_one_filter_off_each(client: Client, some: None) -> None:
    response = client.get(PATH, {"regio": "utrecht", "fase": "pilot", "volgorde": "titel", "pagina": "1"})
    assert [(chip["value"], chip["query"]) for chip in response.context["query"].chips] == [
        ("Utrecht", "fase=pilot&volgorde=titel"),
        ("Pilot", "regio=utrecht&volgorde=titel"),
    ]


def test_a_new_search_starts_on_the_first_page(client: Client, some: None) -> None:
    text = client.get(PATH, {"tag": "wachttijd", "pagina": "1"}).text
    assert ('name="tag"' in text, 'name="pagina"' in text) == (True, False)


def test_nothing_found_shows_a_way_out(client: Client, some: None) -> None:
    response = client.get(PATH, {"q": "zzzzzz"})
    assert list(response.context["page"]) == []
    assert f'href="{PATH}"' in response.text


def test_closed_challenges_leave_no_trace(
    client: Client, anna: Person, bram: Person, eva: Person, utrecht: Region
) -> None:
    """No title, no count, no hit by word or tag for who may not see it; those who may do see it."""
    word = "kanariepiet"
    for visibility in (Visibility.NETWORK, Visibility.REGION, Visibility.TEAM):
        make.challenge(by=anna, region=utrecht, title=f"{word} {visibility}", visibility=visibility, tags=[word])
    make.challenge(by=anna, region=utrecht, title=f"{word} draft", state=State.DRAFT, tags=[word])
    make.challenge(by=anna, region=utrecht, title=f"{word} hidden", state=State.HIDDEN, tags=[word])
    seen = {}
    for name, person in {"visitor": None, "eva": eva, "bram": bram, "anna": anna}.items():
        client.logout()
        if person:
            client.force_login(person)
        for query in ("", f"?q={word}", f"?tag={word}"):
            response = client.get(PATH + query)
            seen[name, query] = sorted(challenge.title.split()[-1] for challenge in response.context["page"])
            assert response.context["page"].paginator.count == len(seen[name, query])
    expected = {
        "visitor": [],
        "eva": ["network"],
        "bram": ["network", "region"],
        "anna": ["network", "region", "team"],
    }
    assert seen == {
        (name, query): found for name, found in expected.items() for query in ("", f"?q={word}", f"?tag={word}")
    }


def test_a_tag_of_a_closed_challenge_looks_like_no_tag(client: Client, anna: Person, utrecht: Region) -> None:
    make.challenge(by=anna, region=utrecht, visibility=Visibility.TEAM, tags=["geheim"])
    known, unknown = client.get(PATH, {"tag": "geheim"}), client.get(PATH, {"tag": "gehein"})
    assert masked(known.text.replace("geheim", "")) == masked(unknown.text.replace("gehein", ""))


def masked(page: str) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "", page)


def test_counting_stops_at_a_thousand(
    client: Client, anna: Person, utrecht: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("challenges.paging.MOST", 3)
    for _number in range(5):
        make.challenge(by=anna, region=utrecht)
    response = client.get(PATH)
    assert response.context["page"].paginator.count == 4
    assert response.context["page"].paginator.is_more


def test_a_theme_that_staff_adds_is_offered(client: Client, some: None) -> None:
    client.get(PATH)
    Theme.objects.create(slug="wonen", name="Wonen")
    Kept.forget()
    assert "Wonen" in client.get(PATH).text


def test_archived_challenges_stay_in_the_list(client: Client, anna: Person, utrecht: Region) -> None:
    make.challenge(by=anna, region=utrecht, title="Oud", state=State.ARCHIVED)
    assert titles(client) == ["Oud"]
    assert Challenge.objects.count() == 1


def test_the_list_takes_as_many_queries_for_one_as_for_thirty(
    browser: Browser, count: Count, anna: Person, utrecht: Region
) -> None:
    def more(number: int) -> list[int]:
        for _number in range(number):
            make.challenge(by=anna, region=utrecht, tags=["een", "twee"])
        filters = "?regio=utrecht&q=helpen&tag=een&volgorde=titel"
        return [count(browser(person), PATH + query) for person in (None, anna) for query in ("", filters)]

    assert (more(1), more(29)) == ([1, 2, 5, 6], [1, 2, 5, 6])
