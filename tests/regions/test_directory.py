"""Who is who in a region: its people by filters, and where they work."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Affiliation, Knowledge, OrganisationKind, Person
from regions.models import Membership, Region
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
PEOPLE, ORGANISATIONS = "/regios/utrecht/leden/", "/regios/utrecht/leden/organisaties/"


@pytest.fixture
def known(utrecht: Region, anna: Person, bram: Person, mo: Person, eva: Person) -> Region:
    """Utrecht, whose people have something to be found by; Eva, who is elsewhere, has all of it."""
    _tell(anna, "Beleidsadviseur jeugd", [Knowledge.PROFESSIONAL], ["GGZ", "Schulden"])
    _tell(bram, "Bewoner", [Knowledge.LIVED, Knowledge.SCIENTIFIC], ["mantelzorg"])
    _tell(mo, "Opbouwwerker jeugd", [], [])
    _tell(eva, "Beleidsadviseur jeugd", list(Knowledge), ["GGZ", "mantelzorg"])
    for person in (anna, mo, eva):
        make.works_at(person, "Gemeente Utrecht", OrganisationKind.MUNICIPALITY)
    make.works_at(anna, "Buurtwerk")
    return utrecht


def _tell(person: Person, function: str, knowledge: list[Knowledge], words: list[str]) -> None:
    person.function, person.knowledge = function, list(knowledge)
    person.set_expertise(words)
    person.save()


def found(client: Client, query: str) -> list[str]:
    return [row.person.name.partition(" ")[0] for row in client.get(PEOPLE + query).context["page"]]


def test_members_and_staff_see_who_is_there_and_nobody_else_does(
    browser: Browser, known: Region, anna: Person, mo: Person, eva: Person, kim: Person, stan: Person
) -> None:
    people = {"anna": anna, "mo": mo, "stan": stan, "eva": eva, "kim": kim, "visitor": None}
    for path in (PEOPLE, ORGANISATIONS):
        statuses = {name: browser(person).get(path).status_code for name, person in people.items()}
        assert statuses == {"anna": 200, "mo": 200, "stan": 200, "eva": 404, "kim": 404, "visitor": 302}
    make.member(anna, known, state=Membership.State.SUSPENDED)
    assert [browser(anna).get(path).status_code for path in (PEOPLE, ORGANISATIONS)] == [404, 404]


def test_someone_stands_there_with_what_they_do_and_know_and_without_address(
    browser: Browser, known: Region, anna: Person, bram: Person
) -> None:
    page = browser(bram).get(PEOPLE).content.decode()
    for words in ("Beleidsadviseur jeugd, ", "Gemeente Utrecht", "Buurtwerk", "Professionele kennis", ">GGZ</a>"):
        assert words in page
    assert [person.email in page for person in (anna, bram)] == [False, False]
    assert "Eva Elders" not in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Mo", "Anna", "Bram"]),
        ("?q=anna", ["Anna"]),
        ("?q=JEUGD", ["Mo", "Anna"]),
        ("?q=auteur+advis", ["Anna"]),
        ("?q=anna+bewoner", []),
        ("?q=%25", []),
        ("?rol=moderator", ["Mo"]),
        ("?rol=lid", ["Anna", "Bram"]),
        ("?kennis=ervaring", ["Bram"]),
        ("?kennis=beroep", ["Anna"]),
        ("?kennis=wetenschap", ["Bram"]),
        ("?expertise=ggz", ["Anna"]),
        ("?expertise=Mantelzorg", ["Bram"]),
        ("?expertise=mantel", []),
        ("?rol=lid&q=jeugd", ["Anna"]),
        ("?rol=koning&kennis=alles&organisatie=x&pagina=0", ["Mo", "Anna", "Bram"]),
    ],
)
def test_people_are_found_by_filters(
    browser: Browser, known: Region, bram: Person, query: str, names: list[str]
) -> None:
    assert found(browser(bram), query) == names


def test_the_filter_by_organisation_keeps_who_works_there_now(
    browser: Browser, known: Region, bram: Person, anna: Person, mo: Person
) -> None:
    office = anna.affiliations.get(organisation__name="Gemeente Utrecht").organisation
    assert found(browser(bram), f"?organisatie={office.pk}") == ["Mo", "Anna"]
    Affiliation.objects.filter(person=mo).update(ends_on="2020-01-01")
    page = browser(bram).get(f"{PEOPLE}?organisatie={office.pk}&rol=lid")
    assert [row.person for row in page.context["page"]] == [anna]
    assert [chip["value"] for chip in page.context["query"].chips] == ["lid", "Gemeente Utrecht"]
    assert f'type="hidden" name="organisatie" value="{office.pk}"' in page.content.decode()


def test_an_empty_list_says_which_filter_to_take_off(browser: Browser, known: Region, bram: Person) -> None:
    page = browser(bram).get(f"{PEOPLE}?q=anna&kennis=ervaring&rol=lid")
    assert [chip["name"] for chip in page.context["in_the_way"]] == ["q", "kennis"]
    assert f'href="{PEOPLE}?rol=lid&amp;kennis=ervaring"' in page.content.decode()
    assert browser(bram).get(f"{PEOPLE}?q=zz&kennis=ervaring&rol=moderator").context["in_the_way"] == []


def test_a_long_list_has_pages_that_keep_the_filters(browser: Browser, utrecht: Region, anna: Person) -> None:
    for number in range(60):
        make.member(make.person(f"Lid {number:02}"), utrecht)
    sizes = [len(browser(anna).get(f"{PEOPLE}?pagina={page}").context["page"]) for page in (1, 2, 3)]
    assert sizes == [50, 11, 50]
    page = browser(anna).get(f"{PEOPLE}?q=lid")
    assert (page.context["page"].paginator.count, 'href="?q=lid&amp;pagina=2"' in page.content.decode()) == (60, True)


def test_counting_stops_where_it_says(
    browser: Browser, utrecht: Region, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regions.views.directory.COUNT_UP_TO", 60)
    for number in range(70):
        make.member(make.person(f"Lid {number:02}"), utrecht)
    page = browser(anna).get(PEOPLE)
    assert page.context["page"].paginator.count == 61
    assert "Meer dan 60 mensen" in page.content.decode()


def test_organisations_are_those_of_active_members_with_how_many(
    browser: Browser, known: Region, bram: Person, eva: Person
) -> None:
    waiting, gone = make.person("Pim"), make.person("Gerard")
    make.works_at(waiting, "Wachters")
    known.ask_to_join(waiting)
    make.works_at(gone, "Vertrokken")
    make.member(gone, known, state=Membership.State.ENDED)
    make.works_at(eva, "Elders")
    page = browser(bram).get(ORGANISATIONS)
    rows = [(row.name, row.kind, row.people_count) for row in page.context["page"]]
    assert rows == [("Buurtwerk", "welfare", 1), ("Gemeente Utrecht", "municipality", 2)]
    office = page.context["page"][1]
    assert f'href="{PEOPLE}?organisatie={office.pk}"' in page.content.decode()
    assert found(browser(bram), f"?organisatie={office.pk}") == ["Mo", "Anna"]


def test_moderators_find_the_page_of_each_member(browser: Browser, known: Region, mo: Person, anna: Person) -> None:
    page = f"/leden/{known.memberships.get(person=anna).pk}/"
    assert [page in browser(who).get(PEOPLE).content.decode() for who in (mo, anna)] == [True, False]
