"""Addresses that give our mail back: what counts, what no longer goes there, and how a person hears it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.models import Enclosure, Mail, Refusal
from digests.outbox import queue_account_mail
from digests.refusals import KEPT, forget_due, is_about_address
from digests.relay import Never, NoRecipient
from digests.send import send_waiting
from regions.models import Comment, Region
from tests import make
from tests.digests.mailing import Post, due, go_round, wants

TOLD = "Your e-mail address gives our mail back."
NOBODY = "550 5.1.1 nobody here"


def ask_password(person: Person) -> None:
    """Queue and send a mail that someone asks for."""
    queue_account_mail("account/email/password_changed", person.email, {})
    send_waiting(30)


@pytest.fixture
def refused(anna: Person) -> Person:
    Refusal.objects.create(address=wants(anna).email, count=3, words=NOBODY)
    return anna


@pytest.fixture
def news(anna: Person, bram: Person, utrecht: Region) -> None:
    """Bram commented on the challenge of Anna, who wants the overview."""
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)


@pytest.mark.parametrize(
    ("words", "at_rcpt", "after_the_dot"),
    [
        ("550 nobody here", True, False),
        ("550 5.1.1 user unknown", True, True),
        ("556 5.1.10 takes no mail", True, True),
        ("552 5.2.2 mailbox full", True, True),
        ("550 5.4.1 access denied", True, True),
        ("550-5.1.1 user unknown\nask them", True, True),
        ("553 5.1.8 your domain is not there", False, False),
        ("550 5.1.19 something of later", False, False),
        ("552 5.2.3 too large for this mailbox", False, False),
        ("550 5.7.1 blocked, as you are on a list", False, False),
        ("554 5.6.0 we do not like the words", False, False),
    ],
)
def test_what_is_about_the_address(words: str, at_rcpt: bool, after_the_dot: bool) -> None:
    assert (is_about_address(NoRecipient(words)), is_about_address(Never(words))) == (at_rcpt, after_the_dot)


@pytest.mark.parametrize(
    ("where", "answer", "count"),
    [("at_rcpt", "550 no", 1), ("answer", "550 no", 0), ("answer", NOBODY, 1), ("at_rcpt", "550 5.7.1 spam", 0)],
)
def test_the_server_says_whether_it_counts(anna: Person, post: Post, where: str, answer: str, count: int) -> None:
    setattr(post, where, answer)
    ask_password(anna)
    assert list(Refusal.objects.values_list("address", "count")) == [(anna.email, 1)] * count


@pytest.mark.usefixtures("news")
def test_after_three_no_news_goes_there(anna: Person, post: Post) -> None:
    post.at_rcpt = NOBODY
    for _number in range(3):
        due(anna)
        go_round()
    post.at_rcpt = "250 ok"
    due(anna)
    go_round()
    assert list(Mail.objects.order_by("pk").values_list("state", flat=True)) == ["dead", "dead", "dead", "cancelled"]
    assert Mail.objects.latest("pk").reply == "the address gives our mail back"
    assert (post.taken, Enclosure.objects.count()) == ([], 0)


@pytest.mark.usefixtures("news")
def test_two_refusals_stop_nothing_and_a_success_begins_anew(anna: Person, post: Post) -> None:
    Refusal.objects.create(address=anna.email, count=2, words=NOBODY)
    go_round()
    assert (len(post.taken), Refusal.objects.count()) == (1, 0)


@pytest.mark.usefixtures("news")
def test_what_someone_asks_for_still_goes_and_opens_the_way(refused: Person, post: Post) -> None:
    ask_password(refused)
    assert (len(post.taken), Refusal.objects.count()) == (1, 0)
    go_round()
    assert [subject for _to, subject in post.subjects] == ["Your password was changed", "1 comment"]


def test_an_address_is_known_in_whatever_form_it_went_over_the_line(anna: Person, post: Post) -> None:
    Person.objects.filter(pk=anna.pk).update(email="anna@zoë.example")
    post.at_rcpt = NOBODY
    queue_account_mail("account/email/unknown_account", "Anna@Zoë.example", {})
    send_waiting(30)
    assert Refusal.objects.get().address == "anna@zoë.example"


def test_it_is_forgotten_after_a_while(refused: Person) -> None:
    Refusal.objects.create(address="lang@geleden.example", words=NOBODY, at=timezone.now() - KEPT)
    assert (forget_due(), list(Refusal.objects.values_list("address", flat=True))) == (1, [refused.email])


# --- how the person hears it --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/mijn/voorkeuren/", "/regios/", "/mijn/meldingen/"])
def test_every_page_tells_the_person(refused: Person, bram: Person, path: str) -> None:
    shown = {who.name: TOLD in _page(who, path) for who in (refused, bram)}
    assert shown == {refused.name: True, bram.name: False}


def _page(person: Person, path: str) -> str:
    client = Client(headers={"accept-language": "en"})
    Person.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    return client.get(path).content.decode()


@pytest.mark.parametrize(("count", "address"), [(2, "{anna}"), (3, "{bram}"), (3, "x{anna}")])
def test_less_than_three_or_another_address_is_not_told(anna: Person, bram: Person, count: int, address: str) -> None:
    Refusal.objects.create(address=address.format(anna=anna.email, bram=bram.email), count=count, words=NOBODY)
    assert TOLD not in _page(anna, "/")


def test_no_overview_is_promised_then(refused: Person, bram: Person) -> None:
    wants(bram)
    promised = ["The next one comes on" in _page(who, "/mijn/voorkeuren/") for who in (refused, bram)]
    assert promised == [False, True]


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_no_query(anna: Person, django_assert_num_queries: Any, count: int) -> None:
    Refusal.objects.create(address=anna.email, count=count, words=NOBODY)
    client = Client()
    client.force_login(anna)
    client.get("/mijn/voorkeuren/")
    with django_assert_num_queries(9):
        client.get("/mijn/voorkeuren/")


def test_another_address_of_the_person_is_not_refused(refused: Person) -> None:
    Person.objects.filter(pk=refused.pk).update(email="nieuw@voorbeeld.example")
    assert TOLD not in _page(refused, "/")


def test_who_says_that_it_works_is_mailed_again(refused: Person, bram: Person, post: Post) -> None:
    Refusal.objects.create(address=bram.email, count=3, words=NOBODY)
    client = Client()
    client.force_login(refused)
    assert client.get("/mijn/voorkeuren/adres/opnieuw/").status_code == 405
    response = client.post("/mijn/voorkeuren/adres/opnieuw/", follow=True)
    assert (response.redirect_chain, TOLD in response.content.decode()) == ([("/mijn/voorkeuren/", 302)], False)
    assert list(Refusal.objects.values_list("address", flat=True)) == [bram.email]


def test_a_blocked_person_is_not_loaded(refused: Person) -> None:
    client = Client()
    client.force_login(refused)
    Person.objects.filter(pk=refused.pk).update(is_active=False)
    assert client.get("/mijn/voorkeuren/").status_code == 302
