"""Asking the InnovatieKabinet, the sheet and its draft, and what the team does with feedback."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Affiliation, Organisation, Person
from challenges.errors import NotIndependent
from challenges.models import Asking, Challenge, Offer, Point, Review
from challenges.models.asking import HOUR
from regions.errors import AlreadyDone
from regions.models import Audience, Draft, Event, Involvement, Notice, Part, Region, State, Unspread, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db

KEY = "0b8b5c1c-98a0-4b39-bd7f-6a3f0b8f4a02"
WORD = "kanariewoord"
SHEET = {"version": "1", "answer": "Rust.", "point_1": "Praat met\r\nbewoners.", "note": "Onder ons."}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, stage="maken-en-testen")


def at(name: str, challenge: Challenge, *more: Any) -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, challenge.slug, *more])


def seats(number: int) -> list[Person]:
    people = [make.person() for _ in range(number)]
    for person in people:
        make.seat(person)
    return people


def work_at(organisation: Organisation, *people: Person) -> None:
    for person in people:
        person.affiliations.create(
            organisation=organisation, basis=Affiliation.Basis.DOMAIN, confirmed_at=timezone.now()
        )


# --- asking -------------------------------------------------------------------------------------------------


def test_who_may_ask(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, emil: Person, kim: Person,
    sam: Person, bo: Person, stan: Person,
) -> None:  # fmt: skip
    cast = {"anna": anna, "bram": bram, "mo": mo, "emil": emil, "kim": kim, "sam": sam, "bo": bo, "stan": stan}
    path = at("ask_review", challenge)
    before = {name: browser(person).get(path).status_code for name, person in cast.items()}
    Asking.open_for(challenge, by=anna)
    after = {name: browser(person).get(path).status_code for name, person in cast.items()}
    may = {"anna", "mo", "sam"}
    assert before == {name: 200 if name in may else 403 for name in cast}
    assert after == {name: 302 if name in may else 403 for name in cast}


def test_asking_gives_sight_to_who_is_independent(anna: Person, bram: Person, kim: Person, utrecht: Region) -> None:
    """Not to the author's colleague, nor to a seat whose term is over, nor to one on the team."""
    colleague, former, teammate = seats(3)
    work_at(Organisation.objects.create(name="Gemeente", kind="municipality"), anna, colleague)
    former.terms.update(starts_on="2020-01-01", ends_on="2021-01-01")
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.TEAM)
    closed.involve(teammate, Part.TEAM, by=anna)
    Asking.open_for(closed, by=anna, words="Waar twijfelt u?")
    reviewers = Involvement.objects.current().filter(part=Part.REVIEWER)
    assert {row.person for row in reviewers} == {kim}
    event = Event.objects.get(verb=Verb.ASKED_REVIEW)
    assert (event.actor, event.audience) == (anna, Audience.NETWORK)
    assert closed in Challenge.objects.visible_to(kim)
    assert closed not in Challenge.objects.visible_to(colleague)


def test_a_new_seat_is_let_in_to_an_open_question(anna: Person, kim: Person, utrecht: Region) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.TEAM)
    asking = Asking.open_for(closed, by=anna)
    late = seats(1)[0]
    asking.invite(by=anna)
    assert closed in Challenge.objects.visible_to(late)
    assert Involvement.objects.filter(part=Part.REVIEWER, person=kim).count() == 1


def test_the_question_is_asked_once(browser: Browser, challenge: Challenge, anna: Person, mo: Person) -> None:
    data = {"words": "Waar\r\ntwijfelt u?", "explain-prototype": "Wij vragen dit vooraf."}
    answers = [browser(who).post(at("ask_review", challenge), data).status_code for who in (anna, mo)]
    assert answers == [302, 302]
    asking = Asking.objects.get()
    assert (asking.words, asking.explained) == ("Waar\ntwijfelt u?", {"prototype": "Wij vragen dit vooraf."})
    with pytest.raises(AlreadyDone):
        Asking.open_for(challenge, by=mo)


