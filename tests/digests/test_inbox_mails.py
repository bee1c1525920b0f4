"""Which mails can be answered, where an answer goes, and that they say so."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Person
from challenges.models import Asking
from digests.inbox.address import read
from digests.items import gather
from digests.mailing import mail_to_all
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Comment, Contribution, Meeting, Notice, Post, Region, Report, Ruling, Signup, Sort, State
from tests import make
from tests.digests.answers import DOMAIN, reader
from tests.digests.mailing import Post as Server
from tests.digests.mailing import go_round

pytestmark = pytest.mark.django_db
ABOVE = "-- Answer above this line. It becomes a comment on the site. --"
EVERYONE = "Everyone can read your comment, also visitors without an account."
YOU_CAN = "You can answer this mail. Your answer becomes a comment on the site, under your name."


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.REPLY_DOMAIN = DOMAIN


@pytest.fixture
def bram(bram: Person) -> Person:
    return reader(bram)


@pytest.fixture
def announcement(mo: Person, bram: Person, utrecht: Region) -> Post:
    post = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state=State.DRAFT, title="Zaterdag op het erf")
    post.publish(mo, to_all=True)
    return post


@pytest.fixture
def meeting(mo: Person, bram: Person, utrecht: Region) -> Meeting:
    meeting = make.meeting(by=mo, region=utrecht, title="Arena")
    Signup.make(meeting, by=bram, perspective="inwoner")
    return meeting


def send() -> None:
    spread()
    mail_to_all()
    send_waiting(30)


def leads_to(server: Server, number: int = 0) -> tuple[int, int]:
    address = read(str(server.mails[number]["Reply-To"]))
    assert address
    return address.person, address.contribution


def test_an_announcement_can_be_answered_and_says_who_reads_that(
    announcement: Post, bram: Person, post: Server
) -> None:
    send()
    assert leads_to(post) == (bram.pk, announcement.pk)
    assert post.text().splitlines()[0] == ABOVE
    for part in (post.text(), post.html()):
        assert (f"{YOU_CAN} {EVERYONE}" in part, part.count(ABOVE)) == (True, 1)
    assert post.html().index(ABOVE) < post.html().index("<h1")


def test_who_reads_an_answer_depends_on_what_is_answered(
    mo: Person, bram: Person, utrecht: Region, post: Server
) -> None:
    words = {"sort": Sort.ANNOUNCEMENT, "state": State.DRAFT, "visibility": "region"}
    make.post(by=mo, region=utrecht, **words).publish(mo, to_all=True)
    send()
    assert "Only members and moderators of this region can read your comment." in post.text()
    assert EVERYONE not in post.text() + post.html()


def test_a_change_of_a_meeting_can_be_answered_by_who_has_an_account_a_place_by_nobody(
    meeting: Meeting, bram: Person, mo: Person, post: Server
) -> None:
    Signup.ask(meeting, email="g@gast.example", name="Gast", perspective="inwoner")
    Signup.objects.get(email="g@gast.example").confirm()
    send()
    assert [mail["Reply-To"] for mail in post.mails] == [None] * len(post.mails)
    personal = len(post.mails)
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    send()
    by_address = {str(mail["To"]): number for number, mail in enumerate(post.mails) if number >= personal}
    mine, of_guest = by_address[bram.email], by_address["g@gast.example"]
    assert (leads_to(post, mine), post.mails[of_guest]["Reply-To"]) == ((bram.pk, meeting.pk), None)
    assert (ABOVE in post.text(mine), YOU_CAN in post.text(mine)) == (True, True)
    assert (ABOVE in post.text(of_guest), YOU_CAN in post.html(of_guest)) == (False, False)


def test_what_takes_no_comments_takes_no_answers(announcement: Post, mo: Person, bram: Person, post: Server) -> None:
    Ruling.close_comments(announcement, by=mo, closed=True)
    send()
    assert (post.mails[0]["Reply-To"], ABOVE in post.text(), YOU_CAN in post.html()) == (None, False, False)


def test_a_question_for_feedback_is_not_answered_in_the_open(
    anna: Person, kim: Person, sam: Person, utrecht: Region, post: Server
) -> None:
    reader(kim)
    asking = Asking.open_for(make.challenge(by=anna, region=utrecht), by=anna)
    asking.assign([kim], by=sam)
    send()
    assert [(str(mail["To"]), mail["Reply-To"]) for mail in post.mails] == [(kim.email, None)]


def test_each_group_of_the_overview_has_an_address_of_its_own(
    anna: Person, bram: Person, mo: Person, utrecht: Region, post: Server
) -> None:
    anna = reader(anna)
    open_, closed = (make.challenge(by=anna, region=utrecht, title=title) for title in ("A & B", "Dicht"))
    for challenge in (open_, closed):
        Comment.write(challenge, "Goed.", by=bram)
    Ruling.close_comments(closed, by=mo, closed=True)
    go_round()
    overview = next(number for number, mail in enumerate(post.mails) if mail["To"] == anna.email)
    lines = post.text(overview).splitlines()
    (address,) = (line.removeprefix("Answer by mail: ") for line in lines if line.startswith("Answer by mail: "))
    found = read(address)
    assert found
    assert (found.person, found.contribution) == (anna.pk, open_.pk)
    assert lines[lines.index(f"Answer by mail: {address}") + 1] == EVERYONE
    assert f'href="mailto:{address}?subject=Re%3A%20A%20%26%20B"' in post.html(overview)
    assert (post.mails[overview]["Reply-To"], ABOVE in post.text(overview)) == (None, False)


def test_what_is_told_to_some_is_not_answered_in_the_open(
    anna: Person, bram: Person, mo: Person, kim: Person, eva: Person, utrecht: Region
) -> None:
    on = {
        name: make.challenge(by=anna, region=utrecht, title=name) for name in ("comment", "offer", "feedback", "report")
    }
    for challenge in on.values():
        Comment.write(challenge, "Goed.", by=bram)
    make.offer(on["offer"], eva)
    make.review(on["feedback"], kim)
    Report.make(on["report"], by=eva, reason="insult")
    for challenge in on.values():
        challenge.follow(mo)
    spread()

    def answerable(person: Person) -> set[str]:
        groups = gather(Person.objects.get(pk=person.pk), Notice.objects.filter(person=person))
        return {group.title for group in groups if group.reply_to}

    assert (answerable(anna), answerable(mo) & {"report"}) == ({"comment", "report"}, set())


def test_without_the_setting_no_mail_can_be_answered(
    announcement: Post, meeting: Meeting, bram: Person, settings: Any, post: Server
) -> None:
    settings.REPLY_DOMAIN = ""
    go_round()
    assert [mail["Reply-To"] for mail in post.mails] == [None] * 3
    told = "".join(post.text(number) + post.html(number) for number in range(3))
    assert [words for words in (ABOVE, YOU_CAN, "Answer by mail", "antwoord+") if words in told] == []


def test_an_address_in_the_overview_takes_no_query(anna: Person, bram: Person, utrecht: Region, settings: Any) -> None:
    Comment.write(make.challenge(by=anna, region=utrecht), "Goed.", by=bram)
    spread()

    def queries(domain: str) -> int:
        settings.REPLY_DOMAIN = domain
        with CaptureQueriesContext(connection) as asked:
            groups = gather(Person.objects.get(pk=anna.pk), Notice.objects.filter(person=anna))
        assert [bool(group.reply_to) for group in groups] == [bool(domain)]
        return len(asked)

    assert queries("") == queries(DOMAIN)


def test_the_line_on_top_is_dutch_for_who_reads_dutch(announcement: Post, bram: Person, post: Server) -> None:
    Person.objects.filter(pk=bram.pk).update(language="nl")
    send()
    assert post.text().startswith("-- Antwoord boven deze regel. Het komt als reactie op de site. --")
    with translation.override("nl"):
        assert Contribution.objects.get(pk=announcement.pk).title in post.text()
