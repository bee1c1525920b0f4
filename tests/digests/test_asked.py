"""What was asked of someone is told as long as it waits: by mail, in the preview and on the bell."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.models import Asking, Challenge, Offer
from digests.context import unread_count
from digests.items import Section, gather
from digests.plan import plan, waiting_notices
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Comment, Contribution, Membership, Notice, Region, Report, Unspread
from tests import make
from tests.digests.mailing import Post, go_round, wants

Case = Callable[[Challenge, dict[str, Person]], Callable[[], object]]


@pytest.fixture
def people(anna: Person, bram: Person, eva: Person, mo: Person, kim: Person, sam: Person) -> dict[str, Person]:
    return {"anna": anna, "bram": bram, "eva": eva, "mo": mo, "kim": kim, "sam": sam}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    challenge = make.challenge(by=anna, region=utrecht)
    Unspread.objects.all().delete()
    return challenge


def offer(challenge: Challenge, people: dict[str, Person]) -> Callable[[], object]:
    made = make.offer(challenge, people["eva"])
    return lambda: made.settle(by=people["anna"], accept=False, answer="Nee.")


def question(challenge: Challenge, people: dict[str, Person]) -> Callable[[], object]:
    asking = Asking.open_for(challenge, by=people["anna"])
    return lambda: asking.close(by=people["sam"])


def feedback(challenge: Challenge, people: dict[str, Person]) -> Callable[[], object]:
    Asking.open_for(challenge, by=people["anna"])
    return lambda: make.review(challenge, people["kim"])


def wish(challenge: Challenge, people: dict[str, Person]) -> Callable[[], object]:
    membership = challenge.region.ask_to_join(make.person("Nieuw"))
    return lambda: membership.decide(people["mo"], accept=True)


def report(challenge: Challenge, people: dict[str, Person]) -> Callable[[], object]:
    made = Report.make(challenge, by=people["eva"], reason="insult")
    return lambda: made.close(people["mo"])


def silence(challenge: Challenge, people: dict[str, Person]) -> Callable[[], object]:
    ask(challenge)
    return lambda: challenge.go_on(people["anna"])


def ask(challenge: Challenge) -> None:
    """Let nothing have happened for a while, so that the team is asked whether it goes on."""
    row = Contribution.objects.get(pk=challenge.pk)
    row.last_activity_at = timezone.now() - timedelta(days=46)
    row.save(update_fields=["last_activity_at"])
    assert Challenge.objects.ask_the_silent() == 1


CASES = [(silence, "anna"), (question, "kim"), (question, "sam"), (feedback, "kim"), (wish, "mo"), (report, "mo")]


def told(person: Person) -> tuple[int, int, int]:
    """Return how many things the bell counts, the bell shows and the preview shows."""
    person = Person.objects.get(pk=person.pk)
    everything = Notice.objects.filter(person=person)
    return unread_count(person), len(gather(person, everything)), len(gather(person, waiting_notices(person)))


@pytest.mark.parametrize(("case", "who"), CASES)
def test_what_waits_no_more_is_told_nowhere(
    case: Case, who: str, challenge: Challenge, people: dict[str, Person], post: Post
) -> None:
    wants(people[who])
    finish = case(challenge, people)
    spread()
    before = told(people[who])
    assert (before, plan()) == ((1, 1, 1), 1)
    finish()
    Unspread.objects.all().delete()
    send_waiting(30)
    assert (post.taken, told(people[who]), plan()) == ([], (0, 0, 0), 0)


def test_an_offer_that_was_answered_is_news_and_waits_no_more(
    challenge: Challenge, people: dict[str, Person], anna: Person
) -> None:
    finish = offer(challenge, people)
    spread()
    waiting = Notice.objects.filter(person=anna)
    assert [group.reason for group in gather(anna, waiting)] == ["waits"]
    finish()
    assert [group.reason for group in gather(anna, waiting.all())] == ["own"]


def test_one_answer_ends_it_for_who_gave_it_only(
    challenge: Challenge, people: dict[str, Person], kim: Person, sam: Person
) -> None:
    finish = feedback(challenge, people)
    spread()
    finish()
    Unspread.objects.all().delete()
    assert (told(kim), told(sam)) == ((0, 0, 0), (1, 1, 1))


def test_who_does_not_have_to_do_it_is_still_told(challenge: Challenge, people: dict[str, Person], eva: Person) -> None:
    challenge.follow(eva)
    finish = question(challenge, people)
    spread()
    finish()
    Unspread.objects.all().delete()
    assert told(eva) == (1, 1, 1)


def test_a_line_that_a_colleague_dealt_with_still_leads_somewhere(
    challenge: Challenge, people: dict[str, Person], anna: Person, client: Client
) -> None:
    finish = offer(challenge, people)
    spread()
    finish()
    client.force_login(anna)
    answer = client.get(reverse("digests:open", args=[Notice.objects.get(person=anna).pk]))
    assert answer["Location"] == Offer.objects.get().get_absolute_url()


def test_what_waits_comes_before_what_is_about_someone(
    challenge: Challenge, people: dict[str, Person], anna: Person, bram: Person, eva: Person, utrecht: Region
) -> None:
    other = make.challenge(by=bram, region=utrecht, title="Van Bram")
    mine = Comment.write(other, "Weet iemand dit?", by=anna)
    Unspread.objects.all().delete()
    make.offer(challenge, eva)
    Comment.write(other, "Ja.", by=bram, parent=mine)
    spread()
    groups = gather(anna, Notice.objects.filter(person=anna))
    found = [(group.section, group.reason) for group in groups]
    assert found == [(Section.YOU, "waits"), (Section.YOU, "about")]


def test_more_that_waits_takes_no_more_queries(
    people: dict[str, Person], mo: Person, anna: Person, utrecht: Region
) -> None:
    def queries() -> int:
        spread()
        with CaptureQueriesContext(connection) as asked:
            gather(Person.objects.get(pk=mo.pk), Notice.objects.filter(person=mo))
        return len(asked)

    def ask(number: int) -> int:
        for _ in range(number):
            utrecht.ask_to_join(make.person())
            Report.make(make.challenge(by=anna, region=utrecht), by=anna, reason="insult")
        return queries()

    assert ask(1) == ask(10)


@pytest.mark.parametrize(
    ("regions", "subject"),
    [(1, "You are let in to Utrecht"), (2, "You are let in to 2 regions")],
)
def test_the_subject_says_where_one_is_let_in(
    regions: int, subject: str, bo: Person, mo: Person, utrecht: Region, post: Post
) -> None:
    wants(bo)
    for region in [utrecht, make.region("Verweg")][:regions]:
        membership = Membership.objects.filter(region=region, person=bo).first() or region.ask_to_join(bo)
        membership.decide(mo, accept=True)
    go_round()
    assert post.subjects == [(bo.email, subject)]


def test_the_mail_asks_whether_a_silent_challenge_goes_on(challenge: Challenge, anna: Person, post: Post) -> None:
    wants(anna)
    ask(challenge)
    go_round()
    assert post.subjects == [(anna.email, f"Does “{challenge.title}” still go on?")]
    assert "Initiate asked whether this still goes on" in post.text()
