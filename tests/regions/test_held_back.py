"""Where a region wants so, a moderator looks first at the first thing that a newcomer posts."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Person
from challenges.models import Challenge
from digests.spread import spread
from regions.models import Event, Notice, Region, Ruling, State, Verb
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def utrecht(utrecht: Region) -> Region:
    utrecht.holds_back = True
    utrecht.save(update_fields=["holds_back"])
    return utrecht


@pytest.fixture
def first(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, title="Kanarie eerst")


def told(person: Person) -> list[tuple[str, str]]:
    spread()
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("event__verb", "reason"))


def test_the_first_waits_and_nobody_else_sees_it(
    browser: Browser, first: Challenge, anna: Person, bram: Person, mo: Person, eva: Person, stan: Person
) -> None:
    assert (first.state, first.published_at) == (State.PENDING, None)
    cast = {"visitor": None, "bram": bram, "eva": eva, "anna": anna, "mo": mo, "stan": stan}
    found = {name: browser(person).get(first.get_absolute_url()).status_code for name, person in cast.items()}
    assert found == {"visitor": 404, "bram": 404, "eva": 404, "anna": 200, "mo": 200, "stan": 200}
    places = ("/", "/challenges/", "/regios/utrecht/", "/zoeken/?q=kanarie")
    assert [path for path in places if "Kanarie eerst" in browser(bram).get(path).content.decode()] == []


def test_it_is_told_to_the_moderators_and_published_from_the_desk(
    browser: Browser, first: Challenge, anna: Person, bram: Person, mo: Person, emil: Person
) -> None:
    assert (told(mo), told(bram)) == ([("submitted", "waits")], [])
    assert "een moderator kijkt eerst" in browser(mo).get("/mijn/overzicht/").content.decode()
    path = f"/stuk/{first.pk}/goedkeuren/"
    assert path in browser(mo).get("/regios/utrecht/moderatie/").content.decode()
    assert [browser(person).post(path).status_code for person in (bram, emil, anna)] == [404, 404, 403]
    answer = browser(mo).post(path, {"naar": "moderatie"}, follow=True)
    assert answer.redirect_chain == [("/regios/utrecht/moderatie/", 302)]
    first.refresh_from_db()
    assert (first.state, first.published_at is not None) == (State.PUBLISHED, True)
    assert told(anna) == [("approved", "about")]
    assert told(bram) == [("published", "region")]
    assert "een moderator kijkt eerst" not in browser(mo).get("/mijn/overzicht/").content.decode()  # it waits no more
    again = browser(mo).post(path, follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["warning"]
    assert Event.objects.filter(verb=Verb.PUBLISHED).count() == 1


def test_who_has_posted_before_or_moderates_does_not_wait(
    first: Challenge, anna: Person, mo: Person, utrecht: Region, eindhoven: Region
) -> None:
    second = make.challenge(by=anna, region=utrecht)
    first.approve(mo)
    third = make.challenge(by=anna, region=utrecht)
    of_moderator = make.challenge(by=mo, region=utrecht)
    make.member(anna, eindhoven)
    elsewhere = make.challenge(by=anna, region=eindhoven)
    states = [second.state, third.state, of_moderator.state, elsewhere.state]
    assert states == [State.PENDING, State.PUBLISHED, State.PUBLISHED, State.PUBLISHED]


def test_what_is_refused_is_hidden_with_a_reason_and_comes_back_waiting(
    first: Challenge, anna: Person, mo: Person
) -> None:
    Ruling.hide(first, by=mo, reason="privacy", words="Er staat een naam in.")
    assert told(anna) == [("hidden", "about")]
    Ruling.restore(first, by=mo)
    first.refresh_from_db()
    assert first.state == State.PENDING


def test_the_author_reads_that_it_waits(browser: Browser, anna: Person, utrecht: Region) -> None:
    draft = make.challenge(by=anna, region=utrecht, state=State.DRAFT)
    said = browser(anna).post(draft.get_absolute_url() + "publiceren/", follow=True)
    draft.refresh_from_db()
    assert (draft.state, "moderator" in str(next(iter(said.context["messages"])))) == (State.PENDING, True)
