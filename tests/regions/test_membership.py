"""Asking to join a region, the answer, leaving, and the list of members."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from regions.models import Comment, Event, Membership, Region, Verb
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
JOIN, LEAVE = "/regios/utrecht/leden/aanmelden/", "/regios/utrecht/leden/afmelden/"


def verbs(person: Person) -> list[str]:
    return list(Event.objects.filter(subject=person).order_by("pk").values_list("verb", flat=True))


def states(person: Person) -> list[str]:
    return list(person.memberships.values_list("state", flat=True))


def test_the_whole_way_of_a_member(browser: Browser, utrecht: Region, bo: Person, mo: Person) -> None:
    assert browser(bo).post(JOIN, {"motivation": "Ik woon hier."}).status_code == 302
    asked = bo.memberships.get()
    decide = f"/regios/utrecht/leden/{asked.pk}/besluit/"
    assert "Ik woon hier." in browser(mo).get("/regios/utrecht/moderatie/").content.decode()
    assert browser(mo).post(decide, {"besluit": "ja", "answer": "Welkom!"}).status_code == 302
    utrecht.refresh_from_db()
    assert (states(bo), utrecht.member_count) == (["active"], 2)
    assert browser(bo).get(LEAVE).status_code == 200
    assert states(bo) == ["active"]
    assert browser(bo).post(LEAVE).status_code == 302
    utrecht.refresh_from_db()
    assert (states(bo), utrecht.member_count) == (["ended"], 1)
    assert verbs(bo) == [Verb.ASKED_TO_JOIN, Verb.LET_IN, Verb.LEFT]


def test_a_no_asks_for_a_sentence_which_the_person_reads(
    browser: Browser, utrecht: Region, bo: Person, mo: Person
) -> None:
    asked = utrecht.ask_to_join(bo, "Graag.")
    decide = f"/regios/utrecht/leden/{asked.pk}/besluit/"
    refused = browser(mo).post(decide, {"besluit": "nee", "answer": ""})
    assert (refused.status_code, states(bo)) == (422, ["pending"])
    browser(mo).post(decide, {"besluit": "nee", "answer": "U woont in Texel."})
    assert states(bo) == ["ended"]
    assert "U woont in Texel." in browser(bo).get("/regios/utrecht/").content.decode()
    browser(bo).post(JOIN, {"motivation": "Nu wel."})
    assert states(bo) == ["pending"]


def test_the_second_moderator_hears_that_a_colleague_was_first(
    browser: Browser, utrecht: Region, bo: Person, mo: Person, mia: Person
) -> None:
    asked = utrecht.ask_to_join(bo)
    decide = f"/regios/utrecht/leden/{asked.pk}/besluit/"
    browser(mo).post(decide, {"besluit": "ja"})
    answer = browser(mia).post(decide, {"besluit": "nee", "answer": "Nee."}, follow=True)
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["warning"]
    assert states(bo) == ["active"]


def test_who_waits_or_is_suspended_cannot_ask_again(browser: Browser, utrecht: Region, bo: Person) -> None:
    browser(bo).post(JOIN, {"motivation": "Een"})
    browser(bo).post(JOIN, {"motivation": "Twee"})
    assert list(bo.memberships.values_list("motivation", flat=True)) == ["Een"]
    make.member(bo, utrecht, state=Membership.State.SUSPENDED)
    browser(bo).post(JOIN, {"motivation": "Drie"})
    browser(bo).post(LEAVE)
    assert states(bo) == ["suspended"]


def test_a_decision_of_another_region_is_absent(
    browser: Browser, utrecht: Region, eindhoven: Region, bo: Person, emil: Person, mo: Person
) -> None:
    asked = utrecht.ask_to_join(bo)
    tried = {
        name: browser(person).post(f"/regios/{slug}/leden/{asked.pk}/besluit/", {"besluit": "ja"}).status_code
        for name, person, slug in (
            ("elsewhere", emil, "utrecht"),
            ("by the own region", emil, "eindhoven"),
            ("oneself", bo, "utrecht"),
        )
    }
    assert tried == {"elsewhere": 404, "by the own region": 404, "oneself": 404}
    assert states(bo) == ["pending"]


def test_the_way_back_from_a_form_of_moderators_is_where_they_came_from(
    browser: Browser, utrecht: Region, mo: Person, anna: Person, bo: Person
) -> None:
    asked, member = utrecht.ask_to_join(bo), anna.memberships.get()
    back = {
        path: browser(mo).get(f"/regios/utrecht/{path}").content.decode().partition('nl-button--subtle" href="')[2]
        for path in (
            f"leden/{asked.pk}/besluit/",
            f"leden/{member.pk}/schorsen/",
            "moderatie/toelaten/",
        )
    }
    assert [page.partition('"')[0] for page in back.values()] == [
        "/regios/utrecht/moderatie/",
        "/regios/utrecht/leden/",
        "/regios/utrecht/moderatie/",
    ]


def test_a_number_of_a_citizen_is_refused(browser: Browser, utrecht: Region, bo: Person) -> None:
    refused = browser(bo).post(JOIN, {"motivation": "Mijn nummer is 111222333."})
    assert (refused.status_code, states(bo)) == (422, [])
    assert "Mijn nummer is 111222333." in refused.content.decode()


def test_who_comes_back_to_an_answered_question_hears_that_it_is_answered(
    browser: Browser, utrecht: Region, mo: Person, bo: Person
) -> None:
    asked = utrecht.ask_to_join(bo)
    asked.decide(mo, accept=True)
    again = browser(mo).get(f"/regios/utrecht/leden/{asked.pk}/besluit/", follow=True)
    assert again.redirect_chain == [("/regios/utrecht/moderatie/", 302)]
    assert bo.name in str(next(iter(again.context["messages"])))


def test_who_is_suspended_reads_along_as_a_visitor_and_changes_nothing(
    browser: Browser, utrecht: Region, eindhoven: Region, anna: Person, mo: Person, eva: Person
) -> None:
    own = make.challenge(by=anna, region=utrecht)
    elsewhere = make.challenge(by=eva, region=eindhoven)
    comment = Comment.write(own, "Van voor de schorsing", by=anna)
    why = {"reason": "rules", "words": "Stop.", "ends_on": timezone.localdate()}
    anna.memberships.get().suspend(mo, **why)
    paths = {
        f"/stuk/{own.pk}/reacties/": {"text": "Toch nog iets."},
        f"/reacties/{comment.pk}/bewerken/": {"text": "Anders."},
        f"{own.get_absolute_url()}bewerken/": {"title": "Anders"},
        f"{own.get_absolute_url()}stappen/verkennen/": {"stage": "idee"},
        f"{own.get_absolute_url()}prototypes/nieuw/": {"what": "Iets."},
        f"{own.get_absolute_url()}indelen/": {},
    }
    assert {path: browser(anna).post(path, data).status_code for path, data in paths.items()} == dict.fromkeys(
        paths, 403
    )
    assert browser(anna).get(own.get_absolute_url()).status_code == 200
    answer = browser(anna).post(f"/stuk/{elsewhere.pk}/reacties/", {"text": "Elders mag het."})
    assert (answer.status_code, Comment.objects.filter(author=anna).count()) == (302, 2)


def test_who_leaves_as_the_last_moderator_is_warned(
    browser: Browser, utrecht: Region, mo: Person, bram: Person
) -> None:
    path = "/regios/utrecht/leden/afmelden/"
    pages = [browser(who).get(path).content.decode() for who in (mo, bram)]
    assert ["enige moderator" in page for page in pages] == [True, False]


def test_staff_sees_at_home_which_region_has_no_moderator(browser: Browser, utrecht: Region, stan: Person) -> None:
    assert "Deze regio heeft geen moderator" in browser(stan).get("/").content.decode()
