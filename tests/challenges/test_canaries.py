"""A word of its own in every field of the sheet, and every door through which it might leak, for every reader."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.export.scope import Scope
from challenges.export.write import write
from challenges.models import Asking, Challenge, Offer, Remark, Review
from digests.compose.overview import digest_context
from digests.context import unread_count
from digests.items import gather
from digests.letter import render_html, render_text
from digests.spread import spread
from regions.models import Notice, Region
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db

TEXT = {name: f"kanarie{name.replace('_', '')}" for name in Review.TEXTS}
NOTE = {TEXT["note"]}
FEEDBACK = {*TEXT.values(), "kanariepunt", "kanarieantwoordteam", "kanariedoorvraag", "kanarieopen"} - NOTE
OFFER, AMONG = {"kanarieaanbod"}, {"kanarieonderons"}
TYPED = {"answer": "kanariekladantwoord", "note": "kanariekladnotitie", "blind_spot": "kanariekladvlek"}
TYPED |= {"point_1": "kanariekladpunt", "offer_kind_1": "geld", "offer_words_1": "kanariekladaanbod"}
DRAFT = {word for word in TYPED.values() if word.startswith("kanarie")}
WORDS = FEEDBACK | NOTE | OFFER | AMONG | DRAFT


@pytest.fixture
def cast(
    anna: Person, bram: Person, mo: Person, kim: Person, kas: Person, sam: Person, bo: Person, stan: Person
) -> dict[str, Person | None]:
    """The blind one is Kas, the writer Kim; Lin sent her own, Fen held a seat before."""
    sent, former = make.person("Lin Lid"), make.person("Fen Voormalig")
    make.seat(sent)
    make.seat(former, starts_on="2020-01-01", ends_on="2021-01-01")
    return {
        "visitor": None, "outsider": bo, "member": bram, "moderator": mo, "staff": stan, "team": anna, "blind": kas,
        "writer": kim, "sent": sent, "secretary": sam, "former": former,
    }  # fmt: skip


@pytest.fixture
def challenge(cast: dict[str, Person | None], anna: Person, utrecht: Region) -> Challenge:
    made = make.challenge(by=anna, region=utrecht, stage="maken-en-testen", title="Over wonen")
    for person in cast.values():
        if person and person != anna:
            made.follow(person)
    Asking.open_for(made, by=anna)
    return made


def give(challenge: Challenge, cast: dict[str, Any]) -> Review:
    """Everything that can be written, once."""
    anna, kim = cast["team"], cast["writer"]
    text = {"text": TEXT, "points": ["kanariepunt"], "offers": [("geld", "kanarieaanbod")]}
    Review.keep(challenge, by=cast["blind"], seen=1, typed=TYPED)
    review = Review.send(challenge, by=kim, seen=1, at=timezone.now(), **text)  # type: ignore[arg-type]
    point = review.points.get()
    point.settle(by=anna, state="no", answer="kanarieantwoordteam")
    point.ask_on("kanariedoorvraag", by=kim)
    Remark.write(review, "kanarieopen", by=anna, is_for_cabinet=False)
    Remark.write(review, "kanarieonderons", by=cast["secretary"], is_for_cabinet=True)
    make.review(challenge, cast["sent"])
    return review


def paths(challenge: Challenge, review: Review | None = None) -> list[str]:
    here = [challenge.pk, challenge.slug]
    names = ("detail", "feedback", "versions", "offers", "team", "review", "reflect", "ask_review")
    own = [reverse(f"challenges:{name}", args=here) for name in names]
    lists = ("/", "/kabinet/", "/mijn/", "/mijn/meldingen/", "/mijn/overzicht/", "/mijn/gegevens/", "/regios/utrecht/")
    query = (
        "zoeken/?q=wonen",
        "zoeken/?q=kanarie*",
        "zoeken/?q=wonen&soort=comment",
        "cijfers/",
        "cijfers/cijfers.csv",
    )
    orders = [f"challenges/?volgorde={name}" for name in ("actief", "nieuw", "titel")]
    filters = ["challenges/?zoekt=geld", "challenges/?fase=maken-en-testen", "challenges/?q=wonen"]
    figures = [
        "regios/utrecht/cijfers/",
        "regios/utrecht/cijfers/cijfers.csv",
        "kabinet/cijfers/",
        "kabinet/cijfers/cijfers.csv",
        "regios/utrecht/bijeenkomsten/agenda.ics",
    ]
    whole = [*own, *lists, *(f"/{path}" for path in (*query, *orders, *filters, *figures))]
    under = [("remarks", review.pk), ("correct", review.pk)] if review else []
    under += [(name, point.pk) for name in ("point", "follow_up") for point in review.points.all()] if review else []
    return whole + [reverse(f"challenges:{name}", args=[*here, pk]) for name, pk in under]


def pages(browser: Browser, person: Person | None, doors: list[str]) -> Iterator[str]:
    client = browser(person)
    for door in doors:
        response = client.get(door)
        assert response.status_code in (200, 302, 403, 404), door
        yield response.content.decode(errors="replace") + str(response.headers)


def mail_of(person: Person) -> str:
    """Return the overview as it would be composed now, both parts."""
    context = digest_context(person, gather(person, Notice.objects.filter(person=person)))
    whole = context | {"leave_url": "https://initiate.example/weg/"}
    return render_text("mail/digest.txt", whole) + render_html("mail/digest.html", whole)


def export_of(person: Person, region: Region, folder: Path) -> str:
    make.forget(person)
    file = io.BytesIO()
    write(Scope(region, person), file, folder, lambda step, steps: None)
    with ZipFile(file) as archive:
        return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def test_each_word_reaches_who_may_read_it_through_no_door_else(
    browser: Browser, challenge: Challenge, cast: dict[str, Person | None]
) -> None:
    review = give(challenge, cast)
    spread()
    found = {}
    for name, person in cast.items():
        if person:
            make.forget(person)
        shown = "".join(pages(browser, person, paths(challenge, review))) + (mail_of(person) if person else "")
        found[name] = {word for word in WORDS if re.search(rf"{word}(?![a-z])", shown)}
    assert found == {
        "visitor": set(),
        "outsider": set(),
        "member": FEEDBACK,
        "moderator": FEEDBACK,
        "staff": FEEDBACK,
        "team": FEEDBACK | NOTE | OFFER,
        "blind": DRAFT,
        "writer": FEEDBACK | NOTE | OFFER | AMONG,
        "sent": FEEDBACK | AMONG,
        "secretary": FEEDBACK | AMONG,
        "former": set(),
    }


def test_the_file_of_a_region_holds_what_its_moderator_reads(
    challenge: Challenge, cast: dict[str, Any], utrecht: Region, tmp_path: Path, settings: Any
) -> None:
    """Of one who has a seat too and is blind: nothing."""
    settings.MEDIA_ROOT = tmp_path / "media"
    give(challenge, cast)
    make.member(cast["blind"], utrecht, moderator=True)
    found = {}
    for name in ("moderator", "blind"):
        shown = export_of(cast[name], utrecht, tmp_path)
        found[name] = {word for word in WORDS if re.search(rf"{word}(?![a-z])", shown)}
    assert found == {"moderator": FEEDBACK, "blind": set()}


def test_feedback_of_a_colleague_leaves_no_trace_for_a_blind_member(
    browser: Browser, challenge: Challenge, cast: dict[str, Any]
) -> None:
    """Every page, the bell and the mail are the same before and after, with an offer that the team accepted.

    Of two things one can not tell what happened: when something was done last, and how many of the asked are ready.
    """
    kas = cast["blind"]
    spread()
    before = _everything(browser, kas, challenge)
    make.review(challenge, cast["sent"], answer="kanarie")
    review = Review.send(
        challenge, by=cast["writer"], seen=1, text=TEXT, points=["kanariepunt"], offers=[("geld", "kanarieaanbod")]
    )
    review.points.get().settle(by=cast["team"], state="no", answer="kanarieantwoordteam")
    Offer.objects.get().settle(by=cast["team"], accept=True, answer="Graag")
    spread()
    assert _everything(browser, kas, challenge) == before


@pytest.mark.parametrize("name", ["visitor", "outsider", "member", "moderator", "staff", "team", "blind", "former"])
def test_what_members_say_and_drafts_leave_no_trace(
    browser: Browser, challenge: Challenge, cast: dict[str, Any], name: str
) -> None:
    """Every page, the bell and the mail are the same before and after; the feedback is of one who lost the seat."""
    review = make.review(challenge, cast["writer"])
    if name == "former":
        Review.objects.filter(pk=review.pk).update(by=cast["former"])
        review.refresh_from_db()
    spread()
    person = cast[name]
    before = _everything(browser, person, challenge, review)
    Remark.write(review, "kanarieonderons", by=cast["secretary"], is_for_cabinet=True).delete_words(
        by=cast["secretary"]
    )
    Remark.write(review, "kanarieonderons", by=cast["secretary"], is_for_cabinet=True)
    Review.keep(challenge, by=cast["sent"], seen=1, typed=TYPED)
    spread()
    assert _everything(browser, person, challenge, review) == before


def _everything(
    browser: Browser, person: Person | None, challenge: Challenge, review: Review | None = None
) -> dict[str, str]:
    """Return each page by its address, and what tells of news; read twice, for what a first visit leaves behind."""
    doors = paths(challenge, review)
    list(pages(browser, person, doors))
    found = dict(zip(doors, map(_masked, pages(browser, person, doors)), strict=True))
    if person:
        make.forget(person)
        found |= {"mail": mail_of(person), "bell": str(unread_count(person))}
    return found


def _masked(page: str) -> str:
    """Without what is new in each answer, as keys and tokens, and without the two that the test above names."""
    return re.sub(
        r"[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9]{64}|[0-9a-f]{32}|'Content-Length': '\d+'|nonce-[\w-]+|"
        r"Laatste activiteit</span> <time.*?>|\d van \d klaar",
        "",
        page,
    )
