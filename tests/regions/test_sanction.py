"""Warnings and suspensions of a member: told to the person, kept as history, read by moderators."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import Comment, Event, Membership, Notice, Region, Ruling, Sanction, Verb
from tests import make

Browser = Callable[[Person | None], Client]
Count = Callable[[Client, str], int]
pytestmark = pytest.mark.django_db
WHY = {"reason": "insult", "words": "Blijf aardig tegen elkaar."}


def page_of(who: Person) -> str:
    return f"/regios/utrecht/leden/{who.memberships.get().pk}/"


def test_a_member_is_warned_and_reads_it(browser: Browser, bram: Person, mo: Person, anna: Person) -> None:
    path = f"{page_of(bram)}waarschuwen/"
    assert browser(mo).post(path, {"reason": "insult", "words": ""}).status_code == 422
    assert browser(mo).post(path, WHY)["Location"] == page_of(bram)
    spread()
    assert list(Notice.objects.filter(event__verb=Verb.WARNED).values_list("person", "reason")) == [(bram.pk, "about")]
    pages = {
        (who.name, place): WHY["words"] in browser(who).get(place).content.decode()
        for who in (bram, anna)
        for place in ("/mijn/", "/mijn/meldingen/", "/mijn/overzicht/")
    }
    assert {key for key, found in pages.items() if found} == {
        ("Bram Buur", place) for place in ("/mijn/", "/mijn/meldingen/", "/mijn/overzicht/")
    }
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        assert WHY["words"] not in browser(bram).get("/mijn/").content.decode()


def test_a_warning_may_be_about_something_of_theirs_only(
    browser: Browser, utrecht: Region, eindhoven: Region, bram: Person, anna: Person, mo: Person
) -> None:
    own = make.challenge(by=bram, region=utrecht, title="Van Bram")
    make.member(bram, eindhoven)
    elsewhere = make.challenge(by=bram, region=eindhoven, title="Elders")
    other = make.challenge(by=anna, region=utrecht, title="Van Anna")
    comment = Comment.write(other, "Van Bram onder Anna.", by=bram)
    membership = bram.memberships.get(region=utrecht)
    path = f"/regios/utrecht/leden/{membership.pk}/waarschuwen/"
    found = {
        query: browser(mo).get(path + query).status_code
        for query in (
            f"?stuk={own.pk}", f"?stuk={other.pk}", f"?stuk={elsewhere.pk}", f"?reactie={comment.pk}", "?stuk=x",
            "?reactie=987654321",
        )
    }  # fmt: skip
    assert list(found.values()) == [200, 404, 404, 200, 200, 404]
    browser(mo).post(f"{path}?stuk={own.pk}", WHY)
    browser(mo).post(f"{path}?reactie={comment.pk}", WHY)
    rows = Sanction.objects.order_by("pk").values_list("contribution", "comment")
    assert list(rows) == [(own.pk, None), (None, comment.pk)]


def test_from_what_was_posted_one_comes_to_its_writer(
    browser: Browser, utrecht: Region, bram: Person, eva: Person, mo: Person, anna: Person
) -> None:
    challenge = make.challenge(by=bram, region=utrecht)
    comment = Comment.write(challenge, "Van Eva.", by=eva)
    path = f"/stuk/{challenge.pk}/waarschuwen/"
    assert path in browser(mo).get(challenge.get_absolute_url()).content.decode()
    assert browser(mo).get(path)["Location"] == f"{page_of(bram)}waarschuwen/?stuk={challenge.pk}"
    gone = browser(mo).get(f"{path}?reactie={comment.pk}", follow=True)  # Eva is no member here
    assert [message.level_tag for message in gone.context["messages"]] == ["info"]
    assert browser(anna).get(path).status_code == 403


def test_who_warns_whom(
    browser: Browser, utrecht: Region, bram: Person, mo: Person, mia: Person, emil: Person, stan: Person, anna: Person
) -> None:
    places = {who.name: f"{page_of(who)}waarschuwen/" for who in (bram, mo)}
    found = {
        who.name: [browser(who).get(place).status_code for place in places.values()]
        for who in (mo, mia, stan, emil, anna)
    }
    assert found == {
        "Mo Moderator": [200, 403],
        "Mia Moderator": [200, 403],
        "Stan Staf": [200, 200],
        "Emil Elders": [404, 404],
        "Anna Auteur": [404, 404],
    }
    membership = bram.memberships.get()
    membership.leave(bram)
    with pytest.raises(AlreadyDone):
        Sanction.warn(membership, by=mo, **WHY)


def test_a_suspension_leaves_the_answer_at_joining_alone(utrecht: Region, bo: Person, mo: Person) -> None:
    utrecht.ask_to_join(bo, "Graag.")
    bo.memberships.get().decide(mo, accept=True, answer="Welkom, Bo.")
    today = timezone.localdate()
    bo.memberships.get().suspend(mo, reason="insult", words="Te scherp.", ends_on=today)
    bo.memberships.get().readmit(mo)
    bo.memberships.get().suspend(mo, reason="rules", words="Weer te scherp.", ends_on=today)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert Membership.objects.readmit_due() == 1
    rows = Sanction.objects.order_by("pk").values_list("kind", "words", "ends_on", "ended_by")
    assert list(rows) == [("suspension", "Te scherp.", today, mo.pk), ("suspension", "Weer te scherp.", today, None)]
    assert bo.memberships.get().answer == "Welkom, Bo."
    assert Sanction.objects.filter(ended_at=None).count() == 0


def test_the_person_reads_why_they_are_suspended(browser: Browser, bram: Person, mo: Person, anna: Person) -> None:
    bram.memberships.get().suspend(mo, reason="insult", words="Te scherp.", ends_on=timezone.localdate())
    spread()
    places = ("/regios/utrecht/", "/mijn/meldingen/")
    assert ["Te scherp." in browser(bram).get(place).content.decode() for place in places] == [True, True]
    assert "Te scherp." in browser(mo).get("/regios/utrecht/leden/").content.decode()
    assert "Te scherp." not in browser(anna).get("/regios/utrecht/leden/").content.decode()


def test_moderators_see_the_history_of_a_member(
    browser: Browser, utrecht: Region, eindhoven: Region, bram: Person, anna: Person, mo: Person, emil: Person
) -> None:
    own = make.challenge(by=bram, region=utrecht, title="Verborgen van Bram")
    Ruling.hide(own, by=mo, reason="other", words="Zie de regels.")
    comment = Comment.write(make.challenge(by=anna, region=utrecht, title="Van Anna"), "Lelijk.", by=bram)
    Ruling.on_comment(comment, by=mo, hide=True, reason="insult", words="Lelijk woord.")
    Ruling.hide(make.challenge(by=anna, region=utrecht), by=mo, reason="other", words="Niet van Bram.")
    make.member(bram, eindhoven)
    there = bram.memberships.get(region=eindhoven)
    Sanction.warn(there, by=emil, reason="other", words="In Eindhoven.")
    here = bram.memberships.get(region=utrecht)
    Sanction.warn(here, by=mo, contribution=own, **WHY)
    here.suspend(mo, reason="rules", words="Genoeg.", ends_on=timezone.localdate())
    path = f"/regios/utrecht/leden/{here.pk}/"
    page = browser(mo).get(path).content.decode()
    said = ("Zie de regels.", "Lelijk woord.", WHY["words"], "Genoeg.", "Niet van Bram.", "In Eindhoven.")
    assert [words in page for words in said] == [True] * 4 + [False] * 2
    statuses = [browser(who).get(path).status_code for who in (bram, anna, emil)]
    assert (statuses, browser(mo).get(f"/regios/utrecht/leden/{there.pk}/").status_code) == ([404] * 3, 404)


def test_a_long_history_costs_the_same(
    browser: Browser, count: Count, utrecht: Region, bram: Person, mo: Person
) -> None:
    def more(number: int) -> None:
        for _ in range(number):
            Sanction.warn(bram.memberships.get(), by=mo, **WHY)
            Ruling.hide(make.challenge(by=bram, region=utrecht), by=mo, reason="other", words="Nee.")

    more(1)
    few = count(browser(mo), page_of(bram))
    more(12)
    assert count(browser(mo), page_of(bram)) == few == 9
    assert len(browser(mo).get(f"{page_of(bram)}?deel=maatregelen").context["pieces"]["maatregelen"].rows) == 13


def test_the_log_tells_of_warnings(browser: Browser, bram: Person, mo: Person) -> None:
    Sanction.warn(bram.memberships.get(), by=mo, **WHY)
    page = browser(mo).get("/regios/utrecht/moderatie/logboek/").content.decode()
    assert ("waarschuwde iemand in de regio" in page, WHY["words"] in page, page_of(bram) in page) == (True,) * 3
    assert Event.objects.get(verb=Verb.WARNED).object_kind == "sanction"
