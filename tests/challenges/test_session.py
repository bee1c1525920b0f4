"""Sessions of the InnovatieKabinet: pitches for who may see them, dossiers on paper, and what comes of each pitch."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Person
from challenges.errors import NotIndependent
from challenges.models import Asking, Challenge, Offer, Remark, Review
from regions.errors import AlreadyDone
from regions.models import Event, Meeting, Region, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, stage="maken-en-testen", title="Eerder hulp")


@pytest.fixture
def session(sam: Person, utrecht: Region, challenge: Challenge) -> Meeting:
    return plan(sam, utrecht, challenge)


def plan(by: Person, region: Region, *about: Challenge, days: int = -1) -> Meeting:
    made = make.meeting(by=by, region=region, days=days, sort="kabinet", visibility=Visibility.NETWORK, title="Zitting")
    made.arrange(by, [{"title": "", "words": "", "length": 10, "about": one} for one in about])
    return made


def pitch_of(meeting: Meeting, number: int = 0) -> str:
    return reverse("challenges:pitch", args=[meeting.pk, meeting.slug, meeting.agenda.all()[number].pk])


def dossiers_of(meeting: Meeting) -> str:
    return reverse("challenges:dossiers", args=[meeting.pk, meeting.slug])


def dossier_of(challenge: Challenge) -> str:
    return reverse("challenges:dossier", args=[challenge.pk, challenge.slug])


def noted(by: Person, **more: Any) -> dict[str, Any]:
    return {"point_1": "Vraag het een inwoner.", "point_by_1": str(by.pk), **more}


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


# --- pitches ------------------------------------------------------------------------------------------------


def test_who_does_not_see_a_challenge_does_not_see_its_pitch(
    browser: Browser, session: Meeting, sam: Person, anna: Person, eva: Person, utrecht: Region, challenge: Challenge
) -> None:
    few = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION, title="Onder ons")
    session.arrange(sam, [{"title": "", "words": "kanarie", "length": 5, "about": one} for one in (challenge, few)])
    found = {}
    for person in (anna, eva):
        shown = page(browser(person), session.get_absolute_url()) + page(browser(person), dossiers_of(session))
        found[person.name] = ("Eerder hulp" in shown, "Onder ons" in shown, shown.count("kanarie"))
    assert found == {anna.name: (True, True, 2), eva.name: (True, False, 1)}


def test_a_session_is_not_for_one_region_only(browser: Browser, sam: Person, utrecht: Region) -> None:
    data = {
        "title": "Zitting", "sort": "kabinet", "visibility": "region", "place": "Utrecht", "intro": "Welkom",
        "day": "2027-03-01", "starts": "10:00", "ends": "12:00",
    }  # fmt: skip
    answer = browser(sam).post(reverse("regions:meetings_new", args=["utrecht"]), data)
    assert (answer.status_code, Meeting.objects.count()) == (422, 0)
    assert "visibility" in answer.context["form"].errors


def test_what_came_of_a_pitch_stands_with_the_challenge_under_the_names_of_who_said_it(
    browser: Browser, session: Meeting, challenge: Challenge, anna: Person, kim: Person, kas: Person, sam: Person
) -> None:
    data = noted(kim, point_2="Wie betaalt dit?", point_by_2=str(kas.pk))
    data |= {"offer_kind_1": "contact", "offer_words_1": "Ik ken de wethouder.", "offer_by_1": str(kas.pk)}
    answer = browser(sam).post(pitch_of(session), data, follow=True)
    review = Review.objects.get()
    challenge.refresh_from_db()
    assert (answer.status_code, review.meeting, review.by, review.asking) == (200, session, sam, None)
    assert list(review.points.values_list("number", "text", "raised_by")) == [
        (1, "Vraag het een inwoner.", kim.pk),
        (2, "Wie betaalt dit?", kas.pk),
    ]
    assert Offer.objects.values_list("person", "recorded_by", "words").get() == (kas.pk, sam.pk, "Ik ken de wethouder.")
    assert (challenge.review_count, challenge.open_point_count) == (1, 2)
    shown = page(browser(anna), challenge.get_absolute_url())
    assert [words in shown for words in ("Uit de zitting van", kim.name, "Vraag het een inwoner.")] == [True] * 3
    assert "2 aandachtspunten, 1 aanbod" in page(browser(anna), session.get_absolute_url())


def test_it_answers_no_open_question_and_leaves_the_sheet_open(
    browser: Browser, session: Meeting, challenge: Challenge, anna: Person, kim: Person
) -> None:
    asking = Asking.open_for(challenge, by=anna)
    browser(kim).post(pitch_of(session), noted(kim))
    asking.refresh_from_db()
    sheet = reverse("challenges:review", args=[challenge.pk, challenge.slug])
    assert (asking.closed_at, browser(kim).get(sheet).status_code) == (None, 200)
    make.review(challenge, kim)
    assert set(Review.objects.values_list("meeting", "asking")) == {(None, asking.pk), (session.pk, None)}


def test_noting_more_goes_on_in_the_same_numbers_and_the_same_twice_stays_once(
    browser: Browser, session: Meeting, kim: Person, kas: Person
) -> None:
    answers = [
        browser(who).post(pitch_of(session), data).status_code
        for who, data in (
            (kim, noted(kim)),
            (kas, noted(kim)),
            (kas, noted(kim, point_2="Wie betaalt dit?", point_by_2=str(kas.pk))),
        )
    ]
    review = Review.objects.get()
    assert answers == [302, 409, 302]
    assert list(review.points.values_list("number", "text")) == [(1, "Vraag het een inwoner."), (2, "Wie betaalt dit?")]
    assert Event.objects.filter(verb=Verb.REVIEWED, data__has_key="session").count() == 2


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, ["point_1"]),
        ({"point_1": "Een punt"}, ["point_by_1"]),
        ({"offer_kind_1": "geld"}, ["offer_by_1", "offer_words_1"]),
        ({"offer_words_1": "Een zaal"}, ["offer_by_1", "offer_kind_1"]),
        ({"point_1": "Een punt", "point_by_1": "987654"}, ["point_by_1"]),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    browser: Browser, session: Meeting, sam: Person, kim: Person, data: dict[str, str], wrong: list[str]
) -> None:
    answer = browser(sam).post(pitch_of(session), {"point_3": "Blijft staan", "point_by_3": str(kim.pk), **data})
    if data:
        assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, wrong)
        assert "Blijft staan" in answer.content.decode()
    empty = browser(sam).post(pitch_of(session), data)
    assert (empty.status_code, Review.objects.count()) == (422, int(not data))


@pytest.mark.parametrize("name", ["point_1", "offer_words_1"])
def test_no_contact_details_of_others_are_noted(browser: Browser, session: Meeting, kim: Person, name: str) -> None:
    data = noted(kim, offer_kind_1="contact", offer_words_1="Ik bel haar.", offer_by_1=str(kim.pk))
    answer = browser(kim).post(pitch_of(session), {**data, name: "Bel mevrouw Jansen, 06-12345678."})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name])


def test_who_is_a_party_notes_nothing_and_can_not_be_named(
    browser: Browser, session: Meeting, challenge: Challenge, kim: Person, kas: Person, anna: Person
) -> None:
    challenge.involve(kas, "team", by=anna)
    assert browser(kas).get(pitch_of(session)).status_code == 403
    answer = browser(kim).post(pitch_of(session), noted(kas))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["point_by_1"])
    with pytest.raises(NotIndependent):
        Review.from_session(session, challenge, by=kim, said="", points=[("Punt", kas)])
    assert Review.objects.count() == 0


def test_who_left_a_challenge_to_others_is_not_asked_to_note_what_came_of_it(
    browser: Browser, session: Meeting, challenge: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    Asking.open_for(challenge, by=anna).recuse(kas, "Ik ken haar.")
    there = [pitch_of(session) in page(browser(who), session.get_absolute_url()) for who in (kim, kas)]
    assert (there, browser(kas).get(pitch_of(session)).status_code) == ([True, False], 403)


def test_nothing_is_noted_before_it_begins_after_it_was_cancelled_or_where_it_ended(
    browser: Browser, utrecht: Region, challenge: Challenge, kim: Person, sam: Person, anna: Person
) -> None:
    coming = plan(sam, utrecht, challenge, days=2)
    gone = plan(sam, utrecht, challenge, days=2)
    gone.cancel(sam, "Ziek")
    Meeting.objects.filter(pk=gone.pk).update(starts_at=anna.joined_at)
    over = plan(sam, utrecht, challenge)
    Challenge.objects.filter(pk=challenge.pk).update(stage="gestopt")
    assert [browser(kim).get(pitch_of(meeting)).status_code for meeting in (coming, gone, over)] == [403, 403, 403]
    with pytest.raises(AlreadyDone):
        Review.from_session(over, challenge, by=kim, said="", points=[("Punt", kim)])


def test_who_has_not_given_their_own_feedback_does_not_read_what_colleagues_raised(
    browser: Browser, session: Meeting, challenge: Challenge, anna: Person, kim: Person, kas: Person
) -> None:
    Asking.open_for(challenge, by=anna)
    browser(kim).post(pitch_of(session), noted(kim))
    places = (pitch_of(session), session.get_absolute_url(), dossier_of(challenge), challenge.get_absolute_url())
    blind = [page(browser(kas), path) for path in places]
    make.review(challenge, kas)
    sees = [page(browser(kas), path) for path in places]
    assert [("Vraag het een inwoner." in text, "1 aandachtspunt" in text) for text in blind] == [(False, False)] * 4
    assert ["Vraag het een inwoner." in text for text in sees] == [True, False, True, True]


# --- dossiers -----------------------------------------------------------------------------------------------


def test_a_dossier_tells_what_a_session_needs_and_nothing_that_few_read(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, kas: Person, eva: Person, bo: Person
) -> None:
    test = make.round(make.prototype(challenge, what="Een kaart"), said="Ik voel mij gehoord.", residents=7)
    review = make.review(challenge, kim, points=("Open punt.", "Gedaan punt."), note="kanarienotitie")
    done = review.points.get(number=2)
    done.settle(by=anna, state="done", answer="Gedaan.")
    Remark.write(review, "kanarieonderons", by=kim, is_for_cabinet=True)
    make.offer(challenge, bo, words="kanarieaanbod")
    make.offer(challenge, bo, words="Een zaal.").settle(by=anna, accept=True, answer="kanarieantwoord")
    Review.keep(challenge, by=kas, seen=1, typed={"answer": "kanarieklad"})
    shown = page(browser(eva), dossier_of(challenge))
    told = (challenge.title, "Een kaart", test.said, "7 inwoners", "Open punt.", kim.name, "Een zaal.")
    assert [words for words in told if words not in shown] == []
    assert [words for words in ("Gedaan punt.", "kanarie") if words in shown] == []


def test_an_empty_dossier_says_so(browser: Browser, challenge: Challenge, eva: Person) -> None:
    shown = page(browser(eva), dossier_of(challenge))
    told = ("Er is nog geen prototype.", "Er is geen aandachtspunt dat op een antwoord wacht.")
    assert [words for words in told if words not in shown] == []


def test_a_long_dossier_is_cut_and_says_where_to_read_on(
    browser: Browser, challenge: Challenge, eva: Person, kim: Person, kas: Person
) -> None:
    make.review(challenge, kim, points=tuple(f"Punt {number}: {'lang ' * 300}" for number in range(5)))
    make.review(challenge, kas, points=("Nog een punt.",))
    shown = page(browser(eva), dossier_of(challenge))
    assert ("Dit dossier is ingekort" in shown, "lang " * 60 in shown) == (True, False)


def test_dossiers_take_as_many_queries_for_ten_pitches(
    browser: Browser, count: Count, utrecht: Region, sam: Person, anna: Person, kim: Person
) -> None:
    def made() -> Challenge:
        one = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
        make.round(make.prototype(one))
        make.review(one, kim)
        make.offer(one, kim).settle(by=anna, accept=True, answer="Ja")
        return one

    few, many = plan(sam, utrecht, made()), plan(sam, utrecht, *(made() for _number in range(10)))
    found = [
        [count(browser(sam), path(one)) for one in (few, many)] for path in (dossiers_of, Meeting.get_absolute_url)
    ]
    assert found == [[14, 14], [21, 21]]
