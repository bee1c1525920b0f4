"""What was typed survives a session that ended, and the back button."""

import re

import pytest
from django.test import Client

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Comment, Region
from tests import make

WORDS = "Een lange reactie die niemand twee keer wil typen."


def test_a_form_sent_after_the_session_ended_is_laid_before_the_person_again(anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = f"/stuk/{challenge.pk}/reacties/"
    client = Client()
    answer = client.post(path, {"text": WORDS})
    assert answer["Location"].startswith("/account/login/?next=")
    client.force_login(anna)  # in the same browser: the session goes on
    page = client.get(path).content.decode()
    assert WORDS in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.partition("<main")[2]))
    assert client.post(path, fields).status_code == 302
    assert [comment.text for comment in Comment.objects.all()] == [WORDS]
    assert WORDS not in client.get(path).content.decode(), "shown once"


@pytest.mark.parametrize(("then", "shown"), [("anna", True), ("bram", False)])
def test_what_was_kept_is_for_who_typed_it(then: str, shown: bool, anna: Person, bram: Person, utrecht: Region) -> None:
    """Also where somebody else signs in after them in the same browser."""
    path = f"/stuk/{make.challenge(by=anna, region=utrecht).pk}/reacties/"
    client = Client()
    client.force_login(anna)
    client.get("/")
    client.cookies.pop("session")
    client.post(path, {"text": WORDS})
    client.force_login({"anna": anna, "bram": bram}[then])
    assert [WORDS in client.get(path).content.decode() for _time in range(2)] == [shown, False]


def test_what_was_kept_is_for_that_browser_only(anna: Person, bram: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = f"/stuk/{challenge.pk}/reacties/"
    Client().post(path, {"text": WORDS})
    other = Client()
    other.force_login(bram)
    assert WORDS not in other.get(path).content.decode()


def test_who_does_not_send_it_goes_back_to_the_page_and_sees_words_only(
    eva: Person, anna: Person, utrecht: Region
) -> None:
    """A draft is kept at a path that takes nothing but forms, with marks that mean nothing to a person."""
    challenge = make.challenge(by=anna, region=utrecht)
    sheet = f"http://testserver/challenges/{challenge.pk}-{challenge.slug}/feedback/geven/"
    mark = "6fe22f59-0947-46fd-94a4-d2e7bc9a3498"
    client = Client()
    client.post(f"{sheet}concept/", {"answer": WORDS, "draft_page": mark}, headers={"Referer": sheet})
    client.force_login(eva)
    page = client.get(f"{sheet}concept/").content.decode().partition("<main")[2]
    assert re.findall(r'<div class="prose"><p>(.*?)</p></div>', page) == [WORDS]
    assert f'name="draft_page" value="{mark}"' in page
    assert f'href="{sheet}"' in page


@pytest.mark.parametrize(
    ("referer", "back"),
    [("http://testserver/challenges/", "http://testserver/challenges/"), ("https://evil.example/", "/"), ("", "/")],
)
def test_a_button_pressed_after_the_session_ended_leads_back(
    bram: Person, anna: Person, utrecht: Region, referer: str, back: str
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    path = f"/stuk/{challenge.pk}/volgen/"
    client = Client()
    client.post(path, headers={"Referer": referer})
    client.force_login(bram)
    assert client.get(path)["Location"] == back


def test_the_back_button_makes_no_second_one(anna: Person, utrecht: Region) -> None:
    """The browser fetches the form anew, with another key, and puts the typed text back."""
    client = Client()
    client.force_login(anna)
    data = {"title": "Terug", "summary": WORDS, "question": WORDS, "visibility": "public", "region": utrecht.pk}
    answers = [
        client.post("/challenges/nieuw/", {**data, "action": "publish", "form_key": key})
        for key in ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Challenge.objects.count() == 1


def test_other_words_make_a_second_one(anna: Person, bram: Person, utrecht: Region) -> None:
    """What differs counts, and so does the same from someone else."""
    challenge = make.challenge(by=anna, region=utrecht)
    for person, text in ((anna, WORDS), (anna, WORDS + " Echt."), (bram, WORDS)):
        client = Client()
        client.force_login(person)
        client.post(f"/stuk/{challenge.pk}/reacties/", {"text": text, "form_key": make.key()})
    assert Comment.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "there"),
    [
        ("http://testserver/challenges/?fase=pilot", "/account/login/?next=%2Fchallenges%2F%3Ffase%3Dpilot"),
        ("http://testserver/", None),
        ("http://testserver/account/signup/", None),
        ("https://evil.example/challenges/", None),
    ],
)
def test_who_signs_in_comes_back_to_the_page(page: str, there: str | None) -> None:
    answer = Client().get("/account/login/", headers={"Referer": page})
    assert answer.get("Location") == there
