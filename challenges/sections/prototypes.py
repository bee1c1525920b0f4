"""The strip of making, testing and improving, and the prototypes with their rounds in full."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from challenges.models import Challenge, Prototype, TestRound
from challenges.rules import can_add_prototype
from regions.models.standing import Reader
from regions.rules import can_edit
from regions.text import plain

Cycle = dict[str, Any]
VOICES = 3
"""So many test rounds, the latest first, are quoted for what residents said."""


def prototypes_section(person: Reader, challenge: Challenge) -> dict[str, Any]:
    """Give the prototypes, newest first, and one strip per approach, side by side where there are more."""
    prototypes = list(challenge.prototypes.for_strip()) if challenge.prototype_count else []
    for prototype in prototypes:
        prototype.challenge = challenge
    return {
        "prototypes": prototypes[::-1],
        "strips": strips(prototypes),
        "voices": voices(prototypes),
        "can_add_prototype": can_add_prototype(person, challenge),
        "can_edit_prototypes": can_edit(person, challenge),
    }


def voices(prototypes: list[Prototype]) -> list[TestRound]:
    """Return the latest rounds in which residents said something, the newest first."""
    said = [test for prototype in prototypes for test in prototype.rounds.all() if test.said]
    return said[::-1][:VOICES]


def strips(prototypes: list[Prototype]) -> list[dict[str, Any]]:
    """Return a strip for each approach in the order in which they began; without names they are one approach."""
    names = list(dict.fromkeys(prototype.approach for prototype in prototypes))
    latest = prototypes[-1] if prototypes else None
    return [
        {
            "approach": name,
            "cycles": [
                cycle
                for prototype in prototypes
                if prototype.approach == name
                for cycle in cycles(prototype, is_latest=prototype is latest)
            ],
        }
        for name in names
    ]


def cycles(prototype: Prototype, *, is_latest: bool) -> Iterator[Cycle]:
    """Yield the prototype and then its rounds, as `_cycles.html` draws them."""
    rounds = list(prototype.rounds.all())
    yield {
        "label": f"Prototype {prototype.number}",
        "text": plain(prototype.what, 110),
        "at": prototype.at,
        "url": f"#prototype-{prototype.number}",
        "kind": "prototype",
        "verdict": "" if rounds else _("Not tested yet"),
        "current": is_latest and not rounds,
    }
    for test in rounds:
        yield {
            "label": _("Test round"),
            "text": test.with_whom,
            "at": test.held_on,
            "url": f"#testronde-{test.pk}",
            "kind": "round",
            "no_resident": not test.residents,
            "verdict": test.get_verdict_display(),
            "current": is_latest and test is rounds[-1],
        }
