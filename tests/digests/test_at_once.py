"""Mail at once: what waits on somebody or is about them, for who asked for it, and never twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from challenges.models import Asking, Challenge
from digests.leaving import Leaving, leaving_path
from digests.models import Enclosure, Mail, Subscription
from digests.rhythm import subscribe
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Comment, Meeting, Membership, Notice, Part, Region, Ruling, Signup, Sort, Unspread
from tests import make
from tests.digests.mailing import Post, due, go_round, wants


def eager(person: Person, frequency: str = "weekly") -> Person:
    """Let someone have the overview, not due for some days, and mail at once."""
    wants(person)
    subscribe(person, frequency, at_once=True)
    if frequency != "never":
        Subscription.objects.filter(person=person).update(next_at=timezone.now() + timedelta(days=3))
    return person


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp")
    Unspread.objects.all().delete()
    return challenge


def states() -> list[tuple[str, str]]:
    return sorted(Mail.objects.values_list("kind", "state"))


def test_an_answer_comes_at_once_and_not_in_the_overview_again(
    challenge: Challenge, bram: Person, eva: Person, post: Post
) -> None:
    eager(bram)
    said = Comment.write(challenge, "Wie kent dit?", by=bram)
    Comment.write(challenge, "Wij kennen dit.", by=eva, parent=said)
    go_round()
    due(bram)
    go_round()
    assert post.subjects == [(bram.email, "Eva Elders answered your comment: Eerder hulp")]
    assert ("Wij kennen dit." in post.text(), "Wij kennen dit." in post.html()) == (True, True)


def test_headers_and_foot_lead_out_of_this_kind_of_mail(
    challenge: Challenge, anna: Person, eva: Person, post: Post
) -> None:
    eager(anna)
    make.offer(challenge, eva)
    go_round()
    url = f"http://127.0.0.1:8000{leaving_path(anna, Leaving.AT_ONCE)}"
    (mail,) = post.mails
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (f"<{url}>", "List-Unsubscribe=One-Click")
    for part in (post.text(), post.html()):
        assert [word in part for word in (url, "/mijn/voorkeuren/", "/mijn/meldingen/")] == [True, True, True]


def test_who_did_not_ask_for_it_gets_none(challenge: Challenge, anna: Person, eva: Person, post: Post) -> None:
    wants(anna)
    subscribe(anna, "weekly", at_once=False)
    Subscription.objects.filter(person=anna).update(next_at=timezone.now() + timedelta(days=3))
    make.offer(challenge, eva)
    go_round()
    assert (post.taken, Notice.objects.filter(person=anna).count()) == ([], 1)


def test_what_is_followed_waits_for_the_overview(challenge: Challenge, bram: Person, eva: Person, post: Post) -> None:
    eager(bram)
    challenge.follow(bram)
    Comment.write(challenge, "Goed.", by=eva)
    go_round()
    assert (post.taken, Notice.objects.filter(person=bram).count()) == ([], 1)


def test_who_wants_no_overview_can_have_this(challenge: Challenge, anna: Person, eva: Person, post: Post) -> None:
    eager(anna, "never")
    make.offer(challenge, eva)
    go_round()
    assert [to for to, _subject in post.subjects] == [anna.email]


# --- what is told at once -----------------------------------------------------------------------------------


Cast = dict[str, Person]


@pytest.fixture
def cast(challenge: Challenge, request: pytest.FixtureRequest) -> Cast:
    return {name: request.getfixturevalue(name) for name in ("anna", "bram", "eva", "mo", "kim", "sam", "bo")}


def answered(cast: Cast, challenge: Challenge) -> None:
    said = Comment.write(challenge, "Wie kent dit?", by=cast["bram"])
    Comment.write(challenge, "Wij kennen dit.", by=cast["eva"], parent=said)


def question_answered(cast: Cast, challenge: Challenge) -> None:
    post = make.post(by=cast["bram"], region=challenge.region, sort=Sort.QUESTION)
    Comment.write(post, "Ja, wij.", by=cast["eva"])


def offered(cast: Cast, challenge: Challenge) -> None:
    make.offer(challenge, cast["eva"])


def accepted(cast: Cast, challenge: Challenge) -> None:
    make.offer(challenge, cast["eva"]).settle(by=cast["anna"], accept=True, answer="Graag.")


def feedback(cast: Cast, challenge: Challenge) -> None:
    make.review(challenge, cast["kim"])


def feedback_asked(cast: Cast, challenge: Challenge) -> None:
    Asking.open_for(challenge, by=cast["anna"])


def hidden(cast: Cast, challenge: Challenge) -> None:
    Ruling.hide(challenge, by=cast["mo"], reason="other", words="Later.")


def asked_to_join(cast: Cast, challenge: Challenge) -> None:
    challenge.region.ask_to_join(cast["bo"], motivation="Ik woon hier.")


def taken_into_the_team(cast: Cast, challenge: Challenge) -> None:
    challenge.involve(cast["bram"], Part.TEAM, by=cast["anna"])


def session_moved(cast: Cast, challenge: Challenge) -> None:
    """A member of the InnovatieKabinet did not sign up for it, so no other mail tells it."""
    session = make.meeting(by=cast["sam"], region=challenge.region, sort=Meeting.Sort.CABINET)
    Unspread.objects.all().delete()
    session.edit(by=cast["sam"], seen=1, text={"title": session.title, "intro": session.intro}, place="Elders")


@pytest.mark.parametrize(
    ("happens", "who"),
    [
        (answered, "bram"),
        (question_answered, "bram"),
        (offered, "anna"),
        (accepted, "eva"),
        (feedback, "anna"),
        (feedback_asked, "kim"),
        (feedback_asked, "sam"),
        (hidden, "anna"),
        (asked_to_join, "mo"),
        (taken_into_the_team, "bram"),
        (session_moved, "kim"),
    ],
)
def test_what_is_told_at_once(
    happens: Callable[[Cast, Challenge], None], who: str, cast: Cast, challenge: Challenge, post: Post
) -> None:
    eager(cast[who])
    happens(cast, Challenge.objects.get(pk=challenge.pk))
    go_round()
    assert ([to for to, _subject in post.subjects], states()) == ([cast[who].email], [("at_once", "sent")])


def test_what_another_mail_tells_at_once_is_not_told_twice(
    challenge: Challenge, kim: Person, sam: Person, anna: Person, post: Post
) -> None:
    """Feedback asked by name has a mail of its own; so has a meeting that one signed up for."""
    asking = Asking.open_for(challenge, by=anna)
    meeting = make.meeting(by=sam, region=challenge.region)
    Signup.make(meeting, by=kim, perspective="inwoner")
    Unspread.objects.all().delete()
    eager(kim)
    asking.assign([kim], by=sam)
    Meeting.objects.get(pk=meeting.pk).cancel(sam, "De zaal is dicht.")
    go_round()
    assert states() == [("assigned", "sent"), ("meeting", "sent")]


def test_a_welcome_tells_that_one_is_let_in(utrecht: Region, mo: Person, bo: Person, post: Post) -> None:
    Region.objects.filter(pk=utrecht.pk).update(welcome_mail="Fijn dat u er bent.")
    eager(bo)
    utrecht.ask_to_join(bo).decide(mo, accept=True)
    go_round()
    assert states() == [("welcome", "sent")]


# --- one mail until it goes ---------------------------------------------------------------------------------


def test_what_comes_before_it_goes_is_added_to_it(
    challenge: Challenge, anna: Person, eva: Person, kim: Person, post: Post
) -> None:
    eager(anna)
    make.offer(challenge, eva, words="Ik ken een wijkteam.")
    spread()
    make.review(challenge, kim, answer="Mensen slapen weer.")
    spread()
    first = Mail.objects.get()
    lowest = Notice.objects.filter(person=anna).order_by("event").first()
    assert lowest
    assert (first.key, first.enclosures.count()) == (f"at_once:{anna.pk}:{lowest.event_id}", 2)
    send_waiting(30)
    assert [words in post.text() for words in ("Ik ken een wijkteam.", "Mensen slapen weer.")] == [True, True]
    assert post.subjects == [(anna.email, "1 offer of help, feedback on your challenge")]


@pytest.mark.parametrize("state", ["claimed", "handing", "sent", "uncertain"])
def test_what_comes_later_goes_in_a_mail_of_its_own(
    state: str, challenge: Challenge, anna: Person, eva: Person, kim: Person
) -> None:
    eager(anna)
    make.offer(challenge, eva)
    spread()
    Mail.objects.get().turn(state)
    make.review(challenge, kim)
    spread()
    assert list(Mail.objects.order_by("pk").values_list("state", "enclosures")) == [
        (state, Notice.objects.earliest("event").pk),
        ("ready", Notice.objects.filter(person=anna).latest("event").pk),
    ]


def test_many_people_ask_as_much_as_one(challenge: Challenge, eva: Person, anna: Person) -> None:
    """Subscriptions, notices, the mail that waits, new mails, enclosures: one statement for each."""

    def statements() -> int:
        make.offer(challenge, eva)
        with CaptureQueriesContext(connection) as queries:
            spread()
        Mail.objects.update(state="sent")
        return sum('"digests_' in query["sql"] for query in queries)

    eager(anna)
    alone = statements()
    for _number in range(5):
        challenge.involve(eager(make.person()), Part.TEAM, by=anna)
    Unspread.objects.all().delete()
    assert (alone, statements(), Mail.objects.count()) == (5, 5, 7)


# --- what is checked at sending -----------------------------------------------------------------------------


def read(challenge: Challenge, anna: Person, mo: Person) -> None:
    Notice.objects.filter(person=anna).mark_read()


def switch_off(challenge: Challenge, anna: Person, mo: Person) -> None:
    subscribe(anna, "weekly", at_once=False)


def block(challenge: Challenge, anna: Person, mo: Person) -> None:
    Person.objects.filter(pk=anna.pk).update(is_active=False)


def lose_the_address(challenge: Challenge, anna: Person, mo: Person) -> None:
    EmailAddress.objects.filter(user=anna).update(verified=False)


@pytest.mark.parametrize(
    ("happens", "state"),
    [(read, "empty"), (switch_off, "cancelled"), (block, "cancelled"), (lose_the_address, "cancelled")],
)
def test_nothing_goes_that_has_no_use_at_sending(
    happens: Callable[[Challenge, Person, Person], None],
    state: str,
    challenge: Challenge,
    anna: Person,
    eva: Person,
    mo: Person,
    post: Post,
) -> None:
    eager(anna)
    make.offer(challenge, eva)
    spread()
    happens(challenge, anna, mo)
    send_waiting(30)
    assert (post.taken, states(), Enclosure.objects.count()) == ([], [("at_once", state)], 0)


def test_who_lost_a_role_is_told_nothing(utrecht: Region, mo: Person, bo: Person, post: Post) -> None:
    eager(mo)
    utrecht.ask_to_join(bo, motivation="GEHEIM")
    spread()
    Membership.objects.filter(person=mo).update(role="member")
    send_waiting(30)
    assert (post.taken, states()) == ([], [("at_once", "empty")])


def test_what_is_hidden_meanwhile_is_not_told(
    challenge: Challenge, bram: Person, eva: Person, mo: Person, post: Post
) -> None:
    eager(bram)
    said = Comment.write(challenge, "Wie?", by=bram)
    Comment.write(challenge, "GEHEIM", by=eva, parent=said)
    spread()
    Ruling.hide(challenge, by=mo, reason="other", words="")
    send_waiting(30)
    assert (post.taken, states()) == ([], [("at_once", "empty")])


def test_what_was_not_told_comes_in_the_overview(challenge: Challenge, anna: Person, eva: Person, post: Post) -> None:
    eager(anna)
    make.offer(challenge, eva)
    spread()
    switch_off(challenge, anna, anna)
    send_waiting(30)
    due(anna)
    go_round()
    assert (post.subjects, states()) == (
        [(anna.email, "1 offer of help")],
        [("at_once", "cancelled"), ("digest", "sent")],
    )


def test_one_click_ends_it(challenge: Challenge, anna: Person, eva: Person, client: Client, post: Post) -> None:
    eager(anna)
    make.offer(challenge, eva)
    go_round()
    url = str(post.mails[0]["List-Unsubscribe"]).strip("<>").removeprefix("http://127.0.0.1:8000")
    client.post(url, {"List-Unsubscribe": "One-Click"})
    make.offer(challenge, eva, kind="contact")
    go_round()
    row = Subscription.objects.get(person=anna)
    assert (len(post.taken), row.at_once, row.frequency) == (1, False, "weekly")
