"""What a member finds on the sheet who gave feedback on an older version: their own points, and what changed since."""

from typing import Any

from accounts.models import Person
from challenges.models import Challenge, Review
from challenges.sections.changes import changes, readable


def second_look(person: Person, challenge: Challenge) -> dict[str, Any] | None:
    """What `challenges/_second_look.html` takes, beside the challenge; None for who looks for the first time."""
    given = Review.objects.for_challenge(challenge).filter(by=person, meeting=None, version__lt=challenge.version)
    before = given.order_by("-version").first()
    if before is None:
        return None
    numbers = (before.version, challenge.version)
    texts = {version.number: version for version in readable(person, challenge).filter(number__in=numbers)}
    return {"review": before, "changes": changes(*map(texts.__getitem__, numbers)) if len(texts) == 2 else []}
