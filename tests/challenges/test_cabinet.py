"""The page about the InnovatieKabinet, and the dashboard of who serves in it."""

import pytest
from django.db import connection

from accounts.models import Affiliation, Organisation, Person
from challenges.models import Asking, Challenge, Offer, Review
from regions.models import Part, Region, State, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db

PATH = "/kabinet/"


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, stage="maken-en-testen", title="Eerder hulp bij schulden")


def waiting(browser: Browser, person: Person) -> list[str]:
    return [asking.challenge.title for asking in browser(person).get(PATH).context["pieces"]["wacht"].rows]


def test_who_sees_the_dashboard(
    browser: Browser, anna: Person, mo: Person, kim: Person, sam: Person, bo: Person, stan: Person
) -> None:
    cast = {"visitor": None, "anna": anna, "mo": mo, "kim": kim, "sam": sam, "bo": bo, "stan": stan}
    found = {name: "pieces" in (browser(person).get(PATH).context or {}) for name, person in cast.items()}
    assert {name for name, is_there in found.items() if is_there} == {"kim"}
    assert browser(sam).get(PATH)["Location"] == "/kabinet/planning/"


def test_the_public_page_names_who_serves_now(browser: Browser, kim: Person, kas: Person) -> None:
    former, blocked = make.person("Gerrit Gedaan"), make.person("Gea Geblokkeerd", is_active=False)
    make.seat(former, starts_on="2020-01-01", ends_on="2021-01-01")
    make.seat(blocked)
    page = browser(None).get(PATH).content.decode()
    assert [name in page for name in (kim.name, kas.name, former.name, blocked.name)] == [True, True, False, False]
    assert kim.email not in page


