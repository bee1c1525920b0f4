"""An answer by mail: a comment by the door of the site, or a mail that says why not; never twice, no stranger's."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from digests.inbox.address import address_for
from digests.inbox.message import LIMIT, Message
from digests.inbox.receive import MOST, receive
from digests.models import Incoming, Mail
from digests.send import send_waiting
from regions.models import Comment, Contribution, Event, Membership, Region, Ruling, Unspread
from tests import make
from tests.digests.answers import DOMAIN, answer, message, reader, sample
from tests.digests.mailing import Post
from tests.digests.test_races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.REPLY_DOMAIN = DOMAIN


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, title="Eerder hulp bij schulden")


@pytest.fixture
def bram(bram: Person) -> Person:
    return reader(bram)


def posted() -> list[tuple[str, str]]:
    return list(Comment.objects.order_by("pk").values_list("author__name", "text"))


def mailed(post: Post) -> list[tuple[str, str]]:
    """Return to whom a mail went and its subject."""
    send_waiting(30)
    return post.subjects


# --- what is posted --------------------------------------------------------------------------------------------


def test_an_answer_is_the_comment_that_the_site_makes(challenge: Challenge, bram: Person, post: Post) -> None:
    assert receive(message(bram, challenge, "Wij doen **dit** al.")) == "posted"
    client = Client()
    client.force_login(bram)
    client.post(reverse("regions:comment", args=[challenge.pk]), {"text": "Van de **site**.", "form_key": make.key()})
    by_mail, by_site = Comment.objects.order_by("pk")
    same = ("contribution", "author", "parent", "state", "is_asked", "edited_at")
    assert [getattr(by_mail, name) for name in same] == [getattr(by_site, name) for name in same]
    assert (by_mail.text, by_mail.html) == ("Wij doen **dit** al.", "<p>Wij doen <strong>dit</strong> al.</p>\n")
    lines = Event.objects.filter(object_kind="comment").values_list("verb", "actor", "contribution", "audience", "data")
    assert len(lines) == 2
    assert lines[0] == lines[1]
    assert (Contribution.objects.get(pk=challenge.pk).comment_count, mailed(post)) == (2, [])
    assert Unspread.objects.filter(event__object_kind="comment").count() == 2


def test_the_address_itself_is_not_posted(challenge: Challenge, bram: Person) -> None:
    address = address_for(bram, challenge)
    receive(message(bram, challenge, f"Ik antwoord aan {address.upper()} en zo."))
    assert posted() == [(bram.name, "Ik antwoord aan  en zo.")]


def test_a_mail_program_finds_its_way(challenge: Challenge, bram: Person, post: Post) -> None:
    EmailAddress.objects.create(user=bram, email="anna@gemeente.example", verified=True)
    address = address_for(bram, challenge)
    outcomes = [
        receive(Message(sample(name).replace(b"TO", address.encode(), 1))) for name in ("outlook-nl", "gmail-nl")
    ]
    assert (outcomes, [text.splitlines()[0] for _name, text in posted()]) == (
        ["posted", "posted"],
        ["Wij doen mee met twee coördinatoren.", "Wij doen mee ✅"],
    )
    assert mailed(post) == []


def test_it_comes_in_by_whichever_header_the_mail_server_sets(challenge: Challenge, bram: Person) -> None:
    address = address_for(bram, challenge)
    ways: list[dict[str, str]] = [
        {"To": f"Iemand <x@y.example>, Initiate <{address.upper()}>"},
        {"To": "x@y.example", "Cc": address},
        {"To": "x@y.example", "Delivered_To": address},
        {"To": "x@y.example", "X_Original_To": address},
    ]
    texts = [f"Antwoord {number}." for number in range(len(ways) + 1)]
    for number, way in enumerate(ways):
        receive(message(bram, challenge, texts[number], Message_ID=f"<{number}@x.example>", **way))
    receive(message(bram, challenge, texts[-1], Message_ID="<z@x.example>", To="x@y.example"), to=address)
    assert [text for _name, text in posted()] == texts


def test_any_confirmed_address_of_someone_is_theirs(challenge: Challenge, bram: Person) -> None:
    EmailAddress.objects.create(user=bram, email="bram@thuis.example", verified=True)
    assert receive(message(bram, challenge, From="B <Bram@Thuis.example>")) == "posted"


def test_a_photo_is_not_kept_and_that_is_told(challenge: Challenge, bram: Person, post: Post) -> None:
    EmailAddress.objects.create(user=bram, email="anna@gemeente.example", verified=True)
    raw = sample("iphone-nl").replace(b"TO", address_for(bram, challenge).encode(), 1)
    assert receive(Message(raw)) == "nofiles"
    assert mailed(post) == [(bram.email, "What you attached was not kept: Eerder hulp bij schulden")]
    assert f"http://127.0.0.1:8000{Comment.objects.get().get_absolute_url()}" in post.text()
    assert "We do not keep your words" not in post.text()


# --- once ------------------------------------------------------------------------------------------------------


def test_a_message_that_is_delivered_again_makes_one_comment(challenge: Challenge, bram: Person) -> None:
    raw = answer(bram, challenge)
    again = b"Received: from elsewhere\n" + raw
    assert [receive(Message(one)) for one in (raw, again, raw)] == ["posted"] * 3
    assert (len(posted()), Incoming.objects.count()) == (1, 1)


def test_without_a_message_id_the_words_tell_that_it_is_the_same(challenge: Challenge, bram: Person) -> None:
    raw = answer(bram, challenge, Message_ID="")
    outcomes = [receive(Message(one)) for one in (raw, b"Received: from elsewhere\n" + raw)]
    outcomes.append(receive(message(bram, challenge, "Iets anders.", Message_ID="")))
    assert (outcomes, len(posted())) == (["posted"] * 3, 2)


def test_the_same_words_within_ten_minutes_were_meant_once(challenge: Challenge, bram: Person, post: Post) -> None:
    receive(message(bram, challenge))
    assert receive(message(bram, challenge, Message_ID="<2@x.example>")) == "twice"
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert receive(message(bram, challenge, Message_ID="<3@x.example>")) == "posted"
    assert (len(posted()), mailed(post)) == (2, [])


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_once_make_one_comment(challenge: Challenge, bram: Person) -> None:
    raw = answer(bram, challenge)
    assert at_once(*[lambda: receive(Message(raw))] * 6) == []
    assert (len(posted()), list(Incoming.objects.values_list("outcome", flat=True))) == (1, ["posted"])
    assert Contribution.objects.get(pk=challenge.pk).comment_count == 1


# --- why not ---------------------------------------------------------------------------------------------------

Change = Callable[[Challenge, Person, Person], object]


def close(challenge: Challenge, reader: Person, by: Person) -> None:
    Ruling.close_comments(challenge, by=by, closed=True)


def hide(challenge: Challenge, reader: Person, by: Person) -> None:
    Ruling.hide(challenge, by=by, reason="privacy", words="")


def hide_from_owner(challenge: Challenge, reader: Person, by: Person) -> None:
    challenge.involvements.create(person=reader, part="team")
    hide(challenge, reader, by)


def archive(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(state="archived")


def to_team(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="team")


def leave(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="region")
    Membership.objects.get(person=reader).leave(reader)


def suspend(challenge: Challenge, reader: Person, by: Person) -> None:
    until = timezone.localdate() + timedelta(days=9)
    Membership.objects.get(person=reader).suspend(by, reason="insult", words="", ends_on=until)


def suspend_where_closed(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="region")
    suspend(challenge, reader, by)


LOST: list[tuple[Change, str, str]] = [
    (close, "closed", "Eerder hulp bij schulden"),
    (archive, "closed", "Eerder hulp bij schulden"),
    (hide_from_owner, "closed", "Eerder hulp bij schulden"),
    (suspend, "outside", "Eerder hulp bij schulden"),
    (hide, "unseen", ""),
    (to_team, "unseen", ""),
    (leave, "unseen", ""),
    (suspend_where_closed, "unseen", ""),
]


@pytest.mark.parametrize(("happens", "outcome", "title"), LOST)
def test_a_right_that_was_lost_since_the_mail_is_gone(
    happens: Change, outcome: str, title: str, challenge: Challenge, bram: Person, mo: Person, post: Post
) -> None:
    raw = answer(bram, challenge)
    happens(challenge, bram, mo)
    assert (receive(Message(raw)), posted()) == (outcome, [])
    assert mailed(post) == [(bram.email, "Your answer was not posted" + (title and f": {title}"))]
    told = post.text() + post.html()
    assert (title in told, "Eerder hulp" in told, challenge.slug in told) == (True, bool(title), bool(title))


def test_what_became_unseen_after_the_answer_is_not_named(
    challenge: Challenge, bram: Person, mo: Person, post: Post
) -> None:
    receive(message(bram, challenge, ""))
    hide(challenge, bram, mo)
    assert mailed(post) == [(bram.email, "Your answer was not posted")]
    assert "Eerder hulp" not in post.text() + post.html()


@pytest.mark.parametrize("fields", [{"is_active": False}, {"erased_at": timezone.now()}])
def test_who_is_blocked_or_erased_posts_nothing_and_hears_nothing(
    fields: dict[str, Any], challenge: Challenge, bram: Person, post: Post
) -> None:
    raw = answer(bram, challenge)
    Person.objects.filter(pk=bram.pk).update(**fields)
    assert (receive(Message(raw)), posted(), mailed(post)) == ("", [], [])


def test_who_is_blocked_after_the_answer_gets_no_mail(challenge: Challenge, bram: Person, post: Post) -> None:
    receive(message(bram, challenge, ""))
    Person.objects.filter(pk=bram.pk).update(is_active=False)
    assert (mailed(post), Mail.objects.get().state) == ([], "cancelled")


SAID = {
    "empty": ("\n\n> KANARIE\n", "We found no new words"),
    "long": ("x" * 5001, "longer than 5000"),
    "number": ("Het gaat om 123456782, KANARIE.", "citizen service number"),
}


@pytest.mark.parametrize(("outcome", "text", "why"), [(name, *rest) for name, rest in SAID.items()])
def test_words_that_the_form_refuses_come_back(
    outcome: str, text: str, why: str, challenge: Challenge, bram: Person, post: Post
) -> None:
    assert (receive(message(bram, challenge, text)), posted()) == (outcome, [])
    assert mailed(post) == [(bram.email, "Your answer was not posted: Eerder hulp bij schulden")]
    assert (why in post.text(), "KANARIE" in post.text(), "123456782" in post.text()) == (True, False, False)
    assert f"http://127.0.0.1:8000{reverse('regions:comment', args=[challenge.pk])}" in post.text()


def test_an_address_of_long_ago_comes_back(challenge: Challenge, bram: Person, post: Post) -> None:
    raw = answer(bram, challenge)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert (receive(Message(raw)), posted()) == ("expired", [])
        assert mailed(post) == [(bram.email, "Your answer was not posted: Eerder hulp bij schulden")]


def test_a_message_that_is_too_large_or_a_tangle_comes_back(challenge: Challenge, bram: Person, post: Post) -> None:
    large = answer(bram, challenge, Message_ID="<large@x.example>") + b"x" * LIMIT
    lines = answer(bram, challenge, Message_ID="<lines@x.example>") + b"x\n" * 200_000
    assert [receive(Message(raw)) for raw in (large, lines)] == ["large", "unreadable"]
    assert (posted(), len(mailed(post))) == ([], 2)


# --- who is not theirs, and who is nobody ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender",
    [
        "Eva <eva@elders.example>",
        "EIGEN, eva@elders.example",
        "EIGEN <eva@elders.example>",
        '"EIGEN" eva@elders.example',
        "EIGEN\nFrom: eva@elders.example",
    ],
)
def test_a_mail_that_was_passed_on_lets_no_stranger_post(
    sender: str, challenge: Challenge, bram: Person, post: Post
) -> None:
    forged = sender.replace("EIGEN", bram.email)
    assert (receive(message(bram, challenge, From=forged)), posted()) == ("stranger", [])
    assert mailed(post) == [(bram.email, "An answer from another address was not posted: Eerder hulp bij schulden")]
    assert ("You answered" in post.text(), "Somebody answered a mail" in post.text()) == (False, True)


def test_an_address_that_is_not_confirmed_is_a_strangers(challenge: Challenge, bram: Person, post: Post) -> None:
    EmailAddress.objects.create(user=bram, email="bram@thuis.example", verified=False)
    assert receive(message(bram, challenge, From="bram@thuis.example")) == "stranger"


def test_a_stranger_makes_us_send_one_mail_a_day(challenge: Challenge, bram: Person, post: Post) -> None:
    for number in range(5):
        receive(message(bram, challenge, From="eva@elders.example", Message_ID=f"<{number}@x.example>"))
    assert len(mailed(post)) == 1


def test_nobody_gets_more_than_so_many_mails_a_day(challenge: Challenge, bram: Person, post: Post) -> None:
    for number in range(MOST + 5):
        receive(message(bram, challenge, "", Message_ID=f"<{number}@x.example>"))
    assert len(mailed(post)) == MOST


@pytest.mark.parametrize("name", ["away-outlook", "away-vacation", "not-delivered", "read-receipt"])
def test_a_machine_gets_no_answer(name: str, challenge: Challenge, bram: Person, post: Post) -> None:
    EmailAddress.objects.create(user=bram, email="anna@gemeente.example", verified=True)
    raw = sample(name).replace(b"TO", address_for(bram, challenge).encode(), 1)
    assert (receive(Message(raw)), posted(), mailed(post)) == ("automatic", [], [])
    assert Incoming.objects.get().outcome == "automatic"


def test_a_subject_alone_makes_no_machine(challenge: Challenge, bram: Person) -> None:
    assert receive(message(bram, challenge, Subject="Afwezig: tot 14 december", Auto_Submitted="no")) == "posted"


@pytest.mark.parametrize("sender", ["", "<>", "MAILER-DAEMON", "mailer-daemon@mx.example"])
def test_an_empty_envelope_is_a_machine(sender: str, challenge: Challenge, bram: Person) -> None:
    assert receive(Message(answer(bram, challenge), sender)) == "automatic"


def test_our_own_mail_is_not_taken_for_an_answer(challenge: Challenge, bram: Person) -> None:
    ours = Mail.objects.create(key="x", kind="digest", person=bram, message_id="<x@initiate.example>")
    assert receive(message(bram, challenge, Message_ID=ours.message_id)) == "automatic"
    assert receive(message(bram, challenge, From="Initiate <noreply@initiate.example>")) == "automatic"


@pytest.mark.parametrize("to", ["antwoord@" + DOMAIN, f"antwoord+{'a' * 40}@{DOMAIN}", "x@elders.example", ""])
def test_what_is_not_for_us_leaves_nothing(to: str, challenge: Challenge, bram: Person, post: Post) -> None:
    assert (receive(message(bram, challenge, To=to)), Incoming.objects.count(), mailed(post)) == ("", 0, [])


# --- what is kept ------------------------------------------------------------------------------------------------

CANARY = "kanariegeel"


def tables_with(word: str) -> set[str]:
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def test_words_are_kept_with_the_comment_alone(
    challenge: Challenge, bram: Person, caplog: pytest.LogCaptureFixture, post: Post
) -> None:
    caplog.set_level(logging.DEBUG)
    assert receive(message(bram, challenge, f"Wat een {CANARY}.", Subject=f"Re: {CANARY}")) == "posted"
    assert tables_with(CANARY) == {"regions_comment", "regions_entry"}
    Comment.objects.get().delete_text()
    refused = (f"{CANARY} 123456782", f"{CANARY} " * 900, f"> {CANARY}")
    for number, text in enumerate(refused):
        receive(message(bram, challenge, text, Message_ID=f"<{number}@{CANARY}.example>", Subject=CANARY))
    receive(message(bram, challenge, CANARY, From=f"{CANARY}@elders.example", Message_ID=f"<{CANARY}@x.example>"))
    assert len(mailed(post)) == 4
    letters = b"".join(letter.original_content or b"" for letter in post.taken).decode()
    assert (tables_with(CANARY), CANARY in caplog.text, CANARY in letters) == (set(), False, False)


def test_rows_of_long_ago_are_thrown_away(challenge: Challenge, bram: Person) -> None:
    receive(message(bram, challenge))
    assert Incoming.objects.drop_old() == 0
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert Incoming.objects.drop_old() == 1


def test_an_answer_takes_so_many_queries(challenge: Challenge, bram: Person) -> None:
    message_ = message(bram, challenge)
    with CaptureQueriesContext(connection) as asked:
        receive(message_)
    statements = [query for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(statements) == 17


# --- the command -------------------------------------------------------------------------------------------------


def piped(raw: bytes, *options: str, **env: str) -> tuple[int, str]:
    """Return how `receive_mail` ends on this message, and what it prints."""
    test_database = re.sub(r"/\w+(?=\?|$)", f"/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"])
    known = {**os.environ, "DATABASE_URL": test_database, "REPLY_DOMAIN": DOMAIN, **env}
    command = [sys.executable, "manage.py", "receive_mail", *options]
    ended = subprocess.run(command, input=raw, env=known, capture_output=True, check=False, timeout=60)
    return ended.returncode, (ended.stdout + ended.stderr).decode()


@pytest.mark.django_db(transaction=True)
def test_the_command_takes_what_a_mail_server_pipes(challenge: Challenge, bram: Person, settings: Any) -> None:
    key, address = settings.SECRET_KEY, address_for(bram, challenge)
    raw = answer(bram, challenge, CANARY, To="x@y.example")
    away = {"DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent"}
    results = [
        piped(raw, "--to", address, SECRET_KEY=key, **away),
        piped(raw, "--to", address, SECRET_KEY=key, REPLY_DOMAIN=""),
        piped(raw, SECRET_KEY=key),
        piped(raw, SECRET_KEY=key, ORIGINAL_RECIPIENT=address, SENDER=bram.email),
        piped(raw, "--to", address, SECRET_KEY=key),
        piped(b"", SECRET_KEY=key),
    ]
    assert [code for code, _printed in results] == [75, 75, 0, 0, 0, 0]
    printed = "".join(printed for _code, printed in results)
    assert ("Traceback" in printed, CANARY in printed, posted()) == (False, False, [(bram.name, CANARY)])


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_holds_nothing_up(challenge: Challenge, bram: Person, settings: Any) -> None:
    away = {"SECRET_KEY": settings.SECRET_KEY, "REDIS_URL": "unix:///nonexistent"}
    assert piped(answer(bram, challenge, ""), **away)[0] == 0
    assert [(mail.kind, mail.state) for mail in Mail.objects.all()] == [("returned", "ready")]
