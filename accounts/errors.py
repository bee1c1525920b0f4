"""What the domain says when it refuses; views turn these into words."""


class Refused(Exception):
    """The change was not made."""


class AlreadyThere(Refused):
    """The person works there already, or waits for the answer to that question."""


class AlreadyDecided(Refused):
    """Somebody was first: the question was answered or taken back."""
