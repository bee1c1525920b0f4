"""Who gets an overview: one mail per person and period."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from digests.compose import compose
from digests.models import Enclosure, Mail, Subscription
from digests.plan import plan
from digests.rhythm import next_time, subscribe
from digests.spread import spread
from regions.models import Comment, Notice, Region
from tests import make
from tests.digests.mailing import age, due, wants


@pytest.fixture
def news(anna: Person, bram: Person, utrecht: Region) -> list[Notice]:
    """Anna wants the overview, and Bram commented on her challenge."""
    wants(anna)
    challenge = make.challenge(by=anna, region=utrecht)
    Comment.write(challenge, "Goed idee.", by=bram)
    spread()
    return list(Notice.objects.filter(person=anna))


def test_what_is_due_becomes_one_mail(news: list[Notice], anna: Person) -> None:
    assert plan() == 1
    mail = Mail.objects.get()
    assert (mail.person, mail.kind, mail.state, mail.data) == (anna, "digest", "ready", {})
    assert [row.notice for row in mail.enclosures.all()] == news


def test_planning_goes_on_to_the_next_period(news: list[Notice], anna: Person) -> None:
    plan()
    row = Subscription.objects.get(person=anna)
    assert (row.last_at is not None, row.next_at) == (True, next_time(row, timezone.now()))


def test_planning_twice_makes_one_mail(news: list[Notice]) -> None:
    assert (plan(), plan(), Mail.objects.count()) == (1, 0, 1)


def test_nothing_new_makes_no_mail(anna: Person) -> None:
    wants(anna)
    assert (plan(), Mail.objects.count()) == (0, 0)


def test_a_long_outage_gives_one_mail(news: list[Notice], anna: Person) -> None:
    age(anna, days=60)
    assert (plan(), plan(), Mail.objects.count()) == (1, 0, 1)


def test_never_gets_nothing(news: list[Notice], anna: Person) -> None:
    subscribe(anna, "never")
    assert plan() == 0


def test_the_period_is_in_the_key_and_unique(news: list[Notice], anna: Person) -> None:
    moment = Subscription.objects.get(person=anna).next_at
    plan()
    mail = Mail.objects.get()
    assert moment
    assert mail.key == f"digest:{anna.pk}:weekly:{moment.isoformat()}"
    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.create(key=mail.key, kind="digest", message_id="<other@initiate.example>")


def test_a_mail_that_was_there_gets_nothing_more(news: list[Notice], anna: Person) -> None:
    """Only the insert that made the row may enclose: the same period planned again leaves the notices free."""
    moment = Subscription.objects.get(person=anna).next_at
    assert moment
    Mail.objects.create(
        key=f"digest:{anna.pk}:weekly:{moment.isoformat()}",
        kind="digest",
        person=anna,
        message_id="<a@initiate.example>",
    )
    assert (plan(), Enclosure.objects.count()) == (0, 0)


def test_an_item_is_in_one_mail_only(news: list[Notice], anna: Person) -> None:
    plan()
    due(anna)
    assert (plan(), Mail.objects.count(), Enclosure.objects.count()) == (0, 1, 1)


def test_what_was_read_is_not_enclosed(news: list[Notice], anna: Person) -> None:
    Notice.objects.all().mark_read()
    assert plan() == 0


def test_what_is_not_due_waits(news: list[Notice], anna: Person) -> None:
    Subscription.objects.filter(person=anna).update(next_at=timezone.now() + timedelta(hours=1))
    assert plan() == 0


def test_what_waits_for_many_is_asked_at_once(news: list[Notice], anna: Person, bram: Person, utrecht: Region) -> None:
    """Each mail has its own row, and nothing else of its own."""
    challenge = make.challenge(by=bram, region=utrecht)
    readers = [wants(make.person()) for _number in range(3)]
    for reader in readers:
        challenge.follow(reader)
    Comment.write(challenge, "Goed idee.", by=bram)
    spread()
    counts = []
    for people in ([anna], readers):
        Subscription.objects.exclude(person__in=people).update(next_at=timezone.now() + timedelta(days=1))
        for person in people:
            due(person)
        with CaptureQueriesContext(connection) as asked:
            assert plan() == len(people)
        counts.append(len(asked))
    assert counts == [17, 27]


def test_an_overview_of_many_items_asks_no_more_than_one_of_few(
    news: list[Notice], anna: Person, bram: Person, utrecht: Region
) -> None:
    plan()
    Comment.write(make.challenge(by=anna, region=utrecht), "Nog een.", by=bram)
    for number in range(20):
        Comment.write(make.challenge(by=anna, region=utrecht), f"Nummer {number}.", by=bram)
    spread()
    due(anna)
    plan()
    counts = []
    for mail in Mail.objects.order_by("pk"):
        with CaptureQueriesContext(connection) as asked:
            assert compose(mail)
        counts.append((mail.enclosures.count(), len(asked)))
    assert counts == [(1, 9), (21, 9)]