def test_three_close_the_question_and_the_sight_with_it(
    browser: Browser, anna: Person, kim: Person, utrecht: Region
) -> None:
    """An hour later, when it can not be corrected any more, they see it no longer."""
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    Asking.open_for(closed, by=anna)
    asked = seats(2)
    asked_too = [*asked, kim]
    Asking.objects.get().invite(by=anna)
    answers = [browser(who).post(at("review", closed), SHEET)["Location"] for who in asked_too]
    sent = {review.by: review.get_absolute_url() for review in Review.objects.all()}
    assert answers == [sent[who] for who in asked_too]
    closed.refresh_from_db()
    assert (closed.is_in_review, closed.review_count, closed.open_point_count) == (False, 3, 3)
    assert Asking.objects.get().closed_at
    Review.objects.update(sent_at=timezone.now() - HOUR)
    Asking.objects.end_sight_due()
    assert {browser(who).get(at("detail", closed)).status_code for who in asked_too} == {404}
    assert browser(kim).post(at("review", closed), SHEET).status_code == 404
    assert browser(kim).get(reverse("challenges:cabinet")).content.decode().count(closed.title) == 0


def test_feedback_without_a_question(browser: Browser, challenge: Challenge, kim: Person) -> None:
    """A seat may take any challenge that it sees."""
    assert browser(kim).post(at("review", challenge), SHEET).status_code == 302
    assert (Review.objects.get().asking, Asking.objects.count()) == (None, 0)


# --- who may give feedback ----------------------------------------------------------------------------------


def test_who_sees_the_sheet(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, kim: Person, sam: Person,
    bo: Person, stan: Person,
) -> None:  # fmt: skip
    cast = {"anna": anna, "bram": bram, "mo": mo, "kim": kim, "sam": sam, "bo": bo, "stan": stan}
    found = {name: browser(person).get(at("review", challenge)).status_code for name, person in cast.items()}
    assert found == {name: 200 if name == "kim" else 403 for name in cast}
    assert browser(None).get(at("review", challenge)).status_code == 302


@pytest.mark.parametrize("visibility", [Visibility.REGION, Visibility.TEAM])
def test_a_seat_sees_what_is_closed_only_while_it_is_asked(
    browser: Browser, anna: Person, kim: Person, utrecht: Region, visibility: str
) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=visibility)
    pages = ("detail", "feedback", "review", "offers", "team")
    before = {browser(kim).get(at(name, closed)).status_code for name in pages}
    asking = Asking.open_for(closed, by=anna)
    during = {browser(kim).get(at(name, closed)).status_code for name in pages}
    asking.close(by=anna)
    after = {browser(kim).get(at(name, closed)).status_code for name in pages}
    assert (before, during, after) == ({404}, {200}, {404})


def test_nobody_judges_their_own(browser: Browser, challenge: Challenge, anna: Person, bram: Person) -> None:
    """Author, team, colleague of the author, colleague of the team; also when that came after the form was opened."""
    author, teammate, colleague, other, free = anna, *seats(4)
    make.seat(author)
    for name, pair in (("A", (anna, colleague)), ("B", (bram, other))):
        work_at(Organisation.objects.create(name=name, kind="welfare"), *pair)
    clients = {who: browser(who) for who in (teammate, colleague, other, free)}
    opened = {clients[who].get(at("review", challenge)).status_code for who in (teammate, other, free)}
    challenge.involve(teammate, Part.TEAM, by=anna)
    challenge.involve(bram, Part.TEAM, by=anna)
    sent = [client.post(at("review", challenge), SHEET) for client in (browser(author), *clients.values())]
    assert opened == {200}
    assert [answer.status_code for answer in sent] == [403, 403, 403, 403, 302]
    assert {review.by for review in Review.objects.all()} == {free}


def test_independence_is_asked_again_under_the_lock(challenge: Challenge, anna: Person, kim: Person) -> None:
    stale = Challenge.objects.get(pk=challenge.pk)
    assert stale.is_independent(kim)
    challenge.involve(kim, Part.TEAM, by=anna)
    with pytest.raises(NotIndependent):
        make.review(stale, kim)


