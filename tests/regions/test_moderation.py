"""Reports, hiding and putting back, and the desk of moderators."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Person
from challenges.models import Challenge
from digests.spread import spread
from regions.models import Comment, Contribution, Event, Region, Report, Ruling, State, Verb, Visibility
from regions.models.contribution import events_visible_to
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
WHY = {"reason": "privacy", "words": "Er staat een naam in."}

FINE = {"reason": "changed", "words": "De naam is weg."}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht)


def level(response: object) -> list[str]:
    return [str(message.level_tag) for message in response.context["messages"]]  # type: ignore[attr-defined]


def test_a_second_report_replaces_the_words_of_the_first(browser: Browser, challenge: Challenge, bo: Person) -> None:
    path = f"/stuk/{challenge.pk}/signaal/"
    assert browser(bo).get(path).status_code == 200
    assert browser(bo).post(path, {"reason": "other", "words": ""}).status_code == 422
    assert browser(bo).post(path, {"reason": "onzin"}).status_code == 422
    for words in ("Eerst zo.", "Nu anders."):
        assert browser(bo).post(path, {"reason": "insult", "words": words}).status_code == 302
    assert list(Report.objects.values_list("words", "comment")) == [("Nu anders.", None)]
    assert Event.objects.filter(verb=Verb.REPORTED).count() == 1


def test_a_report_may_be_about_a_comment_under_the_same_thing(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person, utrecht: Region
) -> None:
    comment = Comment.write(challenge, "Reclame", by=anna)
    elsewhere = make.challenge(by=anna, region=utrecht)
    path = f"/stuk/{challenge.pk}/signaal/?reactie={comment.pk}"
    assert browser(bo).post(path, {"reason": "advertising"}).status_code == 302
    assert Report.objects.get().comment == comment
    assert browser(bo).get(f"/stuk/{elsewhere.pk}/signaal/?reactie={comment.pk}").status_code == 404
    for odd in ("abc", "-1", "9" * 30, "'"):
        assert browser(bo).get(f"/stuk/{challenge.pk}/signaal/", {"reactie": odd}).status_code == 200


def test_hiding_tells_the_author_why_and_nobody_else(
    browser: Browser, challenge: Challenge, anna: Person, mo: Person, bram: Person, bo: Person
) -> None:
    Report.make(challenge, by=bo, reason="privacy")
    path = f"/stuk/{challenge.pk}/verbergen/"
    assert browser(mo).post(path, {"reason": "privacy", "words": ""}).status_code == 422
    assert browser(mo).post(path, WHY).status_code == 302
    seen = {
        name: Contribution.objects.visible_to(person).filter(pk=challenge.pk).exists()
        for name, person in {"visitor": None, "bo": bo, "bram": bram, "anna": anna, "mo": mo}.items()
    }
    assert seen == {"visitor": False, "bo": False, "bram": False, "anna": True, "mo": True}
    assert Report.objects.open().count() == 0
    hidden = {
        name: events_visible_to(person).filter(verb=Verb.HIDDEN).exists()
        for name, person in {"anna": anna, "bram": bram, "mo": mo}.items()
    }
    assert hidden == {"anna": True, "bram": False, "mo": True}
    assert events_visible_to(bo).filter(verb=Verb.REPORT_CLOSED).exists() is False
    assert Event.objects.filter(verb=Verb.REPORT_CLOSED, subject=bo).count() == 1


def test_what_is_put_back_has_the_state_it_had(browser: Browser, anna: Person, utrecht: Region, mo: Person) -> None:
    for state in (State.PUBLISHED, State.ARCHIVED, State.PENDING):
        challenge = make.challenge(by=anna, region=utrecht, state=state)
        browser(mo).post(f"/stuk/{challenge.pk}/verbergen/", WHY)
        browser(mo).post(f"/stuk/{challenge.pk}/terugzetten/", FINE)
        assert Contribution.objects.get(pk=challenge.pk).state == state


def test_the_author_hears_why_it_is_put_back(browser: Browser, challenge: Challenge, anna: Person, mo: Person) -> None:
    Ruling.hide(challenge, by=mo, reason="privacy", words="Er staat een naam in.")
    path = f"/stuk/{challenge.pk}/terugzetten/"
    assert path in browser(mo).get(challenge.get_absolute_url()).content.decode()
    for typed in ({}, {"reason": "privacy", "words": "Dat is een reden om te verbergen."}, {"reason": "changed"}):
        assert browser(mo).post(path, typed).status_code == 422
    browser(mo).post(path, FINE)
    spread()
    page = browser(anna).get("/mijn/meldingen/").content.decode()
    assert ("Het is gewijzigd en nu goed" in page, "De naam is weg." in page) == (True, True)


def test_who_comes_second_hears_it(
    browser: Browser, challenge: Challenge, anna: Person, mo: Person, mia: Person
) -> None:
    comment = Comment.write(challenge, "Ongepast", by=anna)
    report = Report.make(challenge, by=mia, reason="insult", comment=comment)
    steps = (
        (f"/signalen/{report.pk}/sluiten/", {}),
        (f"/reacties/{comment.pk}/verbergen/", WHY),
        (f"/reacties/{comment.pk}/terugzetten/", FINE),
        (f"/stuk/{challenge.pk}/reacties/sluiten/", {"reason": "other", "words": "Genoeg."}),
        (f"/stuk/{challenge.pk}/reacties/openen/", {}),
        (f"/stuk/{challenge.pk}/verbergen/", WHY),
        (f"/stuk/{challenge.pk}/terugzetten/", FINE),
    )
    heard = [
        (level(browser(mo).post(path, data, follow=True)), level(browser(mia).post(path, data, follow=True)))
        for path, data in steps
    ]
    assert heard == [(["success"], ["warning"])] * len(steps)
    assert Ruling.objects.count() == 6


def test_moderators_of_elsewhere_and_members_may_not(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, emil: Person, mo: Person
) -> None:
    comment = Comment.write(challenge, "Hallo", by=bram)
    report = Report.make(challenge, by=bram, reason="insult")
    ends = ("verbergen/", "terugzetten/", "reacties/sluiten/", "reacties/openen/")
    paths = [f"/stuk/{challenge.pk}/{end}" for end in ends]
    paths += [f"/reacties/{comment.pk}/verbergen/", f"/reacties/{comment.pk}/terugzetten/"]
    answers = {
        name: [browser(person).post(path, WHY).status_code for path in paths]
        for name, person in {"anna": anna, "bram": bram, "emil": emil}.items()
    }
    assert answers == {name: [403] * 6 for name in ("anna", "bram", "emil")}
    assert browser(emil).post(f"/signalen/{report.pk}/sluiten/").status_code == 404
    assert browser(anna).post(f"/signalen/{report.pk}/sluiten/").status_code == 404
    assert (Ruling.objects.count(), Report.objects.open().count()) == (0, 1)


def test_the_desk_holds_what_waits_and_nothing_of_elsewhere(
    browser: Browser, utrecht: Region, eindhoven: Region, anna: Person, eva: Person, bo: Person, mo: Person
) -> None:
    here = make.challenge(by=anna, region=utrecht, title="Kanarie hier", visibility=Visibility.TEAM)
    hidden = make.challenge(by=anna, region=utrecht, title="Kanarie verborgen", state=State.HIDDEN)
    make.challenge(by=anna, region=utrecht, title="Kanarie concept", state=State.DRAFT)
    there = make.challenge(by=eva, region=eindhoven, title="Kanarie daar", state=State.HIDDEN)
    comment = Comment.write(here, "Kanarie reactie", by=anna)
    Ruling.on_comment(comment, by=mo, hide=True, reason="insult", words="Kanarie uitleg")
    Report.make(here, by=mo, reason="insult", words="Kanarie signaal")
    utrecht.ask_to_join(bo, "Kanarie motivatie")
    pages = [browser(mo).get(f"/regios/utrecht/moderatie/{part}") for part in ("", "logboek/")]
    text = "".join(page.content.decode() for page in pages)
    words = ("hier", "verborgen", "concept", "daar", "reactie", "uitleg", "signaal", "motivatie")
    found = {word for word in words if f"Kanarie {word}" in text}
    assert found == set(words) - {"concept", "daar"}
    assert [row.pk for row in pages[1].context["pieces"]["verborgen"].rows] == [hidden.pk]
    for part in ("", "logboek/"):
        assert browser(mo).get(f"/regios/eindhoven/moderatie/{part}").status_code == 404
    assert there.title not in text


def test_the_desk_is_where_one_comes_back(browser: Browser, challenge: Challenge, mo: Person) -> None:
    desk = "/regios/utrecht/moderatie/"
    form = browser(mo).get(f"/stuk/{challenge.pk}/verbergen/?naar=moderatie").content.decode()
    assert 'name="naar" value="moderatie"' in form
    assert browser(mo).post(f"/stuk/{challenge.pk}/verbergen/", {**WHY, "naar": "moderatie"})["Location"] == desk
    elsewhere = browser(mo).post(f"/stuk/{challenge.pk}/terugzetten/", {**FINE, "naar": "https://kwaad.example/"})
    assert elsewhere["Location"] == challenge.get_absolute_url()


def test_reports_change_nothing_on_get(browser: Browser, challenge: Challenge, mo: Person) -> None:
    report = Report.make(challenge, by=mo, reason="insult")
    for path in (
        f"/signalen/{report.pk}/sluiten/",
        f"/stuk/{challenge.pk}/reacties/openen/",
    ):
        assert browser(mo).get(path).status_code == 405
    for path in ("verbergen", "terugzetten", "wijziging", "waarschuwen"):
        browser(mo).get(f"/stuk/{challenge.pk}/{path}/")
    assert (Report.objects.open().count(), Contribution.objects.get().state) == (1, State.PUBLISHED)
