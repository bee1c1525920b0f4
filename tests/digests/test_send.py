"""Sending over a real line: claim, hand over, put off, give up, take up what a dead sender left."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from accounts.models import Person
from digests.compose import compose
from digests.models import Enclosure, Mail
from digests.plan import plan
from digests.relay import Relay
from digests.send import IN_DOUBT, LOCKS, claimed, deliver, reap, send_waiting
from digests.spread import spread
from regions.models import Comment, Notice, Region
from tests import make
from tests.digests.mailing import Post, due, go_round, wants


@pytest.fixture
def mail(anna: Person, bram: Person, utrecht: Region) -> Mail:
    """A planned overview for Anna with one comment in it."""
    wants(anna)
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp")
    Comment.write(challenge, "Goed idee.", by=bram)
    spread()
    plan()
    return Mail.objects.get()


def state(mail: Mail) -> tuple[str, int]:
    mail.refresh_from_db()
    return mail.state, mail.attempts


def test_a_mail_goes_out_once(mail: Mail, post: Post, anna: Person) -> None:
    send_waiting(30)
    send_waiting(30)
    assert (state(mail), post.subjects) == (("sent", 1), [(anna.email, "1 comment")])
    assert mail.reply.startswith("250")


def test_the_item_stays_in_the_mail_that_told_it(mail: Mail, post: Post, anna: Person) -> None:
    send_waiting(30)
    due(anna)
    go_round()
    assert (len(post.taken), Enclosure.objects.count()) == (1, 1)


def test_before_the_dot_the_row_says_so(mail: Mail, post: Post) -> None:
    """When the server is about to answer, the outbox says that the mail is being handed over."""
    seen: list[str] = []
    with claimed() as taken, Relay() as relay:
        assert taken
        hand_over = relay.hand_over

        def watch(letter: object, before_dot: Callable[[], None]) -> str:
            def and_look() -> None:
                before_dot()
                seen.append(Mail.objects.get().state)

            return hand_over(letter, and_look)  # type: ignore[arg-type]

        relay.hand_over = watch  # type: ignore[method-assign]
        deliver(taken, relay)
    assert (seen, state(mail)) == (["handing"], ("sent", 1))


def test_a_sender_that_fails_before_the_dot_sends_nothing(mail: Mail, post: Post) -> None:
    class Gone(Exception):
        pass

    def fail() -> None:
        raise Gone

    with claimed() as taken, Relay() as relay:
        assert taken
        letter = compose(taken)
        assert letter
        with pytest.raises(Gone):
            relay.hand_over(letter, fail)
    assert post.taken == []


def test_a_server_that_asks_for_patience_is_asked_again(mail: Mail, post: Post) -> None:
    post.answer = "451 later"
    waits = []
    for _number in range(4):
        send_waiting(30)
        mail.refresh_from_db()
        waits.append(round((mail.next_try_at - timezone.now()).total_seconds() / 60))
        Mail.objects.update(next_try_at=timezone.now())
    post.answer = "250 taken"
    send_waiting(30)
    assert (waits, state(mail), len(post.taken)) == ([1, 5, 15, 60], ("sent", 5), 1)


def test_a_server_that_is_away_costs_one_try(mail: Mail, post: Post, settings: Any, bram: Person) -> None:
    Mail.objects.create(key="other", kind="digest", person=bram, message_id="<other@initiate.example>", priority=9)
    settings.EMAIL_PORT = 1
    send_waiting(30)
    assert list(Mail.objects.order_by("priority").values_list("state", "attempts")) == [("ready", 1), ("ready", 0)]


def test_after_five_days_it_is_given_up(mail: Mail, post: Post) -> None:
    Mail.objects.update(attempts=10)
    post.answer = "451 later"
    send_waiting(30)
    assert (state(mail), Enclosure.objects.count()) == (("dead", 11), 0)


@pytest.mark.parametrize("where", ["at_rcpt", "answer"])
def test_who_is_refused_is_not_asked_again_and_the_news_is_free(
    mail: Mail, post: Post, where: str, anna: Person
) -> None:
    setattr(post, where, "550 nobody here")
    send_waiting(30)
    assert (state(mail), Enclosure.objects.count(), Notice.objects.unread().filter(person=mail.person).count()) == (
        ("dead", 1),
        0,
        1,
    )
    assert "550" in mail.reply


def test_one_that_is_refused_does_not_stop_the_next(mail: Mail, post: Post, bram: Person, utrecht: Region) -> None:
    wants(bram)
    Comment.write(make.challenge(by=bram, region=utrecht), "Mooi.", by=mail.person or bram)
    spread()
    plan()
    Mail.objects.filter(person=mail.person).update(data={}, kind="account")  # cannot be composed: no prefix
    send_waiting(30)
    assert sorted(Mail.objects.values_list("kind", "state")) == [("account", "ready"), ("digest", "sent")]


def test_a_finished_mail_never_opens_again(mail: Mail, post: Post) -> None:
    send_waiting(30)
    with pytest.raises(Error, match="finished"), transaction.atomic():
        Mail.objects.update(state="ready")


def test_what_a_dead_sender_had_claimed_goes_out(mail: Mail, post: Post) -> None:
    Mail.objects.update(state="claimed", attempts=1)
    assert send_waiting(30) is False
    assert (reap(), post.taken) == (1, [])
    send_waiting(30)
    assert (state(mail), len(post.taken)) == (("sent", 2), 1)


@pytest.mark.parametrize(("kind", "after"), [("digest", "uncertain"), ("account", "ready")])
def test_what_was_being_handed_over_is_in_doubt(mail: Mail, post: Post, kind: str, after: str) -> None:
    """An overview is held and stays on the bell; a link that someone waits for goes again."""
    Mail.objects.update(
        state="handing", kind=kind, attempts=1, state_at=timezone.now() - IN_DOUBT - timedelta(seconds=1)
    )
    assert (reap(), state(mail)[0]) == (1, after)
    assert (Enclosure.objects.count(), Notice.objects.unread().filter(person=mail.person).count()) == (1, 1)


def test_what_was_handed_over_just_now_is_left(mail: Mail, post: Post) -> None:
    Mail.objects.update(state="handing", state_at=timezone.now())
    assert (reap(), state(mail)[0], send_waiting(5)) == (0, "handing", False)


def test_a_line_that_breaks_after_the_dot_leaves_a_doubt(mail: Mail, post: Post, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    post.before_answer = lambda: time.sleep(1)
    send_waiting(30)
    send_waiting(30)
    assert state(mail) == ("uncertain", 1)


def test_who_waits_goes_first(mail: Mail, post: Post) -> None:
    for number, priority in enumerate((7, 0, 3)):
        Mail.objects.create(key=f"k{number}", kind="digest", message_id=f"<{number}@x.example>", priority=priority)
    order = []
    for _number in range(4):
        with claimed() as taken:
            assert taken
            order.append(taken.priority)
    assert order == [0, 3, 5, 7]


def test_the_lock_ends_with_the_claim(mail: Mail) -> None:
    def held() -> int:
        with connection.cursor() as cursor:
            own = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # others test beside us
            cursor.execute(
                f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND {own}", [LOCKS]
            )
            return int(cursor.fetchone()[0])

    with claimed():
        inside = held()
    assert (inside, held()) == (1, 0)