def test_an_ended_affiliation_makes_independent_again(challenge: Challenge, anna: Person, kim: Person) -> None:
    work_at(Organisation.objects.create(name="A", kind="welfare"), anna, kim)
    assert not challenge.is_independent(kim)
    kim.affiliations.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert Challenge.objects.get(pk=challenge.pk).is_independent(kim)


def test_who_lost_the_seat_or_the_account_is_out_on_the_next_request(
    browser: Browser, challenge: Challenge, kim: Person, kas: Person
) -> None:
    one, two = browser(kim), browser(kas)
    assert {client.get(at("review", challenge)).status_code for client in (one, two)} == {200}
    kim.terms.update(starts_on="2020-01-01", ends_on="2021-01-01")
    Person.objects.filter(pk=kas.pk).update(is_active=False)
    assert one.post(at("review", challenge), SHEET).status_code == 403
    assert two.post(at("review", challenge), SHEET)["Location"].startswith("/account/login/")


def test_no_feedback_on_what_was_hidden_meanwhile(challenge: Challenge, kim: Person) -> None:
    challenge.state = State.HIDDEN
    challenge.save(update_fields=["state"])
    with pytest.raises(AlreadyDone):
        make.review(challenge, kim)


# --- the sheet ----------------------------------------------------------------------------------------------


def test_a_sheet_is_sent_whole(browser: Browser, challenge: Challenge, kim: Person) -> None:
    first = make.prototype(challenge)
    make.prototype(challenge)
    prompts = {name: name for name in Review.PROMPTS}
    offers = {"offer_kind_1": "contact", "offer_words_1": "Ik ken iemand."}
    response = browser(kim).post(
        at("review", challenge), {**SHEET, **prompts, **offers, "point_5": "Reken het na.", "prototype": "1"}
    )
    review = Review.objects.get()
    assert response["Location"] == review.get_absolute_url()
    assert {name: getattr(review, name) for name in Review.TEXTS} == {
        **prompts, "answer": "Rust.", "note": "Onder ons.",
    }  # fmt: skip
    assert (review.by, review.version, review.prototype) == (kim, 1, first)
    points = [(point.number, point.text, point.state) for point in review.points.all()]
    assert points == [(1, "Praat met\nbewoners.", "open"), (2, "Reken het na.", "open")]
    offer = Offer.objects.get()
    assert (offer.kind, offer.words, offer.person, offer.review) == ("contact", "Ik ken iemand.", kim, review)
    challenge.refresh_from_db()
    assert (challenge.review_count, challenge.open_point_count) == (1, 2)


