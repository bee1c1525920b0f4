"""Versions, and what changed between two of them."""

import pytest

from accounts.models import Person
from challenges.conflict import merge
from challenges.diff import Piece, pieces
from challenges.models import Challenge
from regions.models import Region, State
from tests import make
from tests.challenges.conftest import Browser


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", []),
        ("Zo is het.", "Zo is het.", [("same", "Zo is het.")]),
        ("", "Nieuw.", [("new", "Nieuw.")]),
        ("Oud.", "", [("gone", "Oud.")]),
        (
            "De brief is te lang.",
            "De brief is nu kort.",
            [("same", "De brief is "), ("gone", "te lang."), ("new", "nu kort.")],
        ),
        ("een twee drie", "een drie", [("same", "een "), ("gone", "twee "), ("same", "drie")]),
    ],
)
def test_pieces_tell_what_went_and_what_came(old: str, new: str, found: list[tuple[str, str]]) -> None:
    assert pieces(old, new) == [Piece(kind, text) for kind, text in found]


def test_pieces_hold_both_texts_also_when_they_are_huge() -> None:
    old, new = "a b c d " * 1200, "d c b a " * 1200
    found = pieces(old, new)
    assert "".join(piece.text for piece in found if piece.kind != "new") == old
    assert "".join(piece.text for piece in found if piece.kind != "gone") == new


def test_merge_keeps_what_each_changed_alone() -> None:
    names = ("title", "summary", "question", "for_whom", "improvement", "participation")
    base = dict.fromkeys(names, "oud")
    mine = {**base, "title": "mijn", "summary": "samen", "question": "mijn"}
    theirs = {**base, "summary": "samen", "question": "hun", "for_whom": "hun"}
    text, clashes = merge(mine, base, theirs)
    assert text == {**base, "title": "mijn", "summary": "samen", "question": "mijn", "for_whom": "hun"}
    assert [(clash.name, clash.theirs, clash.mine) for clash in clashes] == [("question", "hun", "mijn")]


def edited(challenge: Challenge, by: Person, **text: str) -> Challenge:
    challenge.edit(by=by, seen=challenge.version, text={**challenge.text, **text})
    return Challenge.objects.get(pk=challenge.pk)


@pytest.fixture
def thrice(anna: Person, utrecht: Region) -> Challenge:
    """A challenge with two versions as a draft and two more after its publication."""
    draft = make.challenge(by=anna, region=utrecht, state=State.DRAFT, question="Alleen concept.")
    draft = edited(draft, anna, question="Bij publicatie <b>zo</b>.")
    draft.publish(anna)
    return edited(edited(draft, anna, question="Daarna anders."), anna, title="Nieuwe titel", question="Ten slotte.")


def test_versions_are_compared_field_by_field(browser: Browser, anna: Person, thrice: Challenge) -> None:
    path = thrice.get_absolute_url() + "versies/"
    page = browser(anna).get(path)
    assert [version.number for version in page.context["versions"]] == [4, 3, 2, 1]
    assert [change.name for change in page.context["changes"]] == ["title", "question"]
    two = browser(anna).get(path, {"van": 1, "naar": 2})
    assert (two.context["old"].number, two.context["new"].number) == (1, 2)
    assert "<b>zo</b>" not in two.text
    assert "&lt;b&gt;zo&lt;/b&gt;" in two.text
    assert (two.text.count("<ins>"), two.text.count("<del>")) == (1, 1)


def test_what_was_only_a_draft_stays_with_the_team(
    browser: Browser, mo: Person, stan: Person, thrice: Challenge
) -> None:
    for person in (None, mo, stan):
        page = browser(person).get(thrice.get_absolute_url() + "versies/", {"van": 1, "naar": 2})
        assert [version.number for version in page.context["versions"]] == [4, 3, 2]
        assert page.context["query"].ignored == ["van"]
        assert "Alleen concept" not in page.text


@pytest.mark.parametrize("value", ["0", "-1", "99", "9" * 30, "abc", "1e9", "💩", "1'--"])
def test_unknown_versions_never_break_the_page(browser: Browser, anna: Person, thrice: Challenge, value: str) -> None:
    page = browser(anna).get(thrice.get_absolute_url() + "versies/", {"van": value, "naar": value})
    assert (page.status_code, sorted(page.context["query"].ignored)) == (200, ["naar", "van"])


def test_a_first_version_shows_no_changes(browser: Browser, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    page = browser(None).get(challenge.get_absolute_url() + "versies/", {"van": 1, "naar": 1})
    assert (page.status_code, page.context["changes"]) == (200, [])
