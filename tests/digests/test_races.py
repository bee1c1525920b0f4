"""Two ticks and two senders at once: each notice, each mail and each letter one time."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.models import Person
from challenges.models import Challenge
from digests.models import Enclosure, Mail, Subscription
from digests.plan import plan
from digests.send import claimed, reap, send_waiting
from digests.spread import spread, spread_batch
from regions.models import Comment, Notice, Part, Region, Unspread
from tests import make
from tests.digests.mailing import Post, wants

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 12


def at_once(*jobs: Callable[[], object]) -> list[BaseException]:
    """Run jobs in threads with connections of their own; return what they raised."""
    barrier, raised = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            job()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.fixture
@transaction.atomic
def readers() -> list[Person]:
    """A dozen people follow a challenge with three new comments, and want to hear of it."""
    utrecht: Region = make.region("Utrecht")
    anna, bram = make.person("Anna"), make.person("Bram")
    for who in (anna, bram):
        make.member(who, utrecht)
    challenge = make.challenge(by=anna, region=utrecht)
    Unspread.objects.all().delete()
    readers = [wants(make.person()) for _number in range(PEOPLE)]
    for reader in readers:
        challenge.follow(reader)
    for number in range(3):
        Comment.write(challenge, f"Reactie {number}", by=bram)
    return readers


def test_two_ticks_tell_and_plan_once(readers: list[Person]) -> None:
    raised = at_once(spread, spread, spread) + at_once(plan, plan, plan)
    follows = Notice.objects.filter(person__in=readers)
    assert (raised, follows.count(), Mail.objects.count(), Enclosure.objects.count()) == ([], 36, PEOPLE, 36)


def test_two_senders_send_each_mail_once(readers: list[Person], post: Post) -> None:
    spread()
    plan()
    raised = at_once(*[lambda: [send_waiting(20) for _again in range(3)]] * 3)
    sent = Counter(str(mail["To"]) for mail in post.mails)
    assert (raised, sent) == ([], Counter(reader.email for reader in readers))
    assert set(Mail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_a_claim_is_not_taken_up_while_its_sender_lives(readers: list[Person]) -> None:
    spread()
    plan()
    taken_up: list[int] = []
    with claimed() as mail:
        assert mail
        raised = at_once(lambda: taken_up.append(reap()))
    assert (raised, taken_up, Mail.objects.get(pk=mail.pk).state) == ([], [0], "claimed")


def test_a_claim_is_taken_up_when_its_sender_died(readers: list[Person], post: Post) -> None:
    """The sender's connection is cut, as by kill -9: its lock is gone, its row still says claimed."""
    spread()
    plan()

    def die() -> None:
        holder = claimed()
        holder.__enter__()
        connection.close()

    at_once(die)
    before = Mail.objects.filter(state="claimed").count()
    assert (before, reap(), Mail.objects.filter(state="ready").count()) == (1, 1, PEOPLE)
    send_waiting(30)
    assert len(post.taken) == PEOPLE


def test_a_tick_that_dies_leaves_everything_to_the_next(readers: list[Person]) -> None:
    class Killed(Exception):
        pass

    @transaction.atomic
    def die_after(job: Callable[[], object]) -> None:
        job()
        raise Killed

    for job in (spread, plan):
        with pytest.raises(Killed):
            die_after(job)
    assert (Unspread.objects.count(), Notice.objects.count(), Mail.objects.count()) == (3, 0, 0)
    spread()
    plan()
    assert (Unspread.objects.count(), Mail.objects.count()) == (0, PEOPLE)


def test_a_mail_for_who_waits_overtakes_the_overviews(readers: list[Person], post: Post) -> None:
    spread()
    plan()
    Mail.objects.create(
        key="account:unknown",
        kind="account",
        address="wie@nergens.example",
        priority=0,
        message_id="<unknown@initiate.example>",
        data={"template_prefix": "account/email/unknown_account", "language": "nl", "ids": {}},
    )
    send_waiting(30)
    assert (str(post.mails[0]["To"]), len(post.taken)) == ("wie@nergens.example", PEOPLE + 1)


@pytest.fixture
@transaction.atomic
def asked() -> Challenge:
    """A challenge of a team of five, who want mail at once and were offered nothing yet."""
    utrecht, team = make.region("Utrecht"), [wants(make.person()) for _number in range(5)]
    challenge = make.challenge(by=team[0], region=utrecht)
    for one in team[1:]:
        challenge.involve(one, Part.TEAM, by=team[0])
    Subscription.objects.update(at_once=True)
    Unspread.objects.all().delete()
    return challenge


def offers(challenge: Challenge, *words: str) -> None:
    for one in words:
        make.offer(challenge, make.person(), words=one)


def beside(job: Callable[[], object]) -> threading.Thread:
    """Run a job in a thread, until it ends or waits for a lock."""
    thread = threading.Thread(target=at_once, args=(job,))
    thread.start()
    with connection.cursor() as cursor:
        while thread.is_alive():
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            if cursor.fetchone():
                break
    return thread


def test_two_spreads_make_one_mail_at_once_for_each_person(asked: Challenge) -> None:
    """The second batch is told while the first is not committed."""
    offers(asked, *[f"Aanbod {number}" for number in range(25)])
    with transaction.atomic():
        assert spread_batch() == 20
        other = beside(spread)
    other.join(60)
    enclosed = Counter(Enclosure.objects.values_list("mail__person", flat=True))
    assert (Unspread.objects.count(), Mail.objects.count(), set(enclosed.values())) == (0, 5, {25})


def test_nothing_is_added_to_a_mail_that_a_sender_takes(asked: Challenge, post: Post) -> None:
    """A sender comes by while a second offer is being added: it leaves the mails alone, and then sends both offers."""
    offers(asked, "Het eerste aanbod.")
    spread()
    offers(asked, "Het tweede aanbod.")
    with transaction.atomic():
        spread()
        other = beside(lambda: send_waiting(20))
    other.join(60)
    taken_before = len(post.taken)
    send_waiting(20)
    both = [("eerste" in post.text(number), "tweede" in post.text(number)) for number in range(len(post.taken))]
    assert (taken_before, both, Mail.objects.count()) == (0, [(True, True)] * 5, 5)
