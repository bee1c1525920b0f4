"""What a process of its own does, and may be killed in the midst of. Importing this makes Django ready."""

import itertools
import os
import random
import time
from contextlib import suppress
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "initiate.settings")
django.setup()

from celery import current_app  # noqa: E402
from django.conf import settings  # noqa: E402 - Django has to be ready
from django.db import DatabaseError, InterfaceError, connection, transaction  # noqa: E402
from django.template.loader import get_template  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import translation  # noqa: E402

from accounts.models import Person  # noqa: E402
from challenges.models import Challenge  # noqa: E402
from digests.mailing import mail_to_all  # noqa: E402
from digests.outbox import queue_account_mail  # noqa: E402
from digests.plan import plan  # noqa: E402
from digests.send import reap, send_waiting  # noqa: E402
from digests.spread import spread  # noqa: E402
from regions.models import Comment, Region, Ruling, Unspread  # noqa: E402
from tests import make  # noqa: E402
from tests.digests.mailing import wants  # noqa: E402


@transaction.atomic
def people(number: int) -> list[str]:
    """Make a challenge that so many people follow and want to hear of each day; return their addresses."""
    utrecht = make.region("Utrecht")
    anna, bram, mo = make.person("Anna"), make.person("Bram"), make.person("Mo")
    for who in (anna, bram):
        make.member(who, utrecht)
    make.member(mo, utrecht, moderator=True)
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp")
    readers = [wants(make.person(), "daily") for _number in range(number)]
    for reader in readers:
        challenge.follow(reader)
    Unspread.objects.all().delete()
    return [reader.email for reader in readers]


def write(word: str) -> None:
    """Say something new; who calls this has an answer only when it stands."""
    Comment.write(Challenge.objects.get(title="Eerder hulp"), word, by=Person.objects.get(name="Bram"))


@transaction.atomic
def post_and_hide(word: str) -> None:
    """Say something where it can be read, and take it away before anybody was told."""
    by = Person.objects.get(name="Bram")
    challenge = make.challenge(by=by, region=Region.objects.get(name="Utrecht"), title=word, summary=word)
    for reader in Person.objects.filter(subscription__isnull=False):
        challenge.follow(reader)
    Comment.write(challenge, word, by=by)
    Ruling.hide(challenge, by=Person.objects.get(name="Mo"), reason="privacy", words="")


@transaction.atomic
def make_challenges(number: int) -> None:
    """Make more challenges, which everybody follows who wants to hear of things."""
    anna, utrecht = Person.objects.get(name="Anna"), Region.objects.get(name="Utrecht")
    for _number in range(number):
        challenge = make.challenge(by=anna, region=utrecht)
        for reader in Person.objects.filter(subscription__isnull=False):
            challenge.follow(reader)
    Unspread.objects.all().delete()


@transaction.atomic
def ask_password(email: str) -> None:
    queue_account_mail("account/email/unknown_account", email, {})


def tick() -> None:
    """Do what a tick does for the mail."""
    reap()
    spread()
    mail_to_all()
    plan()


def send() -> None:
    send_waiting(30)


def go_round() -> None:
    tick()
    send()


# --- without end --------------------------------------------------------------------------------------------


def write_on(name: str, canary: str, told: Any) -> None:
    """Write one thing after another and tell of each that it stands; now and then what nobody may read."""
    challenges = list(Challenge.objects.exclude(title="Eerder hulp"))
    bram = Person.objects.get(name="Bram")
    for number in itertools.count(1):
        word = f"{name}n{number}x"
        try:
            if number % 15 == 0:
                ask_password(f"{word}@nergens.example")
            elif number % 15 == 7:
                post_and_hide(f"{canary}{word}")
            else:
                Comment.write(random.choice(challenges), word, by=bram)
        except (DatabaseError, InterfaceError):
            connection.close()
        else:
            told.send((number % 15, word))
        time.sleep(random.uniform(0.1, 0.6))


def beat_on() -> None:
    """Ask for a tick, again and again, as a beat without a minute's patience."""
    while True:
        with suppress(Exception):
            current_app.send_task("digests.tasks.tick", expires=55)
        time.sleep(1.5)


def warm_up() -> None:
    """Read once what every process that is forked from here would read again."""
    for template in ("digest.txt", "digest.html", "letter.html"):
        get_template(f"mail/{template}")
    for language in ("nl", "en"):
        with translation.override(language):
            translation.gettext("Never")
    reverse("digests:notices")


warm_up()

DOABLE = (people, make_challenges, write, ask_password, tick, send, go_round, write_on, beat_on)
TELLING = {"write_on"}
"""What tells of more than its end."""
DEEDS = {deed.__name__: deed for deed in DOABLE}


def do(name: str, values: tuple[Any, ...], changed: dict[str, Any], answer: Any) -> None:
    """Do one thing in this process, with other settings, and say what came of it."""
    for setting, value in changed.items():
        setattr(settings, setting, value)
    try:
        answer.send(DEEDS[name](*values, *([answer] if name in TELLING else [])))  # type: ignore[operator]
    finally:
        connection.close()
