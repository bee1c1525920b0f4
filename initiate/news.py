"""What happened in the network since someone was here, grouped by what it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Person
from challenges.models.told import events_told_to
from challenges.sections.timeline import BY_SUBJECT, words
from regions.models import Contribution, Event

READ, GROUPS, LINES = 80, 8, 3


@dataclass
class News:
    """One thing, with the newest lines about it; `more` counts the lines that are left out, `count` what happened."""

    contribution: Contribution
    at: datetime
    lines: list[str] = field(default_factory=list)
    more: int = 0
    count: int = 0


def news_for(person: Person, since: datetime) -> list[News]:
    """Return what others did since then on what this person sees, newest first."""
    events = events_told_to(person).filter(at__gt=since, contribution__isnull=False).exclude(actor=person)
    return grouped(events.select_related("contribution__region", "actor", "subject").order_by("-at", "-pk")[:READ])


def grouped(newest: Iterable[Event]) -> list[News]:
    """Put events together by what they are about."""
    groups: dict[int, News] = {}
    for event in newest:
        if event.contribution:
            group = groups.setdefault(event.contribution.pk, News(event.contribution, event.at))
            _add(group, event)
    return list(groups.values())[:GROUPS]


def _add(group: News, event: Event) -> None:
    group.count += 1
    actor = event.subject if event.verb in BY_SUBJECT and event.subject else event.actor
    said = words(event, group.contribution.kinds)
    line = f"{actor} {said}" if actor else said
    if line in group.lines:
        return
    if len(group.lines) < LINES:
        group.lines.append(line)
    else:
        group.more += 1
