"""What changed between two versions of a challenge's text."""

from dataclasses import dataclass

from challenges.diff import Piece, pieces
from challenges.models import Challenge
from challenges.models.challenge import text_label
from regions.models import Version
from regions.models.standing import Reader
from regions.models.version import VersionQuerySet
from regions.rules import is_owner


@dataclass(frozen=True)
class Change:
    """What happened to one text field."""

    name: str
    pieces: list[Piece]

    @property
    def label(self) -> str:
        return text_label(self.name)


def readable(person: Reader, challenge: Challenge) -> VersionQuerySet:
    """Return the versions that this person may read: what was only a draft is for the team."""
    known = Version.objects.filter(contribution=challenge)
    return known if is_owner(person, challenge) else known.published()


def changes(old: Version, new: Version) -> list[Change]:
    """Return the fields that differ, each with what went and what came."""
    was, now = old.text, new.text
    names = [name for name in Challenge.TEXT_FIELDS if was.get(name, "") != now.get(name, "")]
    return [Change(name, pieces(was.get(name, ""), now.get(name, ""))) for name in names]
