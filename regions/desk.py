"""The desk: what waits on moderators, in one list, the longest first; over one region or over all of someone's."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Appeal, Contribution, Meeting, Membership, Report, State
from regions.paging import MANY, Piece

ANSWER_WITHIN = timedelta(days=7)
"""So long someone may wait for a moderator; after that the row says that it is late."""

JOINING, POSTING, APPEAL, REPORT = "joining", "posting", "appeal", "report"
SILENT, MEETING = "silent", "meeting"


@dataclass(frozen=True)
class Row:
    """One thing that waits: a membership, a contribution, an appeal, a report, a challenge or a meeting."""

    sort: str
    thing: Any
    since: datetime

    @property
    def template(self) -> str:
        return f"regions/_desk_{self.sort}.html"

    @property
    def answer_by(self) -> datetime:
        return self.since + ANSWER_WITHIN

    @property
    def is_late(self) -> bool:
        return self.answer_by < timezone.now()


def waiting_at(person: Person, regions: Collection[int], number: int) -> Piece:
    """Return page `number` of what waits in these regions (by id), which the caller may moderate."""
    first, *others = (
        rows.order_by()
        .annotate(desk_sort=Value(sort, CharField()), since_at=F(since))
        .values_list("desk_sort", "pk", "since_at")
        for sort, since, rows in _sources(person, regions)
    )
    start = (number - 1) * MANY
    found = list(first.union(*others, all=True).order_by("since_at", "desk_sort", "pk")[start : start + MANY + 1])
    things = _things([(sort, pk) for sort, pk, _at in found[:MANY]])
    rows = [Row(sort, things[sort, pk], at) for sort, pk, at in found[:MANY] if (sort, pk) in things]
    return Piece("wacht", rows, number, has_next=len(found) > MANY, is_alone=True)


def _sources(person: Person, regions: Collection[int]) -> Iterator[tuple[str, str, QuerySet[Any]]]:
    """Yield per sort the field that says since when, and the rows."""
    seen = Contribution.objects.visible_to(person).filter(region__in=regions)
    yield JOINING, "since", Membership.objects.pending().filter(region__in=regions)
    yield POSTING, "last_activity_at", seen.filter(state=State.PENDING)
    yield APPEAL, "at", Appeal.objects.open().filter(ruling__contribution__in=seen)
    yield REPORT, "at", Report.objects.open().filter(contribution__in=seen)
    yield MEETING, "ends_at", Meeting.objects.visible_to(person).filter(region__in=regions).without_minutes()
    yield SILENT, "desk_at", Challenge.objects.visible_to(person).filter(region__in=regions).on_desk()


def _things(wanted: list[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """Fetch what waits: one query for each sort, and one for where people work today."""
    readers: dict[str, QuerySet[Any]] = {
        JOINING: Membership.objects.for_list(),
        POSTING: Contribution.objects.select_related("author", "region"),
        APPEAL: Appeal.objects.for_list(),
        REPORT: Report.objects.for_list(),
        MEETING: Meeting.objects.for_list(),
        SILENT: Challenge.objects.for_list().select_related("author"),
    }
    return {
        (sort, pk): thing
        for sort, rows in readers.items()
        for pk, thing in rows.in_bulk([pk for one, pk in wanted if one == sort]).items()
    }
