"""What `bench/mails.py` has done in processes of their own: filling, spreading, planning, sending."""

import itertools
import os
import time
from collections.abc import Callable
from typing import Any

import psutil

from tests.faults.deeds import DEEDS, do  # makes Django ready

from allauth.account.models import EmailAddress  # isort: skip
from django.db import connection, transaction  # isort: skip
from django.db.models.functions import Now  # isort: skip

from accounts.models import Person  # isort: skip
from digests.models import Frequency, Subscription  # isort: skip
from digests.plan import plan  # isort: skip
from digests.send import send_waiting  # isort: skip
from digests.spread import spread  # isort: skip
from regions.models import Comment, Follow, Membership, Unspread  # isort: skip
from tests import make  # isort: skip

CHALLENGES, EACH = 10, 2
WORDS = "Wij doen dit in onze wijk al een tijd, en het werkt: mensen komen eerder, en vragen zelf om hulp. " * 4


@transaction.atomic
def crowd(number: int) -> None:
    """Make so many members, who all follow the same challenges and are due, and twenty new comments there."""
    region = make.region("Drukte")
    anna = make.person("Anna Auteur")
    make.member(anna, region)
    challenges = [make.challenge(by=anna, region=region) for _number in range(CHALLENGES)]
    Unspread.objects.all().delete()
    emails = [f"lezer{count}@druk.example" for count in range(number)]
    people = Person.objects.bulk_create([Person(email=email, name=f"Lezer {email}") for email in emails], 1000)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in people], 1000
    )
    state, role = Membership.State.ACTIVE, Membership.Role.MEMBER
    Membership.objects.bulk_create([Membership(person=one, region=region, state=state, role=role) for one in people])
    Subscription.objects.bulk_create(
        [Subscription(person=one, frequency=Frequency.DAILY, next_at=Now()) for one in people], 1000
    )
    for challenge in challenges:
        Follow.objects.bulk_create([Follow(contribution_id=challenge.pk, person=one) for one in people], 1000)
    for challenge, _number in itertools.product(challenges, range(EACH)):
        Comment.write(challenge, WORDS, by=anna)
    region.count_members()


def measured(work: Callable[[], Any]) -> dict[str, float]:
    """Do it, and return its seconds, its CPU seconds, its statements, and its memory before and after, in MB."""
    count = itertools.count()

    def counted(execute: Any, *rest: Any) -> Any:
        next(count)
        return execute(*rest)

    here = psutil.Process()
    connection.ensure_connection()
    before, began, spent = here.memory_info().rss, time.monotonic(), time.process_time()
    with connection.execute_wrapper(counted):
        work()
    return {
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - spent,
        "statements": next(count),
        "before": before / 1e6,
        "after": here.memory_info().rss / 1e6,
    }


def spread_all() -> dict[str, float]:
    return measured(spread)


def plan_all() -> dict[str, float]:
    return measured(plan)


def send_all() -> dict[str, float]:
    """Send until nothing is left, giving way to others. What the first mail loads is not counted as growth."""
    os.nice(10)
    send_waiting(0.5)

    def send() -> None:
        while send_waiting(40):
            pass

    return measured(send)


DEEDS.update({deed.__name__: deed for deed in (crowd, spread_all, plan_all, send_all)})
__all__ = ["do"]
