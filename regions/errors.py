"""What the domain says when it refuses; views turn these into words."""


class Refused(Exception):
    """The change was not made."""


class AlreadyDone(Refused):
    """Somebody was first: the thing is no longer in the state that this change starts from."""


class ByInvitation(Refused):
    """This region takes members by invitation only."""


class NotYours(Refused):
    """It was meant for somebody else."""


class EditConflict(Refused):
    """A colleague saved a newer text; `version` is its number."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class DraftConflict(Refused):
    """Another device keeps words in the same place that this one never showed."""


class TooLate(Refused):
    """The time in which this could be changed is over."""


class TooOften(Refused):
    """This may be done once a day, and it was done today."""
