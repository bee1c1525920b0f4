"""The address to which an answer goes: signed, for thirty days, and safe for mail systems that change its letters."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from digests.inbox.address import Address, address_for, read
from regions.models import Region, Ruling
from tests import make


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.REPLY_DOMAIN = "antwoord.initiate.example"


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht)


def test_an_address_says_who_and_on_what_in_capitals_too(challenge: Challenge, bram: Person) -> None:
    address = address_for(bram, challenge)
    name, _at, domain = address.partition("@")
    assert (domain, len(name) <= 64, name.partition("+")[0]) == ("antwoord.initiate.example", True, "antwoord")
    for written in (address, address.upper(), f" {address} "):
        found = read(written)
        assert found
        assert (found.person, found.contribution, found.is_expired) == (bram.pk, challenge.pk, False)


def test_a_changed_letter_breaks_the_seal(challenge: Challenge, bram: Person) -> None:
    address = address_for(bram, challenge)
    start = address.index("+") + 1
    changed = [
        address[:place] + ("a" if address[place] != "a" else "b") + address[place + 1 :]
        for place in range(start, start + 40)
    ]
    assert [one for one in changed if read(one)] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda address: address.replace("antwoord+", "reply+"),
        lambda address: address.replace("@antwoord.", "@elders."),
        lambda address: address.replace("@", "x@"),
        lambda address: address.partition("@")[0],
        lambda address: "",
        lambda address: "antwoord+@antwoord.initiate.example",
    ],
)
def test_what_is_not_ours_says_nothing(change: Any, challenge: Challenge, bram: Person) -> None:
    assert read(change(address_for(bram, challenge))) is None


def test_another_key_opens_nothing(challenge: Challenge, bram: Person, settings: Any) -> None:
    address = address_for(bram, challenge)
    settings.SECRET_KEY = "another" * 10
    assert read(address) is None


def test_it_lasts_thirty_days(challenge: Challenge, bram: Person) -> None:
    address = address_for(bram, challenge)

    def is_expired(days: int) -> bool:
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            found = read(address)
            assert found
            return found.is_expired

    assert [is_expired(days) for days in (0, 30, 31, 400)] == [False, False, True, True]


def test_only_who_may_comment_has_one(challenge: Challenge, bram: Person, mo: Person) -> None:
    assert address_for(bram, challenge)
    Ruling.close_comments(challenge, by=mo, closed=True)
    assert address_for(bram, Challenge.objects.get(pk=challenge.pk)) == ""


def test_without_the_setting_there_is_none(challenge: Challenge, bram: Person, settings: Any) -> None:
    address = address_for(bram, challenge)
    settings.REPLY_DOMAIN = ""
    assert (address_for(bram, challenge), read(address), read(address.partition("@")[0] + "@")) == ("", None, None)


def test_the_largest_numbers_fit(settings: Any) -> None:
    day = timezone.now().date()
    assert read(str(Address(2**40 - 1, 2**40 - 1, day))) == Address(2**40 - 1, 2**40 - 1, day)
