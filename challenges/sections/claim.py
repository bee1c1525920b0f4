"""That something was posted on behalf of someone who did not take it over yet."""

from typing import Any

from challenges.models import Challenge
from regions.models.standing import Reader
from regions.rules import can_ask_claim, can_moderate


def claim_section(person: Reader, challenge: Challenge) -> dict[str, Any]:
    """`claim` for `challenges/_claim.html`; a query only for moderators, where one waits: the address is for them."""
    waits = challenge.waits_for_claim
    may_change = waits and can_moderate(person, challenge)
    return {
        "claim": {
            "waits": waits,
            "row": challenge.claims.waiting().select_related("by").first() if may_change else None,
            "may_ask": not waits and can_ask_claim(person, challenge),
        }
    }
