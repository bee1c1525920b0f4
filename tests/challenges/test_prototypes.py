"""Prototypes and test rounds over HTTP, and the strip of cycles."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Person
from challenges import models
from challenges.models import Challenge, Prototype
from challenges.sections.prototypes import prototypes_section
from regions.models import Attachment, Event, Region, Verb
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db
KEY = "7f0b7a52-3d0c-4f0e-9d3e-1d0c5a0f7b12"


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, stage="maken-en-testen")


def new(challenge: Challenge) -> str:
    return challenge.get_absolute_url() + "prototypes/nieuw/"


def rounds(challenge: Challenge, number: int = 1) -> str:
    return challenge.get_absolute_url() + f"prototypes/{number}/testrondes/nieuw/"


def a_round(**changed: Any) -> dict[str, Any]:
    return {
        "held_on": "2026-10-01",
        "residents": "4",
        "wanted": "Werkt het?",
        "said": "Ja.",
        "learned": "Het werkt.",
        "verdict": "go-on",
        **changed,
    }


def test_prototypes_are_numbered_and_once(browser: Browser, anna: Person, challenge: Challenge) -> None:
    client = browser(anna)
    assert client.get(new(challenge)).status_code == 200
    first = client.post(new(challenge), {"what": "Een **brief**.", "form_key": KEY})
    again = client.post(new(challenge), {"what": "Een **brief**.", "form_key": KEY})
    assert (first["Location"], again["Location"]) == (challenge.get_absolute_url() + "#prototype-1",) * 2
    client.post(new(challenge), {"what": "Nog een.", "changes": "Korter.", "link": "voorbeeld.nl", "approach": "App"})
    assert list(Prototype.objects.order_by("number").values_list("number", "what", "link", "approach")) == [
        (1, "Een **brief**.", "", ""),
        (2, "Nog een.", "https://voorbeeld.nl", "App"),
    ]
    assert Challenge.objects.get().prototype_count == 2
    assert Event.objects.filter(verb=Verb.PROTOTYPED).count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", ""),
        ("what", "x" * 10_001),
        ("what", "111222333"),
        ("link", "javascript:alert(1)"),
        ("link", "https://" + "x" * 300),
        ("link", "ftp://x"),
        ("approach", "x" * 41),
    ],
)
def test_a_strange_prototype_is_refused(
    browser: Browser, anna: Person, challenge: Challenge, field: str, value: str
) -> None:
    response = browser(anna).post(new(challenge), {"what": "Goed.", field: value})
    assert (response.status_code, list(response.context["form"].errors), Prototype.objects.count()) == (422, [field], 0)


@pytest.mark.parametrize("stage", ["geparkeerd", "gestopt"])
def test_a_resting_challenge_gets_no_prototype(browser: Browser, anna: Person, utrecht: Region, stage: str) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage=stage)
    assert browser(anna).post(new(challenge), {"what": "Toch."}).status_code == 403


def test_others_add_and_edit_nothing(
    browser: Browser, bram: Person, mo: Person, eva: Person, challenge: Challenge
) -> None:
    test = make.round(make.prototype(challenge))
    url = challenge.get_absolute_url()
    paths = (
        new(challenge),
        rounds(challenge),
        url + "prototypes/1/bewerken/",
        url + f"testrondes/{test.pk}/bewerken/",
    )
    assert [browser(who).post(path, {}).status_code for who in (bram, mo, eva) for path in paths] == [403] * 12
    assert [browser(None).post(path, {}).status_code for path in paths] == [302] * 4


def test_numbers_of_others_are_not_found(browser: Browser, anna: Person, utrecht: Region, challenge: Challenge) -> None:
    other = make.challenge(by=anna, region=utrecht)
    test = make.round(make.prototype(other))
    url = challenge.get_absolute_url()
    for path in (
        rounds(challenge, 1),
        url + "prototypes/1/bewerken/",
        url + "prototypes/99999999999999999999/bewerken/",
        url + f"testrondes/{test.pk}/bewerken/",
        url + "testrondes/99999999999999999999/bewerken/",
    ):
        assert browser(anna).get(path).status_code == 404


def test_a_round_is_added_with_its_counts(browser: Browser, anna: Person, challenge: Challenge) -> None:
    make.prototype(challenge)
    response = browser(anna).post(rounds(challenge), a_round(form_key=KEY))
    test = models.TestRound.objects.get()
    assert response["Location"] == challenge.get_absolute_url() + f"#testronde-{test.pk}"
    assert (test.residents, test.professionals, test.others, test.held_on) == (4, 0, 0, date(2026, 10, 1))
    browser(anna).post(rounds(challenge), a_round(form_key=KEY))
    browser(anna).post(rounds(challenge), a_round(residents="", professionals="2"))
    now = Challenge.objects.get()
    assert (now.round_count, now.resident_round_count) == (2, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("held_on", ""),
        ("held_on", "morgen"),
        ("held_on", (timezone.localdate() + timedelta(days=1)).isoformat()),
        ("held_on", "0001-01-01"),
        ("held_on", "9999-12-31"),
        ("held_on", "2026-02-30"),
        ("residents", "0"),
        ("residents", "-1"),
        ("residents", "99999999999999999999"),
        ("residents", "vier"),
        ("wanted", ""),
        ("said", "Zie 111222333"),
        ("learned", "x" * 5_001),
        ("verdict", "misschien"),
    ],
)
def test_a_strange_round_is_refused(
    browser: Browser, anna: Person, challenge: Challenge, field: str, value: str
) -> None:
    make.prototype(challenge)
    response = browser(anna).post(rounds(challenge), a_round(**{field: value}))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert models.TestRound.objects.count() == 0


def test_both_are_corrected(browser: Browser, anna: Person, challenge: Challenge) -> None:
    prototype = make.prototype(challenge)
    test = make.round(prototype)
    path = challenge.get_absolute_url() + "prototypes/1/bewerken/"
    assert browser(anna).get(path).status_code == 200
    assert browser(anna).post(path, {"what": "Beter.", "seen": prototype.mark}).status_code == 302
    path = challenge.get_absolute_url() + f"testrondes/{test.pk}/bewerken/"
    assert browser(anna).get(path).status_code == 200
    assert browser(anna).post(path, a_round(residents="", others="1", seen=test.mark)).status_code == 302
    assert (Prototype.objects.get().what, models.TestRound.objects.get().others) == ("Beter.", 1)
    assert Challenge.objects.get().resident_round_count == 0


def test_a_colleague_is_not_overwritten(browser: Browser, anna: Person, challenge: Challenge) -> None:
    prototype = make.prototype(challenge)
    test = make.round(prototype)
    seen, mark = prototype.mark, test.mark
    prototype.edit(by=anna, what="Van een collega.")
    test.edit(by=anna, learned="Van een collega.")
    url = challenge.get_absolute_url()
    first = browser(anna).post(url + "prototypes/1/bewerken/", {"what": "Van mij.", "seen": seen})
    second = browser(anna).post(url + f"testrondes/{test.pk}/bewerken/", a_round(learned="Van mij.", seen=mark))
    for response in (first, second):
        assert response.status_code == 409
        assert "Van een collega." in response.text
        assert "Van mij." in response.text
    assert (Prototype.objects.get().what, models.TestRound.objects.get().learned) == ("Van een collega.",) * 2
    mine = {"what": "Van mij.", "seen": first.context["form"]["seen"].value()}
    assert browser(anna).post(url + "prototypes/1/bewerken/", mine).status_code == 302
    assert Prototype.objects.get().what == "Van mij."


def test_files_of_the_challenge_belong_to_a_prototype(browser: Browser, anna: Person, challenge: Challenge) -> None:
    file = Attachment.add(challenge, ContentFile(b"x", name="schets.txt"), "text/plain", by=anna)
    browser(anna).post(new(challenge), {"what": "Een schets.", "attachments": [file.pk]})
    section = prototypes_section(anna, Challenge.objects.get())
    assert [f["name"] for f in section["prototypes"][0].shown_files] == ["schets.txt"]
    assert browser(anna).post(new(challenge), {"what": "X", "attachments": ["abc", "99"]}).status_code == 422
    file.remove(anna)
    assert prototypes_section(anna, Challenge.objects.get())["prototypes"][0].shown_files == []


def test_the_strip_shows_cycles_and_who_was_missing(anna: Person, challenge: Challenge) -> None:
    """Prototype, its rounds, the next one; a round without a resident is visibly so."""
    first, second = make.prototype(challenge), make.prototype(challenge)
    make.round(first, residents=0, professionals=2, verdict="adjust")
    make.round(first, residents=3, verdict="go-on")
    (strip,) = prototypes_section(anna, Challenge.objects.get())["strips"]
    kinds = [(c["kind"], c.get("no_resident"), c["current"]) for c in strip["cycles"]]
    assert kinds == [
        ("prototype", None, False),
        ("round", True, False),
        ("round", False, False),
        ("prototype", None, True),
    ]
    assert second.number == 2


def test_two_approaches_stand_side_by_side(anna: Person, challenge: Challenge) -> None:
    for approach in ("App", "Brief", "App"):
        make.prototype(challenge, approach=approach)
    strips = prototypes_section(anna, Challenge.objects.get())["strips"]
    assert [(s["approach"], [c["label"] for c in s["cycles"]]) for s in strips] == [
        ("App", ["Prototype 1", "Prototype 3"]),
        ("Brief", ["Prototype 2"]),
    ]


def test_a_file_comes_along_with_a_prototype(browser: Browser, anna: Person, challenge: Challenge) -> None:
    good = ContentFile(b"Een schets in woorden.", name="schets.txt")
    bad = ContentFile(b"MZ\x90", name="virus.exe")
    refused = browser(anna).post(new(challenge), {"what": "Een schets.", "upload": bad})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["upload"])
    assert browser(anna).post(new(challenge), {"what": "Een schets.", "upload": good}).status_code == 302
    assert list(Prototype.objects.get().files.values_list("name", "contribution")) == [("schets.txt", challenge.pk)]


def test_the_same_correction_sent_twice_is_no_conflict(anna: Person, utrecht: Region) -> None:
    prototype = make.prototype(make.challenge(by=anna, region=utrecht))
    test = make.round(prototype)
    for thing, words in ((prototype, {"what": "Beter."}), (test, {"learned": "Meer."})):
        seen = thing.mark
        for _ in range(2):
            thing.edit(by=anna, seen=seen, **words)
    assert Event.objects.filter(verb=Verb.EDITED).count() == 2


def test_the_page_quotes_what_residents_said_last(browser: Browser, anna: Person, challenge: Challenge) -> None:
    prototype = make.prototype(challenge)
    for words in ("Een.", "Twee.", "", "Drie.", "Vier."):
        make.round(prototype, said=words)
    page = browser(anna).get(challenge.get_absolute_url())
    assert [test.said for test in page.context["voices"]] == ["Vier.", "Drie.", "Twee."]
    voices = page.text.partition('id="inwoners"')[2].partition("</section>")[0]
    assert "Vier." in voices
    assert "Een." not in voices