def test_a_sheet_sent_twice_leaves_one(browser: Browser, challenge: Challenge, kim: Person) -> None:
    client = browser(kim)
    answers = [client.post(at("review", challenge), {**SHEET, "form_key": KEY}) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {Review.objects.get().get_absolute_url()}


def test_a_second_sheet_on_the_same_version_is_refused_kindly(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person
) -> None:
    """The words stay on the screen; a newer version can be answered."""
    make.review(challenge, kim)
    client = browser(kim)
    opened = client.get(at("review", challenge))
    second = client.post(at("review", challenge), {**SHEET, "answer": "Mijn tweede antwoord."})
    assert opened["Location"] == Review.objects.get().get_absolute_url()
    assert (second.status_code, "Mijn tweede antwoord." in second.content.decode()) == (409, True)
    challenge.edit(by=anna, seen=1, text={"question": "Een nieuwe vraag?"})
    assert client.get(at("review", challenge)).status_code == 200
    third = client.post(at("review", challenge), {**SHEET, "version": "2"})
    assert third.status_code == 302
    assert sorted(Review.objects.values_list("version", flat=True)) == [1, 2]


def test_feedback_is_about_the_version_that_was_read(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person
) -> None:
    challenge.edit(by=anna, seen=1, text={"question": "Een nieuwe vraag?"})
    refused = browser(kim).post(at("review", challenge), {**SHEET, "answer": ""})
    assert (refused.status_code, refused.context["older"]) == (422, "1")
    assert f"{at('versions', challenge)}?van=1&amp;naar=2" in refused.content.decode()
    browser(kim).post(at("review", challenge), SHEET)
    assert Review.objects.get().version == 1


REFUSED = {
    "no answer": {"answer": "  "},
    "no point and no offer": {"point_1": ""},
    "an offer without words": {"offer_kind_1": "geld"},
    "an offer without a kind": {"offer_words_2": "Ik weet wat."},
    "no such offer": {"offer_kind_1": "team", "offer_words_1": "Ik wil erbij."},
    "a number of a citizen": {"note": "Zij heeft 111222333."},
    "no version": {"version": ""},
    "a version to come": {"version": "2"},
    "no number": {"version": "1; drop table"},
    "an enormous number": {"version": "9" * 40},
    "a negative number": {"version": "-1"},
    "an absurd prototype": {"prototype": "9" * 30},
    "too long": {"answer": "x" * 5_001},
    "nothing": dict.fromkeys(SHEET, ""),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=list(REFUSED))
def test_a_refused_sheet_keeps_what_was_typed(
    browser: Browser, challenge: Challenge, kim: Person, change: dict[str, str]
) -> None:
    data = {**SHEET, "blind_spot": "De buurvrouw.", **change}
    response = browser(kim).post(at("review", challenge), data)
    page = response.content.decode()
    assert (response.status_code, Review.objects.count(), "De buurvrouw." in page) == (422, 0, True)
    assert "data-error-summary" in page


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eomgekeerd", "{{ x }}{% y %}", "=1+1", "%(name)s"])
def test_hostile_words_are_only_words(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, text: str
) -> None:
    data = dict.fromkeys([*SHEET, *Review.PROMPTS, "point_2", "offer_words_1"], text)
    assert browser(kim).post(at("review", challenge), {**data, "version": 1, "offer_kind_1": "geld"}).status_code == 302
    for page in ("detail", "feedback", "offers", "reflect"):
        content = browser(anna).get(at(page, challenge)).content.decode()
        assert "<script>alert" not in content
    assert browser(kim).get(reverse("challenges:cabinet")).status_code == 200


# --- the draft ----------------------------------------------------------------------------------------------


def test_a_draft_is_kept_restored_and_gone_once_sent(browser: Browser, challenge: Challenge, kim: Person) -> None:
    client = browser(kim)
    half = {"version": "1", "answer": "", "offer_words_1": "Nog zonder soort", "note": "x" * 4_000}
    saved = client.post(at("review_draft", challenge), half)
    assert (saved.status_code, list(saved.json())) == (200, ["saved_at"])
    assert client.post(at("review_draft", challenge), {**half, "keep": "1"})["Location"] == "/kabinet/"
    draft = Draft.objects.get()
    assert (draft.person, draft.place, draft.contribution_id) == (kim, f"review/{challenge.pk}", challenge.pk)
    page = client.get(at("review", challenge))
    shown = {name: page.context["form"][name].value() for name in ("version", "offer_words_1", "note")}
    assert shown == {"version": 1, "offer_words_1": "Nog zonder soort", "note": "x" * 4_000}
    client.post(at("review", challenge), SHEET)
    assert (Draft.objects.count(), Review.objects.count()) == (0, 1)


def test_a_draft_survives_a_new_title_and_tells_of_a_new_version(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person
) -> None:
    browser(kim).post(at("review_draft", challenge), SHEET)
    challenge.edit(by=anna, seen=1, text={"title": "Een heel andere titel"})
    changed = Challenge.objects.get(pk=challenge.pk)
    page = browser(kim).get(at("review", changed))
    assert (page.context["form"]["answer"].value(), page.context["older"]) == ("Rust.", "1")


def test_a_refused_sheet_does_not_lose_its_draft(browser: Browser, challenge: Challenge, kim: Person) -> None:
    client = browser(kim)
    client.post(at("review_draft", challenge), SHEET)
    client.post(at("review", challenge), {**SHEET, "answer": ""})
    assert Draft.objects.count() == 1


def test_keeping_uses_up_no_sending(browser: Browser, challenge: Challenge, kim: Person) -> None:
    """Who keeps a draft, goes back in the browser and sends, sends."""
    client = browser(kim)
    client.post(at("review_draft", challenge), {**SHEET, "keep": "1", "form_key": KEY})
    client.post(at("review", challenge), {**SHEET, "form_key": KEY})
    assert Review.objects.count() == 1


def test_saving_that_comes_after_sending_leaves_nothing(browser: Browser, challenge: Challenge, kim: Person) -> None:
    client = browser(kim)
    client.post(at("review", challenge), SHEET)
    late = client.post(at("review_draft", challenge), SHEET)
    assert (late.status_code, Draft.objects.count()) == (409, 0)
    kept = client.post(at("review_draft", challenge), {**SHEET, "keep": "1", "answer": "Nog iets."})
    assert (kept.status_code, "Nog iets." in kept.content.decode()) == (409, True)


@pytest.mark.parametrize("words", ["Zij heeft 111222333.", "x" * 200_001])
def test_what_may_not_be_kept_stays_on_the_screen(
    browser: Browser, challenge: Challenge, kim: Person, words: str
) -> None:
    client = browser(kim)
    data = {**SHEET, "note": words}
    refused = client.post(at("review_draft", challenge), data)
    assert (refused.status_code, refused.json()["error"].startswith("Niet bewaard: ")) == (422, True)
    kept = client.post(at("review_draft", challenge), {**data, "keep": "1"})
    assert (kept.status_code, words in kept.content.decode()) == (422, True)
    assert Draft.objects.count() == 0


def test_only_the_writer_has_the_draft(
    browser: Browser, challenge: Challenge, anna: Person, mo: Person, kim: Person, kas: Person, sam: Person,
    stan: Person,
) -> None:  # fmt: skip
    Asking.open_for(challenge, by=anna)
    browser(kim).post(at("review_draft", challenge), {**SHEET, "answer": WORD, "note": WORD})
    pages = [at("detail", challenge), at("feedback", challenge), at("review", challenge), "/kabinet/", "/mijn/"]
    found = {
        name: {path for path in pages if WORD in browser(person).get(path).content.decode()}
        for name, person in {"anna": anna, "mo": mo, "kim": kim, "kas": kas, "sam": sam, "stan": stan}.items()
    }
    assert found == {"anna": set(), "mo": set(), "kim": {pages[2]}, "kas": set(), "sam": set(), "stan": set()}
    assert browser(kas).post(at("review_drop", challenge)).status_code == 302
    assert Draft.objects.count() == 1
    assert browser(kim).post(at("review_drop", challenge)).status_code == 302
    assert Draft.objects.count() == 0


def test_a_draft_is_kept_only_by_who_may_send(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person, kim: Person
) -> None:
    found = [browser(who).post(at("review_draft", challenge), SHEET).status_code for who in (anna, bo, None)]
    assert (found, Draft.objects.count()) == ([403, 403, 302], 0)
    assert browser(kim).get(at("review_draft", challenge)).status_code == 405


# --- reading ------------------------------------------------------------------------------------------------


def test_the_canaries_of_a_review_reach_the_right_people_only(
    browser: Browser, anna: Person, bram: Person, mo: Person, eva: Person, kim: Person, kas: Person, sam: Person,
    bo: Person, stan: Person, utrecht: Region,
) -> None:  # fmt: skip
    """A public challenge: its feedback is the network's, the note is between two, the offer waits for the team."""
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    Asking.open_for(challenge, by=anna, words="kanarievraag")
    text = {"version": "1", "answer": "kanarieantwoord", "blind_spot": "kanarievlek", "note": "kanarienotitie"}
    offers = {"offer_kind_1": "geld", "offer_words_1": "kanarieaanbod"}
    browser(kim).post(at("review", challenge), {**text, "point_1": "kanariepunt", **offers})
    point = Point.objects.get()
    point.settle(by=anna, state="done", answer="kanariegedaan")
    words = ("kanarieantwoord", "kanarievlek", "kanariepunt", "kanariegedaan", "kanarienotitie", "kanarieaanbod")
    cast = {
        "visitor": None, "bo": bo, "anna": anna, "bram": bram, "mo": mo, "eva": eva, "kim": kim, "kas": kas,
        "sam": sam, "stan": stan,
    }  # fmt: skip
    pages = (at("detail", challenge), at("feedback", challenge), "/kabinet/", "/challenges/?q=kanarie")
    found = {}
    for name, person in cast.items():
        text_seen = "".join(browser(person).get(path).content.decode() for path in pages)
        found[name] = {word for word in words if word in text_seen}
    network = set(words[:4])
    assert found == {
        "visitor": set(), "bo": set(), "anna": set(words), "bram": network, "mo": network, "eva": network,
        "kim": set(words), "kas": set(), "sam": network, "stan": network,
    }  # fmt: skip


def test_a_visitor_sees_no_trace_of_feedback(browser: Browser, challenge: Challenge, anna: Person, kim: Person) -> None:
    """The pages are the same before and after it was asked, given and answered; but for what the team wrote."""

    def pages() -> list[str]:
        paths = (
            at("detail", challenge),
            at("feedback", challenge),
            at("offers", challenge),
            "/kabinet/",
            "/challenges/",
        )
        return [browser(None).get(path).content.decode().split("csrfmiddlewaretoken")[0] for path in paths]

    before = pages()
    Asking.open_for(challenge, by=anna)
    review = make.review(challenge, kim, points=("Een punt",), note="Onder ons")
    review.points.get().settle(by=anna, state="done", answer="Gedaan")
    Offer.make(challenge, by=kim, kind="geld", words="Aanbod", review=review)
    after = pages()
    assert [_masked(page) for page in after] == [_masked(page) for page in before]
    challenge.reflect("**Dit** deden wij.", by=anna)
    assert "<strong>Dit</strong> deden wij." in browser(None).get(at("detail", challenge)).content.decode()


def _masked(page: str) -> list[str]:
    """Without what is new in each answer."""
    return [line for line in page.splitlines() if "csrf" not in line.lower() and "X-CSRFToken" not in line]


def test_the_feedback_page_takes_as_many_queries_for_thirty(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, count: Count
) -> None:
    path = at("feedback", challenge)
    cast = {"visitor": None, "anna": anna, "kim": kim, "kas": seats(1)[0]}
    review = make.review(challenge, kim, points=("Een", "Twee"))
    Offer.make(challenge, by=kim, kind="geld", words="Aanbod", review=review)
    few = {name: count(browser(person), path) for name, person in cast.items()}
    for person in seats(29):
        more = make.review(challenge, person, points=("Een", "Twee", "Drie"))
        more.points.first().settle(by=anna, state="done", answer="Gedaan")  # type: ignore[union-attr]
        Offer.make(challenge, by=person, kind="geld", words="Aanbod", review=more)
    many = {name: count(browser(person), path) for name, person in cast.items()}
    assert (few, many) == (few, few)
    assert few == {"visitor": 1, "anna": 11, "kim": 10, "kas": 11}


# --- what the team does with it -----------------------------------------------------------------------------


@pytest.fixture
def point(challenge: Challenge, kim: Person) -> Point:
    return make.review(challenge, kim).points.get()


def test_who_may_answer_a_point(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, bram: Person, mo: Person, kim: Person,
    bo: Person, stan: Person,
) -> None:  # fmt: skip
    cast = {"anna": anna, "bram": bram, "mo": mo, "kim": kim, "bo": bo, "stan": stan}
    found = {name: browser(person).get(at("point", challenge, point.pk)).status_code for name, person in cast.items()}
    assert found == {"anna": 200, "bram": 403, "mo": 403, "kim": 403, "bo": 404, "stan": 403}


def test_a_point_of_elsewhere_is_absent(browser: Browser, point: Point, anna: Person, utrecht: Region) -> None:
    other = make.challenge(by=anna, region=utrecht)
    assert browser(anna).get(at("point", other, point.pk)).status_code == 404


def test_a_point_is_answered_and_later_done(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, kim: Person
) -> None:
    client, path = browser(anna), at("point", challenge, point.pk)
    for state in ("will-do", "done"):
        seen = client.get(path).context["form"]["seen"].value()
        answer = client.post(path, {"seen": seen, "state": state, "answer": f"Antwoord {state}", "done_version": "1"})
        assert answer["Location"] == f"{challenge.get_absolute_url()}#punt-{point.pk}"
    point.refresh_from_db()
    challenge.refresh_from_db()
    assert (point.state, point.answer, point.answered_by) == ("done", "Antwoord done", anna)
    assert challenge.open_point_count == 0
    events = Event.objects.filter(verb=Verb.POINT_ANSWERED).order_by("pk")
    assert [(event.subject, event.audience, event.data) for event in events] == [
        (kim, Audience.NETWORK, {"state": "will-do"}),
        (kim, Audience.NETWORK, {"state": "done"}),
    ]


def test_the_second_colleague_hears_it_and_may_insist(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, bram: Person
) -> None:
    """Also when the first chose the same state: the words differ."""
    challenge.involve(bram, Part.TEAM, by=anna)
    path = at("point", challenge, point.pk)
    mine = {"seen": point.mark, "state": "no", "answer": "Antwoord van Bram."}
    browser(anna).post(path, {"seen": point.mark, "state": "no", "answer": "Antwoord van Anna."})
    second = browser(bram).post(path, mine)
    page = second.content.decode()
    assert (second.status_code, "Antwoord van Anna." in page, "Antwoord van Bram." in page) == (409, True, True)
    point.refresh_from_db()
    assert point.answer == "Antwoord van Anna."
    again = browser(bram).post(path, {**mine, "seen": second.context["form"]["seen"].value()})
    point.refresh_from_db()
    assert (again.status_code, point.answer) == (302, "Antwoord van Bram.")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "open"},
        {"state": "onzin"},
        {"answer": " "},
        {"answer": "111222333"},
        {"seen": ""},
        {"answer": "x" * 2_001},
    ],
)
def test_a_refused_answer_changes_nothing(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, change: dict[str, str]
) -> None:
    data = {"seen": point.mark, "state": "will-do", "answer": "In juni", **change}
    assert browser(anna).post(at("point", challenge, point.pk), data).status_code == 422
    point.refresh_from_db()
    assert (point.state, point.answer) == (Point.State.OPEN, "")


