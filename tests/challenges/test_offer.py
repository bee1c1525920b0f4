"""Help that is offered: who reads it, who answers it, and what came of it."""

import pytest
from django.urls import reverse

from accounts.models import Person
from challenges.models import Challenge, Offer, OfferKind
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Involvement, Part, Region, State, Verb, Visibility
from regions.models.contribution import events_visible_to
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db

KEY = "0b8b5c1c-98a0-4b39-bd7f-6a3f0b8f4a01"
WORD = "kanariewoord"


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht)


def at(name: str, challenge: Challenge, offer: Offer | None = None) -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, challenge.slug, *([offer.pk] if offer else [])])


# --- reading ------------------------------------------------------------------------------------------------


def _readers(challenge: Challenge, cast: dict[str, Person | None]) -> set[str]:
    return {name for name, person in cast.items() if Offer.objects.on(challenge, person).exists()}


def test_an_offer_is_read_by_the_team_and_who_offered_until_it_is_accepted(
    challenge: Challenge, anna: Person, bram: Person, mo: Person, kim: Person, bo: Person, stan: Person
) -> None:
    cast = {"visitor": None, "anna": anna, "bram": bram, "mo": mo, "kim": kim, "bo": bo, "stan": stan}
    found = {}
    for state in Offer.State:
        offer = make.offer(challenge, bo)
        Offer.objects.filter(pk=offer.pk).update(state=state)
        found[state] = _readers(challenge, cast)
        Offer.objects.all().delete()
    between = {"anna", "bo"}
    assert found == {
        Offer.State.OFFERED: between,
        Offer.State.DECLINED: between,
        Offer.State.LAPSED: between,
        Offer.State.ACCEPTED: set(cast),
        Offer.State.HAPPENED: set(cast),
    }


def test_a_question_to_join_the_team_stays_between_the_two(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo, kind=OfferKind.TEAM)
    offer.settle(by=anna, accept=True, answer="Welkom.")
    assert list(Offer.objects.on(challenge, None)) == []
    assert Event.objects.get(verb=Verb.OFFER_ACCEPTED).audience == Audience.PARTIES


@pytest.mark.parametrize("kind", [OfferKind.EXPERTISE, OfferKind.TEAM])
def test_what_stays_between_the_two_shows_in_nobody_elses_timeline(
    challenge: Challenge, anna: Person, bram: Person, mo: Person, bo: Person, stan: Person, kind: str
) -> None:
    """Also not in that of moderators and staff, unless it is their own; what was accepted everyone hears."""
    for accept in (True, False):
        make.offer(challenge, bo, kind=kind).settle(by=anna, accept=accept, answer="Goed.")
    make.offer(challenge, stan)
    verbs = (Verb.OFFERED, Verb.OFFER_ACCEPTED, Verb.OFFER_DECLINED)
    lines = {
        name: events_visible_to(person).filter(contribution=challenge, verb__in=verbs).count()
        for name, person in {"visitor": None, "anna": anna, "bram": bram, "mo": mo, "bo": bo, "stan": stan}.items()
    }
    told = 0 if kind == OfferKind.TEAM else 1
    team = {"anna": 5, "bo": 5 if kind == OfferKind.TEAM else 4}  # bo is on the team by now, or not
    assert lines == {"visitor": told, "bram": told, "mo": told, "stan": told + 1} | team


def test_what_waits_for_an_answer_comes_first(challenge: Challenge, anna: Person, bo: Person) -> None:
    old, new = make.offer(challenge, bo), make.offer(challenge, bo)
    new.settle(by=anna, accept=False, answer="Nee.")
    assert list(Offer.objects.on(challenge, anna)) == [old, new]


@pytest.mark.parametrize("page", ["detail", "offers"])
def test_the_words_of_an_offer_show_only_to_the_right_people(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, bo: Person, page: str
) -> None:
    make.offer(challenge, bo, words=WORD)
    declined = make.offer(challenge, bo, words=f"{WORD} nee")
    declined.settle(by=anna, accept=False, answer=f"{WORD} antwoord")
    shown = {
        name: browser(person).get(at(page, challenge)).content.decode().count(WORD)
        for name, person in {"visitor": None, "anna": anna, "bram": bram, "mo": mo, "bo": bo}.items()
    }
    assert shown == {"visitor": 0, "anna": 3, "bram": 0, "mo": 0, "bo": 3}


def test_the_answer_stays_between_the_two_also_when_the_offer_is_accepted(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, bo: Person
) -> None:
    make.offer(challenge, bo, words="Kom langs.").settle(by=anna, accept=True, answer=f"Bel mij: {WORD}")
    shown = {
        name: [text in browser(person).get(at("offers", challenge)).content.decode() for text in ("Kom langs.", WORD)]
        for name, person in {"visitor": None, "anna": anna, "bram": bram, "bo": bo}.items()
    }
    assert shown == {"visitor": [True, False], "anna": [True, True], "bram": [True, False], "bo": [True, True]}


