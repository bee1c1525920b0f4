"""Posting, editing, publishing, filing and throwing away; what is typed is never lost."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Draft, Event, Involvement, Region, State, Theme, Verb, Version
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db
NEW = "/challenges/nieuw/"
KEY = "7f0b7a52-3d0c-4f0e-9d3e-1d0c5a0f7b11"


def test_a_challenge_is_posted_and_published(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any]
) -> None:
    Theme.objects.create(slug="schulden", name="Schulden")
    data = {**words, "region": utrecht.pk, "themes": ["schulden"], "action": "publish"}
    response = browser(anna).post(NEW, data)
    challenge = Challenge.objects.get()
    assert (response.status_code, response["Location"]) == (302, challenge.get_absolute_url())
    assert challenge.text == {
        "title": "Eerder hulp",
        "summary": "Kort.",
        "question": "Hoe helpen wij\neerder?",
        "for_whom": "Gezinnen.",
        "improvement": "Rust.",
        "participation": "Een panel.",
    }
    assert (challenge.state, challenge.region, challenge.author, challenge.seeking) == (
        State.PUBLISHED,
        utrecht,
        anna,
        ["geld"],
    )
    assert (sorted(challenge.tags.names()), [theme.slug for theme in challenge.themes.all()]) == (
        ["Rust", "geld"],
        ["schulden"],
    )
    assert list(Event.objects.values_list("verb", flat=True)) == [Verb.PUBLISHED]


@pytest.mark.parametrize(
    ("visibility", "told"),
    [
        ("team", "Alleen het team en de moderatoren"),
        ("region", "Uw regio kan de challenge nu"),
        ("public", "Nu kunnen"),
    ],
)
def test_who_can_read_it_now_is_told(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any], visibility: str, told: str
) -> None:
    data = {**words, "region": utrecht.pk, "visibility": visibility, "action": "publish"}
    assert told in browser(anna).post(NEW, data, follow=True).text


def test_a_form_of_the_back_button_with_few_words_counts_once(browser: Browser, anna: Person, utrecht: Region) -> None:
    client = browser(anna)
    data = {"title": "Vraag twee", "region": utrecht.pk, "visibility": "public", "action": "draft"}
    for key in ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"):
        client.post(NEW, {**data, "form_key": key})
    assert Challenge.objects.count() == 1


def test_who_waits_for_a_region_hears_that(browser: Browser, bo: Person, utrecht: Region) -> None:
    utrecht.ask_to_join(bo)
    assert "Uw vraag om lid te worden van Utrecht ligt bij de moderatoren." in browser(bo).get(NEW).text


def test_a_draft_needs_only_a_title(browser: Browser, anna: Person, utrecht: Region) -> None:
    data = {"title": "Los idee", "region": utrecht.pk, "visibility": "public", "action": "draft"}
    assert browser(anna).post(NEW, data).status_code == 302
    challenge = Challenge.objects.get()
    assert (challenge.state, challenge.summary) == (State.DRAFT, "")
    assert browser(None).get(challenge.get_absolute_url()).status_code == 404
    assert browser(anna).get(challenge.get_absolute_url()).status_code == 200


def test_a_refused_form_keeps_everything(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any]
) -> None:
    data = {**words, "region": utrecht.pk, "title": "", "action": "publish"}
    response = browser(anna).post(NEW, data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["title"])
    for kept in ("Kort.", "Gezinnen.", "Een panel.", "geld, Rust,geld"):
        assert kept in response.text
    assert Challenge.objects.count() == 0


@pytest.mark.parametrize("field", ["title", "summary", "question", "for_whom", "improvement", "participation", "tags"])
def test_a_bsn_is_refused_in_every_text(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any], field: str
) -> None:
    data = {**words, "region": utrecht.pk, field: "Zie 111222333 hier", "action": "publish"}
    response = browser(anna).post(NEW, data)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


STRANGE: dict[str, list[Any]] = {
    "title": ["", " ", "x" * 141],
    "summary": ["", "x" * 301],
    "question": ["", "x" * 10_001],
    "region": ["", "abc", "999999", "9" * 40, "-1", "1 or 1=1"],
    "themes": [["bestaat-niet"], ["💩"]],
    "visibility": ["", "iedereen", "x" * 900],
    "municipality": ["GM9999", "💩", "x" * 900],
    "seeking": [["goud"], ["geld", "goud"]],
    "tags": ["x" * 41, ",".join(f"t{n}" for n in range(11)), "!!!", "x" * 600],
    "for_whom": ["x" * 5_001],
}


@pytest.mark.parametrize("field", STRANGE)
def test_strange_values_are_refused_with_words(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any], field: str
) -> None:
    for value in STRANGE[field]:
        data = {**words, "region": utrecht.pk, field: value, "action": "publish"}
        response = browser(anna).post(NEW, data)
        assert (response.status_code, list(response.context["form"].errors)) == (422, [field]), value


def test_hostile_text_is_shown_as_text(browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any]) -> None:
    evil = "<script>alert(1)</script> {{ 7|add:7 }} [x](javascript:alert(1)) ${7*7}"
    texts = ("summary", "question", "for_whom", "improvement", "participation")
    data = {**words, **dict.fromkeys(texts, evil), "title": evil[:100], "region": utrecht.pk, "action": "publish"}
    response = browser(anna).post(NEW, data, follow=True)
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert 'href="javascript' not in response.text


def test_who_is_in_no_region_is_shown_the_way(
    browser: Browser, bo: Person, eva: Person, utrecht: Region, words: Any
) -> None:
    assert browser(bo).get(NEW).status_code == 200
    assert browser(bo).post(NEW, {**words, "region": utrecht.pk}).status_code == 403
    assert browser(eva).post(NEW, {**words, "region": utrecht.pk}).status_code == 422
    assert browser(None).get(NEW).status_code == 302
    assert Challenge.objects.count() == 0


def test_the_same_form_twice_leaves_one(browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any]) -> None:
    data = {**words, "region": utrecht.pk, "form_key": KEY, "action": "draft"}
    first, second = browser(anna).post(NEW, data), browser(anna).post(NEW, data)
    assert (first.status_code, second.status_code, first["Location"]) == (302, 302, second["Location"])
    assert Challenge.objects.count() == 1


# --- editing ------------------------------------------------------------------------------------------------


def form_of(challenge: Challenge, **changed: Any) -> dict[str, Any]:
    return {**challenge.text, "visibility": "public", "version": challenge.version, "tags": "", **changed}


def test_an_edit_makes_a_version(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = challenge.get_absolute_url() + "bewerken/"
    assert browser(anna).get(path).status_code == 200
    assert browser(anna).post(path, form_of(challenge, question="Nieuw.", seeking=["geld"])).status_code == 302
    now = Challenge.objects.get(pk=challenge.pk)
    assert (now.version, now.question, now.seeking) == (2, "Nieuw.", ["geld"])
    assert [(v.number, v.by) for v in Version.objects.order_by("number")] == [(1, anna), (2, anna)]
    browser(anna).post(path, form_of(now, seeking=["geld"]))
    assert Challenge.objects.get(pk=challenge.pk).version == 2


def test_an_edit_over_a_newer_text_is_refused_with_both(
    browser: Browser, anna: Person, bram: Person, utrecht: Region
) -> None:
    """The colleague's other changes are put in; where both wrote, both texts are on the screen and mine in the form."""
    challenge = make.challenge(by=anna, region=utrecht)
    challenge.involve(bram, "team", by=anna)
    challenge.edit(by=bram, seen=1, text={**challenge.text, "question": "Van Bram.", "for_whom": "Ook van Bram."})
    path = challenge.get_absolute_url() + "bewerken/"
    response = browser(anna).post(path, form_of(challenge, question="Van Anna."))
    assert response.status_code == 409
    assert [(clash.name, clash.theirs, clash.mine) for clash in response.context["clashes"]] == [
        ("question", "Van Bram.", "Van Anna.")
    ]
    form = response.context["form"]
    assert [form[name].value() for name in ("question", "for_whom", "version")] == ["Van Anna.", "Ook van Bram.", "2"]
    assert Challenge.objects.get(pk=challenge.pk).question == "Van Bram."
    again = {name: form[name].value() for name in ("title", "summary", "improvement", "participation")}
    data = {**again, "question": "Samen.", "for_whom": "Ook van Bram.", "version": "2", "visibility": "public"}
    assert browser(anna).post(path, data).status_code == 302
    assert Challenge.objects.get(pk=challenge.pk).question == "Samen."


