"""A pause: news waits, what is awaited goes on, and afterwards there is one overview."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import Person
from digests.models import Mail, Pause, Subscription
from digests.outbox import message_id, queue_account_mail
from digests.plan import plan
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Comment, Region
from tests import make
from tests.digests.mailing import Post, age, due, go_round, wants

NEWS = {"digest", "welcome", "meeting", "announced", "answer", "assigned"}


def mail(*words: Any) -> str:
    out = StringIO()
    call_command("mail", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def news(anna: Person, bram: Person, utrecht: Region) -> Person:
    """Anna wants the overview, and Bram commented on her challenge."""
    wants(anna)
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed idee.", by=bram)
    spread()
    return anna


def test_nothing_is_planned_and_what_is_due_stays_so(news: Person) -> None:
    before = Subscription.objects.get().next_at
    Pause.begin()
    assert (plan(), Mail.objects.count(), Subscription.objects.get().next_at) == (0, 0, before)


def test_afterwards_there_is_one_overview(news: Person, post: Post) -> None:
    Pause.begin()
    for _period in range(3):
        age(news, days=7)
        go_round()
    Pause.end()
    go_round()
    assert post.subjects == [(news.email, "1 comment")]


def test_what_was_planned_before_waits_too(news: Person, post: Post) -> None:
    plan()
    Pause.begin()
    send_waiting(30)
    assert (post.taken, Mail.objects.get().state) == ([], "ready")
    Pause.end()
    send_waiting(30)
    assert len(post.taken) == 1


def test_who_waits_for_a_mail_gets_it(news: Person, post: Post) -> None:
    plan()
    Pause.begin()
    queue_account_mail("account/email/password_changed", news.email, {})
    send_waiting(30)
    assert post.subjects == [(news.email, "Your password was changed")]


def test_all_kinds_but_the_awaited_wait(db: None) -> None:
    for kind in Mail.Kind.values:
        Mail.objects.create(key=kind, kind=kind, message_id=message_id(kind))
    Pause.begin()
    held = set(Mail.Kind.values) - set(Mail.objects.waiting().values_list("kind", flat=True))
    assert held >= NEWS
    assert held.isdisjoint(Mail.AWAITED)


def test_there_is_one_pause(db: None) -> None:
    Pause.begin()
    since = Pause.objects.get().since
    Pause.begin()
    assert Pause.objects.get().since == since
    with pytest.raises(IntegrityError, match="at_most_one_pause"), transaction.atomic():
        Pause.objects.create(id=2)


# --- the command --------------------------------------------------------------------------------------------


def test_the_command_pauses_and_goes_on(news: Person, post: Post) -> None:
    assert mail("pause").startswith("No news goes out until `manage.py mail resume`.")
    assert mail("status").startswith("paused since 20")
    go_round()
    assert mail("resume").startswith("News goes out again.")
    assert mail("status").startswith("goes out")
    go_round()
    assert len(post.taken) == 1


def test_the_command_shows_how_it_stands(news: Person) -> None:
    Mail.objects.create(key="1", kind="digest", state="uncertain", message_id="<1@x.example>")
    Mail.objects.create(key="2", kind="digest", message_id="<2@x.example>")
    shown = dict(line.split(maxsplit=1) for line in mail("status").splitlines()[1:])
    assert shown == {
        "ready": "1",
        "claimed": "0",
        "handing": "0",
        "uncertain": "1",
        "dead": "0",
        "due": "1",
        "unspread": "0",
        "refused": "0",
        "oldest": "0 seconds",
    }


def test_the_command_releases_what_is_held(news: Person, post: Post) -> None:
    plan()
    Mail.objects.update(state="uncertain")
    assert mail("release").startswith("1 mail is released")
    assert Mail.objects.get().state == "cancelled"
    due(news)
    go_round()
    assert len(post.taken) == 1


def test_digest_now_says_that_it_waits(news: Person) -> None:
    out = StringIO()
    Pause.begin()
    call_command("digest_now", news.email, stdout=out)
    assert "News is paused" in out.getvalue()


def test_the_command_knows_no_other_words(db: None) -> None:
    with pytest.raises(CommandError):
        mail("stop")
