"""Two at once, with real transactions: one row stays, and who comes second hears it."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from challenges.models import Asking, Challenge, Offer, Point, Review
from regions.models import Draft, Event, Involvement, Part, Region, Verb
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

SHEET = {
    "version": "1",
    "answer": "Rust.",
    "point_1": "Praat met bewoners.",
    "offer_kind_1": "geld",
    "offer_words_1": "x",
}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Iterator[Challenge]:
    yield make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    connection.close()


def at(name: str, challenge: Challenge, *more: Any) -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, challenge.slug, *more])


def at_once(*sendings: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread with a connection of its own."""
    start = Barrier(len(sendings))

    def run(send: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return send()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sendings)) as pool:
        return list(pool.map(run, sendings))


def post(person: Person, path: str, data: dict[str, str]) -> Callable[[], HttpResponse]:
    client = Client()
    client.force_login(person)
    return lambda: client.post(path, data)  # type: ignore[return-value]


def test_fifty_sendings_of_one_sheet_leave_one(challenge: Challenge, anna: Person, kim: Person) -> None:
    """Half with the key of one page, half from other tabs; a draft saved in between stays away."""
    Asking.open_for(challenge, by=anna)
    path, key = at("review", challenge), "0b8b5c1c-98a0-4b39-bd7f-6a3f0b8f4a03"
    same = [post(kim, path, {**SHEET, "form_key": key}) for _ in range(24)]
    tabs = [post(kim, path, SHEET) for _ in range(24)]
    saves = [post(kim, at("review_draft", challenge), SHEET) for _ in range(2)]
    answers = at_once(*same, *tabs, *saves)
    review = Review.objects.get()
    codes = Counter(answer.status_code for answer in answers[:48])
    assert set(codes) <= {302, 409}
    assert all(answer.status_code == 409 or answer["Location"] for answer in answers[:48])
    found = Challenge.objects.get(pk=challenge.pk)
    assert (found.review_count, found.open_point_count, review.points.count()) == (1, 1, 1)
    assert (Offer.objects.count(), Draft.objects.count()) == (1, 0)
    assert Event.objects.filter(verb=Verb.REVIEWED).count() == 1


def test_ten_members_at_once_are_all_counted_and_close_the_question_once(challenge: Challenge, anna: Person) -> None:
    people = [make.person() for _ in range(10)]
    for person in people:
        make.seat(person)
    Asking.open_for(challenge, by=anna)
    answers = at_once(*(post(person, at("review", challenge), SHEET) for person in people))
    found = Challenge.objects.get(pk=challenge.pk)
    assert {answer.status_code for answer in answers} == {302}
    assert (found.review_count, found.open_point_count, found.is_in_review) == (10, 10, False)
    assert Review.objects.filter(asking__isnull=False).count() == 3
    assert Event.objects.filter(verb=Verb.CLOSED_REVIEW).count() == 1
    sight = Involvement.objects.current().filter(part=Part.REVIEWER)
    assert {row.person for row in sight} == {row.by for row in Review.objects.filter(asking__isnull=False)}


def test_two_ask_at_once(challenge: Challenge, anna: Person, mo: Person, kim: Person) -> None:
    path = at("ask_review", challenge)
    answers = at_once(
        *(post(person, path, {"words": "?", "explain-prototype": "Eerst dit."}) for person in (anna, mo, anna, mo))
    )
    assert {answer.status_code for answer in answers} == {302}
    assert (Asking.objects.count(), Event.objects.filter(verb=Verb.ASKED_REVIEW).count()) == (1, 1)


def test_two_colleagues_answer_one_point(challenge: Challenge, anna: Person, bram: Person, kim: Person) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    point = make.review(challenge, kim).points.get()
    path = at("point", challenge, point.pk)
    texts = {anna.pk: "Antwoord van Anna.", bram.pk: "Antwoord van Bram."}
    data = {pk: {"seen": point.mark, "state": "no", "answer": text} for pk, text in texts.items()}
    answers = at_once(*(post(person, path, data[person.pk]) for person in (anna, bram)))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    second = next(answer for answer in answers if answer.status_code == 409).content.decode()
    assert [text in second for text in texts.values()] == [True, True]
    assert Point.objects.get().answer in texts.values()
    assert Challenge.objects.get(pk=challenge.pk).open_point_count == 0
    assert Event.objects.filter(verb=Verb.POINT_ANSWERED).count() == 1


def test_two_colleagues_answer_one_offer(challenge: Challenge, anna: Person, bram: Person, bo: Person) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    offer = make.offer(challenge, bo, kind="team")
    path = at("offer_settle", challenge, offer.pk)
    yes = [post(person, path, {"accept": "yes", "answer": f"Ja {person.name}"}) for person in (anna, bram)]
    no = [post(person, path, {"accept": "no", "answer": f"Nee {person.name}"}) for person in (anna, bram)]
    answers = at_once(*yes, *no)
    assert sorted(answer.status_code for answer in answers) == [302, 409, 409, 409]
    offer.refresh_from_db()
    is_in = Involvement.objects.current().filter(person=bo, part=Part.TEAM).exists()
    assert is_in == (offer.state == Offer.State.HAPPENED)
    settled = Event.objects.filter(verb__in=(Verb.OFFER_ACCEPTED, Verb.OFFER_DECLINED))
    assert (settled.count(), Event.objects.filter(verb=Verb.JOINED_TEAM, subject=bo).count()) == (1, int(is_in))


def test_two_tell_what_came_of_an_offer(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo)
    offer.settle(by=anna, accept=True, answer="Ja")
    path = at("offer_close", challenge, offer.pk)
    answers = at_once(*(post(who, path, {"happened": "yes", "outcome": who.name}) for who in (anna, bo)))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert Event.objects.filter(verb=Verb.OFFER_HAPPENED).count() == 1


def test_two_add_the_same_colleague(challenge: Challenge, anna: Person, bram: Person, utrecht: Region) -> None:
    make.member(cor := make.person("Cor Collega"), utrecht)
    challenge.involve(bram, Part.TEAM, by=anna)
    answers = at_once(*(post(who, at("team", challenge), {"email": cor.email}) for who in (anna, bram, anna, bram)))
    assert {answer.status_code for answer in answers} == {302}
    assert Event.objects.filter(verb=Verb.JOINED_TEAM, subject=cor).count() == 1


def test_who_joins_the_team_while_sending_is_either_first_or_refused(
    challenge: Challenge, anna: Person, kim: Person
) -> None:
    for _ in range(5):
        Review.objects.all().delete()
        Involvement.objects.filter(person=kim).delete()
        joining = lambda: Challenge.objects.get(pk=challenge.pk).involve(kim, Part.TEAM, by=anna)  # noqa: E731
        sent, joined = at_once(post(kim, at("review", challenge), SHEET), joining)
        review = Review.objects.first()
        assert sent.status_code in (302, 403)
        assert (review is not None) == (sent.status_code == 302)
        assert review is None or review.sent_at <= joined.started_at
