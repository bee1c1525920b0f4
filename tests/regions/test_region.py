"""The list of regions, the page of one, and wishes for a new one."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Person
from initiate.kept import Kept
from regions.models import Comment, Event, Membership, Municipality, Region, RegionWish, State, Verb, Visibility
from tests import make
from tests.regions.conftest import Count

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_a_region_counts_only_the_challenges_that_its_reader_sees(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person, bo: Person
) -> None:
    for visibility in Visibility:
        make.challenge(by=anna, region=utrecht, title=f"Kanarie {visibility}", visibility=visibility)
    make.challenge(by=anna, region=utrecht, title="Kanarie draft", state=State.DRAFT)
    make.challenge(by=anna, region=utrecht, title="Kanarie hidden", state=State.HIDDEN)
    seen = {}
    for name, person in {"visitor": None, "bo": bo, "eva": eva, "bram": bram, "mo": mo, "anna": anna}.items():
        make.forget(person) if person else None
        listed = {str(row): row for row in browser(person).get("/regios/").context["regions"]}
        page = browser(person).get("/regios/utrecht/")
        titles = {str(card).removeprefix("Kanarie ") for card in page.context["challenges"]}
        seen[name] = (listed["Utrecht"].contribution_count, page.context["challenge_count"], titles)
        absent = {*Visibility, "draft", "hidden"} - titles
        assert [word for word in absent if f"Kanarie {word}" in page.content.decode()] == []
    public, network, region = {"public"}, {"public", "network"}, {"public", "network", "region"}
    team = {*region, "team"}
    assert seen == {
        "visitor": (1, 1, public),
        "bo": (1, 1, public),
        "eva": (2, 2, network),
        "bram": (3, 3, region),
        "mo": (4, 4, team),
        "anna": (4, 4, team),
    }


def test_the_list_finds_the_regions_that_cover_a_municipality(
    browser: Browser, utrecht: Region, eindhoven: Region
) -> None:
    utrecht.municipalities.set(Municipality.objects.filter(name__in=["Utrecht", "Zeist"]))
    visitor = browser(None)
    assert list(visitor.get("/regios/?gemeente=zeist").context["regions"]) == [utrecht]
    none = visitor.get("/regios/?gemeente=Texel")
    assert list(none.context["regions"]) == []
    for way in ("/account/signup/", "/regios/", "/regios/vragen/?gemeente=Texel"):
        assert f'href="{way}"' in none.content.decode()
    unknown = visitor.get("/regios/?gemeente=Atlantis")
    assert [str(region) for region in unknown.context["regions"]] == ["Eindhoven", "Utrecht"]
    assert "Atlantis" in unknown.content.decode()


def test_each_who_stands_before_a_region_finds_a_door(
    browser: Browser, utrecht: Region, anna: Person, bo: Person, eva: Person
) -> None:
    suspended, pending, leader = make.person("Suus"), make.person("Pim"), make.person("Lea")
    make.member(leader, utrecht, moderator=True)
    make.member(suspended, utrecht, state=Membership.State.SUSPENDED)
    utrecht.ask_to_join(pending, "Ik woon hier.")
    doors = {
        name: browser(person).get("/regios/utrecht/").context["door"].removeprefix("regions/_door_")
        for name, person in {
            "visitor": None, "bo": bo, "eva": eva, "anna": anna, "suspended": suspended, "pending": pending,
            "moderator": leader,
        }.items()
    }  # fmt: skip
    assert doors == {
        "visitor": "visitor.html",
        "bo": "person.html",
        "eva": "person.html",
        "anna": "active.html",
        "suspended": "suspended.html",
        "pending": "pending.html",
        "moderator": "moderator.html",
    }


def test_moderators_are_named_to_the_network_only(
    browser: Browser, utrecht: Region, mo: Person, bo: Person, eva: Person
) -> None:
    named = {
        name: "Mo Moderator" in text_of(browser(person), "/regios/utrecht/")
        for name, person in {"visitor": None, "bo": bo, "eva": eva}.items()
    }
    assert named == {"visitor": False, "bo": False, "eva": True}


def test_how_to_reach_the_moderators_is_for_who_is_signed_in(
    browser: Browser, utrecht: Region, mo: Person, bo: Person
) -> None:
    utrecht.arrange(mo, contact="Bel **ons** op dinsdag. <script>kwaad()</script>")
    pages = {name: text_of(browser(person), "/regios/utrecht/") for name, person in {"visitor": None, "bo": bo}.items()}
    assert {name: "Bel <strong>ons</strong> op dinsdag." in page for name, page in pages.items()} == {
        "visitor": False,
        "bo": True,
    }
    assert "<script>kwaad" not in pages["bo"]


def test_there_is_one_primary_action_for_everyone(
    browser: Browser, utrecht: Region, anna: Person, mo: Person, bo: Person
) -> None:
    suspended = make.person("Suus")
    make.member(suspended, utrecht, state=Membership.State.SUSPENDED)
    found = {}
    people = {"visitor": None, "bo": bo, "anna": anna, "mo": mo, "suspended": suspended}
    for name, person in people.items():
        page = text_of(browser(person), "/regios/utrecht/")
        found[name] = re.findall(r'nl-button--primary" href="([^"?]+)', page)
    assert found == {
        "visitor": ["/account/signup/"],
        "bo": ["/regios/utrecht/leden/aanmelden/"],
        "anna": ["/challenges/nieuw/"],
        "mo": ["/regios/utrecht/moderatie/"],
        "suspended": ["/challenges/"],
    }


def test_the_news_of_a_region_leaves_out_what_its_reader_may_not_see(
    browser: Browser, utrecht: Region, anna: Person, bram: Person
) -> None:
    make.challenge(by=anna, region=utrecht, title="Alleen in de regio", visibility=Visibility.REGION)
    assert "Alleen in de regio" not in text_of(browser(None), "/regios/utrecht/")
    assert "Alleen in de regio" in text_of(browser(bram), "/regios/utrecht/")


def test_a_hostile_name_and_story_are_text(browser: Browser, utrecht: Region) -> None:
    utrecht.name = "<script>alert(1)</script>"
    utrecht.welcome = "<img src=x onerror=alert(1)> [klik](javascript:alert(1)) **vet**"
    utrecht.save()
    page = text_of(browser(None), "/regios/utrecht/")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert "<strong>vet</strong>" in page


def test_a_wish_is_one_row_for_staff(browser: Browser, bo: Person) -> None:
    client = browser(bo)
    assert client.post("/regios/vragen/", {"gemeente": "Atlantis"}).status_code == 422
    for words in ("Samen", "Samen verder"):
        assert client.post("/regios/vragen/", {"gemeente": "Texel", "words": words}).status_code == 302
    assert list(RegionWish.objects.values_list("municipality__name", "words")) == [("Texel", "Samen verder")]
    assert Event.objects.filter(verb=Verb.REGION_WISHED, subject=bo).count() == 1
    assert 'value="Texel"' in text_of(client, "/regios/vragen/?gemeente=Texel")


HOSTILE = (
    "'",
    '"',
    "\\",
    "%",
    "&",
    ":",
    "-",
    "-1",
    "0",
    "9" * 30,
    "1;DROP",
    "<script>",
    "💥",
    "a" * 300,
    "٣",
    "x:*",
    "!!",
)


@pytest.mark.parametrize(
    "path", ["/regios/", "/regios/utrecht/leden/", "/regios/utrecht/leden/organisaties/", "/zoeken/", "/regios/vragen/"]
)
def test_no_query_string_breaks_a_page(browser: Browser, anna: Person, path: str) -> None:
    make.challenge(by=anna, region=anna.memberships.get().region)
    client = browser(anna)
    names = ("gemeente", "pagina", "q", "soort", "deel", "onbekend", "rol", "kennis", "expertise", "organisatie")
    statuses = {value: client.get(path, dict.fromkeys(names, value)).status_code for value in HOSTILE}
    assert statuses == dict.fromkeys(HOSTILE, 200)


def test_pages_take_the_same_queries_for_one_and_for_thirty(
    browser: Browser, count: Count, utrecht: Region, anna: Person, mo: Person
) -> None:
    utrecht.municipalities.set(Municipality.objects.all()[:1])
    make.challenge(by=anna, region=utrecht)
    make.post(by=anna, region=utrecht, visibility="public")
    make.document(by=anna, region=utrecht)
    utrecht.ask_to_join(make.person(), "Graag.")
    where = make.works_at(anna)
    pages = {
        "list": (None, "/regios/"),
        "list of a member": (anna, "/regios/"),
        "region": (None, "/regios/utrecht/"),
        "region of a member": (anna, "/regios/utrecht/"),
        "region of its moderator": (mo, "/regios/utrecht/"),
        "region of someone": (make.person(), "/regios/utrecht/"),
        "members": (anna, "/regios/utrecht/leden/"),
        "members, filtered": (anna, f"/regios/utrecht/leden/?q=a&rol=lid&organisatie={where.pk}"),
        "members, nobody": (anna, "/regios/utrecht/leden/?q=zz&kennis=beroep&expertise=niets&rol=lid"),
        "members of its moderator": (mo, "/regios/utrecht/leden/"),
        "organisations": (anna, "/regios/utrecht/leden/organisaties/"),
        "desk": (mo, "/regios/utrecht/moderatie/"),
        "own desk": (mo, "/mijn/moderatie/"),
        "log": (mo, "/regios/utrecht/moderatie/logboek/"),
        "search": (None, "/zoeken/?q=vraag"),
    }
    one = {name: count(browser(person), path) for name, (person, path) in pages.items()}
    _make_thirty_of_all(utrecht, anna)
    Kept.forget()
    assert {name: count(browser(person), path) for name, (person, path) in pages.items()} == one
    assert one == {
        "list": 1,
        "list of a member": 5,
        "region": 6,
        "region of a member": 11,
        "region of its moderator": 11,
        "region of someone": 10,
        "members": 7,
        "members, filtered": 8,
        "members, nobody": 7,
        "members of its moderator": 8,
        "organisations": 6,
        "desk": 8,
        "own desk": 8,
        "log": 10,
        "search": 1,
    }


def _make_thirty_of_all(utrecht: Region, anna: Person) -> None:
    utrecht.municipalities.set(Municipality.objects.all()[:30])
    for number in range(30):
        make.region(f"Buurt {number}")
        someone = make.person()
        make.works_at(someone)
        make.member(someone, utrecht) if number % 2 else utrecht.ask_to_join(someone, "Graag.")
        make.challenge(by=anna, region=utrecht)
        question = make.post(by=anna, region=utrecht, visibility="public")
        question.mark(Comment.write(question, "Zo.", by=someone), by=anna, seen=None)
        make.document(by=anna, region=utrecht)
