"""Steps over HTTP: the checklist, the words of a refusal, and who comes second."""

import pytest

from accounts.models import Person
from challenges.models import Challenge, StageText
from regions.models import Region
from tests import make
from tests.challenges.conftest import Browser
from tests.challenges.test_rulebook import asked, silent

pytestmark = pytest.mark.django_db


def path(challenge: Challenge, name: str) -> str:
    return f"{challenge.get_absolute_url()}stappen/{name}/"


def stage(challenge: Challenge) -> str:
    return Challenge.objects.get(pk=challenge.pk).stage


def test_a_step_shows_its_checklist_and_goes(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, improvement="")
    page = browser(anna).get(path(challenge, "verkennen"))
    assert [(item.key, item.is_met) for item in page.context["form"].items] == [("for-whom", True), ("improves", False)]
    refused = browser(anna).post(path(challenge, "verkennen"), {"stage": "idee", "explain-improves": " "})
    assert (refused.status_code, stage(challenge)) == (422, "idee")
    assert "explain-improves" in refused.context["form"].errors
    sent = browser(anna).post(path(challenge, "verkennen"), {"stage": "idee", "explain-improves": "Zoeken wij uit."})
    assert (sent.status_code, sent["Location"], stage(challenge)) == (302, challenge.get_absolute_url(), "verkenning")
    assert "Zoeken wij uit." in browser(None).get(challenge.get_absolute_url()).text


def test_a_get_changes_nothing(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    for name in ("verkennen", "parkeren", "stoppen"):
        assert browser(anna).get(path(challenge, name)).status_code == 200
    assert stage(challenge) == "idee"


def test_staff_words_override_goal_and_check(browser: Browser, anna: Person, utrecht: Region) -> None:
    StageText.objects.create(key="verkenning", text="Eigen doel van de staf.")
    StageText.objects.create(key="for-whom", text="Eigen woorden van de staf.")
    challenge = make.challenge(by=anna, region=utrecht)
    text = browser(anna).get(path(challenge, "verkennen")).text
    assert "Eigen doel van de staf." in text
    assert "Eigen woorden van de staf." in text


def test_who_comes_second_hears_that_a_colleague_was_first(
    browser: Browser, anna: Person, bram: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    challenge.involve(bram, "team", by=anna)
    first = browser(anna).post(path(challenge, "verkennen"), {"stage": "idee"})
    second = browser(bram).post(path(challenge, "verkennen"), {"stage": "idee"}, follow=True)
    assert first.status_code == 302
    assert second.redirect_chain == [(challenge.get_absolute_url(), 302)]
    assert [message.level_tag for message in second.context["messages"]] == ["warning"]
    stale = browser(bram).post(path(challenge, "stoppen"), {"stage": "idee", "note": "Les."}, follow=True)
    assert [message.level_tag for message in stale.context["messages"]] == ["warning", "info"], (
        "what was typed is not lost"
    )
    assert (stage(challenge), challenge.steps.count()) == ("verkenning", 1)


def test_without_the_board_the_page_says_so(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="pilot")
    page = browser(anna).get(path(challenge, "opschalen"))
    assert page.context["waits_for_board"] is True
    assert "<textarea" not in page.text
    data = {"stage": "pilot", "explain-resident": "Nog niet."}
    assert browser(anna).post(path(challenge, "opschalen"), data).status_code == 422
    assert stage(challenge) == "pilot"


def test_others_may_not_and_outsiders_see_nothing(
    browser: Browser, anna: Person, bram: Person, eva: Person, mo: Person, utrecht: Region
) -> None:
    public = make.challenge(by=anna, region=utrecht)
    closed = make.challenge(by=anna, region=utrecht, visibility="region")
    found = {
        (name, challenge.visibility): browser(person).post(path(challenge, "verkennen"), {"stage": "idee"}).status_code
        for name, person in {"bram": bram, "eva": eva, "mo": mo}.items()
        for challenge in (public, closed)
    }
    assert found == {
        ("bram", "public"): 403,
        ("bram", "region"): 403,
        ("mo", "public"): 403,
        ("mo", "region"): 403,
        ("eva", "public"): 403,
        ("eva", "region"): 404,
    }
    assert browser(None).post(path(public, "verkennen")).status_code == 302
    assert browser(anna).get(path(public, "bestaat-niet")).status_code == 404


def test_a_moderator_parks_what_gave_no_answer(browser: Browser, anna: Person, mo: Person, utrecht: Region) -> None:
    challenge = silent(make.challenge(by=anna, region=utrecht))
    assert browser(mo).post(path(challenge, "parkeren"), {"note": "Stil."}).status_code == 403
    asked(challenge, days_ago=15)
    assert browser(mo).post(path(challenge, "parkeren"), {"stage": "idee", "note": "Stil."}).status_code == 302
    assert stage(challenge) == "geparkeerd"
    assert "Stil." in browser(None).get(challenge.get_absolute_url()).text


@pytest.mark.parametrize("seen", ["bestaat-niet", "x" * 500, "💩"])
def test_a_strange_stage_is_refused(browser: Browser, anna: Person, utrecht: Region, seen: str) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    assert browser(anna).post(path(challenge, "verkennen"), {"stage": seen}).status_code == 422
    assert stage(challenge) == "idee"
