"""Offers of help on the page of a challenge."""

from typing import Any

from challenges.models import Challenge, Offer
from challenges.rules import (
    can_answer_offer,
    can_ask_backing,
    can_close_offer,
    can_offer,
    can_read_answer,
    can_read_backer,
    can_withdraw_offer,
    is_team,
)
from regions.models.standing import Reader


def offers_section(person: Reader, challenge: Challenge) -> dict[str, Any]:
    """What `challenges/_offers.html` takes: the offers that this person may read, each with what they may do."""
    offers = list(Offer.objects.on(challenge, person))
    for offer in offers:
        offer.challenge = challenge
    return {
        "offers": [offer_row(person, offer) for offer in offers],
        "can_offer": can_offer(person, challenge),
        "is_team": is_team(person, challenge),
    }


def offer_row(person: Reader, offer: Offer) -> dict[str, Any]:
    """What `challenges/_offer.html` takes, beside the challenge."""
    return {
        "offer": offer,
        "may_read_answer": can_read_answer(person, offer),
        "may_read_backer": can_read_backer(person, offer),
        "can_answer": can_answer_offer(person, offer),
        "can_close": can_close_offer(person, offer),
        "can_withdraw": can_withdraw_offer(person, offer),
        "can_ask_backing": can_ask_backing(person, offer),
    }
