"""The agreement of a term, what a member says of themselves, and the portrait."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Person
from challenges.models import Asking, Challenge, Review, Seat
from regions.errors import AlreadyDone
from regions.models import Event, Region, Theme, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def nina() -> Person:
    """A new member, who did not agree to the rules yet."""
    person = make.person("Nina Nieuw")
    make.seat(person, agreed_at=None)
    return person


def picture(kind: str = "PNG", name: str = "ik.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 500), "navy").save(out, kind)
    return SimpleUploadedFile(name, out.getvalue())


def own(person: Person) -> Seat:
    seat = Seat.objects.of(person)
    assert seat
    return seat


def test_no_feedback_opens_before_the_rules_are_agreed(
    browser: Browser, nina: Person, kim: Person, anna: Person, utrecht: Region
) -> None:
    """Neither the sheet nor what colleagues said, nor what is for the region only."""
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    make.review(challenge, kim, answer="kanarieantwoord")
    for one in (challenge, closed):
        Asking.open_for(one, by=anna)
    sheet = reverse("challenges:review", args=[challenge.pk, challenge.slug])
    seen = [browser(nina).get(path) for path in ("/kabinet/", challenge.get_absolute_url())]
    assert [browser(nina).get(path).status_code for path in (sheet, closed.get_absolute_url())] == [403, 404]
    assert ["kanarieantwoord" in answer.content.decode() for answer in seen] == [False, False]
    assert (seen[0].context["has_agreed"], list(seen[0].context["pieces"])) == (False, ["deuren"])
    answer = browser(nina).post("/kabinet/afspraken/", {"interests": "Lid van een raad.", "agreed": "on"})
    assert answer["Location"] == "/kabinet/"
    make.forget(nina)
    assert (own(nina).interests, own(nina).agreed_at is not None) == ("Lid van een raad.", True)
    assert [browser(nina).get(path).status_code for path in (sheet, closed.get_absolute_url())] == [200, 200]
    assert list(Event.objects.filter(verb=Verb.SEAT_AGREED).values_list("actor", "audience")) == [(nina.pk, "cabinet")]


def test_agreeing_needs_the_tick_and_happens_once(browser: Browser, nina: Person, mo: Person) -> None:
    refused = browser(nina).post("/kabinet/afspraken/", {"interests": "Bestuurslid"})
    assert (refused.status_code, "Bestuurslid" in refused.content.decode(), own(nina).agreed_at) == (422, True, None)
    seat = own(nina)
    seat.agree("")
    with pytest.raises(AlreadyDone):
        Seat.objects.get(pk=seat.pk).agree("")  # type: ignore[attr-defined]
    assert "form" not in browser(nina).get("/kabinet/afspraken/").context
    assert [browser(mo).get(path).status_code for path in ("/kabinet/afspraken/", "/kabinet/zetel/")] == [404, 404]


def test_a_new_term_asks_the_agreement_again(browser: Browser, kim: Person) -> None:
    Seat.objects.filter(person=kim).update(ends_on=timezone.localdate() - timedelta(days=1), starts_on="2020-01-01")
    make.seat(kim, agreed_at=None)
    assert browser(kim).get("/kabinet/").context["has_agreed"] is False


def test_a_member_says_what_everyone_reads(browser: Browser, kim: Person) -> None:
    theme = Theme.objects.create(slug="jeugd", name="Jeugd")
    data = {"expertise": "Schulden en stress", "themes": [theme.pk], "portrait": picture(), "interests": "Geen"}
    assert browser(kim).post("/kabinet/zetel/", data)["Location"] == "/kabinet/over/"
    seat = own(kim)
    assert (seat.expertise, list(seat.themes.all()), seat.interests) == ("Schulden en stress", [theme], "Geen")
    page = browser(None).get("/kabinet/over/").content.decode()
    assert ("Schulden en stress" in page, seat.portrait_url in page, "Geen" in page) == (True, True, False)
    answer = browser(None).get(seat.portrait_url)
    image = Image.open(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert (answer["Content-Type"], image.format, image.size) == ("image/jpeg", "JPEG", (320, 320))


def test_a_portrait_is_replaced_and_taken_away(
    browser: Browser, kim: Person, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    def files() -> int:
        return len(list((tmp_path / "portraits").iterdir()))

    client = browser(kim)
    for data in ({"portrait": picture()}, {"portrait": picture("JPEG", "ander.jpg")}):
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/kabinet/zetel/", data)
    first = own(kim).portrait_url
    assert (files(), b"".join(browser(None).get(first).streaming_content)[:3]) == (1, b"\xff\xd8\xff")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/kabinet/zetel/", {"no_portrait": "on"})
    assert (files(), own(kim).portrait_url, browser(None).get(first).status_code) == (0, "", 404)


def test_what_is_no_picture_is_refused_in_words(browser: Browser, kim: Person) -> None:
    sent = (
        SimpleUploadedFile("ik.png", b"geen plaatje"),
        SimpleUploadedFile("ik.txt", b"tekst"),
        SimpleUploadedFile("ik.exe", b"MZ"),
        SimpleUploadedFile("ik.png", b""),
    )
    for upload in sent:
        answer = browser(kim).post("/kabinet/zetel/", {"portrait": upload, "expertise": "blijft staan"})
        assert (answer.status_code, bool(answer.context["form"].errors["portrait"])) == (422, True)
        assert "blijft staan" in answer.content.decode()
    assert own(kim).portrait_url == ""


def test_a_former_member_has_no_portrait_any_more(browser: Browser, kim: Person) -> None:
    browser(kim).post("/kabinet/zetel/", {"portrait": picture()})
    url = own(kim).portrait_url
    Seat.objects.filter(person=kim).update(ends_on=timezone.localdate() - timedelta(days=1), starts_on="2020-01-01")
    assert browser(None).get(url).status_code == 404


def test_the_public_page_takes_one_query(browser: Browser, kim: Person, count: Count) -> None:
    few = count(browser(None), "/kabinet/over/")
    for _ in range(15):
        make.seat(make.person(), portrait="portraits/x.jpg")
    assert (count(browser(None), "/kabinet/over/"), few) == (1, 1)


def test_a_review_is_not_sent_without_the_agreement(
    browser: Browser, nina: Person, anna: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    sheet = reverse("challenges:review", args=[challenge.pk, challenge.slug])
    data = {"version": "1", "answer": "Rust.", "point_1": "Praat."}
    assert [browser(nina).post(path, data).status_code for path in (sheet, f"{sheet}concept/")] == [403, 403]
    assert (Review.objects.count(), Challenge.objects.get().review_count) == (0, 0)
