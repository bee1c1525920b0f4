"""Who works on a challenge: joining, leaving, and who may decide about it."""

import pytest
from django.urls import reverse

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Event, Involvement, Part, Region, State, Verb, Visibility
from tests import make
from tests.challenges.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht)


def at(challenge: Challenge, person: Person | None = None) -> str:
    name = "challenges:team_leave" if person else "challenges:team"
    return reverse(name, args=[challenge.pk, challenge.slug, *([person.pk] if person else [])])


def team_of(challenge: Challenge) -> set[Person]:
    return {row.person for row in Involvement.objects.current().filter(contribution=challenge)}


def test_a_member_of_the_region_is_added_by_address(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person
) -> None:
    client = browser(anna)
    answers = [client.post(at(challenge), {"email": bram.email.upper()}).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert team_of(challenge) == {anna, bram}
    assert Event.objects.filter(verb=Verb.JOINED_TEAM, subject=bram).count() == 1


def test_nobody_learns_who_has_an_account(
    browser: Browser, challenge: Challenge, anna: Person, eva: Person, bo: Person
) -> None:
    """A stranger, a member elsewhere and someone in no region get the same words."""
    pages = {}
    for email in ("niemand@nergens.example", eva.email, bo.email):
        answer = browser(anna).post(at(challenge), {"email": email})
        assert answer.status_code == 422
        pages[email] = str(answer.context["form"].errors).replace(email, "")
    assert len(set(pages.values())) == 1
    assert team_of(challenge) == {anna}


def test_who_may_add(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, bo: Person, stan: Person
) -> None:
    cast = {"anna": anna, "bram": bram, "mo": mo, "bo": bo, "stan": stan}
    data = {"email": bram.email}
    seen = {name: browser(person).get(at(challenge)).status_code for name, person in cast.items()}
    done = {
        name: browser(person).post(at(challenge), data).status_code for name, person in cast.items() if name != "bram"
    }
    assert seen == dict.fromkeys(cast, 200)
    assert done == {"anna": 302, "mo": 403, "bo": 403, "stan": 403}
    assert browser(None).get(at(challenge)).status_code == 302


def test_an_unseen_team_is_absent(browser: Browser, anna: Person, eva: Person, utrecht: Region) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.TEAM)
    assert browser(eva).get(at(closed)).status_code == 404
    assert browser(eva).post(at(closed, anna)).status_code == 404


def test_one_leaves_the_team_and_with_it_what_only_the_team_sees(
    browser: Browser, anna: Person, bo: Person, utrecht: Region
) -> None:
    draft = make.challenge(by=anna, region=utrecht, state=State.DRAFT)
    draft.involve(bo, Part.TEAM, by=anna)
    client = browser(bo)
    assert client.post(at(draft, bo))["Location"] == reverse("challenges:list")
    assert client.get(at(draft)).status_code == 404
    assert team_of(draft) == {anna}


def test_the_author_stays(browser: Browser, challenge: Challenge, anna: Person, bram: Person) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    assert browser(anna).post(at(challenge, anna)).status_code == 403
    assert browser(bram).post(at(challenge, anna)).status_code == 404
    assert team_of(challenge) == {anna, bram}


