"""An announcement that is mailed to all members at once: one mail for each, and never twice the same."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person
from digests import mailing
from digests.mailing import mail_to_all, recipients
from digests.models import Enclosure, Mail, Mailing, Subscription
from digests.plan import plan, waiting_notices
from digests.rhythm import subscribe
from digests.send import doubt, send_waiting
from digests.spread import spread
from regions.errors import AlreadyDone, TooOften
from regions.models import Event, Membership, Notice, Post, Region, Ruling, Sort, State, Unspread, Verb
from tests import make
from tests.digests.mailing import Post as Server
from tests.digests.mailing import due, go_round, wants
from tests.digests.test_races import at_once

pytestmark = pytest.mark.django_db
WORDS = "Neem **laarzen** mee.\n\n- brood\n- soep\n\nKijk op http://kwaad.example"


@pytest.fixture
def draft(mo: Person, utrecht: Region) -> Post:
    text = {"title": "Zaterdag op het erf", "words": WORDS}
    return make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state=State.DRAFT, **text)


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def to(server: Server) -> list[str]:
    return sorted(str(mail["To"]) for mail in server.mails)


# --- asking for it ------------------------------------------------------------------------------------------


def test_a_ticked_box_leads_to_a_page_that_counts_and_sends_nothing_yet(
    mo: Person, anna: Person, bram: Person, utrecht: Region
) -> None:
    for person in (mo, anna, bram):
        wants(person)
    subscribe(bram, "never")
    client = browser(mo)
    form = {"title": "Zaterdag", "words": "Kom.", "visibility": "public", "to_all": "on", "action": "publish"}
    answer = client.post("/regios/utrecht/berichten/nieuw/?soort=mededeling", form)
    post = Post.objects.get()
    assert (post.state, answer["Location"]) == (State.DRAFT, f"{post.get_absolute_url()}mailen/")
    page = client.get(answer["Location"])
    assert (page.context["number"], Unspread.objects.count(), Mail.objects.count()) == (2, 0, 0)
    assert client.post(answer["Location"])["Location"] == post.get_absolute_url()
    assert Post.objects.get().state == State.PUBLISHED
    verbs = Event.objects.filter(contribution=post).order_by("pk").values_list("verb", "audience", "data")
    assert list(verbs) == [("published", "all", {"to_all": True}), ("mailed", "desk", {})]
    assert "mailed this to all members" in client.get("/regios/utrecht/moderatie/logboek/").content.decode()
    again = client.post(answer["Location"], follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["info"]


def test_who_may_mail_to_all(draft: Post, anna: Person, mo: Person, mia: Person, utrecht: Region) -> None:
    """The moderator who wrote it, as long as they are one."""
    path = f"{draft.get_absolute_url()}mailen/"
    question = make.post(by=mo, region=utrecht, state=State.DRAFT)
    assert [browser(person).get(path).status_code for person in (mo, mia, anna)] == [200, 404, 404]
    assert browser(mo).get(f"{question.get_absolute_url()}mailen/").status_code == 403
    make.member(mo, utrecht)
    edit = {"title": "Toch", "words": "Kom.", "visibility": "public", "version": "1", "action": "publish"}
    statuses = [
        browser(mo).post(path).status_code,
        browser(mo).post(f"{draft.get_absolute_url()}bewerken/", edit).status_code,
    ]
    assert (statuses, Post.objects.get(pk=draft.pk).state) == ([403, 403], State.DRAFT)


def test_once_a_day_in_a_region_but_for_staff(draft: Post, mo: Person, mia: Person, utrecht: Region) -> None:
    before = Post.objects.get(pk=draft.pk)
    draft.publish_to_all(mo)
    with pytest.raises(AlreadyDone):
        before.publish_to_all(mo)
    second = make.post(by=mia, region=utrecht, sort=Sort.ANNOUNCEMENT, state=State.DRAFT)
    path = f"{second.get_absolute_url()}mailen/"
    with pytest.raises(TooOften):
        second.publish_to_all(mia)
    assert browser(mia).get(path).context["is_too_often"] is True
    answer = browser(mia).post(path, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["warning"]
    assert Post.objects.get(pk=second.pk).state == State.DRAFT
    Person.objects.filter(pk=mia.pk).update(is_staff=True)
    second.publish_to_all(Person.objects.get(pk=mia.pk))
    assert Event.objects.filter(verb=Verb.MAILED).count() == 2


def test_tomorrow_it_may_be_done_again(draft: Post, mo: Person, utrecht: Region) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    Event.write(Verb.MAILED, by=mo, region=utrecht, audience="desk", at=yesterday, spread=False)
    draft.publish_to_all(mo)
    assert Post.objects.get(pk=draft.pk).state == State.PUBLISHED


def test_a_draft_without_words_is_not_mailed(mo: Person, utrecht: Region) -> None:
    empty = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state=State.DRAFT, words="")
    answer = browser(mo).post(f"{empty.get_absolute_url()}mailen/")
    assert (answer["Location"], Post.objects.get().state) == (f"{empty.get_absolute_url()}bewerken/", State.DRAFT)


# --- who gets it --------------------------------------------------------------------------------------------


def test_each_member_who_wants_mail_gets_one(
    draft: Post, anna: Person, bram: Person, mo: Person, eva: Person, utrecht: Region, post: Server
) -> None:
    left, suspended, blocked, waiting, unconfirmed, undecided = (make.person(name) for name in "abcdef")
    for person in (anna, bram, mo, eva, left, suspended, blocked, waiting, unconfirmed):
        wants(person)
    for person in (blocked, unconfirmed, undecided):
        make.member(person, utrecht)
    for person, state in ((left, "ended"), (suspended, "suspended"), (waiting, "pending")):
        make.member(person, utrecht, state=state)
    EmailAddress.objects.create(user=undecided, email=undecided.email, verified=True)
    EmailAddress.objects.filter(user=unconfirmed).update(verified=False)
    Person.objects.filter(pk=blocked.pk).update(is_active=False)
    subscribe(bram, "never")
    draft.publish_to_all(mo)
    go_round()
    assert set(recipients(utrecht)) == {anna, mo}
    assert to(post) == sorted([anna.email, mo.email])


def test_what_stands_in_it(draft: Post, anna: Person, mo: Person, post: Server) -> None:
    wants(anna)
    draft.publish_to_all(mo)
    spread()
    mail_to_all()
    send_waiting(30)
    (mail,) = post.mails
    leave = mail["List-Unsubscribe"]
    assert (str(mail["Subject"]), mail["List-Unsubscribe-Post"]) == (
        "Utrecht: Zaterdag op het erf",
        "List-Unsubscribe=One-Click",
    )
    lines = [line.strip() for line in post.text().splitlines()]
    path = f"http://127.0.0.1:8000{draft.get_absolute_url()}"
    for words in ("Neem laarzen mee.", "- brood", "- soep", path, "To the announcement:"):
        assert words in lines
    html = post.html()
    assert (leave.strip("<>") in html, leave.strip("<>") in post.text(), f'href="{path}"' in html) == (True,) * 3
    assert [part for part in (post.text(), html) if "http://kwaad" in part or "kwaad.example" in part] == []
    Client().post(leave.strip("<>").removeprefix("http://127.0.0.1:8000"), {"List-Unsubscribe": "One-Click"})
    assert Subscription.objects.get(person=anna).frequency == "never"


def test_hostile_words_write_no_headers(mo: Person, anna: Person, utrecht: Region, post: Server) -> None:
    wants(anna)
    title = "Win!\r\nBcc: all@kwaad.example https://kwaad.example"
    draft = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state=State.DRAFT, title=title, words="<script>")
    draft.publish_to_all(mo)
    go_round()
    assert (to(post), post.mails[0]["Bcc"], "<script>" in post.html()) == ([anna.email], None, False)
    assert "://kwaad" not in post.text()


# --- one mail, one item -------------------------------------------------------------------------------------


def test_spread_twice_is_one_mail_for_each(draft: Post, anna: Person, mo: Person, post: Server) -> None:
    wants(anna)
    draft.publish_to_all(mo)
    for _again in range(2):
        go_round()
        Unspread.objects.get_or_create(event=Event.objects.get(verb=Verb.PUBLISHED))
    go_round()
    assert (to(post), Mail.objects.count(), Mailing.objects.count()) == ([anna.email], 1, 0)


def test_what_was_mailed_at_once_is_not_told_again(
    draft: Post, anna: Person, bram: Person, mo: Person, utrecht: Region, post: Server
) -> None:
    """Who has no confirmed address yet has it in the overview, once there is one."""
    for person in (anna, bram):
        wants(person)
    EmailAddress.objects.filter(user=bram).update(verified=False)
    draft.publish_to_all(mo)
    go_round()
    question = make.post(by=mo, region=utrecht, title="Wie kent een zaal?")
    EmailAddress.objects.filter(user=bram).update(verified=True)
    for person in (anna, bram):
        due(person)
    go_round()
    texts = {(str(mail["To"]), str(mail["Subject"])): post.text(number) for number, mail in enumerate(post.mails)}
    assert {key: [title in text for title in (draft.title, question.title)] for key, text in texts.items()} == {
        (anna.email, "Utrecht: Zaterdag op het erf"): [True, False],
        (anna.email, "1 new question in Utrecht"): [False, True],
        (bram.email, "1 new question in Utrecht, 1 announcement in Utrecht"): [True, True],
    }


def test_an_overview_that_is_planned_meanwhile_leaves_it_alone(draft: Post, anna: Person, mo: Person) -> None:
    wants(anna)
    draft.publish_to_all(mo)
    spread()
    assert (list(waiting_notices(anna)), plan()) == ([], 0)
    mail_to_all()
    due(anna)
    assert (plan(), Enclosure.objects.get().mail.kind) == (0, Mail.Kind.ANNOUNCEMENT)


def leave_region(post: Post, anna: Person, mo: Person) -> None:
    Membership.objects.get(person=anna).leave(anna)


def suspend(post: Post, anna: Person, mo: Person) -> None:
    today = timezone.localdate()
    Membership.objects.get(person=anna).suspend(mo, reason="rules", words="Nee.", ends_on=today)


def hide(post: Post, anna: Person, mo: Person) -> None:
    Ruling.hide(post, by=mo, reason="other", words="Nee.")


def never(post: Post, anna: Person, mo: Person) -> None:
    subscribe(anna, "never")


def block(post: Post, anna: Person, mo: Person) -> None:
    Person.objects.filter(pk=anna.pk).update(is_active=False)


def lose_address(post: Post, anna: Person, mo: Person) -> None:
    EmailAddress.objects.filter(user=anna).update(verified=False)


@pytest.mark.parametrize("happens", [leave_region, suspend, hide, never, block, lose_address])
def test_what_changed_before_sending_is_heeded(
    happens: Callable[[Post, Person, Person], None], draft: Post, anna: Person, mo: Person, post: Server
) -> None:
    wants(anna)
    draft.publish_to_all(mo)
    spread()
    assert mail_to_all() == 1
    happens(Post.objects.get(), anna, mo)
    send_waiting(30)
    assert (to(post), Mail.objects.get().state, Enclosure.objects.count()) == ([], "cancelled", 0)


def test_a_mail_in_doubt_is_held(draft: Post, anna: Person, mo: Person) -> None:
    wants(anna)
    draft.publish_to_all(mo)
    spread()
    mail_to_all()
    doubt(Mail.objects.get(), "the line broke")
    assert (Mail.objects.get().state, Enclosure.objects.count()) == ("uncertain", 1)


# --- many ---------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(utrecht: Region) -> list[Person]:
    people = [Person(email=f"lid{number}@crowd.example", name=f"Lid {number}") for number in range(60)]
    Person.objects.bulk_create(people)
    Membership.objects.bulk_create([Membership(person=who, region=utrecht, state="active") for who in people])
    EmailAddress.objects.bulk_create([EmailAddress(user=who, email=who.email, verified=True) for who in people])
    later = timezone.now() + timedelta(days=1)
    Subscription.objects.bulk_create([Subscription(person=who, frequency="daily", next_at=later) for who in people])
    return people


def test_many_members_are_served_in_steps(
    draft: Post, crowd: list[Person], mo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "BATCH", 25)
    draft.publish_to_all(mo)
    with CaptureQueriesContext(connection) as queries:
        browser(mo).get(draft.get_absolute_url())
    assert (Mail.objects.count(), [query for query in queries if "digests_mail" in query["sql"]]) == (0, [])
    spread()
    steps = [mailing.mail_batch() for _step in range(4)]
    assert (steps, Mail.objects.count(), Enclosure.objects.count()) == ([25, 25, 10, None], 60, 60)
    with CaptureQueriesContext(connection) as queries:
        Mailing.objects.create(event=Event.objects.get(verb=Verb.PUBLISHED))
        mailing.mail_batch()
    assert (Mail.objects.count(), len(queries) < 15) == (60, True)


@pytest.mark.django_db(transaction=True)
def test_two_ticks_make_one_mail_for_each(draft: Post, crowd: list[Person], mo: Person) -> None:
    draft.publish_to_all(mo)
    raised = at_once(spread, spread) + at_once(mail_to_all, mail_to_all, mail_to_all)
    assert (raised, Mail.objects.count(), Enclosure.objects.count(), Mailing.objects.count()) == ([], 60, 60, 0)


def test_a_tick_that_dies_leaves_the_rest_to_the_next(
    draft: Post, crowd: list[Person], mo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "BATCH", 25)
    draft.publish_to_all(mo)
    spread()
    mailing.mail_batch()

    class Killed(Exception):
        pass

    def die(*_args: Any) -> None:
        mailing.mail_batch()
        raise Killed

    with pytest.raises(Killed), transaction.atomic():
        die()
    assert Mail.objects.count() == 25
    mail_to_all()
    assert (Mail.objects.count(), Notice.objects.filter(enclosure=None, person__in=crowd).count()) == (60, 0)
