"""Signing up with and without an account, the waiting list, and what becomes of guests."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.spread import spread
from regions.models import Event, Meeting, Region, Signup, Verb, Visibility
from tests import make

pytestmark = pytest.mark.django_db
Browser = Callable[[Person | None], Client]


@pytest.fixture
def meeting(utrecht: Region, mo: Person) -> Meeting:
    return make.meeting(
        by=mo, region=utrecht, capacity=2, link="https://kanarielink.example/zaal", expected=["inwoner"]
    )


def states(meeting: Meeting) -> list[tuple[str, str]]:
    return [(signup.who, signup.state) for signup in meeting.signups.for_list()]


def test_two_come_and_the_third_waits_until_one_signs_off(
    browser: Browser, meeting: Meeting, anna: Person, bram: Person, eva: Person
) -> None:
    path = meeting.get_absolute_url()
    for who, side in ((anna, "gemeente"), (bram, "inwoner"), (eva, "wetenschap")):
        browser(who).post(f"{path}aanmelden/", {"perspective": side})
    assert states(meeting) == [("Anna Auteur", "going"), ("Bram Buur", "going"), ("Eva Elders", "waiting")]
    assert "U staat op de wachtlijst" in browser(eva).get(path).content.decode()
    browser(anna).post(f"{path}afmelden/")
    assert states(meeting) == [("Bram Buur", "going"), ("Eva Elders", "going"), ("Anna Auteur", "off")]
    meeting.refresh_from_db()
    assert (meeting.going, meeting.going_count, meeting.waiting_count) == ({"inwoner": 1, "wetenschap": 1}, 2, 0)
    assert Event.objects.get(verb=Verb.MOVED_UP).subject == eva
    browser(anna).post(f"{path}aanmelden/", {"perspective": "gemeente"})
    assert states(meeting)[2] == ("Anna Auteur", "waiting"), "who comes back stands at the end"


def test_the_online_link_is_for_who_comes_and_who_organises(
    browser: Browser, meeting: Meeting, anna: Person, bram: Person, eva: Person, mo: Person
) -> None:
    for who in (anna, bram, eva):
        Signup.make(meeting, by=who, perspective="inwoner")
    path = meeting.get_absolute_url()
    seen = {
        str(who): ["kanarielink" in browser(who).get(page).content.decode() for page in (path, f"{path}agenda.ics")]
        for who in (None, anna, eva, mo)
    }
    expected = {"None": [False] * 2, "Anna Auteur": [True] * 2, "Eva Elders": [False] * 2, "Mo Moderator": [True] * 2}
    assert seen == expected


def test_without_a_perspective_one_is_asked_for_it(browser: Browser, meeting: Meeting, anna: Person) -> None:
    answer = browser(anna).post(f"{meeting.get_absolute_url()}aanmelden/", {})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["perspective"])


def test_names_are_for_the_organisers(
    browser: Browser, meeting: Meeting, anna: Person, bram: Person, mo: Person
) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    path = f"{meeting.get_absolute_url()}aanmeldingen/"
    assert [browser(who).get(path).status_code for who in (None, anna, mo)] == [302, 403, 200]
    assert "Bram Buur" not in browser(anna).get(meeting.get_absolute_url()).content.decode()
    assert "Bram Buur" in browser(mo).get(path).content.decode()


@pytest.fixture
def guest() -> Client:
    """A visitor."""
    return Client()


GUEST = {"name": "Gerrie Gast", "email": "Gerrie@gast.example", "perspective": "inwoner"}


def test_a_guest_confirms_by_the_link_and_signs_off_by_it(
    browser: Browser, guest: Client, meeting: Meeting, mo: Person
) -> None:
    guest.post(f"{meeting.get_absolute_url()}aanmelden/", GUEST)
    signup = Signup.objects.get()
    assert (signup.email, signup.state, Meeting.objects.get().going_count) == ("gerrie@gast.example", "asked", 0)
    link = signup.get_absolute_url()
    assert browser(None).get(link).status_code == 200
    assert Signup.objects.get().state == "asked", "a program that follows the link changes nothing"
    guest.post(link, {"besluit": "ja"})
    assert (Signup.objects.get().state, Meeting.objects.get().going) == ("going", {"inwoner": 1})
    assert "kanarielink" in browser(None).get(link).content.decode()
    page = browser(mo).get(f"{meeting.get_absolute_url()}aanmeldingen/").content.decode()
    assert "gerrie@gast.example" in page
    guest.post(link, {"besluit": "nee"})
    assert (Signup.objects.get().state, Meeting.objects.get().going_count) == ("off", 0)


def test_the_form_says_the_same_whatever_is_known_of_an_address(guest: Client, meeting: Meeting) -> None:
    path = f"{meeting.get_absolute_url()}aanmelden/"
    first = guest.post(path, GUEST, follow=True).content.decode()
    Signup.objects.get().confirm()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        second = guest.post(path, GUEST | {"name": "Iemand anders"}, follow=True).content.decode()
    said = [re.findall(r"Kijk in uw mail[^<]*", page) for page in (first, second)]
    assert (said[0] == said[1] != [], Signup.objects.get().name) == (True, "Gerrie Gast")


def test_an_address_is_asked_once_in_ten_minutes(guest: Client, meeting: Meeting) -> None:
    for name in ("Een", "Twee", "Drie"):
        guest.post(f"{meeting.get_absolute_url()}aanmelden/", GUEST | {"name": name})
    assert Event.objects.filter(verb=Verb.SIGNUP_ASKED).count() == 1


def test_who_asks_for_one_address_again_and_again_is_stopped(guest: Client, utrecht: Region, mo: Person) -> None:
    meetings = [make.meeting(by=mo, region=utrecht) for _ in range(8)]
    answers = [guest.post(f"{one.get_absolute_url()}aanmelden/", GUEST).status_code for one in meetings]
    assert answers == [302] * 6 + [429] * 2


def test_a_guest_comes_only_where_everyone_may_read(guest: Client, utrecht: Region, mo: Person) -> None:
    closed = make.meeting(by=mo, region=utrecht, visibility=Visibility.REGION)
    assert guest.post(f"{closed.get_absolute_url()}aanmelden/", GUEST).status_code == 404
    assert Signup.objects.count() == 0


def test_the_link_of_a_guest_is_for_a_meeting_that_everyone_still_reads(browser: Browser, meeting: Meeting) -> None:
    Signup.ask(meeting, email="g@gast.example", name="G", perspective="inwoner")
    link = Signup.objects.get().get_absolute_url()
    Meeting.objects.get().edit(by=meeting.author, seen=1, text={}, visibility=Visibility.REGION)
    assert [browser(None).get(path).status_code for path in (link, "/aanmelding/verzonnen/")] == [404, 404]


def test_too_late_is_said(browser: Browser, meeting: Meeting, anna: Person) -> None:
    with time_machine.travel(meeting.ends_at + timedelta(minutes=1)):
        answer = browser(anna).post(f"{meeting.get_absolute_url()}aanmelden/", {"perspective": "inwoner"}, follow=True)
        assert "niet meer aanmelden" in answer.content.decode()
    assert Signup.objects.count() == 0


def test_guests_are_forgotten(meeting: Meeting) -> None:
    for name in ("een", "twee"):
        Signup.ask(meeting, email=f"{name}@gast.example", name=name, perspective="inwoner")
    Signup.objects.get(name="een").confirm()
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        Signup.objects.forget_due()
    assert [signup.name for signup in Signup.objects.all()] == ["een"]
    with time_machine.travel(meeting.ends_at + timedelta(days=91)):
        Signup.objects.forget_due()
    assert [(one.name, one.email, one.state) for one in Signup.objects.all()] == [("", "", "going")]


def test_who_signed_up_hears_that_it_changed_and_others_do_not(
    meeting: Meeting, bram: Person, eva: Person, mo: Person
) -> None:
    Signup.make(meeting, by=bram, perspective="inwoner")
    spread()
    meeting.edit(by=mo, seen=1, text={}, place="Elders")
    spread()
    told = Event.objects.get(verb=Verb.MEETING_MOVED).notices.values_list("person__name", "reason")
    assert list(told) == [("Bram Buur", "about")]