def test_the_team_tells_everyone_what_it_did(
    browser: Browser, challenge: Challenge, point: Point, anna: Person, bram: Person, kim: Person
) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    path = at("reflect", challenge)
    seen = browser(anna).get(path).context["form"]["seen"].value()
    assert browser(anna).post(path, {"seen": seen, "text": "Tekst van Anna."}).status_code == 302
    second = browser(bram).post(path, {"seen": seen, "text": "Tekst van Bram."})
    page = second.content.decode()
    assert (second.status_code, "Tekst van Anna." in page, "Tekst van Bram." in page) == (409, True, True)
    again = second.context["form"]["seen"].value()
    assert browser(bram).post(path, {"seen": again, "text": "Tekst van Bram."}).status_code == 302
    assert Challenge.objects.get(pk=challenge.pk).reflection == "Tekst van Bram."
    assert browser(kim).get(path).status_code == 403
    assert [event.audience for event in Event.objects.filter(verb=Verb.REFLECTED)] == [Audience.ALL] * 2


def test_nothing_to_reflect_on_without_feedback(browser: Browser, challenge: Challenge, anna: Person) -> None:
    assert browser(anna).get(at("reflect", challenge)).status_code == 403


def test_refused_requests_change_nothing(
    browser: Browser, challenge: Challenge, point: Point, bram: Person, bo: Person, kim: Person
) -> None:
    def everything() -> list[int]:
        return [kind.objects.count() for kind in (Review, Point, Offer, Asking, Event, Draft, Unspread, Notice)]

    before = everything()
    for who in (bram, bo, None):
        for name in ("ask_review", "review", "review_draft", "review_drop", "reflect"):
            assert browser(who).post(at(name, challenge), SHEET).status_code in (302, 403)
        assert browser(who).post(at("point", challenge, point.pk), {"state": "done"}).status_code in (302, 403, 404)
    assert everything() == before
