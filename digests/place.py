"""Where on the site a line leads: to the thing itself where that has a place of its own, else to its page."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from accounts.models import Affiliation
from challenges.models import Challenge
from digests.words import Seen
from regions.models import Comment, Export, Notice, Verb

REGION_DESK = frozenset({Verb.ASKED_TO_JOIN, Verb.APPEALED, Verb.REPORTED, Verb.WITHOUT_MODERATOR})
"""What is dealt with at the desk of its region."""

ANCHORS: dict[str, Callable[[Any], str]] = {
    "offer": lambda about: f"#aanbod-{about.pk}",
    "point": lambda about: f"#punt-{about.pk}",
    "prototype": lambda about: f"#prototype-{about.number}",
    "remark": lambda about: f"#reactie-op-feedback-{about.pk}",
    "review": lambda about: f"#feedback-{about.pk}",
    "testround": lambda about: f"#testronde-{about.pk}",
    "turn": lambda about: f"#punt-{about.point_id}",
}
"""Where a thing stands on the page of its challenge, by its kind."""


def place_of(seen: Seen, reason: str) -> str:
    """Return the path of what one line tells; what waits at a desk leads there."""
    event = seen.event
    if event.region and event.verb in REGION_DESK and reason == Notice.Reason.WAITS:
        return reverse("regions:desk", args=[event.region.slug])
    if isinstance(seen.about, Comment) and seen.contribution:
        return seen.about.get_absolute_url()
    page = page_of(seen)
    return page + _within(seen) if isinstance(seen.contribution, Challenge) else page


def _within(seen: Seen) -> str:
    """Return what comes behind the address of a challenge: the place on its page, or the page of a new text."""
    event = seen.event
    if event.object_kind in ANCHORS:
        return ANCHORS[event.object_kind](seen.about)
    number = event.data.get("version") if event.verb == Verb.EDITED else None
    return f"versies/?naar={number}" if number else ""


def page_of(seen: Seen) -> str:
    """Return the path of the page that a group of lines is about."""
    region = seen.event.region
    if seen.contribution:
        return seen.contribution.get_absolute_url()
    if isinstance(seen.about, Export) and region:
        return reverse("regions:export", args=[region.slug])
    if region:
        is_desk = seen.event.verb in REGION_DESK
        return reverse("regions:desk", args=[region.slug]) if is_desk else region.get_absolute_url()
    return reverse("accounts:affiliations" if isinstance(seen.about, Affiliation) else "admin:index")
