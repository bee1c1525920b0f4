"""The mail log of staff: what it shows and to whom, how it is searched, and what can be done with a mail."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests import log
from digests.acts import ACTS, act, acts_for
from digests.models import Enclosure, Mail, Pause, Refusal
from digests.outbox import message_id, queue_account_mail
from digests.plan import plan
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Audience, Comment, Event, Notice, Region, Verb
from tests import make
from tests.digests.mailing import Post, due, go_round, wants

LOG = "/beheer/mail/"


@pytest.fixture
def desk(stan: Person) -> Client:
    Person.objects.filter(pk=stan.pk).update(language="en")
    client = Client()
    client.force_login(stan)
    return client


def made(key: str, kind: str = "digest", **fields: Any) -> Mail:
    return Mail.objects.create(key=key, kind=kind, message_id=message_id(key), **fields)


def keys(response: HttpResponse) -> list[str]:
    return [mail.key for mail in response.context["mails"]]  # type: ignore[attr-defined]


@pytest.fixture
def overview(anna: Person, bram: Person, utrecht: Region) -> Mail:
    """A planned overview for Anna: Bram commented on her challenge."""
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Geheime woorden.", by=bram)
    spread()
    plan()
    return Mail.objects.get()


# --- who, and what ------------------------------------------------------------------------------------------


def test_it_is_for_staff(overview: Mail, stan: Person, anna: Person, mo: Person, sam: Person) -> None:
    paths = (LOG, f"{LOG}{overview.pk}/")
    for person, status in ((None, 302), (anna, 404), (mo, 404), (sam, 404), (stan, 200)):
        client = Client()
        if person:
            client.force_login(person)
        assert [client.get(path).status_code for path in paths] == [status] * 2, person
        client.post(f"{LOG}{overview.pk}/besluit/", {"act": "now"})
    overview.refresh_from_db()
    assert (overview.state, Event.objects.filter(verb=Verb.STAFF_CHANGED).count()) == ("ready", 0)


def test_what_is_not_there_is_404(desk: Client, db: None) -> None:
    assert desk.get(f"{LOG}1/").status_code == 404


def test_it_tells_how_a_mail_went(desk: Client, overview: Mail, post: Post, anna: Person) -> None:
    post.at_rcpt = "550 5.1.1 nobody <b>here</b>"
    send_waiting(30)
    for path in (LOG, f"{LOG}{overview.pk}/"):
        page = desk.get(path).content.decode()
        for words in ("Overview", "refused", f"{anna.name} &lt;{anna.email}&gt;", "nobody &lt;b&gt;here"):
            assert words in page, (path, words)
        assert "Geheime woorden" not in page
    assert overview.message_id.strip("<>") in page


def test_our_own_words_are_in_the_language_of_the_page(desk: Client, stan: Person) -> None:
    made("1", state="cancelled", reply="the address gives our mail back")
    Person.objects.filter(pk=stan.pk).update(language="nl")
    assert "onze mail naar dit adres komt terug" in desk.get(LOG).content.decode()


def test_all_our_own_words_are_known() -> None:
    """Whoever ends a mail with other words has to name them in OWN_WORDS."""
    assert set(_said()) == {words for words in log.OWN_WORDS if " " in words}


def _said() -> Iterator[str]:
    """Give the words in the code with which a mail is ended, or held."""
    for path in Path(log.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node) in {"end", "doubt", "turn", "accept"}:
                values = [*node.args, *(one.value for one in node.keywords)]
                found = [constant for value in values for constant in ast.walk(value)]
                yield from (one.value for one in found if isinstance(one, ast.Constant) and " " in str(one.value))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_it_shows_no_body_and_no_token(desk: Client, anna: Person, post: Post) -> None:
    wants(anna)
    queue_account_mail("account/email/password_reset_key", anna.email, {"user": anna})
    send_waiting(30)
    token = post.text().split("/account/password/reset/key/")[1].split("/")[0]
    mail = Mail.objects.get()
    pages = desk.get(LOG).content.decode() + desk.get(f"{LOG}{mail.pk}/").content.decode()
    assert (token in pages, "Choose a new password" in pages, "password_reset_key" in pages) == (False, False, True)


def test_an_empty_log_says_so(desk: Client, db: None) -> None:
    page = desk.get(LOG).content.decode()
    assert ("No mail was made yet" in page, "No mail fits this" in page) == (True, False)
    assert "No mail fits this" in desk.get(LOG, {"staat": "dead"}).content.decode()


def test_it_says_how_sending_stands(desk: Client, db: None) -> None:
    made("1", next_try_at=timezone.now() - timedelta(hours=1))
    made("2", state="uncertain")
    Refusal.objects.create(address="a@x.example", count=3, words="550")
    assert "News is paused since" not in desk.get(LOG).content.decode()
    Pause.begin()
    page = desk.get(LOG).content.decode()
    for words in ("News is paused since", ">mail waits<", ">mail is held<", ">mails were refused<"):
        assert words in page, words
    assert "address gives mail back" in page


def test_staff_finds_it_in_the_menu(desk: Client, anna: Person) -> None:
    assert f'href="{LOG}"' in desk.get("/").content.decode()
    other = Client()
    other.force_login(anna)
    assert f'href="{LOG}"' not in other.get("/").content.decode()


# --- searching ----------------------------------------------------------------------------------------------


@pytest.fixture
def some(anna: Person, bram: Person) -> None:
    Person.objects.filter(pk=anna.pk).update(email="anna@voorbeeld.example")
    Person.objects.filter(pk=bram.pk).update(email="bram@voorbeeld.example")
    made("anna", person=anna)
    made("bram", person=bram, state="sent")
    made("gast", kind="meeting", address="Anna.Gast@elders.example")
    made("signaal", kind="report", state="dead")


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["signaal", "gast", "bram", "anna"]),
        ("staat=sent", ["bram"]),
        ("soort=digest", ["bram", "anna"]),
        ("soort=digest&staat=ready", ["anna"]),
        ("adres=anna", ["gast", "anna"]),
        ("adres=ANNA%40voorbeeld.example", ["anna"]),
        ("adres=anna.gast%40elders.example", ["gast"]),
        ("adres=voorbeeld", []),
        ("adres=%25%25%25", []),
        ("adres=an_a", []),
        ("adres=anna&soort=meeting", ["gast"]),
        ("staat=open", ["signaal", "gast", "bram", "anna"]),
        ("adres=an", ["signaal", "gast", "bram", "anna"]),
        ("voor=x", ["signaal", "gast", "bram", "anna"]),
    ],
)
def test_filters(desk: Client, query: str, found: list[str]) -> None:
    assert keys(desk.get(f"{LOG}?{query}")) == found


def test_what_is_not_understood_is_named(desk: Client, db: None) -> None:
    assert "We do not know what you asked at “State”" in desk.get(LOG, {"staat": "open"}).content.decode()


@pytest.mark.parametrize("name", ["staat", "soort", "adres", "voor"])
@pytest.mark.parametrize(
    "value", ["", "%00", "%ff", "9" * 30, "-1", "%27%20OR%201=1", "%5C%25%5C", "x" * 5000, "%F0%9F%92%A9"]
)
def test_no_query_breaks_it(desk: Client, db: None, name: str, value: str) -> None:
    made("1")
    assert desk.get(f"{LOG}?{name}={value}").status_code == (400 if value in ("%00", "%ff") else 200)


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 40])
def test_no_number_breaks_it(desk: Client, db: None, pk: str) -> None:
    answers = desk.get(f"{LOG}{pk}/"), desk.post(f"{LOG}{pk}/besluit/", {"act": "now"})
    assert [answer.status_code for answer in answers] == [404, 404]


def test_pages_go_on_after_a_mail(desk: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PER_PAGE", 2)
    for number in range(5):
        made(str(number), state="sent")
    seen, path = [], f"{LOG}?staat=sent"
    while path:
        response = desk.get(path)
        seen.append(keys(response))
        made(f"new {len(seen)}", state="sent")  # shifts no page
        last = response.context["last"]
        path = f"{LOG}?staat=sent&voor={last}" if last else ""
        assert (f"?staat=sent&amp;voor={last}" in response.content.decode()) == bool(last)
    assert seen == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.parametrize("count", [1, 30])
def test_it_costs_the_same_for_one_mail_and_for_many(
    desk: Client, anna: Person, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        made(str(number), person=anna)
    desk.get(LOG)
    with django_assert_num_queries(13):
        desk.get(LOG)
    with django_assert_num_queries(14):  # two are the savepoint of the request
        desk.get(LOG, {"adres": anna.email})


# --- what can be done ---------------------------------------------------------------------------------------

PUT_OFF = {"attempts": 1, "next_try_at": timezone.now() + timedelta(days=36_500)}


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        ({"state": "ready"}, ["cancel"]),
        ({"state": "ready", **PUT_OFF}, ["now", "cancel"]),
        ({"state": "uncertain"}, ["arrived", "again", "release"]),
        *[({"state": state}, []) for state in ("claimed", "handing", "sent", "empty", "cancelled", "dead")],
    ],
)
def test_what_may_be_done_when(desk: Client, db: None, fields: dict[str, Any], may: list[str]) -> None:
    mail = made("1", **fields)
    assert [one.name for one in acts_for(mail)] == may
    page = desk.get(f"{LOG}{mail.pk}/").content.decode()
    assert [one.name for one in ACTS if f'value="{one.name}"' in page] == may


def decide(desk: Client, mail: Mail, name: str) -> str:
    response = desk.post(f"{LOG}{mail.pk}/besluit/", {"act": name}, follow=True)
    assert response.redirect_chain == [(f"{LOG}{mail.pk}/", 302)]
    mail.refresh_from_db()
    return response.content.decode()


def test_a_mail_that_was_put_off_goes_now(desk: Client, overview: Mail, post: Post) -> None:
    Mail.objects.update(**PUT_OFF)
    send_waiting(30)
    assert post.taken == []
    decide(desk, overview, "now")
    send_waiting(30)
    assert len(post.taken) == 1


def test_a_held_mail_goes_again_with_its_message_id(desk: Client, overview: Mail, post: Post) -> None:
    Mail.objects.update(state="uncertain")
    decide(desk, overview, "again")
    send_waiting(30)
    assert [mail["Message-ID"] for mail in post.mails] == [overview.message_id]


def test_a_held_mail_that_arrived_is_sent(desk: Client, overview: Mail, post: Post, anna: Person) -> None:
    Mail.objects.update(state="uncertain")
    decide(desk, overview, "arrived")
    due(anna)
    go_round()
    assert (overview.state, post.taken, Enclosure.objects.count()) == ("sent", [], 1)


@pytest.mark.parametrize(("state", "name"), [("uncertain", "release"), ("ready", "cancel")])
def test_what_is_let_go_comes_with_the_next_overview(
    desk: Client, overview: Mail, post: Post, anna: Person, state: str, name: str
) -> None:
    Mail.objects.update(state=state)
    decide(desk, overview, name)
    assert (overview.state, Notice.objects.unread().filter(person=anna).count()) == ("cancelled", 1)
    due(anna)
    go_round()
    assert (len(post.taken), post.mails[0]["Message-ID"] == overview.message_id) == (1, False)


def test_each_act_is_an_event(desk: Client, overview: Mail, stan: Person) -> None:
    decide(desk, overview, "cancel")
    event = Event.objects.get(verb=Verb.STAFF_CHANGED)
    assert (event.actor, event.audience, event.object_kind, event.object_id, event.data) == (
        stan,
        Audience.DESK,
        "mail",
        str(overview.pk),
        {"model": "digests.mail", "act": "cancel"},
    )


@pytest.mark.parametrize("state", ["claimed", "sent"])
def test_who_comes_too_late_hears_it(desk: Client, overview: Mail, state: str) -> None:
    Mail.objects.update(state=state)
    assert "The mail changed in the meantime" in decide(desk, overview, "cancel")
    assert (overview.state, Event.objects.filter(verb=Verb.STAFF_CHANGED).count()) == (state, 0)


@pytest.mark.parametrize("name", ["again", "arrived", "release", "cancel", "now"])
def test_a_sender_that_was_first_wins(overview: Mail, stan: Person, name: str) -> None:
    """The page knew an older state than the database has."""
    Mail.objects.update(state="handing")
    overview.state = "uncertain" if name in ("again", "arrived", "release") else "ready"
    overview.next_try_at = PUT_OFF["next_try_at"]
    assert act(overview, name, by=stan) is False
    overview.refresh_from_db()
    assert (overview.state, Enclosure.objects.count()) == ("handing", 1)


@pytest.mark.parametrize("data", [{}, {"act": "burn"}])
def test_an_unknown_act_comes_back(desk: Client, overview: Mail, data: dict[str, str]) -> None:
    response = desk.post(f"{LOG}{overview.pk}/besluit/", data)
    assert (response.status_code, b"Choose one of the buttons" in response.content) == (422, True)


def test_nothing_is_done_by_looking(desk: Client, overview: Mail) -> None:
    assert desk.get(f"{LOG}{overview.pk}/besluit/").status_code == 405
