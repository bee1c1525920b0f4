"""What a search shows: per contribution, the texts in which the words were found."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regions.models import Contribution, Entry
from regions.models.entry import CLOSING, OPENING

LABELS: dict[str, Promise] = {
    "challenge": _("challenge"),
    "prototype": _("prototype"),
    "meeting": _("meeting"),
    "post": _("post"),
    "document": _("document"),
    "comment": _("comment"),
}


@dataclass(frozen=True)
class Part:
    """A piece of a fragment; `is_hit` marks what was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class Place:
    """One text in which the words were found."""

    kind: str
    label: Promise | str
    url: str
    title: str
    parts: list[Part]


@dataclass(frozen=True)
class Hit:
    contribution: Contribution
    places: list[Place] = field(default_factory=list)


def grouped(entries: Iterable[Entry]) -> list[Hit]:
    """Return the contributions in the order of their best entry, each with its entries."""
    hits: dict[int, Hit] = {}
    for entry in entries:
        hit = hits.setdefault(entry.contribution_id, Hit(entry.contribution))
        fragment = str(getattr(entry, "fragment", ""))
        hit.places.append(
            Place(entry.kind, LABELS.get(entry.kind, entry.kind), _url(entry), entry.title, marked(fragment))
        )
    return list(hits.values())


def marked(fragment: str) -> list[Part]:
    """Cut a headline at its signs: what stands between two of them was looked for."""
    parts = []
    for piece in fragment.split(OPENING):
        hit, sign, rest = piece.rpartition(CLOSING)
        parts += [Part(hit, is_hit=True)] if sign else []
        parts += [Part(rest, is_hit=False)] if rest else []
    return parts


def _url(entry: Entry) -> str:
    if entry.kind == "comment":
        return reverse("regions:comment_place", args=[entry.object_id])
    return entry.contribution.get_absolute_url()
