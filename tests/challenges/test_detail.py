"""The page of a challenge: what each reader finds there, and how many queries it takes."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Affiliation, Organisation, Person
from challenges.models import Challenge
from challenges.sections.timeline import STEP
from regions.models import Attachment, Comment, Region, State, Theme, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db


def test_a_wrong_slug_leads_to_the_right_one(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, title="Eén plan")
    response = browser(None).get(f"/challenges/{challenge.pk}-iets-anders/")
    assert (response.status_code, response["Location"]) == (302, f"/challenges/{challenge.pk}-een-plan/")


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_an_unknown_number_is_not_found(browser: Browser, db: None, pk: str) -> None:
    assert browser(None).get(f"/challenges/{pk}-x/").status_code == 404


def test_what_one_may_not_see_is_not_found(browser: Browser, anna: Person, eva: Person, utrecht: Region) -> None:
    closed = [
        make.challenge(by=anna, region=utrecht, visibility=visibility)
        for visibility in (Visibility.REGION, Visibility.TEAM)
    ]
    held = [
        make.challenge(by=anna, region=utrecht, state=state) for state in (State.DRAFT, State.HIDDEN, State.PENDING)
    ]
    for challenge in closed + held:
        for path in ("", "versies/"):
            assert browser(eva).get(challenge.get_absolute_url() + path).status_code == 404
            assert browser(anna).get(challenge.get_absolute_url() + path).status_code == 200


def test_there_is_one_primary_button(
    browser: Browser, anna: Person, bram: Person, mo: Person, kim: Person, utrecht: Region
) -> None:
    """Help for everyone else; the next step for the team; publishing for a draft."""
    published = make.challenge(by=anna, region=utrecht)
    draft = make.challenge(by=anna, region=utrecht, state=State.DRAFT)
    stopped = make.challenge(by=anna, region=utrecht, stage="gestopt")

    def primary(person: Person | None, challenge: Challenge) -> list[str]:
        url = challenge.get_absolute_url()
        text = browser(person).get(url).text.split('class="initiate-actions no-print"')[1].split("</div>")[0]
        pieces = [piece for piece in text.split("<") if "nl-button--primary" in piece]
        return [
            piece.split('href="')[1].split('"')[0].removeprefix(url) if "href" in piece else "post" for piece in pieces
        ]

    assert {person: primary(person, published) for person in (None, bram, mo, kim, anna)} == {
        None: ["aanbod/nieuw/"],
        bram: ["aanbod/nieuw/"],
        mo: ["aanbod/nieuw/"],
        kim: ["aanbod/nieuw/"],
        anna: ["stappen/verkennen/"],
    }
    assert primary(anna, draft) == ["post"]
    assert [primary(bram, stopped), primary(anna, stopped)] == [[], []]


def test_the_stage_bar_shows_where_it_is(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="pilot")
    page = browser(None).get(challenge.get_absolute_url())
    assert [state for _value, _label, state in page.context["stages"]] == ["done"] * 3 + ["current"] + ["todo"] * 2
    assert page.text.count('aria-current="step"') == 1
    challenge.move("parkeren", anna, "Het geld is op.")
    page = browser(None).get(challenge.get_absolute_url())
    assert [state for _value, _label, state in page.context["stages"]] == ["done"] * 4 + ["todo"] * 2
    assert 'aria-current="step"' not in page.text
    assert "Het geld is op." in page.text


def test_the_timeline_shows_the_newest_and_then_older(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    for number in range(STEP):
        Comment.write(challenge, f"Reactie {number}", by=anna)
    page = browser(None).get(challenge.get_absolute_url())
    assert (len(page.context["timeline"]), page.context["timeline_more"]) == (STEP, 2)
    more = browser(None).get(challenge.get_absolute_url(), {"tijdlijn": 2})
    assert (len(more.context["timeline"]), more.context["timeline_more"]) == (STEP + 1, None)


@pytest.mark.parametrize("value", ["0", "-1", "abc", "9" * 40, "💩", "1 or 1"])
def test_strange_parameters_never_break_the_page(browser: Browser, anna: Person, utrecht: Region, value: str) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    assert browser(None).get(challenge.get_absolute_url(), {"tijdlijn": value, "pagina": value}).status_code == 200


def full(challenge: Challenge, people: list[Person], kim: Person) -> None:
    """Give a challenge one of everything for each of these people."""
    theme = Theme.objects.get_or_create(slug="wonen", defaults={"name": "Wonen"})[0]
    challenge.file_under(by=challenge.author, themes=[theme], tags=[f"tag{n}" for n in range(len(people))])
    for number, person in enumerate(people):
        organisation = Organisation.objects.create(name=f"Organisatie {person.pk}", kind="welfare")
        Affiliation.objects.create(
            person=person, organisation=organisation, basis="domain", confirmed_at=timezone.now() - timedelta(days=1)
        )
        challenge.involve(person, "team", by=challenge.author)
        prototype = make.prototype(challenge, approach="A" if number % 2 else "B")
        make.round(prototype)
        make.offer(challenge, person)
        comment = Comment.write(challenge, "Reactie", by=person)
        Comment.write(challenge, "Antwoord", by=person, parent=comment)
        Attachment.add(challenge, ContentFile(b"x", name="x.txt"), "text/plain", by=person)
        challenge.edit(by=person, seen=challenge.version, text={**challenge.text, "question": f"Vraag {number}"})
        challenge.refresh_from_db()
        make.review(Challenge.objects.get(pk=challenge.pk), make_seat(), points=("Een.", "Twee."))


def make_seat() -> Person:
    person = make.person()
    make.seat(person)
    return person


def test_the_page_takes_as_many_queries_for_one_as_for_thirty(
    browser: Browser, count: Count, anna: Person, bram: Person, eva: Person, mo: Person, kim: Person, utrecht: Region
) -> None:
    few, many = (make.challenge(by=anna, region=utrecht, stage="maken-en-testen") for _number in range(2))
    full(few, [make.person()], kim)
    full(many, [make.person() for _number in range(30)], kim)
    found = {
        who: [count(browser(person), challenge.get_absolute_url()) for challenge in (few, many)]
        for who, person in {"visitor": None, "anna": anna, "eva": eva, "mo": mo}.items()
    }
    assert found == {"visitor": [9, 9], "anna": [20, 20], "eva": [19, 19], "mo": [20, 20]}
