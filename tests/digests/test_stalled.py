"""A sender that does not send is told within five minutes, and one address in trouble is not."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.models import Mail, Pause, Pulse
from digests.outbox import message_id, queue_account_mail
from digests.send import send_waiting
from digests.stalled import complaint
from tests.digests.mailing import Post

SILENT = "the sender is silent while mail waits"
WAITS = "mail waits for more than 5 minutes"
TOO_LONG = "mail waits for more than an hour"
NOTHING = "the mail server takes nothing"


def waits(minutes: float, key: str = "1", **fields: Any) -> Mail:
    at = timezone.now() - timedelta(minutes=minutes)
    fields = {"kind": Mail.Kind.ACCOUNT, "made_at": at, "next_try_at": at, **fields}
    return Mail.objects.create(key=key, message_id=message_id(key), **fields)


def beat(name: str, minutes: float = 0) -> None:
    Pulse.beat(name)
    Pulse.objects.filter(name=name).update(at=timezone.now() - timedelta(minutes=minutes))


def tried(minutes: float, reply: str, key: str = "1", made: float = 6) -> Mail:
    """Make a mail that was put off so many minutes ago."""
    now = timezone.now()
    later = {"next_try_at": now + timedelta(hours=1), "state_at": now - timedelta(minutes=minutes)}
    return waits(made, key, attempts=2, reply=reply, **later)


@pytest.fixture(autouse=True)
def _works(db: None) -> None:
    beat("sender")


@pytest.mark.parametrize(
    ("since", "sender", "sent", "words"),
    [
        (2, 9, 9, ""),
        (4, 9, 9, SILENT),
        (4, 1, 9, ""),
        (6, 1, 9, WAITS),
        (6, 1, 1, ""),
        (59, 1, 1, ""),
        (61, 1, 1, TOO_LONG),
    ],
)
def test_mail_that_waits(since: float, sender: float, sent: float, words: str) -> None:
    waits(since)
    beat("sender", sender)
    beat("sent", sent)
    assert complaint() == words


def test_mail_of_later_waits_for_nobody() -> None:
    waits(-1)
    beat("sender", 60)
    assert complaint() == ""


def test_a_server_that_was_never_there_is_told_of_one_mail(anna: Person, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    queue_account_mail("account/email/password_changed", anna.email, {})
    send_waiting(30)
    assert complaint() == ""
    Mail.objects.update(made_at=timezone.now() - timedelta(minutes=5))
    assert complaint() == NOTHING


@pytest.mark.parametrize(
    ("reply", "mails", "ago", "words"),
    [
        ("ConnectionRefusedError: [Errno 111] refused", 1, 1, NOTHING),
        ("SMTPServerDisconnected: closed", 1, 600, NOTHING),
        ("451 later", 2, 1, ""),
        ("451 later", 3, 1, NOTHING),
        ("451 later", 3, 61, ""),
        ("KeyError", 3, 1, ""),
    ],
)
def test_mail_that_is_put_off(reply: str, mails: int, ago: float, words: str) -> None:
    for number in range(mails):
        tried(ago, reply, str(number), made=ago + 6)
    assert complaint() == words


def test_one_that_left_since_says_that_the_server_is_there() -> None:
    for number in range(3):
        tried(2, "ConnectionRefusedError: refused", str(number))
    beat("sent", 1)
    assert complaint() == ""
    beat("sent", 3)
    assert complaint() == NOTHING


def test_a_mail_that_leaves_is_a_sign_of_life(anna: Person, post: Post) -> None:
    beat("sent", 30)
    queue_account_mail("account/email/password_changed", anna.email, {})
    send_waiting(30)
    pulse = Pulse.objects.get(name="sent")
    assert (pulse.count, timezone.now() - pulse.at < timedelta(minutes=1)) == (2, True)


def test_a_pause_is_said_and_news_that_waits_then_is_no_fault() -> None:
    waits(90, kind=Mail.Kind.DIGEST)
    Pause.begin()
    since = Pause.objects.get().since
    assert complaint() == f"news is paused since {since:%Y-%m-%d %H:%M} UTC"
    waits(6, "2")
    assert complaint() == WAITS


def test_healthz_says_it(client: Client) -> None:
    for part in ("tick", "worker"):
        beat(part)
    assert client.get("/healthz").status_code == 200
    Pause.begin()
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (503, "stale")
    assert response.json()["parts"]["sender"].startswith("news is paused since 20")
