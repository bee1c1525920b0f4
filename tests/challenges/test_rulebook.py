"""The rulebook of stages: the whole table, and who may make which move."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person
from challenges.errors import MoveRefused
from challenges.models import BoardDecision, Challenge
from challenges.rules import MOVES, PATH, SILENCE, Stage, moves_for
from challenges.stages import explained
from regions.models import Contribution, Event, Region, State, Verb
from tests import make

ON_PATH = ("idee", "verkenning", "maken-en-testen", "pilot", "opschaling", "in-gebruik")
TABLE = [
    ("verkennen", ("idee",), "verkenning", ("for-whom", "improves"), False, False),
    ("maken", ("verkenning",), "maken-en-testen", ("for-whom", "improves", "takes-part"), False, False),
    ("pilot", ("maken-en-testen",), "pilot", ("prototype", "resident", "feedback", "points", "partner"), False, False),
    ("opschalen", ("pilot",), "opschaling", ("resident", "points"), False, True),
    (
        "in-gebruik-nemen",
        ("maken-en-testen", "pilot", "opschaling"),
        "in-gebruik",
        ("improves", "resident", "points"),
        False,
        False,
    ),
    ("parkeren", ON_PATH, "geparkeerd", (), True, False),
    ("hervatten", ("geparkeerd",), None, (), False, False),
    ("stoppen", (*ON_PATH, "geparkeerd"), "gestopt", (), True, False),
]


def test_the_table_of_moves_is_the_agreed_one() -> None:
    found = [
        (m.name, tuple(m.sources), m.target, tuple(check.key for check in m.checks), m.note is not None, m.needs_board)
        for m in MOVES
    ]
    assert found == TABLE
    assert tuple(PATH) == ON_PATH


OWN = {
    "idee": ["verkennen", "parkeren", "stoppen"],
    "verkenning": ["maken", "parkeren", "stoppen"],
    "maken-en-testen": ["pilot", "in-gebruik-nemen", "parkeren", "stoppen"],
    "pilot": ["opschalen", "in-gebruik-nemen", "parkeren", "stoppen"],
    "opschaling": ["in-gebruik-nemen", "parkeren", "stoppen"],
    "in-gebruik": ["parkeren", "stoppen"],
    "geparkeerd": ["hervatten", "stoppen"],
    "gestopt": [],
}


def test_only_the_team_moves_at_every_stage(
    anna: Person, bram: Person, mo: Person, kim: Person, sam: Person, stan: Person, eva: Person, utrecht: Region
) -> None:
    cast = (anna, bram, mo, kim, sam, stan, eva)
    found = {}
    for stage in Stage.values:
        challenge = make.challenge(by=anna, region=utrecht, stage=stage)
        for person in (None, *cast):
            found[stage, person] = [move.name for move in moves_for(person, challenge)]
    assert found == {
        (stage, person): OWN[stage] if person == anna else [] for stage in Stage.values for person in (None, *cast)
    }


@pytest.mark.parametrize("state", [State.DRAFT, State.PENDING, State.HIDDEN, State.ARCHIVED])
def test_nothing_moves_that_is_not_published(anna: Person, utrecht: Region, state: str) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=state)
    assert moves_for(anna, challenge) == []
    with pytest.raises(MoveRefused):
        challenge.move("verkennen", anna)


def test_a_move_writes_stage_step_and_event(anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    step = challenge.move("verkennen", anna, seen="idee")
    challenge.refresh_from_db()
    assert (challenge.stage, challenge.stage_before, challenge.stage_at) == ("verkenning", "idee", step.at)
    event = Event.objects.get(verb=Verb.MOVED)
    assert (event.actor, event.data) == (anna, {"source": "idee", "target": "verkenning"})


def refusal(challenge: Challenge, name: str, by: Person, note: str = "", **more: object) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(MoveRefused) as refused:
        challenge.move(name, by, note, **more)  # type: ignore[arg-type]
    return refused.value.why, refused.value.checks


def test_an_unmet_item_asks_a_sentence_and_does_not_block(anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, for_whom="", improvement="")
    assert refusal(challenge, "verkennen", anna) == ("explain", ("for-whom", "improves"))
    assert refusal(challenge, "verkennen", anna, explained={"for-whom": "Volgt.", "improves": "  "}) == (
        "explain",
        ("improves",),
    )
    step = challenge.move("verkennen", anna, explained={"for-whom": "Volgt.", "improves": "Ook.", "other": "x"})
    assert [words for _label, words in explained(step.explained)] == ["Volgt.", "Ook."]


def test_scaling_up_waits_for_the_board(anna: Person, stan: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="pilot")
    make.round(make.prototype(challenge))
    assert refusal(challenge, "opschalen", anna) == ("board", ())
    BoardDecision.objects.create(
        challenge=challenge, decided_on=timezone.localdate(), is_positive=False, words="Nee.", recorded_by=stan
    )
    assert refusal(challenge, "opschalen", anna) == ("board", ())
    BoardDecision.objects.create(
        challenge=challenge, decided_on=timezone.localdate(), is_positive=True, words="Ja.", recorded_by=stan
    )
    assert challenge.move("opschalen", anna).target == "opschaling"


@pytest.mark.parametrize("name", ["parkeren", "stoppen"])
def test_parking_and_stopping_ask_for_words(anna: Person, utrecht: Region, name: str) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="pilot")
    assert refusal(challenge, name, anna, "   ") == ("note", ())
    challenge.move(name, anna, "Het **geld** is op.")
    challenge.refresh_from_db()
    assert challenge.outcome == "Het **geld** is op."
    assert "<strong>geld</strong>" in challenge.html["outcome"]


def test_a_parked_challenge_goes_back_to_where_it_was(anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="pilot")
    challenge.move("parkeren", anna, "Even niet.")
    challenge.move("hervatten", anna)
    challenge.refresh_from_db()
    assert (challenge.stage, challenge.outcome) == ("pilot", "")


def silent(challenge: Challenge, **since: timedelta) -> Challenge:
    """Make it look as if nothing happened for 60 days and a bit."""
    row = Contribution.objects.get(pk=challenge.pk)
    row.last_activity_at = timezone.now() - SILENCE - timedelta(hours=1)
    row.save(update_fields=["last_activity_at"])
    return Challenge.objects.get(pk=challenge.pk)


def asked(challenge: Challenge, *, days_ago: int) -> Challenge:
    """Let it be asked, so many days ago, whether this still goes on."""
    assert challenge.ask_when_silent(at=timezone.now() - timedelta(days=days_ago))
    return Challenge.objects.get(pk=challenge.pk)


def test_a_moderator_parks_only_after_silence_and_a_question_without_answer(
    anna: Person, mo: Person, emil: Person, stan: Person, utrecht: Region
) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    assert moves_for(mo, challenge) == []
    challenge = silent(challenge)
    assert moves_for(mo, challenge) == [], "silent, and not asked"
    assert moves_for(mo, asked(challenge, days_ago=14)) == [], "asked, and not long enough"
    Challenge.objects.filter(pk=challenge.pk).update(warned_at=timezone.now() - timedelta(days=15))
    challenge = Challenge.objects.get(pk=challenge.pk)
    assert {who: [move.name for move in moves_for(who, challenge)] for who in (mo, emil, stan)} == {
        mo: ["parkeren"],
        emil: [],
        stan: [],
    }
    assert refusal(challenge, "verkennen", mo) == ("role", ())
    challenge.move("parkeren", mo, "Niemand antwoordt.")
    assert Challenge.objects.get(pk=challenge.pk).stage == "geparkeerd"


def test_activity_after_the_question_takes_the_right_away(anna: Person, mo: Person, utrecht: Region) -> None:
    challenge = asked(silent(make.challenge(by=anna, region=utrecht)), days_ago=15)
    assert moves_for(mo, challenge) != []
    make.prototype(challenge, anna)
    assert moves_for(mo, Challenge.objects.get(pk=challenge.pk)) == []


def test_who_saw_an_older_stage_hears_it(anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht, stage="maken-en-testen")
    assert refusal(challenge, "stoppen", anna, "Klaar.", seen="idee") == ("stage", ())
    assert refusal(challenge, "bestaat-niet", anna) == ("stage", ())
