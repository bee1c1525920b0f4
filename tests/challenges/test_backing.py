"""The backing of a board: who decides is asked by mail, confirms or refuses, and is named when that may be."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge, Offer
from challenges.models.door import BACKING_KEPT, BACKING_LASTS
from digests.compose import compose
from digests.items import gather
from digests.models import Mail
from digests.spread import spread
from regions.errors import AlreadyDone, TooOften
from regions.models import Audience, Event, Notice, Part, Region, State, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db

EMAIL = "bea@zeist.example"
BACKER = {"backer_name": "Bea Bestuur", "backer_function": "wethouder in Zeist", "backer_email": EMAIL}
FORM = {"kind": "steun", "words": "Ons college steunt dit.", **BACKER}
YES, NO = {"besluit": "ja"}, {"besluit": "nee"}


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, title="Buurtsoep", summary="Samen koken.")


@pytest.fixture
def offer(challenge: Challenge, bo: Person) -> Offer:
    return Offer.make(challenge, by=bo, kind="steun", words="Ons college steunt dit.", **BACKER)


def at(name: str, challenge: Challenge, offer: Offer | None = None) -> str:
    return reverse(f"challenges:{name}", args=[challenge.pk, challenge.slug, *([offer.pk] if offer else [])])


def letters() -> list[tuple[str, str]]:
    """Return address and text of the mails that go out to who decides."""
    spread()
    found = [compose(mail) for mail in Mail.objects.filter(kind=Mail.Kind.BACKING, state=Mail.State.READY)]
    return [(one.recipient, one.body.decode().replace("=\r\n", "").replace("=3D", "=")) for one in found if one]


def verbs(offer: Offer) -> list[tuple[str, str, Person | None]]:
    events = Event.objects.filter(object_kind="offer", object_id=str(offer.pk)).order_by("pk")
    return [(event.verb, event.audience, event.actor) for event in events]


def fresh(offer: Offer) -> Offer:
    return Offer.objects.get(pk=offer.pk)


# --- asking -------------------------------------------------------------------------------------------------


def test_who_decides_gets_a_mail_and_confirms(browser: Browser, challenge: Challenge, bo: Person) -> None:
    assert browser(bo).post(at("offer_new", challenge), FORM).status_code == 302
    offer = Offer.objects.get()
    assert (offer.backer_name, offer.backer_function, offer.backer_email) == tuple(BACKER.values())
    [(recipient, text)] = letters()
    assert (recipient, offer.get_backing_url() in text, "Buurtsoep" in text) == (EMAIL, True, True)
    browser(None).post(offer.get_backing_url(), YES)
    offer = fresh(offer)
    assert (offer.state, offer.backer_email, offer.backed_at is not None) == ("offered", "", True)
    assert verbs(offer) == [
        (Verb.OFFERED, Audience.PARTIES, bo),
        (Verb.BACKING_ASKED, Audience.PARTIES, bo),
        (Verb.OFFER_BACKED, Audience.PARTIES, None),
    ]


@pytest.mark.parametrize("name", BACKER)
def test_all_three_are_asked_of_backing_only(browser: Browser, challenge: Challenge, bo: Person, name: str) -> None:
    answer = browser(bo).post(at("offer_new", challenge), FORM | {name: ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name])
    assert "Ons college steunt dit." in answer.content.decode()
    other = FORM | {"kind": "geld", name: "", "backer_email": "geen adres"}
    assert browser(bo).post(at("offer_new", challenge), other).status_code == 302
    offer = Offer.objects.get()
    assert (offer.backer_name, offer.backer_function, offer.backer_email, offer.backer_asked_at) == ("", "", "", None)


def test_nobody_confirms_their_own_offer(browser: Browser, challenge: Challenge, bo: Person) -> None:
    EmailAddress.objects.create(user=bo, email="ook@bo.example", verified=True)
    own = [bo.email.upper(), "ook@bo.example"]
    found = [browser(bo).post(at("offer_new", challenge), FORM | {"backer_email": email}).status_code for email in own]
    assert (found, Offer.objects.count()) == ([422, 422], 0)


@pytest.mark.parametrize("name", ["backer_name", "backer_function"])
def test_no_contact_details_stand_in_what_becomes_public(
    browser: Browser, challenge: Challenge, bo: Person, name: str
) -> None:
    answer = browser(bo).post(at("offer_new", challenge), FORM | {name: "Bea, 06-12345678"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name])


def test_the_question_is_sent_again_once_a_day(
    browser: Browser, challenge: Challenge, offer: Offer, bo: Person, anna: Person
) -> None:
    path, again = at("backing_ask", challenge, offer), BACKER | {"backer_email": "", "backer_name": "Bea B."}
    client = browser(bo)
    page = client.get(path).content.decode()
    assert ("Bea Bestuur" in page, EMAIL in page) == (True, False)
    client.post(path, again)
    assert fresh(offer).backer_name == "Bea Bestuur"
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        client = browser(bo)
        client.post(path, again)
        client.post(path, again | {"backer_email": "ander@zeist.example"})
    offer = fresh(offer)
    assert (offer.backer_name, offer.backer_email) == ("Bea B.", EMAIL)
    assert [verb for verb, _audience, _by in verbs(offer)].count(Verb.BACKING_ASKED) == 2
    assert browser(anna).get(path).status_code == 403
    with pytest.raises(TooOften):
        offer.ask_backing(by=bo, **BACKER)


def test_backing_that_was_offered_elsewhere_is_confirmed_later(
    browser: Browser, challenge: Challenge, bo: Person
) -> None:
    """A sheet of the InnovatieKabinet does not ask who decides."""
    offer = make.offer(challenge, bo, kind="steun")
    path = at("backing_ask", challenge, offer)
    assert browser(bo).post(path, BACKER | {"backer_email": ""}).status_code == 422
    assert browser(bo).post(path, BACKER).status_code == 302
    assert [recipient for recipient, _text in letters()] == [EMAIL]


def test_the_address_of_who_has_an_account_stands_in_no_mail_row(challenge: Challenge, bo: Person) -> None:
    bea = make.person("Bea")
    EmailAddress.objects.create(user=bea, email=EMAIL, verified=True)
    Offer.make(challenge, by=bo, kind="steun", words="Steun.", **BACKER)
    spread()
    mail = Mail.objects.get(kind=Mail.Kind.BACKING)
    assert (mail.person, mail.address, EMAIL in str(mail.data)) == (bea, "", False)


# --- the page of the link -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(browser: Browser, offer: Offer, method: str) -> None:
    before = fresh(offer).__dict__ | {"_state": None}
    assert getattr(browser(None), method)(offer.get_backing_url()).status_code == 200
    assert fresh(offer).__dict__ | {"_state": None} == before


@pytest.mark.parametrize(("visibility", "told"), [(Visibility.PUBLIC, True), (Visibility.REGION, False)])
def test_the_challenge_is_named_only_where_visitors_see_it(
    browser: Browser, offer: Offer, visibility: str, told: bool
) -> None:
    row = offer.challenge
    row.visibility = visibility
    row.save(update_fields=["visibility"])
    page = browser(None).get(offer.get_backing_url()).content.decode()
    [(_recipient, mail)] = letters()
    words = ("Ons college steunt dit.", "Bo", "Bea Bestuur", "wethouder in Zeist")
    assert [word in page for word in words] == [True] * 4
    assert [word in page for word in ("Buurtsoep", "Samen koken.")] == [told, told]
    assert ("Buurtsoep" in mail, "Samen koken." in mail, EMAIL in page) == (told, False, False)


def test_who_decides_says_that_it_is_not_right(
    browser: Browser, challenge: Challenge, offer: Offer, anna: Person, bo: Person
) -> None:
    offer.settle(by=anna, accept=True, answer="Graag.")
    browser(None).post(offer.get_backing_url(), NO)
    offer = fresh(offer)
    assert (offer.state, offer.backer_email, offer.backed_at, offer.closed_at is not None) == ("lapsed", "", None, True)
    assert verbs(offer)[-1] == (Verb.OFFER_LAPSED, Audience.PARTIES, None)
    spread()
    told = {}
    for person in (anna, bo):
        groups = gather(person, Notice.objects.filter(person=person, event__verb=Verb.OFFER_LAPSED))
        told[person] = [(item.who, item.what) for group in groups for item in group.items]
    line = ("Een bestuurder", "bevestigde niet dat een bestuur dit steunt")
    assert told == {anna: [line], bo: [line]}
    assert "Ons college" not in browser(None).get(at("offers", challenge)).content.decode()


@pytest.mark.parametrize("answer", [{}, {"besluit": "misschien"}])
def test_an_answer_that_is_none_changes_nothing(browser: Browser, offer: Offer, answer: dict[str, str]) -> None:
    assert browser(None).post(offer.get_backing_url(), answer).status_code == 422
    assert (fresh(offer).state, fresh(offer).backer_email) == ("offered", EMAIL)


def test_another_link_is_not_there(browser: Browser, offer: Offer) -> None:
    token = offer.get_backing_url().strip("/").split("/")[-1]
    for path in ("/steun/onzin/", f"/steun/{token[:-1]}x/", f"/namens/{token}/"):
        assert browser(None).get(path).status_code == 404


def _withdraw(offer: Offer) -> None:
    offer.withdraw(by=offer.person)


def _decline(offer: Offer) -> None:
    offer.settle(by=offer.challenge.author, accept=False, answer="Nee.")


def _confirm(offer: Offer) -> None:
    offer.confirm_backing()


def _tell(offer: Offer) -> None:
    offer.settle(by=offer.challenge.author, accept=True, answer="Ja.")
    offer.close(by=offer.person, happened=True, outcome="Een brief.")


@pytest.mark.parametrize("end", [_withdraw, _decline, _confirm, _tell])
def test_the_link_and_the_address_go_when_it_was_answered(browser: Browser, offer: Offer, end: Any) -> None:
    end(offer)
    offer = fresh(offer)
    before = (offer.state, offer.backed_at)
    for answer in (YES, NO):
        page = browser(None).post(offer.get_backing_url(), answer).content.decode()
        assert "Ons college steunt dit." not in page
    offer = fresh(offer)
    assert (offer.backer_email, (offer.state, offer.backed_at), letters()) == ("", before, [])


def test_the_link_works_thirty_days_and_the_address_goes_later(browser: Browser, offer: Offer) -> None:
    now = timezone.now()
    with time_machine.travel(now + BACKING_LASTS + timedelta(minutes=1)):
        assert browser(None).post(offer.get_backing_url(), YES).status_code == 200
        assert (letters(), Offer.objects.forget_due(), fresh(offer).backer_email) == ([], 0, EMAIL)
        with pytest.raises(AlreadyDone):
            offer.confirm_backing()
    with time_machine.travel(now + BACKING_LASTS + BACKING_KEPT + timedelta(minutes=1)):
        assert (Offer.objects.forget_due(), Offer.objects.forget_due()) == (1, 0)
    offer = fresh(offer)
    assert (offer.state, offer.backer_email, offer.backed_at) == ("offered", "", None)


@pytest.mark.parametrize("state", [State.HIDDEN, State.ARCHIVED])
def test_nothing_is_confirmed_on_what_is_hidden_or_closed(browser: Browser, offer: Offer, state: str) -> None:
    row = offer.challenge
    row.state = state
    row.save(update_fields=["state"])
    page = browser(None).post(offer.get_backing_url(), YES).content.decode()
    assert ("Ons college" in page, fresh(offer).backed_at) == (False, None)


def test_nothing_is_confirmed_for_a_blocked_account(browser: Browser, offer: Offer, bo: Person) -> None:
    Person.objects.filter(pk=bo.pk).update(is_active=False)
    browser(None).post(offer.get_backing_url(), YES)
    assert (fresh(offer).backed_at, letters()) == (None, [])


def test_the_database_keeps_no_address_of_what_was_answered(offer: Offer) -> None:
    rows = Offer.objects.filter(pk=offer.pk)
    for change in ({"state": "lapsed"}, {"backed_at": timezone.now()}, {"backer_asked_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


# --- who is named to whom -----------------------------------------------------------------------------------

NAME, FUNCTION = "kanarienaam", "kanariefunctie"


def _readers(browser: Browser, challenge: Challenge, cast: dict[str, Person | None], word: str) -> set[str]:
    """Return who meets a word on any page where it might stand, or in what they are told."""
    spread()
    paths = [
        challenge.get_absolute_url(), at("offers", challenge), reverse("challenges:doors"), "/", "/mijn/",
        "/challenges/", "/zoeken/?q=Steun", challenge.region.get_absolute_url(), "/mijn/meldingen/",
        "/mijn/overzicht/",
    ]  # fmt: skip
    return {
        name
        for name, person in cast.items()
        if any(word in browser(person).get(path, follow=True).content.decode() for path in paths)
    }


def test_who_decides_is_named_in_public_once_confirmed_and_accepted(
    browser: Browser,
    challenge: Challenge,
    anna: Person,
    bram: Person,
    mo: Person,
    kim: Person,
    bo: Person,
    stan: Person,
) -> None:
    cast: dict[str, Person | None] = {
        "visitor": None, "anna": anna, "bram": bram, "mo": mo, "kim": kim, "bo": bo, "stan": stan,
    }  # fmt: skip
    challenge.follow(bram)
    challenge.involve(make.person("Teun"), Part.TEAM, by=anna)
    secret = {"backer_name": NAME, "backer_function": FUNCTION, "backer_email": "kanarieadres@x.example"}
    found = {}

    def look(step: str) -> None:
        found[step] = [_readers(browser, challenge, cast, word) for word in (NAME, FUNCTION, "kanarieadres")]

    first = Offer.make(challenge, by=bo, kind="steun", words="Steun.", **secret)
    look("offered")
    first.settle(by=anna, accept=True, answer="Ja.")
    look("accepted")
    first.confirm_backing()
    look("confirmed")
    first.withdraw(by=bo, outcome="Toch niet.")
    look("withdrawn")
    between = {"anna", "bo"}
    assert found == {
        "offered": [between, between, set()],
        "accepted": [between, between, set()],
        "confirmed": [set(cast), set(cast), set()],
        "withdrawn": [between, between, set()],
    }


def test_confirmed_before_it_is_accepted_stays_between_the_two(
    browser: Browser, challenge: Challenge, offer: Offer, anna: Person, bram: Person
) -> None:
    offer.confirm_backing()
    paths = [challenge.get_absolute_url(), at("offers", challenge)]
    before = ["Bea Bestuur" in browser(bram).get(path).content.decode() for path in paths]
    offer.settle(by=anna, accept=True, answer="Ja.")
    after = [browser(bram).get(path).content.decode() for path in paths]
    day = timezone.localtime(offer.backed_at).strftime("%Y")
    assert before == [False, False]
    assert ["bevestigd door Bea Bestuur, wethouder in Zeist op" in page and day in page for page in after] == [True] * 2


def test_an_accepted_offer_says_that_it_is_not_confirmed_yet(
    browser: Browser, challenge: Challenge, offer: Offer, anna: Person
) -> None:
    offer.settle(by=anna, accept=True, answer="Ja.")
    page = browser(None).get(at("offers", challenge)).content.decode()
    assert ("nog niet bevestigd" in page, "Bea" in page) == (True, False)
    offer.close(by=anna, happened=True, outcome="Een brief.")
    page = browser(None).get(at("offers", challenge)).content.decode()
    assert ("nog niet bevestigd" in page, "niet bevestigd door wie beslist" in page, "Bea" in page) == (
        False,
        True,
        False,
    )


def test_a_board_backs_it_only_after_it_was_confirmed(
    browser: Browser, challenge: Challenge, offer: Offer, anna: Person
) -> None:
    offer.settle(by=anna, accept=True, answer="Graag")
    path, data = at("offer_close", challenge, offer), {"happened": "yes", "outcome": "Het college tekende."}
    early = browser(anna).post(path, data)
    offer.confirm_backing()
    assert (early.status_code, list(early.context["form"].errors)) == (422, ["happened"])
    assert browser(anna).post(path, data).status_code == 302


def test_with_feedback_one_offers_no_backing(browser: Browser, challenge: Challenge, kim: Person) -> None:
    """Its own form asks who decides."""
    path = reverse("challenges:review", args=[challenge.pk, challenge.slug])
    data = {"version": "1", "answer": "Rust.", "offer_kind_1": "steun", "offer_words_1": "De raad steunt dit."}
    answer = browser(kim).post(path, data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["offer_kind_1"])