def test_the_team_takes_someone_off_once(browser: Browser, challenge: Challenge, anna: Person, bram: Person) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    client = browser(anna)
    answers = [client.post(at(challenge, bram)).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert team_of(challenge) == {anna}
    assert Event.objects.filter(verb=Verb.LEFT_TEAM, subject=bram, actor=anna).count() == 1
    assert browser(bram).post(at(challenge), {"email": anna.email}).status_code == 403


def test_others_take_nobody_off(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, bo: Person, stan: Person
) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    assert [browser(who).post(at(challenge, bram)).status_code for who in (mo, bo, stan)] == [403, 403, 403]
    assert browser(anna).post(at(challenge, mo)).status_code == 404
    assert browser(anna).get(at(challenge, bram)).status_code == 405
    assert team_of(challenge) == {anna, bram}


def test_who_left_may_come_back(challenge: Challenge, anna: Person, bram: Person) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    challenge.release(bram, Part.TEAM, by=bram)
    challenge.involve(bram, Part.TEAM, by=anna)
    verbs = list(Event.objects.filter(subject=bram).order_by("pk").values_list("verb", flat=True))
    assert verbs == [Verb.JOINED_TEAM, Verb.LEFT_TEAM, Verb.JOINED_TEAM]
    assert team_of(challenge) == {anna, bram}


@pytest.mark.parametrize("email", ["", "x", "a@b", "a" * 400 + "@x.example", "'; drop table--@x.example", "<b>@x.nl"])
def test_no_address_breaks_the_form(browser: Browser, challenge: Challenge, anna: Person, email: str) -> None:
    assert browser(anna).post(at(challenge), {"email": email}).status_code == 422


def test_the_page_takes_as_many_queries_for_a_large_team(
    browser: Browser, challenge: Challenge, anna: Person, utrecht: Region, count: object
) -> None:
    few = count(browser(anna), at(challenge))  # type: ignore[operator]
    for _ in range(12):
        challenge.involve(make.person(), Part.TEAM, by=anna)
    assert (count(browser(anna), at(challenge)), few) == (few, 6)  # type: ignore[operator]


def hand_over(challenge: Challenge, to: Person) -> str:
    return reverse("challenges:hand_over", args=[challenge.pk, challenge.slug, to.pk])


def test_the_author_hands_over_and_stays_in_the_team(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person
) -> None:
    challenge.involve(bram, Part.TEAM, by=anna)
    path = hand_over(challenge, bram)
    assert (browser(anna).get(path).status_code, challenge.author) == (200, anna)
    for _ in range(2):  # the second time she is not the author any more
        browser(anna).post(path)
    now = Challenge.objects.get(pk=challenge.pk)
    assert (now.author, [(owner.person, owner.part) for owner in now.owners]) == (
        bram,
        [(bram, Part.AUTHOR), (anna, Part.TEAM)],
    )
    events = Event.objects.filter(verb=Verb.HANDED_OVER)
    assert list(events.values_list("actor", "subject")) == [(anna.pk, bram.pk)]
    browser(bram).post(hand_over(now, anna))
    assert Challenge.objects.get(pk=challenge.pk).author == anna


def test_who_may_hand_over(
    browser: Browser, challenge: Challenge, anna: Person, bram: Person, mo: Person, emil: Person, stan: Person
) -> None:
    """A moderator does when the author left the region or has no account any more."""
    challenge.involve(bram, Part.TEAM, by=anna)
    cast = {"visitor": None, "anna": anna, "bram": bram, "mo": mo, "emil": emil, "stan": stan}
    paths = hand_over(challenge, bram), hand_over(challenge, mo)

    def found() -> dict[str, int]:
        return {name: browser(person).get(paths[0]).status_code for name, person in cast.items()}

    assert found() == {"visitor": 302, "anna": 200, "bram": 403, "mo": 403, "emil": 403, "stan": 403}
    assert browser(anna).post(paths[1]).status_code == 404  # not in the team
    anna.memberships.get().leave(anna)
    assert found() == {"visitor": 302, "anna": 200, "bram": 403, "mo": 200, "emil": 403, "stan": 200}
    browser(mo).post(paths[0])
    assert Challenge.objects.get(pk=challenge.pk).author == bram


@pytest.mark.parametrize("state", [State.DRAFT, State.ARCHIVED])
def test_a_draft_and_what_is_archived_are_not_handed_over(
    browser: Browser, anna: Person, bram: Person, utrecht: Region, state: str
) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=state)
    challenge.involve(bram, Part.TEAM, by=anna)
    assert browser(anna).post(hand_over(challenge, bram)).status_code == 403
