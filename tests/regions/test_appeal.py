"""Asking another moderator to look at what was hidden: once, by whom it is about, decided by somebody else."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Person
from challenges.models import Challenge
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import Appeal, Comment, Event, Notice, Part, Region, Ruling, State, Verb
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
NO = {"besluit": "nee", "answer": "Er staat nog een naam in."}
YES = {"besluit": "ja", "answer": "Dit mag."}


@pytest.fixture
def challenge(anna: Person, bram: Person, utrecht: Region) -> Challenge:
    """Anna's, with Bram in the team."""
    challenge = make.challenge(by=anna, region=utrecht)
    challenge.involve(bram, Part.TEAM, by=anna)
    return challenge


@pytest.fixture
def ruling(challenge: Challenge, mo: Person) -> Ruling:
    return Ruling.hide(challenge, by=mo, reason="privacy", words="Er staat een naam in.")


def path(ruling: Ruling) -> str:
    return f"/besluiten/{ruling.pk}/herbeoordeling/"


def told(person: Person, *verbs: str) -> list[tuple[str, str]]:
    spread()
    rows = Notice.objects.filter(person=person, event__verb__in=verbs)
    return list(rows.values_list("event__verb", "reason"))


def test_who_may_ask(
    browser: Browser, ruling: Ruling, anna: Person, bram: Person, mo: Person, eva: Person, emil: Person, stan: Person
) -> None:
    cast = {"anna": anna, "bram": bram, "mo": mo, "eva": eva, "emil": emil, "stan": stan}
    found = {name: browser(person).get(path(ruling)).status_code for name, person in cast.items()}
    assert found == {"anna": 200, "bram": 200, "mo": 403, "eva": 404, "emil": 404, "stan": 403}


def test_it_is_asked_once_with_words(browser: Browser, ruling: Ruling, challenge: Challenge, anna: Person) -> None:
    page = browser(anna).get(challenge.get_absolute_url()).content.decode()
    assert path(ruling) in page
    assert browser(anna).post(path(ruling), {"words": " "}).status_code == 422
    for _ in range(2):
        assert browser(anna).post(path(ruling), {"words": "Dat is een straatnaam."}).status_code == 302
    assert list(Appeal.objects.values_list("by", "words")) == [(anna.pk, "Dat is een straatnaam.")]
    assert path(ruling) not in browser(anna).get(challenge.get_absolute_url()).content.decode()


def test_another_moderator_decides_and_not_who_hid_it(
    browser: Browser, ruling: Ruling, anna: Person, mo: Person, mia: Person, emil: Person, stan: Person
) -> None:
    appeal = Appeal.make(ruling, by=anna, words="Nee hoor.")
    place = f"/herbeoordelingen/{appeal.pk}/"
    cast = {"mo": mo, "mia": mia, "emil": emil, "stan": stan, "anna": anna}
    found = {name: browser(person).get(place).status_code for name, person in cast.items()}
    assert found == {"mo": 403, "mia": 200, "emil": 404, "stan": 200, "anna": 404}
    assert browser(mo).post(place, YES).status_code == 403
    assert browser(mia).post(place, {"besluit": "ja"}).status_code == 422
    desks = [place in browser(person).get("/regios/utrecht/moderatie/").content.decode() for person in (mo, mia)]
    assert desks == [False, True]


def test_put_back_means_put_back_and_the_author_hears_it_once(
    browser: Browser, ruling: Ruling, challenge: Challenge, anna: Person, mia: Person
) -> None:
    appeal = Appeal.make(ruling, by=anna, words="Nee hoor.")
    browser(mia).post(f"/herbeoordelingen/{appeal.pk}/", YES)
    challenge.refresh_from_db()
    assert challenge.state == State.PUBLISHED
    assert challenge.rulings.latest("pk").words == "Dit mag."
    assert told(anna, Verb.RESTORED, Verb.APPEAL_DECIDED) == [("restored", "about")]
    assert list(Event.objects.filter(verb__startswith="appeal").values_list("verb", "actor").order_by("pk")) == [
        ("appealed", anna.pk),
        ("appeal-decided", mia.pk),
    ]


def test_left_hidden_tells_why_and_ends_it(
    browser: Browser, ruling: Ruling, challenge: Challenge, anna: Person, mia: Person, stan: Person
) -> None:
    appeal = Appeal.make(ruling, by=anna, words="Nee hoor.")
    place = f"/herbeoordelingen/{appeal.pk}/"
    browser(mia).post(place, NO)
    browser(stan).post(place, YES)  # second: hears that a colleague was first
    challenge.refresh_from_db()
    assert challenge.state == State.HIDDEN
    assert told(anna, Verb.APPEAL_DECIDED) == [("appeal-decided", "about")]
    assert NO["answer"] in browser(anna).get("/mijn/overzicht/").content.decode()
    assert NO["answer"] in browser(anna).get(challenge.get_absolute_url()).content.decode()
    with pytest.raises(AlreadyDone):
        Appeal.make(ruling, by=anna, words="Toch.")


def test_it_waits_on_the_others_and_on_staff_where_there_are_none(
    ruling: Ruling, anna: Person, mo: Person, stan: Person, utrecht: Region
) -> None:
    Appeal.make(ruling, by=anna, words="Nee hoor.")
    assert (told(mo, Verb.APPEALED), told(stan, Verb.APPEALED)) == ([], [("appealed", "waits")])


def test_it_waits_on_the_other_moderator(ruling: Ruling, anna: Person, mo: Person, mia: Person, stan: Person) -> None:
    Appeal.make(ruling, by=anna, words="Nee hoor.")
    assert [told(person, Verb.APPEALED) for person in (mo, mia, stan)] == [[], [("appealed", "waits")], []]


def test_the_writer_of_a_hidden_comment_may_ask_too(
    browser: Browser, challenge: Challenge, bo: Person, anna: Person, mo: Person, mia: Person
) -> None:
    comment = Comment.write(challenge, "Scherp.", by=bo)
    ruling = Ruling.on_comment(comment, by=mo, hide=True, reason="insult", words="Te scherp.")
    assert [browser(person).get(path(ruling)).status_code for person in (bo, anna, mia)] == [200, 404, 403]
    assert path(ruling) in browser(bo).get(challenge.get_absolute_url()).content.decode()
    browser(bo).post(path(ruling), {"words": "Het was een grap."})
    browser(mia).post(f"/herbeoordelingen/{Appeal.objects.get().pk}/", YES)
    comment.refresh_from_db()
    assert comment.state == Comment.State.SHOWN


def test_what_was_put_back_meanwhile_needs_no_appeal(
    ruling: Ruling, challenge: Challenge, anna: Person, mo: Person
) -> None:
    Ruling.restore(challenge, by=mo)
    with pytest.raises(AlreadyDone):
        Appeal.make(ruling, by=anna, words="Nee hoor.")
    again = Ruling.hide(challenge, by=mo, reason="other", words="Toch niet.")
    assert Appeal.make(again, by=anna, words="Nee hoor.").pk
