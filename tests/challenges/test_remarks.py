"""Responses to feedback: who reads them, who writes and deletes them."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Person
from challenges.models import Asking, Challenge, Remark, Review
from digests.items import gather
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Notice, Part, Region, State, Verb
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, stage="maken-en-testen")


@pytest.fixture
def review(challenge: Challenge, kim: Person) -> Review:
    return make.review(challenge, kim)


def at(name: str, challenge: Challenge, *more: Any) -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, challenge.slug, *more])


def cast_of(*people: Person) -> dict[str, Person]:
    return {person.name.split()[0]: person for person in people}


def test_who_reads_and_writes_what(
    browser: Browser, challenge: Challenge, review: Review, anna: Person, bram: Person, mo: Person, eva: Person,
    kim: Person, kas: Person, sam: Person, bo: Person, stan: Person,
) -> None:  # fmt: skip
    """Members choose, others write for all; who may not read feedback finds nothing."""
    cast = cast_of(anna, bram, mo, eva, kim, kas, sam, bo, stan)
    path = at("remarks", challenge, review.pk)
    for among in (True, False):
        Remark.write(review, f"kanarie{among}", by=sam, is_for_cabinet=among)
    pages = {name: browser(person).get(path) for name, person in cast.items()}
    members = {"Kim", "Kas", "Sam"}
    assert {name: page.status_code for name, page in pages.items()} == {n: 404 if n == "Bo" else 200 for n in cast}
    assert {name for name, page in pages.items() if "kanarieTrue" in page.content.decode()} == members
    assert {name for name, page in pages.items() if "kanarieFalse" in page.content.decode()} == set(cast) - {"Bo"}
    chosen = {
        name for name, page in pages.items() if page.status_code == 200 and "readers" in page.context["form"].fields
    }
    assert chosen == members
    sent = {n: browser(who).post(path, {"words": n, "readers": "innovatiekabinet"}) for n, who in cast.items()}
    assert {n: answer.status_code for n, answer in sent.items()} == {n: 404 if n == "Bo" else 302 for n in cast}
    written = Remark.objects.exclude(by=sam).values_list("words", "is_for_cabinet")
    assert dict(written) == {n: n in members for n in cast if n not in ("Bo", "Sam")}


def test_a_blind_member_neither_reads_nor_responds(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    Asking.open_for(challenge, by=anna)
    review = make.review(challenge, kim)
    remark = Remark.write(review, "Van Anna", by=anna, is_for_cabinet=False)
    paths = (
        at("remarks", challenge, review.pk),
        at("remark_delete", challenge, remark.pk),
        at("correct", challenge, review.pk),
    )
    assert {browser(kas).get(path).status_code for path in paths} == {404}
    assert browser(kas).post(paths[0], {"words": "x", "readers": "iedereen"}).status_code == 404
    make.review(challenge, kas)
    assert [browser(kas).get(path).status_code for path in paths] == [200, 403, 403]


def test_a_member_on_the_team_reads_as_the_team(
    browser: Browser, challenge: Challenge, review: Review, anna: Person, kas: Person, sam: Person
) -> None:
    Remark.write(review, "kanarieonderons", by=sam, is_for_cabinet=True)
    challenge.involve(kas, Part.TEAM, by=anna)
    spread()
    make.forget(kas)
    pages = [at("remarks", challenge, review.pk), at("detail", challenge), reverse("digests:notices")]
    assert not [path for path in pages if "kanarieonderons" in browser(kas).get(path).content.decode()]
    assert Verb.REMARKED not in {line["text"] for line in browser(kas).get(pages[1]).context["timeline"]}


def test_the_writer_of_the_feedback_hears_it_and_the_team_only_what_is_open(
    review: Review, anna: Person, kim: Person, kas: Person
) -> None:
    Remark.write(review, "kanarieonderons", by=kas, is_for_cabinet=True)
    shown = Remark.write(review, "kanarieopen", by=kas, is_for_cabinet=False)
    spread()

    def told(person: Person) -> list[str]:
        make.forget(person)
        notices = Notice.objects.filter(person=person, event__verb=Verb.REMARKED)
        return [f"{item.what}: {item.text}" for group in gather(person, notices) for item in group.items]

    assert (told(kim), told(anna)) == (
        ["reageerde op uw feedback: kanarieopen", "reageerde op uw feedback: kanarieonderons"],
        ["reageerde op feedback: kanarieopen"],
    )
    kim.terms.update(starts_on="2020-01-01", ends_on="2021-01-01")
    assert told(kim) == ["reageerde op uw feedback: "]
    shown.delete_words(by=kas)
    assert (told(kim), told(anna)) == ([], [])
    audiences = [event.audience for event in Event.objects.filter(verb__startswith="remark").order_by("pk")]
    assert audiences == [Audience.CABINET, Audience.NETWORK, Audience.DESK]


def test_who_may_delete(
    browser: Browser, challenge: Challenge, review: Review, anna: Person, bram: Person, mo: Person, kim: Person,
    kas: Person, sam: Person, stan: Person,
) -> None:  # fmt: skip
    cast = cast_of(anna, bram, mo, kim, kas, sam, stan)
    found = {}
    for among in (True, False):
        remark = Remark.write(review, "Woorden", by=kas, is_for_cabinet=among)
        path = at("remark_delete", challenge, remark.pk)
        found[among] = {name: browser(person).get(path).status_code for name, person in cast.items()}
    assert found == {
        True: {"Anna": 404, "Bram": 404, "Mo": 404, "Kim": 403, "Kas": 200, "Sam": 403, "Stan": 404},
        False: {"Anna": 403, "Bram": 403, "Mo": 200, "Kim": 403, "Kas": 200, "Sam": 403, "Stan": 200},
    }
    assert [browser(who).post(path).status_code for who in (mo, kas)] == [302, 302]
    remark.refresh_from_db()
    assert (remark.words, remark.deleted_at is not None) == ("", True)
    assert Event.objects.filter(verb=Verb.REMARK_DELETED).get().actor == mo
    assert "is verwijderd" in browser(anna).get(at("remarks", challenge, review.pk)).content.decode()


@pytest.mark.parametrize(
    "change", [{"words": " "}, {"words": "Zij heeft 111222333."}, {"readers": "x"}, {"readers": ""}]
)
def test_a_refused_response_stores_nothing(
    browser: Browser, challenge: Challenge, review: Review, kas: Person, change: dict[str, str]
) -> None:
    data = {"words": "Een woord.", "readers": "iedereen", **change}
    assert browser(kas).post(at("remarks", challenge, review.pk), data).status_code == 422
    assert not Remark.objects.exists()


def test_no_response_on_what_was_closed(challenge: Challenge, review: Review, kas: Person) -> None:
    challenge.state = State.ARCHIVED
    challenge.save(update_fields=["state"])
    with pytest.raises(AlreadyDone):
        Remark.write(review, "Te laat", by=kas, is_for_cabinet=True)


def test_what_members_say_is_no_activity(challenge: Challenge, review: Review, kas: Person) -> None:
    before = Challenge.objects.get(pk=challenge.pk).last_activity_at
    Remark.write(review, "Onder ons", by=kas, is_for_cabinet=True)
    assert Challenge.objects.get(pk=challenge.pk).last_activity_at == before


def test_the_pages_take_as_many_queries_for_thirty(
    browser: Browser, challenge: Challenge, review: Review, anna: Person, sam: Person, count: Count
) -> None:
    pages = [at("remarks", challenge, review.pk), at("feedback", challenge)]
    Remark.write(review, "Een", by=anna, is_for_cabinet=False)
    few = [count(browser(sam), path) for path in pages]
    for number in range(29):
        Remark.write(review, f"Nog een {number}.", by=anna, is_for_cabinet=bool(number % 2))
    assert ([count(browser(sam), path) for path in pages], few) == (few, [10, 10])
    page = browser(sam).get(pages[0])
    assert (len(page.context["lines"]), page.context["page"].paginator.num_pages) == (20, 2)
    assert "Lees alle 30 reacties" in browser(sam).get(pages[1]).content.decode()
    assert "Lees alle 16 reacties" in browser(anna).get(pages[1]).content.decode()