def test_a_question_waits_on_every_independent_member(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    """Not on a colleague of the team, and no longer on who answered; the others see how far it is."""
    colleague = make.person()
    make.seat(colleague)
    organisation = Organisation.objects.create(name="Gemeente", kind="municipality")
    for person in (anna, colleague):
        person.affiliations.create(
            organisation=organisation, basis=Affiliation.Basis.DOMAIN, confirmed_at=challenge.created_at
        )
    Asking.open_for(challenge, by=anna)
    before = {person.name: waiting(browser, person) for person in (kim, kas, colleague)}
    make.review(challenge, kim)
    after = {person.name: waiting(browser, person) for person in (kim, kas, colleague)}
    title = [challenge.title]
    assert before == {kim.name: title, kas.name: title, colleague.name: []}
    assert after == {kim.name: [], kas.name: title, colleague.name: []}
    assert [(row.done, row.wanted) for row in browser(kas).get(PATH).context["pieces"]["wacht"].rows] == [(1, 3)]


def test_a_question_that_cannot_be_answered_does_not_wait(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    """Who gave feedback on this text before is not asked again; a new text is a new question. Nor the team's own."""
    make.review(challenge, kim)
    Asking.open_for(challenge, by=anna)
    assert waiting(browser, kim) == []
    challenge.edit(by=anna, seen=1, text={"question": "Een nieuwe vraag?"})
    assert waiting(browser, kim) == [challenge.title]
    challenge.involve(kas, Part.TEAM, by=anna)
    assert waiting(browser, kas) == []


def test_a_new_seat_and_one_that_became_independent_find_what_waits(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person
) -> None:
    challenge.involve(kim, Part.TEAM, by=anna)
    Asking.open_for(challenge, by=anna)
    late = make.person()
    make.seat(late)
    challenge.release(kim, Part.TEAM, by=anna)
    assert [waiting(browser, person) for person in (late, kim)] == [[challenge.title], [challenge.title]]


def test_what_is_hidden_or_closed_waits_on_nobody(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, utrecht: Region
) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.TEAM, title="kanarietitel")
    make.seat(late := make.person())
    Asking.open_for(challenge, by=anna)
    hidden = Challenge.objects.get(pk=challenge.pk)
    hidden.state = State.HIDDEN
    hidden.save(update_fields=["state"])
    assert (waiting(browser, kim), waiting(browser, late)) == ([], [])
    Asking.open_for(closed, by=anna)
    make.seat(later := make.person())
    assert (waiting(browser, late), waiting(browser, later)) == (["kanarietitel"], [])
    assert "kanarietitel" not in browser(later).get(PATH).content.decode()


def test_own_drafts_stand_on_the_dashboard_and_nobody_elses(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, kas: Person, utrecht: Region
) -> None:
    other = make.challenge(by=anna, region=utrecht, title="Een andere vraag")
    Asking.open_for(challenge, by=anna)
    for about in (challenge, other):
        Review.keep(about, by=kim, seen=1, typed={"answer": "kanarieklad"})
    context = browser(kim).get(PATH).context
    assert [(row.challenge.title, row.draft_at is not None) for row in context["pieces"]["wacht"].rows] == [
        (challenge.title, True)
    ]
    assert [draft.contribution.title for draft in context["pieces"]["concepten"].rows] == ["Een andere vraag"]
    elses = browser(kas).get(PATH)
    assert [row.draft_at for row in elses.context["pieces"]["wacht"].rows] == [None]
    assert "kanarieklad" not in elses.content.decode() + browser(kim).get(PATH).content.decode()


def test_what_became_of_it_shows_while_one_may_see_it(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person
) -> None:
    review = make.review(challenge, kim, points=("Praat met bewoners.", "Reken het na."))
    review.points.order_by("number")[0].settle(by=anna, state="done", answer="Zes gesprekken.")
    offer = Offer.make(challenge, by=kim, kind="contact", words="Ik ken iemand.", review=review)
    offer.settle(by=anna, accept=True, answer="Graag.")
    context = browser(kim).get(PATH).context
    given = [
        (p.text, p.get_state_display(), p.answer) for row in context["pieces"]["gegeven"].rows for p in row.point_list
    ]
    states = [str(state) for _text, state, _answer in given]
    assert [text for text, *_rest in given] == ["Praat met bewoners.", "Reken het na."]
    assert (given[0][2], given[1][2], len(set(states))) == ("Zes gesprekken.", "", 2)
    assert [row.words for row in context["pieces"]["deuren"].rows] == ["Ik ken iemand."]
    hidden = Challenge.objects.get(pk=challenge.pk)
    hidden.visibility = Visibility.REGION
    hidden.save(update_fields=["visibility"])
    context = browser(kim).get(PATH).context
    assert (context["pieces"]["gegeven"].rows, context["pieces"]["deuren"].rows) == ([], [])


def test_the_dashboard_takes_as_many_queries_for_a_hundred_questions(
    browser: Browser, anna: Person, kim: Person, utrecht: Region, count: Count
) -> None:
    def fill(asked: int, given: int) -> None:
        for _ in range(asked):
            challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
            Asking.open_for(challenge, by=anna, words="Waar twijfelt u?")
        for _ in range(given):
            challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
            review = make.review(challenge, kim, points=("Een", "Twee"))
            Offer.make(challenge, by=kim, kind="geld", words="Aanbod", review=review)
            Review.keep(make.challenge(by=anna, region=utrecht), by=kim, seen=1, typed={"answer": "Klad"})
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # or the planner believes that the tables are empty

    fill(1, 1)
    few = count(browser(kim), PATH)
    fill(99, 20)
    assert (count(browser(kim), PATH), few) == (few, 10)


def test_the_dashboard_shows_few_of_each_and_the_rest_page_by_page(
    browser: Browser, anna: Person, kim: Person, utrecht: Region
) -> None:
    for _ in range(27):
        Asking.open_for(make.challenge(by=anna, region=utrecht), by=anna)
    pages = [browser(kim).get(PATH + query).context["pieces"] for query in ("", "?deel=wacht", "?deel=wacht&pagina=2")]
    assert [(len(page["wacht"].rows), page["wacht"].count_words) for page in pages] == [
        (10, "10+"),
        (25, "25+"),
        (2, "2"),
    ]
    assert [sorted(page) for page in pages] == [
        ["antwoorden", "concepten", "deuren", "gegeven", "wacht"],
        ["wacht"],
        ["wacht"],
    ]
    assert not {row.pk for row in pages[1]["wacht"].rows} & {row.pk for row in pages[2]["wacht"].rows}
    assert sorted(browser(kim).get(f"{PATH}?deel=iets").context["pieces"]) == sorted(pages[0])


def test_the_public_page_takes_as_many_queries_for_sixteen(browser: Browser, kim: Person, count: Count) -> None:
    few = count(browser(None), PATH)
    for _ in range(15):
        make.seat(make.person())
    assert (count(browser(None), PATH), few) == (1, 1)
