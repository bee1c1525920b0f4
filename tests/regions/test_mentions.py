"""Naming someone in a comment: who is meant, and who hears of it."""

import pytest

from accounts.models import Person
from challenges.models import Challenge
from digests.items import gather
from digests.spread import spread
from regions.mentions import MOST, mentioned
from regions.models import Comment, Notice, Region, Unspread
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    found = make.challenge(by=anna, region=utrecht)
    Unspread.objects.all().delete()
    return found


def names(challenge: Challenge, text: str, by: Person) -> list[str]:
    return sorted(person.name for person in mentioned(Comment.write(challenge, text, by=by)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Wat vindt u, @Bram Buur?", ["Bram Buur"]),
        ("**@bram buur** en (@Mo Moderator), graag.", ["Bram Buur", "Mo Moderator"]),
        ("@Anna Auteur\n@Bram Buur", ["Anna Auteur", "Bram Buur"]),
        ("Mail naar iemand@Bram Buur of @ Bram Buur of @@Bram Buur", []),
        ("Bram Buur zonder teken, en @Bram Buurman", []),
        ("@Eva Elders woont niet in deze regio", []),
        ("", []),
        ("@", []),
        ("@" * 5000, []),
        ("@Bram " * 800, []),
    ],
)
def test_who_is_meant(
    text: str, meant: list[str], challenge: Challenge, bram: Person, mo: Person, anna: Person
) -> None:
    make.person("Eva Elders")
    assert names(challenge, text, by=make.person()) == meant


def test_the_longest_name_counts_and_of_one_name_both_are_meant(
    challenge: Challenge, anna: Person, utrecht: Region
) -> None:
    for name in ("Jan", "Jan de Vries", "Jan de Vries"):
        make.member(make.person(name), utrecht)
    assert names(challenge, "@Jan de Vries, kijk mee.", by=anna) == ["Jan de Vries", "Jan de Vries"]
    assert names(challenge, "@Jan, kijk mee.", by=anna) == ["Jan"]


def test_who_takes_part_can_be_named_and_who_left_the_region_not(
    challenge: Challenge, anna: Person, bram: Person, eva: Person, utrecht: Region
) -> None:
    Comment.write(challenge, "Ik doe mee.", by=eva)
    utrecht.memberships.filter(person=bram).delete()
    assert names(challenge, f"@{eva.name} en @{bram.name}", by=anna) == [eva.name]


def test_no_more_are_named_than_a_few(challenge: Challenge, anna: Person, utrecht: Region) -> None:
    people = [make.person(f"Lid Nummer{number}") for number in range(MOST + 2)]
    for person in people:
        make.member(person, utrecht)
    assert len(names(challenge, "\n".join(f"@{person.name}" for person in people), by=anna)) == MOST


def test_who_is_named_hears_of_it_as_about_them(challenge: Challenge, anna: Person, bram: Person) -> None:
    Comment.write(challenge, "Weet @Bram Buur dit?", by=anna)
    spread()
    notice = Notice.objects.get(person=bram)
    (group,) = gather(bram, [notice])
    assert (notice.reason, group.latest.what, group.latest.text) == (
        Notice.Reason.ABOUT,
        "noemde u in een reactie",
        "Weet @Bram Buur dit?",
    )


def test_who_may_not_read_it_hears_nothing(anna: Person, bram: Person, utrecht: Region) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility="team")
    Comment.write(closed, "Kanarie: @Bram Buur en @Anna Auteur.", by=anna)
    spread()
    assert list(Notice.objects.values_list("person", "reason")) == []
