"""Two people at the same moment, with real threads and real transactions: one wins, the other hears it."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Person, Submission
from challenges.models import Challenge, Prototype, Step
from initiate.kept import Kept
from regions.models import Event, Verb, Version
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "7f0b7a52-3d0c-4f0e-9d3e-1d0c5a0f7b13"


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run all tasks at the same moment, each with a connection of its own; return their results in order."""
    barrier, results = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(place: int, task: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[place] = task()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def team(utrecht: Any) -> tuple[Challenge, list[Client]]:
    """A challenge, and the browsers of four people on its team."""
    people = [make.person() for _number in range(4)]
    for person in people:
        make.member(person, utrecht)
    challenge = make.challenge(by=people[0], region=utrecht)
    for person in people[1:]:
        challenge.involve(person, "team", by=people[0])
    return challenge, [signed_in(person) for person in people]


def test_moving_at_once_makes_one_step(team: tuple[Challenge, list[Client]]) -> None:
    challenge, clients = team
    path = challenge.get_absolute_url() + "stappen/verkennen/"
    pages = at_once(*(lambda c=client: c.post(path, {"stage": "idee"}, follow=True).text for client in clients))
    # Not the messages in the context: the test client gathers contexts of all threads.
    assert sorted("utrecht-alert--warning" in page for page in pages) == [False, True, True, True]
    assert (Step.objects.count(), Event.objects.filter(verb=Verb.MOVED).count()) == (1, 1)


def test_editing_at_once_refuses_all_but_one(team: tuple[Challenge, list[Client]]) -> None:
    challenge, clients = team
    path = challenge.get_absolute_url() + "bewerken/"

    def form(number: int) -> dict[str, Any]:
        return {**challenge.text, "question": f"Tekst {number}", "visibility": "public", "version": 1}

    answers = at_once(
        *(lambda c=client, n=number: c.post(path, form(n)).status_code for number, client in enumerate(clients))
    )
    assert sorted(answers) == [302, 409, 409, 409]
    winner = answers.index(302)
    now = Challenge.objects.get()
    assert (now.question, now.version, Version.objects.count()) == (f"Tekst {winner}", 2, 2)


def test_the_same_form_at_once_leaves_one(team: tuple[Challenge, list[Client]], utrecht: Any, words: Any) -> None:
    _challenge, clients = team
    person = Person.objects.order_by("pk").first()
    assert person is not None
    browsers = [signed_in(person) for _client in clients]
    data = {**words, "region": utrecht.pk, "form_key": KEY, "action": "publish"}
    Kept.forget()
    answers = at_once(*(lambda c=client: c.post("/challenges/nieuw/", data) for client in browsers))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert len({answer["Location"] for answer in answers}) == 1
    assert (Challenge.objects.filter(title=words["title"]).count(), Submission.objects.count()) == (1, 1)


def test_prototypes_at_once_get_numbers_of_their_own(team: tuple[Challenge, list[Client]]) -> None:
    challenge, clients = team
    path = challenge.get_absolute_url() + "prototypes/nieuw/"
    at_once(*(lambda c=client: c.post(path, {"what": "Iets."}) for client in clients))
    assert sorted(Prototype.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert Challenge.objects.get().prototype_count == 4


def test_handing_over_to_two_at_once_leaves_one_author(team: tuple[Challenge, list[Client]]) -> None:
    challenge, clients = team
    colleagues = [owner.person_id for owner in challenge.owners if owner.part == "team"][:2]
    paths = [f"{challenge.get_absolute_url()}team/{pk}/overdragen/" for pk in colleagues]
    at_once(*(lambda path=path: clients[0].post(path) for path in paths))
    now = Challenge.objects.get()
    authors = [owner.person_id for owner in now.owners if owner.part == "author"]
    assert authors == [now.author_id]
    assert now.author_id in colleagues
    assert len(now.owners) == 4
    assert Event.objects.filter(verb=Verb.HANDED_OVER).count() == 1
