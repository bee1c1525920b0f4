"""Quiet: what someone hears nothing of, from that moment on, and what comes all the same."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import Person
from challenges.models import Challenge
from digests.context import unread_count
from digests.items import gather
from digests.leaving import quiet_path
from digests.models import Mail
from digests.plan import plan
from digests.rhythm import subscribe
from digests.send import send_waiting
from digests.spread import spread
from regions.models import (
    Comment,
    Contribution,
    Notice,
    Part,
    Quiet,
    Region,
    Ruling,
    Signup,
    Sort,
    Theme,
    Unspread,
)
from regions.sections import follow_section
from tests import make
from tests.digests.mailing import Post, due, go_round, wants

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp bij schulden")
    Unspread.objects.all().delete()
    return challenge


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def hush(person: Person, about: Contribution | Region, *, on: bool = True) -> None:
    Quiet.objects.switch(person, on=on, **{"region" if isinstance(about, Region) else "contribution": about.pk})


def told() -> set[tuple[str, str]]:
    spread()
    return set(Notice.objects.values_list("person__name", "reason"))


# --- what it takes away -------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["contribution", "region"])
def test_follower_member_and_reader_of_the_theme_are_spared_and_the_team_is_not(
    of: str, utrecht: Region, anna: Person, bram: Person, eva: Person
) -> None:
    theme = Theme.objects.create(slug="schulden", name="Schulden")
    readers = {"volger": make.person("Volger"), "thema": make.person("Thema")}
    theme.followers.add(readers["thema"])
    draft = make.challenge(by=anna, region=utrecht, state="draft", themes=[theme])
    draft.involve(eva, Part.TEAM, by=anna)
    draft.follow(readers["volger"])
    Unspread.objects.all().delete()
    everyone = [anna, bram, eva, *readers.values()]
    draft.publish(bram)
    loud = told()
    assert loud == {("Anna Auteur", "own"), ("Eva Elders", "own"), ("Volger", "follow"), ("Thema", "theme")}
    Notice.objects.all().delete()
    for person in everyone:
        hush(person, draft if of == "contribution" else utrecht)
    Comment.write(Challenge.objects.get(pk=draft.pk), "Hoi.", by=bram)
    assert told() == {("Anna Auteur", "own"), ("Eva Elders", "own")}


def test_a_quiet_region_is_quiet_at_a_publication_and_another_one_is_not(
    utrecht: Region, eindhoven: Region, anna: Person, bram: Person, emil: Person
) -> None:
    make.member(bram, eindhoven)
    hush(bram, utrecht)
    make.challenge(by=anna, region=utrecht)
    there = make.challenge(by=emil, region=eindhoven)
    spread()
    assert [notice.event.contribution_id for notice in Notice.objects.filter(person=bram)] == [there.pk]


def test_what_waits_or_is_about_someone_comes_all_the_same(
    challenge: Challenge, utrecht: Region, bram: Person, mo: Person, eva: Person, bo: Person
) -> None:
    for person in (bram, mo):
        hush(person, utrecht)
        hush(person, challenge)
    question = Comment.write(challenge, "Wie weet dit?", by=bram)
    Comment.write(challenge, "Ik.", by=eva, parent=question)
    utrecht.ask_to_join(bo, motivation="Ik woon hier.")
    assert told() == {("Anna Auteur", "own"), ("Bram Buur", "about"), ("Mo Moderator", "waits")}


# --- put on later -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["contribution", "region"])
def test_quiet_between_planning_and_sending_holds_and_nothing_is_lost(
    of: str, challenge: Challenge, utrecht: Region, bram: Person, eva: Person, post: Post
) -> None:
    about = challenge if of == "contribution" else utrecht
    wants(bram)
    challenge.follow(bram)
    Comment.write(challenge, "CANARY", by=eva)
    spread()
    assert plan() == 1
    hush(bram, about)
    send_waiting(30)
    assert (post.taken, Mail.objects.get().state) == ([], "empty")
    due(bram)
    go_round()
    assert (post.taken, Mail.objects.count()) == ([], 1), "and it is not planned again"
    hush(bram, about, on=False)
    due(bram)
    go_round()
    assert "CANARY" in post.text()


def test_what_was_hidden_is_no_news_to_who_hid_it(
    challenge: Challenge, utrecht: Region, anna: Person, bram: Person, mo: Person, post: Post
) -> None:
    """A moderator reads it still on the site; their own things are told all the same."""
    wants(mo)
    wants(anna)
    Unspread.objects.all().delete()
    hidden = make.post(by=bram, region=utrecht, title="CANARY")
    Comment.write(challenge, "Gewoon.", by=mo)
    spread()
    before = unread_count(mo)
    Ruling.hide(hidden, by=mo, reason="other", words="")
    assert (before, unread_count(mo)) == (1, 0)
    due(mo)
    due(anna)
    go_round()
    assert [to for to, _subject in post.subjects] == [anna.email]
    assert "CANARY" not in post.text()


def test_the_rest_of_the_mail_goes_out(
    challenge: Challenge, utrecht: Region, anna: Person, bram: Person, eva: Person, post: Post
) -> None:
    other = make.challenge(by=anna, region=utrecht)
    Unspread.objects.all().delete()
    wants(bram)
    for one in (challenge, other):
        one.follow(bram)
        Comment.write(one, f"OVER {one.pk}", by=eva)
    spread()
    plan()
    hush(bram, challenge)
    send_waiting(30)
    assert [f"OVER {one.pk}" in post.text() for one in (challenge, other)] == [False, True]


def test_the_bell_its_count_and_the_preview_go_quiet_at_once_and_come_back(
    challenge: Challenge, bram: Person, eva: Person
) -> None:
    challenge.follow(bram)
    Comment.write(challenge, "CANARY", by=eva)
    spread()

    def shown() -> tuple[int, bool, bool]:
        pages = [browser(bram).get(path).content.decode() for path in ("/mijn/meldingen/", "/mijn/overzicht/")]
        return unread_count(bram), "CANARY" in pages[0], "CANARY" in pages[1]

    assert shown() == (1, True, True)
    hush(bram, challenge)
    assert shown() == (0, False, False)
    notice = Notice.objects.get(person=bram)
    assert browser(bram).get(f"/mijn/meldingen/{notice.pk}/").status_code == 302, "from a page that was open before"
    Notice.objects.update(read_at=None)
    hush(bram, challenge, on=False)
    assert shown() == (1, True, True)


def test_a_mail_to_all_members_passes_who_made_the_region_quiet(
    utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person, post: Post
) -> None:
    for person in (anna, bram):
        wants(person)
    hush(bram, utrecht)
    draft = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state="draft")
    draft.publish_to_all(mo)
    go_round()
    made = Mail.objects.filter(kind=Mail.Kind.ANNOUNCEMENT).values_list("person__name", flat=True)
    assert ([to for to, _subject in post.subjects], list(made)) == ([anna.email], [anna.name])


def test_a_mail_to_all_members_that_waits_is_not_sent_any_more(
    utrecht: Region, bram: Person, mo: Person, post: Post
) -> None:
    wants(bram)
    draft = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state="draft")
    draft.publish_to_all(mo)
    spread()
    Mail.objects.all().delete()
    Mail.objects.create(
        key="one", kind=Mail.Kind.ANNOUNCEMENT, person=bram, data={"ids": {"object": draft.pk}}, message_id="<one@x>"
    )
    hush(bram, utrecht)
    send_waiting(30)
    assert (post.taken, Mail.objects.get(key="one").state) == ([], "cancelled")


def test_coming_meetings_of_a_quiet_region_stay_out_but_for_those_one_goes_to(
    challenge: Challenge, utrecht: Region, bram: Person, mo: Person, eva: Person, post: Post
) -> None:
    first = make.meeting(by=mo, region=utrecht, days=3, title="Ergens anders over")
    mine = make.meeting(by=mo, region=utrecht, days=4, title="Daar kom ik")
    Unspread.objects.all().delete()
    Signup.objects.create(meeting=mine, person=bram, state=Signup.State.GOING)
    wants(bram)
    hush(bram, utrecht)
    question = Comment.write(challenge, "Wie weet dit?", by=bram)
    Comment.write(challenge, "Ik.", by=eva, parent=question)
    go_round()
    assert (first.title in post.text(), mine.title in post.text()) == (False, True)


def test_a_contribution_that_moves_is_quiet_with_its_region_of_now(
    challenge: Challenge, utrecht: Region, eindhoven: Region, anna: Person, bram: Person, eva: Person
) -> None:
    challenge.follow(bram)
    Comment.write(challenge, "Hoi.", by=eva)
    spread()
    hush(bram, eindhoven)
    assert len(gather(bram, Notice.objects.filter(person=bram))) == 1
    challenge.file_under(by=anna, themes=[], region=eindhoven)
    assert gather(bram, Notice.objects.filter(person=bram)) == []


# --- the switches -------------------------------------------------------------------------------------------


def test_the_button_on_a_page_and_the_way_back(challenge: Challenge, utrecht: Region, bram: Person) -> None:
    for path, page in (
        (f"/stuk/{challenge.pk}/stil/", challenge.get_absolute_url()),
        ("/regios/utrecht/stil/", utrecht.get_absolute_url()),
    ):
        found = []
        for value in ("1", "1", "0", "0"):
            answer = browser(bram).post(path, {"quiet": value})
            html = browser(bram).get(page).content.decode()
            again = f'action="{path}"' in html and f'name="quiet" value="{1 - int(value)}"' in html
            found.append((answer.status_code, answer["Location"], Quiet.objects.count(), again))
        assert found == [(302, page, 1, True), (302, page, 1, True), (302, page, 0, True), (302, page, 0, True)]
        assert browser(bram).get(path).status_code == 405


def test_the_list_on_the_preferences_and_the_way_back(
    challenge: Challenge, utrecht: Region, eindhoven: Region, bram: Person, eva: Person
) -> None:
    closed = make.challenge(by=eva, region=eindhoven, visibility="region", title="Niet voor Bram")
    for about in (challenge, utrecht, closed):
        hush(bram, about)
    hush(eva, eindhoven)
    page = browser(bram).get("/mijn/voorkeuren/")
    quiet = page.context["quiet"]
    assert (quiet["contributions"], quiet["regions"]) == ([Contribution.objects.get(pk=challenge.pk)], [utrecht])
    assert "Niet voor Bram" not in page.content.decode()
    answer = browser(bram).post(f"/stuk/{challenge.pk}/stil/", {"quiet": "0", "naar": "voorkeuren"})
    assert (answer["Location"], Quiet.objects.filter(person=bram).count()) == ("/mijn/voorkeuren/", 2)


def test_to_follow_is_to_hear_it_again(challenge: Challenge, bram: Person) -> None:
    hush(bram, challenge)
    browser(bram).post(f"/stuk/{challenge.pk}/volgen/", {"follow": "1"})
    assert not Quiet.objects.exists()


def test_only_what_one_sees_can_be_made_quiet(eindhoven: Region, bram: Person, eva: Person) -> None:
    closed = make.challenge(by=eva, region=eindhoven, visibility="region")
    assert browser(bram).post(f"/stuk/{closed.pk}/stil/", {"quiet": "1"}).status_code == 404
    visitor = Client().post("/regios/eindhoven/stil/", {"quiet": "1"})
    assert (visitor.status_code, Quiet.objects.count()) == (302, 0)


def test_a_row_is_about_one_thing_and_stands_once(challenge: Challenge, utrecht: Region, bram: Person) -> None:
    hush(bram, challenge)
    for wrong in (
        {"contribution": challenge, "region": utrecht},
        {},
        {"contribution": Contribution.objects.get(pk=challenge.pk)},
    ):
        with pytest.raises(IntegrityError):
            _try(bram, wrong)


def _try(person: Person, about: dict[str, Any]) -> None:
    with transaction.atomic():
        Quiet.objects.create(person=person, **about)


# --- from a mail --------------------------------------------------------------------------------------------


def test_the_link_in_the_mail_shows_a_button_and_a_post_makes_quiet_without_signing_in(
    challenge: Challenge, bram: Person, eva: Person, post: Post
) -> None:
    wants(bram)
    challenge.follow(bram)
    Comment.write(challenge, "Hoi.", by=eva)
    go_round()
    path = quiet_path(bram, challenge)
    assert (f"http://127.0.0.1:8000{path}" in post.text(), f'href="http://127.0.0.1:8000{path}"' in post.html()) == (
        True,
        True,
    )
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get(path)
    assert (page.status_code, challenge.title in page.content.decode(), Quiet.objects.count()) == (200, True, 0)
    assert (visitor.head(path).status_code, Quiet.objects.count()) == (200, 0)
    done = visitor.post(path, {"quiet": "1"}, follow=True)
    row = Quiet.objects.get()
    assert (row.person, row.contribution_id, row.region) == (bram, challenge.pk, None)
    assert 'name="quiet" value="0"' in done.content.decode()
    visitor.post(path, {"quiet": "0"})
    assert not Quiet.objects.exists()


def test_the_page_leads_to_the_whole_region(challenge: Challenge, utrecht: Region, bram: Person) -> None:
    html = Client().get(quiet_path(bram, challenge)).content.decode()
    path = quiet_path(bram, utrecht)
    assert f'href="{path}"' in html
    Client().post(path)
    assert (Quiet.objects.get().region, "Utrecht" in Client().get(path).content.decode()) == (utrecht, True)


def test_a_link_tells_nothing_of_what_can_no_longer_be_seen(
    challenge: Challenge, bram: Person, eva: Person, mo: Person
) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="team")
    page = Client().get(quiet_path(bram, challenge))
    assert (page.status_code, challenge.title in page.content.decode(), "Utrecht" in page.content.decode()) == (
        200,
        False,
        False,
    )


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "9" + token, lambda _token: "onzin"])
def test_what_we_did_not_sign_is_not_there(change: Callable[[str], str], challenge: Challenge, bram: Person) -> None:
    token = quiet_path(bram, challenge).split("/")[2]
    for answer in (Client().get(f"/stil/{change(token)}/"), Client().post(f"/stil/{change(token)}/")):
        assert (answer.status_code, Quiet.objects.count()) == (404, 0)


def test_what_only_comes_because_it_is_ones_own_has_no_such_link(
    challenge: Challenge, anna: Person, eva: Person, post: Post
) -> None:
    wants(anna)
    Comment.write(challenge, "Hoi.", by=eva)
    go_round()
    assert ("/stil/" in post.text(), "/stil/" in post.html()) == (False, False)


# --- what the button says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "offered", "given"),
    [
        ("daily", "in your overview mail (every day).", "in your overview mail (every day)."),
        ("monthly", "in your overview mail (every month).", "in your overview mail (every month)."),
        ("never", "you get no mail: only a notice on the site.", "you get a notice on the site, and no mail."),
        ("", "you get no mail: only a notice on the site.", "you get a notice on the site, and no mail."),
    ],
)
def test_the_button_to_follow_says_whether_that_brings_mail(
    frequency: str, offered: str, given: str, challenge: Challenge, bram: Person
) -> None:
    if frequency:
        subscribe(bram, frequency)
    assert heard(bram, challenge).endswith(offered)
    challenge.follow(bram)
    assert heard(bram, challenge).endswith(given)
    hush(bram, challenge.region)
    assert "You made the region" in heard(bram, challenge)
    hush(bram, challenge)
    assert heard(bram, challenge).startswith("You made this quiet")


def heard(person: Person, challenge: Challenge) -> str:
    with translation.override("en"):
        return render_to_string("regions/_heard.html", follow_section(person, challenge)).strip()


def test_the_button_takes_one_query(
    challenge: Challenge, bram: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        follow_section(None, challenge)
        assert challenge.is_owned_by(bram) is False
    with django_assert_num_queries(1):
        follow_section(bram, challenge)
