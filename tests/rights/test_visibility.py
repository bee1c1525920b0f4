"""design.md section 4, as one table: cast × state × visibility. Written out by hand; compared whole."""

import itertools

import pytest

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Membership, Part, Region, State, Visibility
from tests import make

CAST = (
    "visitor", "bo", "anna", "tom", "bram", "mo", "emil", "eva", "kim", "kas", "sam", "stan", "susan", "pim",
)  # fmt: skip
"""anna is the author, tom her team; kas was asked for feedback, kim was not; sam is the secretary; susan is suspended
in the region; pim waits to be let in."""

OWNERS = {"anna", "tom"}
DESK = {"mo", "stan"}
NETWORK = {"anna", "tom", "bram", "mo", "emil", "eva", "kim", "kas", "sam", "stan"}

PUBLISHED = {
    Visibility.PUBLIC: set(CAST),
    Visibility.NETWORK: NETWORK,
    Visibility.REGION: OWNERS | {"bram"} | DESK | {"kas", "sam"},
    Visibility.TEAM: OWNERS | DESK | {"kas", "sam"},
}
EXPECTED = {
    **{(State.DRAFT, v): OWNERS for v in Visibility},
    **{(State.PENDING, v): OWNERS | DESK for v in Visibility},
    **{(State.HIDDEN, v): OWNERS | DESK for v in Visibility},
    **{(State.PUBLISHED, v): PUBLISHED[v] for v in Visibility},
    **{(State.ARCHIVED, v): PUBLISHED[v] for v in Visibility},
}


@pytest.fixture
def cast(
    anna: Person, bram: Person, mo: Person, emil: Person, eva: Person, kim: Person, kas: Person, sam: Person,
    bo: Person, stan: Person, utrecht: Region,
) -> dict[str, Person | None]:  # fmt: skip
    tom, susan, pim = make.person("Tom Team"), make.person("Susan Stil"), make.person("Pim Pas")
    make.member(tom, utrecht)
    make.member(susan, utrecht, state=Membership.State.SUSPENDED)
    make.member(pim, utrecht, state=Membership.State.PENDING)
    people = [anna, bram, mo, emil, eva, kim, kas, sam, bo, stan, tom, susan, pim]
    return {"visitor": None, **{person.name.split()[0].lower(): person for person in people}}


def _post(cast: dict[str, Person | None], region: Region, state: str, visibility: str) -> Challenge:
    anna, tom, kas = cast["anna"], cast["tom"], cast["kas"]
    assert anna
    assert tom
    assert kas
    challenge = make.challenge(by=anna, region=region, state=state, visibility=visibility)
    challenge.involve(tom, Part.TEAM, by=anna)
    challenge.involve(kas, Part.REVIEWER, by=anna)
    challenge.is_in_review = True
    challenge.save(update_fields=["is_in_review"])
    return challenge


def test_visible_to_is_the_table_of_rights(cast: dict[str, Person | None], utrecht: Region) -> None:
    """Every state and visibility in one region, read by everyone at once."""
    posted = {
        (state, visibility): _post(cast, utrecht, state, visibility)
        for state, visibility in itertools.product(State, Visibility)
    }
    seen = {name: set(Challenge.objects.visible_to(person)) for name, person in cast.items()}
    found = {where: {name for name in cast if posted[where] in seen[name]} for where in posted}
    assert found == EXPECTED


def test_sight_ends_with_the_role(cast: dict[str, Person | None], utrecht: Region) -> None:
    """What ends counts on the next request, which loads the person anew."""
    challenge = _post(cast, utrecht, State.PUBLISHED, Visibility.TEAM)
    tom, kas, mo = cast["tom"], cast["kas"], cast["mo"]
    assert tom
    assert kas
    assert mo
    challenge.release(tom, Part.TEAM, by=tom)
    challenge.release(kas, Part.REVIEWER, by=tom)
    make.member(mo, utrecht, moderator=False)
    readers = {name for name, who in cast.items() if challenge in Challenge.objects.visible_to(who)}
    assert readers == {"anna", "stan", "sam"}


def test_a_blocked_account_is_a_visitor(anna: Person, utrecht: Region) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.NETWORK)
    anna.is_active = False
    make.forget(anna)
    assert closed not in Challenge.objects.visible_to(anna)


def test_a_seat_whose_term_ended_reads_no_longer(kas: Person, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, visibility=Visibility.TEAM)
    challenge.involve(kas, Part.REVIEWER, by=anna)
    assert challenge in Challenge.objects.visible_to(kas)
    kas.terms.update(starts_on="2020-01-01", ends_on="2021-01-01")
    make.forget(kas)
    assert challenge not in Challenge.objects.visible_to(kas)