# --- offering -----------------------------------------------------------------------------------------------


def test_an_offer_is_made_once(browser: Browser, challenge: Challenge, bo: Person) -> None:
    data = {"kind": "expertise", "words": "Ik kan\r\nrekenen.", "form_key": KEY}
    client = browser(bo)
    first, second = (client.post(at("offer_new", challenge), data) for _ in range(2))
    offer = Offer.objects.get()
    assert (offer.person, offer.kind, offer.words, offer.state) == (bo, "expertise", "Ik kan\nrekenen.", "offered")
    assert [first["Location"], second["Location"]] == [offer.get_absolute_url()] * 2
    event = Event.objects.get(verb=Verb.OFFERED)
    assert (event.actor, event.audience, event.data) == (bo, Audience.PARTIES, {"kind": "expertise"})


def test_who_may_offer(browser: Browser, challenge: Challenge, anna: Person, bo: Person, utrecht: Region) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    stopped = make.challenge(by=anna, region=utrecht, stage="gestopt")
    archived = make.challenge(by=anna, region=utrecht, state=State.ARCHIVED)
    login = browser(None).get(at("offer_new", challenge))
    assert (login.status_code, login["Location"].startswith("/account/login/")) == (302, True)
    pages = (("own", anna, challenge), ("open", bo, challenge), ("closed", bo, closed))
    pages = (*pages, ("stopped", bo, stopped), ("archived", bo, archived))
    found = {name: browser(person).get(at("offer_new", on)).status_code for name, person, on in pages}
    assert found == {"own": 403, "open": 200, "closed": 404, "stopped": 403, "archived": 403}


def test_a_link_elsewhere_may_say_what_one_brings(browser: Browser, challenge: Challenge, bo: Person) -> None:
    client = browser(bo)
    forms = {kind: client.get(f"{at('offer_new', challenge)}?soort={kind}") for kind in ("geld", "onzin", "%00")}
    assert {kind: answer.status_code for kind, answer in forms.items()} == {"geld": 200, "onzin": 200, "%00": 400}
    assert [forms[kind].context["form"].initial["kind"] or "" for kind in ("geld", "onzin")] == ["geld", ""]


def test_one_asks_to_join_the_team_once(browser: Browser, challenge: Challenge, bo: Person) -> None:
    client = browser(bo)
    for _ in range(2):
        client.post(at("offer_new", challenge), {"kind": "team", "words": "Mag ik erbij?"})
    assert Offer.objects.count() == 1


def test_no_offer_lands_on_what_was_hidden_meanwhile(challenge: Challenge, bo: Person) -> None:
    hidden = Challenge.objects.get(pk=challenge.pk)
    hidden.state = State.HIDDEN
    hidden.save(update_fields=["state"])
    with pytest.raises(AlreadyDone):
        make.offer(challenge, bo)
    assert Offer.objects.count() == 0


# --- answering ----------------------------------------------------------------------------------------------


def test_the_team_answers(browser: Browser, challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo)
    data = {"accept": "yes", "answer": "Graag, dinsdag?"}
    response = browser(anna).post(at("offer_settle", challenge, offer), data)
    offer.refresh_from_db()
    assert response["Location"] == offer.get_absolute_url()
    assert (offer.state, offer.answer, offer.answered_by) == ("accepted", "Graag, dinsdag?", anna)
    event = Event.objects.get(verb=Verb.OFFER_ACCEPTED)
    assert (event.subject, event.audience) == (bo, Audience.ALL)


def test_an_accepted_question_brings_someone_into_the_team(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo, kind="team")
    offer.settle(by=anna, accept=True, answer="Welkom.")
    assert (offer.state, offer.closed_at is not None) == (Offer.State.HAPPENED, True)
    assert Involvement.objects.current().filter(person=bo, part=Part.TEAM).count() == 1
    assert Event.objects.filter(verb=Verb.JOINED_TEAM, subject=bo).count() == 1


def test_who_is_on_the_team_already_does_not_join_twice(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo, kind="team")
    challenge.involve(bo, Part.TEAM, by=anna)
    offer.settle(by=anna, accept=True, answer="U was er al.")
    assert Event.objects.filter(verb=Verb.JOINED_TEAM, subject=bo).count() == 1


def test_who_may_answer(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, bo: Person, stan: Person
) -> None:
    """Who cannot read an offer hears that it is not there; who can only read it may not answer."""
    offer = make.offer(challenge, bo)
    cast = {"anna": anna, "bram": bram, "mo": mo, "bo": bo, "stan": stan}
    path = at("offer_settle", challenge, offer)
    found = {name: browser(person).get(path).status_code for name, person in cast.items()}
    assert found == {"anna": 200, "bram": 404, "mo": 404, "bo": 403, "stan": 404}
    refused = [browser(who).post(path, {"accept": "yes", "answer": "Ja"}).status_code for who in (bram, mo, bo, stan)]
    assert refused == [404, 404, 403, 404]
    offer.refresh_from_db()
    assert offer.state == Offer.State.OFFERED