def test_the_same_edit_sent_twice_is_no_conflict(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = challenge.get_absolute_url() + "bewerken/"
    data = form_of(challenge, question="Nieuw.")
    assert [browser(anna).post(path, data).status_code for _ in range(2)] == [302, 302]
    assert (Challenge.objects.get().version, Event.objects.filter(verb=Verb.EDITED).count()) == (2, 1)


@pytest.mark.parametrize("seen", ["", "0", "-1", "99999999999999999999", "abc"])
def test_an_edit_without_a_known_version_overwrites_nothing(
    browser: Browser, anna: Person, utrecht: Region, seen: str
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = challenge.get_absolute_url() + "bewerken/"
    response = browser(anna).post(path, form_of(challenge, question="Weg.", version=seen))
    assert response.status_code in (409, 422)
    assert Challenge.objects.get(pk=challenge.pk).version == 1


def test_only_author_and_team_edit(
    browser: Browser, anna: Person, bram: Person, mo: Person, stan: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = challenge.get_absolute_url() + "bewerken/"
    found = [browser(who).post(path, form_of(challenge, title="X")).status_code for who in (None, bram, mo, stan)]
    assert (found, Challenge.objects.get().title) == ([302, 403, 403, 403], challenge.title)


# --- publishing and throwing away ---------------------------------------------------------------------------


def test_an_incomplete_draft_is_not_published(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=State.DRAFT, summary="", question="")
    refused = browser(anna).post(challenge.get_absolute_url() + "publiceren/")
    assert (refused.status_code, sorted(refused.context["form"].errors)) == (422, ["question", "summary"])
    data = form_of(challenge, summary="Kort.", question="Wat?", region=utrecht.pk, action="publish")
    assert browser(anna).post(challenge.get_absolute_url() + "bewerken/", data).status_code == 302
    assert Challenge.objects.get().state == State.PUBLISHED
    assert browser(anna).post(challenge.get_absolute_url() + "publiceren/").status_code == 302


def test_a_complete_draft_is_published_from_its_page(
    browser: Browser, anna: Person, bram: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=State.DRAFT)
    assert browser(bram).post(challenge.get_absolute_url() + "publiceren/").status_code == 404
    assert browser(anna).post(challenge.get_absolute_url() + "publiceren/").status_code == 302
    assert Challenge.objects.get().state == State.PUBLISHED


def test_a_draft_is_thrown_away_after_asking(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=State.DRAFT)
    path = challenge.get_absolute_url() + "weggooien/"
    assert (browser(anna).get(path).status_code, Challenge.objects.count()) == (200, 1)
    assert (browser(anna).post(path).status_code, Challenge.objects.count()) == (302, 0)


def test_a_draft_of_which_the_log_knows_is_emptied(
    browser: Browser, anna: Person, bram: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=State.DRAFT, title="Geheim")
    challenge.involve(bram, "team", by=anna)
    assert browser(anna).post(challenge.get_absolute_url() + "weggooien/").status_code == 302
    row = Challenge.objects.get()
    assert (set(row.text.values()), Version.objects.count()) == ({""}, 0)
    assert Involvement.objects.current().count() == 0
    assert [browser(who).get(challenge.get_absolute_url()).status_code for who in (anna, bram)] == [404, 404]


def test_what_is_published_is_not_thrown_away(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    browser(anna).post(challenge.get_absolute_url() + "weggooien/")
    assert Challenge.objects.get().state == State.PUBLISHED


# --- filing -------------------------------------------------------------------------------------------------


def test_a_moderator_files_and_the_author_is_told(
    browser: Browser, anna: Person, bram: Person, mo: Person, utrecht: Region, eindhoven: Region
) -> None:
    Theme.objects.create(slug="wonen", name="Wonen")
    challenge = make.challenge(by=anna, region=utrecht)
    path = challenge.get_absolute_url() + "indelen/"
    data = {"region": utrecht.pk, "themes": ["wonen"], "tags": "huis"}
    assert browser(bram).post(path, data).status_code == 403
    assert browser(mo).post(path, {**data, "region": eindhoven.pk}).status_code == 422
    assert browser(mo).post(path, data).status_code == 302
    now = Challenge.objects.get()
    assert (now.region, [t.slug for t in now.themes.all()], list(now.tags.names())) == (utrecht, ["wonen"], ["huis"])
    assert Event.objects.filter(verb=Verb.FILED, actor=mo).count() == 1
    browser(mo).post(path, data)
    assert Event.objects.filter(verb=Verb.FILED).count() == 1


def test_a_moderator_of_two_regions_moves_it_over(
    browser: Browser, anna: Person, mo: Person, utrecht: Region, eindhoven: Region
) -> None:
    make.member(mo, eindhoven)
    challenge = make.challenge(by=anna, region=utrecht)
    browser(mo).post(challenge.get_absolute_url() + "indelen/", {"region": eindhoven.pk, "tags": ""})
    assert Challenge.objects.get().region == eindhoven


# --- what is still being written ----------------------------------------------------------------------------


def test_what_is_typed_is_kept_and_put_back(
    browser: Browser, anna: Person, utrecht: Region, words: dict[str, Any]
) -> None:
    saved = browser(anna).post(NEW + "concept/", {**words, "title": "", "themes": []})
    assert (saved.status_code, len(saved.json()["saved_at"])) == (200, 5)
    page = browser(anna).get(NEW)
    assert page.context["form"]["question"].value() == words["question"]
    assert page.context["form"]["seeking"].value() == ["geld"]
    assert "Gezinnen." in page.text
    browser(anna).post(NEW, {**words, "region": utrecht.pk, "action": "draft"})
    assert Draft.objects.count() == 0


def test_kept_text_can_be_thrown_away(browser: Browser, anna: Person, words: dict[str, Any]) -> None:
    browser(anna).post(NEW + "concept/", words)
    assert Draft.objects.count() == 1
    assert browser(anna).post(NEW + "concept/weggooien/")["Location"] == NEW
    assert Draft.objects.count() == 0


def test_kept_text_of_an_edit_is_ones_own(
    browser: Browser, anna: Person, bram: Person, mo: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    challenge.involve(bram, "team", by=anna)
    path = challenge.get_absolute_url() + "bewerken/"
    browser(anna).post(path + "concept/", form_of(challenge, question="Halve zin"))
    assert "Halve zin" in browser(anna).get(path).text
    assert "Halve zin" not in browser(bram).get(path).text
    assert browser(mo).post(path + "concept/", form_of(challenge)).status_code == 403
    assert browser(None).post(path + "concept/", form_of(challenge)).status_code == 302


def test_a_bsn_is_not_kept_either(browser: Browser, anna: Person, words: dict[str, Any]) -> None:
    assert browser(anna).post(NEW + "concept/", {**words, "question": "111222333"}).status_code == 422
    assert browser(anna).post(NEW + "concept/", {**words, "question": "x" * 300_000}).status_code == 422
    assert Draft.objects.count() == 0
    assert connection.is_usable()
