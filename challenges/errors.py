"""What the room of the challenges says when it refuses."""

from regions.errors import Refused


class MoveRefused(Refused):
    """A move was not made; `why` is a value of `Why`, `checks` the items that still ask for a sentence."""

    class Why:
        STAGE = "stage"
        ROLE = "role"
        NOTE = "note"
        EXPLAIN = "explain"
        BOARD = "board"

    def __init__(self, why: str, checks: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.checks = checks


class NotIndependent(Refused):
    """Nobody gives feedback on a challenge of their own, their team's or their organisation's."""