def test_the_second_colleague_hears_it_with_both_texts(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, bo: Person
) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    offer = make.offer(challenge, bo)
    path = at("offer_settle", challenge, offer)
    browser(anna).post(path, {"accept": "no", "answer": "Eerste antwoord."})
    second = browser(bram).post(path, {"accept": "yes", "answer": "Tweede antwoord."})
    page = second.content.decode()
    assert (second.status_code, "Eerste antwoord." in page, "Tweede antwoord." in page) == (409, True, True)
    offer.refresh_from_db()
    assert (offer.state, offer.answer) == (Offer.State.DECLINED, "Eerste antwoord.")
    assert browser(bram).get(path)["Location"] == offer.get_absolute_url()


def test_a_double_click_on_the_answer_is_one_answer(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person
) -> None:
    offer = make.offer(challenge, bo)
    client, data = browser(anna), {"accept": "yes", "answer": "Ja", "form_key": KEY}
    answers = [client.post(at("offer_settle", challenge, offer), data) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [offer.get_absolute_url()] * 2
    assert Event.objects.filter(verb=Verb.OFFER_ACCEPTED).count() == 1


def test_nobody_accepts_the_offer_of_a_blocked_account(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person
) -> None:
    offer = make.offer(challenge, bo, kind="team")
    Person.objects.filter(pk=bo.pk).update(is_active=False, name="Verwijderd", function="")
    path = at("offer_settle", challenge, offer)
    assert browser(anna).post(path, {"accept": "yes", "answer": "Ja"}).status_code == 422
    assert browser(anna).post(path, {"accept": "no", "answer": "Helaas"}).status_code == 302
    assert not challenge.involvements.filter(person=bo).exists()


# --- what came of it ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("happened", "state", "audience"), [("yes", "happened", "all"), ("no", "lapsed", "parties")])
def test_either_of_the_two_tells_what_came_of_it(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person, happened: str, state: str, audience: str
) -> None:
    offer = make.offer(challenge, bo)
    offer.settle(by=anna, accept=True, answer="Ja")
    path = at("offer_close", challenge, offer)
    first = browser(bo).post(path, {"happened": happened, "outcome": "Een gesprek."})
    second = browser(anna).post(path, {"happened": "yes", "outcome": "Iets anders."})
    offer.refresh_from_db()
    assert (first.status_code, second.status_code) == (302, 409)
    assert "Iets anders." in second.content.decode()
    assert (offer.state, offer.outcome) == (state, "Een gesprek.")
    assert Event.objects.get(verb=f"offer-{state}").audience == audience


def test_who_may_tell_what_came_of_it(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, bo: Person
) -> None:
    offer = make.offer(challenge, bo)
    path = at("offer_close", challenge, offer)
    early = {person.name: browser(person).get(path).status_code for person in (anna, bram, bo)}
    offer.settle(by=anna, accept=True, answer="Ja")
    late = {person.name: browser(person).get(path).status_code for person in (anna, bram, bo)}
    assert early == {anna.name: 403, bram.name: 404, bo.name: 403}
    assert late == {anna.name: 200, bram.name: 403, bo.name: 200}


def test_an_archived_challenge_is_closed_for_change(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person
) -> None:
    waits, accepted = make.offer(challenge, bo), make.offer(challenge, bo)
    accepted.settle(by=anna, accept=True, answer="Ja")
    challenge.refresh_from_db()
    challenge.state = State.ARCHIVED
    challenge.save(update_fields=["state"])
    settle = browser(anna).post(at("offer_settle", challenge, waits), {"accept": "yes", "answer": "Ja"})
    close = browser(anna).post(at("offer_close", challenge, accepted), {"happened": "yes", "outcome": "Ja"})
    assert (settle.status_code, close.status_code) == (403, 403)


# --- bad input ----------------------------------------------------------------------------------------------

BAD = ["", "x" * 5_000, "Mijn nummer is 111222333", "\u202e<script>alert(1)</script>", "=1+1", "{{ x }}", "%s", "é" * 9]


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("kind", ["expertise", "onzin", "", "team' or 1=1"])
def test_no_input_breaks_the_forms(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person, text: str, kind: str
) -> None:
    offer = make.offer(challenge, bo)
    answers = [
        browser(bo).post(at("offer_new", challenge), {"kind": kind, "words": text}),
        browser(anna).post(at("offer_settle", challenge, offer), {"accept": kind, "answer": text}),
        browser(anna).post(at("offer_close", challenge, offer), {"happened": kind, "outcome": text}),
        browser(anna).get(at("offers", challenge)),
        browser(anna).post(at("offer_settle", challenge, offer), {}),
        browser(bo).post(at("offer_new", challenge), {}),
    ]
    is_good = kind == "expertise" and text in BAD[3:]
    assert [answer.status_code for answer in answers] == [302 if is_good else 422, 422, 403, 200, 422, 422]
    assert "<script>alert" not in answers[3].content.decode()
