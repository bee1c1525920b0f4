"""The words and the picture of stages: the bar, the goal of each stage, the wording of checklist items.

Goals and checklist items can be worded anew by staff (`StageText`); what stands here is said until then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from challenges.models import Challenge, StageText
from challenges.rules import CHECKS, PATH, Check, Stage
from initiate.kept import Kept

texts = Kept(lambda: {text.key: text for text in StageText.objects.all()})

GOALS: dict[str, str | Promise] = {
    Stage.IDEA: _("The question is on paper and someone feels responsible for it."),
    Stage.EXPLORATION: _("Finding out whom this is for, what exists already and what improves in people's lives."),
    Stage.MAKING: _("Making something quickly, testing it with real people, improving it, and then once more."),
    Stage.PILOT: _("Several municipalities use it for a while in their daily work."),
    Stage.SCALING: _("The national portfolio meeting chose this for all municipalities. Now it is made solid."),
    Stage.IN_USE: _("It works, people benefit from it every day, and others can connect."),
    Stage.PARKED: _("It rests for a while, for a reason that everyone can read."),
    Stage.STOPPED: _("We do not go on with this. What we learned is kept for others."),
}


def words(key: str, otherwise: str | Promise) -> str:
    """Return what staff wrote under this key, in the reader's language, or else what the code says."""
    text = texts().get(key)
    return text.words if text and text.words else str(otherwise)


def goal_of(stage: str) -> str:
    return words(stage, GOALS[stage])


def label_of(check: Check) -> str:
    return words(check.key, check.label)


def explained(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return pairs of what was asked and what was answered, of a map by the key of each unmet check."""
    return [(label_of(CHECKS[key]), words) for key, words in answers.items() if key in CHECKS]


def bar(challenge: Challenge) -> list[tuple[str, str, str]]:
    """Return value, label and state ("done", "current" or "todo") of each step; on a side track nothing is current."""
    is_on_path = challenge.stage in PATH
    here = challenge.stage if is_on_path else challenge.stage_before
    at = [str(stage) for stage in PATH].index(here) if here in PATH else 0
    current = "current" if is_on_path else "done"
    states = ["done"] * at + [current] + ["todo"] * (len(PATH) - at - 1)
    return [(stage.value, str(stage.label), state) for stage, state in zip(PATH, states, strict=True)]


@dataclass(frozen=True)
class Item:
    """One line of the checklist of a move, or of the question to the InnovatieKabinet."""

    key: str
    label: str
    is_met: bool


def checklist(challenge: Challenge, checks: Iterable[Check]) -> list[Item]:
    return [Item(check.key, label_of(check), check.is_met(challenge)) for check in checks]
