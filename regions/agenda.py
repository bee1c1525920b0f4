"""The agenda of a meeting as one person reads it, and as they give it back."""

from collections.abc import Iterable
from typing import Any

from regions.models import AgendaItem, Contribution, Meeting
from regions.models.standing import Reader

FIELDS = ("pk", "title", "words", "length", "about")


def agenda_of(person: Reader, meeting: Meeting) -> list[AgendaItem]:
    """Return the points with their times, without what this reader does not see; two queries.

    Of a meeting that is a challenge, left out of its point. Of a session it is the whole pitch: who does not see the
    challenge does not hear that it was there.
    """
    items = list(meeting.agenda.all())
    meeting.set_clock(items)
    about = {item.about_id for item in items if item.about_id}
    seen = Contribution.objects.visible_to(person).for_desk().in_bulk(about) if about else {}
    shown = [item for item in items if not (meeting.is_session and item.about_id and item.about_id not in seen)]
    for item in shown:
        item.about = seen.get(item.about_id or 0)
    return shown


def values_of(item: AgendaItem) -> dict[str, Any]:
    """Return what the form of the agenda says of a point before anything is changed."""
    return {name: getattr(item, name) for name in FIELDS}


def put_back(meeting: Meeting, shown: Iterable[AgendaItem], given: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the agenda as it was `given` back, with what was not `shown` where it stood.

    That are whole points, and challenges left out of a point to which no other one was given.
    """
    known = {item.pk: item for item in meeting.agenda.select_related("about")}
    seen = {item.pk: item for item in shown}
    rows = list(given)
    for row in rows:
        item = known.get(row.get("pk") or 0)
        if item and item.pk in seen and seen[item.pk].about is None:
            row["about"] = row["about"] or item.about
    for place, item in enumerate(known.values()):
        if item.pk not in seen:
            rows.insert(place, values_of(item))
    return rows
