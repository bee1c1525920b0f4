"""The page of opened doors, reminders of what waits, and taking an offer back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge, Offer
from challenges.waiting import waiting_for
from digests.context import unread_count
from digests.items import gather
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import Audience, Event, Notice, Part, Region, State, Unspread, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser, Count

pytestmark = pytest.mark.django_db
PATH = "/deuren/"


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht, title="Plan")


def at(name: str, offer: Offer) -> str:
    return reverse(f"challenges:{name}", args=[offer.challenge.pk, offer.challenge.slug, offer.pk])


def opened(
    challenge: Challenge, by: Person, *, happened: bool = True, kind: str = "contact", words: str = "x"
) -> Offer:
    offer = make.offer(challenge, by, kind=kind, words=words)
    offer.settle(by=challenge.author, accept=True, answer="kanarieantwoord")
    if happened:
        offer.close(by=by, happened=True, outcome=f"Kwam van {words}.")
    return offer


def older(offer: Offer, days: int) -> None:
    """Let everything of this offer be so many days longer ago."""
    row = Offer.objects.get(pk=offer.pk)
    for name in ("at", "answered_at", "reminded_at"):
        value = getattr(row, name)
        setattr(row, name, value and value - timedelta(days=days))
    row.save()


# --- the page -----------------------------------------------------------------------------------------------


def shown(browser: Browser, person: Person | None, query: str = "") -> dict[str, list[str]]:
    pieces = browser(person).get(PATH + query).context["pieces"]
    return {name: [offer.words for offer in piece.rows] for name, piece in pieces.items()}


def test_everyone_sees_what_happened_and_what_goes_on(browser: Browser, challenge: Challenge, bo: Person) -> None:
    opened(challenge, bo, words="eerst")
    opened(challenge, bo, words="later", kind="geld")
    opened(challenge, bo, words="bezig", happened=False)
    assert shown(browser, None) == {"gebeurd": ["later", "eerst"], "loopt": ["bezig"]}
    page = browser(None).get(PATH).content.decode()
    assert ["Kwam van later." in page, bo.name in page, "Plan" in page, "kanarieantwoord" in page] == [True] * 3 + [
        False
    ]


def test_what_is_for_few_is_seen_by_few(
    browser: Browser, anna: Person, bram: Person, mo: Person, eva: Person, stan: Person, bo: Person, utrecht: Region
) -> None:
    """Offers on what is for few, hidden or a draft, declined, lapsed and waiting ones, and who joined the team."""
    few = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    opened(few, bram, words="kanarieregio")
    opened(few, bram, words="kanarieregio bezig", happened=False)
    hidden = make.challenge(by=anna, region=utrecht)
    opened(hidden, bo, words="kanarieverborgen")
    hidden.refresh_from_db()
    hidden.state = State.HIDDEN
    hidden.save(update_fields=["state"])
    shared = make.challenge(by=anna, region=utrecht)
    make.offer(shared, bo, words="kanariewacht")
    make.offer(shared, bo, words="kanarienee").settle(by=anna, accept=False, answer="nee")
    opened(shared, bo, words="kanarieniets", happened=False).close(by=bo, happened=False, outcome="kanarieniets")
    make.offer(shared, bo, kind="team", words="kanarieteam").settle(by=anna, accept=True, answer="welkom")
    cast = {"visitor": None, "anna": anna, "bram": bram, "mo": mo, "eva": eva, "stan": stan, "bo": bo}
    nothing: dict[str, list[str]] = {"gebeurd": [], "loopt": []}
    region = {"gebeurd": ["kanarieregio"], "loopt": ["kanarieregio bezig"]}
    found = {name: shown(browser, person) for name, person in cast.items()}
    assert found == dict.fromkeys(cast, nothing) | dict.fromkeys(("anna", "bram", "mo", "stan"), region)
    assert {name: len(browser(person).get(PATH).context["kinds"]) for name, person in cast.items()} == {
        name: int(found[name] == region) for name in cast
    }
    assert "kanarie" not in browser(None).get(PATH).content.decode()


def test_filters_stand_in_the_address(
    browser: Browser, challenge: Challenge, bo: Person, emil: Person, eindhoven: Region
) -> None:
    opened(challenge, bo, words="contact")
    opened(challenge, bo, words="geld", kind="geld")
    opened(make.challenge(by=emil, region=eindhoven), bo, words="elders", kind="geld")
    assert {
        query: shown(browser, None, query) for query in ("?soort=geld", "?regio=utrecht", "?soort=geld&regio=utrecht")
    } == {
        "?soort=geld": {"gebeurd": ["elders", "geld"], "loopt": []},
        "?regio=utrecht": {"gebeurd": ["geld", "contact"], "loopt": []},
        "?soort=geld&regio=utrecht": {"gebeurd": ["geld"], "loopt": []},
    }
    page = browser(None).get(f"{PATH}?regio=utrecht")
    assert [(kind["label"], kind["number"], kind["query"]) for kind in page.context["kinds"]] == [
        ("Een contact: ik kan u aan iemand voorstellen", 1, "soort=contact&regio=utrecht"),
        ("Geld", 1, "soort=geld&regio=utrecht"),
    ]
    for query in ("?soort=team", "?soort=onzin", "?regio=nergens", "?pagina=x", "?deel=y"):
        assert shown(browser, None, query) == {"gebeurd": ["elders", "geld", "contact"], "loopt": []}


def test_a_part_goes_on_page_by_page_with_its_filters(browser: Browser, challenge: Challenge, bo: Person) -> None:
    for number in range(27):
        opened(challenge, bo, words=f"nummer {number}")
    first = browser(None).get(f"{PATH}?soort=contact")
    assert len(first.context["pieces"]["gebeurd"].rows) == 10
    assert "?soort=contact&amp;deel=gebeurd" in first.content.decode()
    assert shown(browser, None, "?soort=contact&deel=gebeurd&pagina=2") == {"gebeurd": ["nummer 1", "nummer 0"]}
    second = browser(None).get(f"{PATH}?soort=contact&deel=gebeurd&pagina=2").content.decode()
    assert "?soort=contact&amp;deel=gebeurd&amp;pagina=1" in second
    assert browser(None).get(f"{PATH}?deel=gebeurd&pagina=999999").status_code == 200


def test_the_page_tells_how_a_door_opens(browser: Browser, db: None) -> None:
    page = browser(None).get(PATH).content.decode()
    assert ("Ik kan helpen" in page, 'href="/challenges/"' in page) == (True, True)


def test_the_page_takes_as_many_queries_for_one_as_for_thirty(
    browser: Browser, count: Count, challenge: Challenge, anna: Person, bo: Person, utrecht: Region
) -> None:
    def more(number: int) -> list[int]:
        for _number in range(number):
            on = make.challenge(by=anna, region=utrecht)
            who = make.person()
            opened(on, who)
            opened(on, who, happened=False, kind="steun")
        paths = (PATH, f"{PATH}?regio=utrecht&soort=contact&deel=gebeurd")
        return [count(browser(person), path) for person in (None, bo) for path in paths]

    expected = [3, 2, 7, 6]
    assert (more(1), more(29)) == (expected, expected)


@pytest.mark.parametrize("path", ["/kabinet/", "/challenges/"])
def test_other_pages_lead_there(browser: Browser, challenge: Challenge, path: str) -> None:
    pages = [browser(None).get(one).content.decode() for one in (path, challenge.get_absolute_url())]
    assert [f'href="{PATH}"' in page for page in pages] == [True, True]


# --- taking back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_accepted", "data", "status"), [(False, {}, 302), (True, {}, 422), (True, {"outcome": "Ziek."}, 302)]
)
def test_who_offered_takes_it_back(
    browser: Browser,
    challenge: Challenge,
    anna: Person,
    bo: Person,
    is_accepted: bool,
    data: dict[str, str],
    status: int,
) -> None:
    offer = opened(challenge, bo, happened=False) if is_accepted else make.offer(challenge, bo)
    before = offer.state
    answer = browser(bo).post(at("offer_withdraw", offer), data)
    offer.refresh_from_db()
    assert (answer.status_code, offer.state) == (status, "lapsed" if status == 302 else before)
    events = Event.objects.filter(verb=Verb.OFFER_WITHDRAWN)
    told = [(event.actor, event.audience) for event in events]
    assert told == ([(bo, Audience.PARTIES)] if status == 302 else [])
    spread()
    assert Notice.objects.filter(event__in=events, person=anna).count() == len(told)


def test_looking_does_not_take_it_back_and_nobody_else_does(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, stan: Person, bo: Person
) -> None:
    offer = opened(challenge, bo, happened=False)
    cast = {"anna": anna, "bram": bram, "stan": stan, "bo": bo}
    seen = {name: browser(person).get(at("offer_withdraw", offer)).status_code for name, person in cast.items()}
    others = [
        browser(who).post(at("offer_withdraw", offer), {"outcome": "x"}).status_code for who in (anna, bram, stan)
    ]
    offer.refresh_from_db()
    assert seen == {"anna": 403, "bram": 403, "stan": 403, "bo": 200}
    assert (others, offer.state) == ([403] * 3, "accepted")


def test_what_is_over_is_not_taken_back(browser: Browser, challenge: Challenge, bo: Person) -> None:
    offer = opened(challenge, bo)
    answers = [
        browser(bo).get(at("offer_withdraw", offer)),
        browser(bo).post(at("offer_withdraw", offer), {"outcome": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [302, 409]
    offer.refresh_from_db()
    assert offer.state == "happened"


def test_an_acceptance_in_between_asks_for_a_reason(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo)
    Offer.objects.get(pk=offer.pk).settle(by=anna, accept=True, answer="Ja.")
    with pytest.raises(AlreadyDone):
        offer.withdraw(by=bo)
    offer.refresh_from_db()
    assert offer.state == "accepted"


# --- contact details ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Mail jan@gemeente.example.", "Bel 06-12345678.", "Bel (030) 286 00 00"])
def test_no_contact_details_stand_in_what_becomes_public(
    browser: Browser, challenge: Challenge, anna: Person, kim: Person, bo: Person, text: str
) -> None:
    """They may stand in the answer, which only the two read."""
    offer, waits = opened(challenge, bo, happened=False), make.offer(challenge, bo)
    sheet = {"version": "1", "answer": "Rust.", "offer_kind_1": "contact", "offer_words_1": text}
    new = reverse("challenges:offer_new", args=[challenge.pk, challenge.slug])
    review = reverse("challenges:review", args=[challenge.pk, challenge.slug])
    refused = [
        browser(bo).post(new, {"kind": "contact", "words": text}),
        browser(bo).post(at("offer_close", offer), {"happened": "yes", "outcome": text}),
        browser(bo).post(at("offer_withdraw", offer), {"outcome": text}),
        browser(kim).post(review, sheet),
    ]
    assert [answer.status_code for answer in refused] == [422] * 4
    assert list(refused[3].context["form"].errors) == ["offer_words_1"]
    assert ["een plek die alleen u en het team lezen" in answer.content.decode() for answer in refused] == [True] * 4
    assert [text in answer.content.decode() for answer in refused] == [True] * 4
    assert browser(anna).post(at("offer_settle", waits), {"accept": "yes", "answer": text}).status_code == 302


# --- reminders ----------------------------------------------------------------------------------------------


def reminders(offer: Offer) -> list[tuple[Person | None, str]]:
    events = Event.objects.filter(verb=Verb.OFFER_REMINDED, object_id=str(offer.pk)).order_by("pk")
    return [(event.subject, event.data["why"]) for event in events]


def waits_on(person: Person) -> list[tuple[str, str]]:
    make.forget(person)
    return [(line.words, line.title) for line in waiting_for(Person.objects.get(pk=person.pk))]


def bell(person: Person) -> tuple[int, list[str]]:
    """Return the number at the bell, and why each group is told."""
    spread()
    person = Person.objects.get(pk=person.pk)
    notices = Notice.objects.filter(person=person, event__verb=Verb.OFFER_REMINDED)
    return unread_count(person), [group.reason for group in gather(person, notices)]


def test_both_are_asked_what_came_of_an_accepted_offer_every_thirty_days(
    challenge: Challenge, anna: Person, bram: Person, bo: Person
) -> None:
    offer = opened(challenge, bo, happened=False)
    Unspread.objects.all().delete()
    older(offer, 29)
    assert Offer.objects.remind_due() == 0
    older(offer, 1)
    assert (Offer.objects.remind_due(), Offer.objects.remind_due()) == (1, 0)
    assert reminders(offer) == [(bo, "untold")]
    line = ("Vertel wat 1 keer aangeboden hulp opleverde", "Plan")
    assert {person: waits_on(person) for person in (anna, bo, bram)} == {anna: [line], bo: [line], bram: []}
    assert {person: bell(person) for person in (anna, bo, bram)} == {
        anna: (1, ["waits"]),
        bo: (1, ["waits"]),
        bram: (0, []),
    }
    older(offer, 30)
    assert (Offer.objects.remind_due(), len(reminders(offer))) == (1, 2)
    assert [bell(person) for person in (anna, bo)] == [(1, ["waits"])] * 2  # the older question waits no more
    Offer.objects.get(pk=offer.pk).close(by=anna, happened=True, outcome="Een gesprek.")
    Unspread.objects.all().delete()
    assert {person: (waits_on(person), bell(person)) for person in (anna, bo)} == {
        anna: ([], (0, [])),
        bo: ([], (0, [])),
    }


def test_the_team_is_asked_once_for_an_answer(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = make.offer(challenge, bo)
    Unspread.objects.all().delete()
    older(offer, 13)
    assert Offer.objects.remind_due() == 0
    older(offer, 1)
    assert Offer.objects.remind_due() == 1
    older(offer, 60)
    assert (Offer.objects.remind_due(), reminders(offer)) == (0, [(None, "unanswered")])
    assert (bell(anna), bell(bo)) == ((1, ["waits"]), (0, []))
    Offer.objects.get(pk=offer.pk).settle(by=anna, accept=True, answer="Ja.")
    Unspread.objects.all().delete()
    assert (bell(anna), waits_on(anna)) == ((0, []), [])


@pytest.mark.parametrize("change", [{"state": State.HIDDEN}, {"state": State.ARCHIVED}, {"stage": "gestopt"}])
@pytest.mark.parametrize("is_accepted", [True, False])
def test_nobody_is_reminded_of_what_does_not_go_on(
    challenge: Challenge, bo: Person, anna: Person, change: dict[str, str], is_accepted: bool
) -> None:
    offer = opened(challenge, bo, happened=False) if is_accepted else make.offer(challenge, bo)
    older(offer, 40)
    row = Challenge.objects.get(pk=challenge.pk)
    for name, value in change.items():
        setattr(row, name, value)
    row.save(update_fields=list(change))
    assert (Offer.objects.remind_due(), reminders(offer)) == (0, [])


def test_what_stops_after_the_question_waits_no_more(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = opened(challenge, bo, happened=False)
    Unspread.objects.all().delete()
    older(offer, 31)
    Offer.objects.remind_due()
    spread()
    row = Challenge.objects.get(pk=challenge.pk)
    row.stage = "gestopt"
    row.save(update_fields=["stage"])
    assert [(waits_on(person), bell(person)) for person in (anna, bo)] == [([], (0, []))] * 2


def test_who_sees_the_challenge_no_more_is_not_reminded(challenge: Challenge, anna: Person, bo: Person) -> None:
    offer = opened(challenge, bo, happened=False)
    Unspread.objects.all().delete()
    older(offer, 31)
    row = Challenge.objects.get(pk=challenge.pk)
    row.visibility = Visibility.REGION
    row.save(update_fields=["visibility"])
    assert Offer.objects.remind_due() == 1
    assert {person: (bell(person), len(waits_on(person))) for person in (anna, bo)} == {
        anna: ((1, ["waits"]), 1),
        bo: ((0, []), 0),
    }


def test_who_offered_and_joined_the_team_is_asked_once(challenge: Challenge, anna: Person, bo: Person) -> None:
    for _number in range(2):
        older(opened(challenge, bo, happened=False), 31)
    challenge.involve(bo, Part.TEAM, by=anna)
    assert Offer.objects.remind_due() == 2
    line = ("Vertel wat 2 keer aangeboden hulp opleverde", "Plan")
    assert [waits_on(person) for person in (anna, bo)] == [[line]] * 2


def test_a_round_takes_a_bounded_number(challenge: Challenge, bo: Person) -> None:
    for _number in range(52):
        older(make.offer(challenge, bo), 15)
    assert [Offer.objects.remind_due() for _round in range(3)] == [50, 2, 0]


def test_a_reminder_is_no_activity(challenge: Challenge, bo: Person) -> None:
    older(opened(challenge, bo, happened=False), 31)
    before = Challenge.objects.get(pk=challenge.pk).last_activity_at
    Offer.objects.remind_due()
    assert Challenge.objects.get(pk=challenge.pk).last_activity_at == before


def test_a_reminder_of_long_ago_waits_for_its_acceptance(challenge: Challenge, anna: Person, bo: Person) -> None:
    """What waited for an answer and was reminded of, is asked for its outcome thirty days after it was accepted."""
    offer = make.offer(challenge, bo)
    older(offer, 20)
    Offer.objects.remind_due()
    older(offer, 40)
    Offer.objects.get(pk=offer.pk).settle(by=anna, accept=True, answer="Ja.", at=timezone.now())
    assert (Offer.objects.remind_due(), waits_on(anna)) == (0, [])
