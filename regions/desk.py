"""The desk: what waits on moderators, in one list, the longest first; over one region or over all of someone's."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Appeal, Contribution, Meeting, Membership, Report, Ruling, State
from regions.models.batch import Sort
from regions.paging import MANY, Piece

ANSWER_WITHIN = timedelta(days=7)
"""So long someone may wait for a moderator; after that the row says that it is late."""

JOINING, POSTING, REPORT = Sort.JOINING.value, Sort.POSTING.value, Sort.REPORT.value
APPEAL, CHANGE, SILENT, MEETING = "appeal", "change", "silent", "meeting"


@dataclass(frozen=True)
class Row:
    """One thing that waits: a membership, a contribution, an appeal, what is reported, a question, a meeting…"""

    sort: str
    thing: Any
    since: datetime

    @property
    def template(self) -> str:
        return f"regions/_desk_{self.sort}.html"

    @property
    def key(self) -> str:
        """Return what its checkbox sends; empty where it is not dealt with together with others."""
        if self.sort not in Sort.values:
            return ""
        about = f"{self.thing.first.pk}-{self.thing.last}" if self.sort == REPORT else self.thing.pk
        return f"{self.sort}-{about}"

    @property
    def title(self) -> str:
        """Return in a few words what its checkbox is for."""
        return str(self.thing.first.contribution if self.sort == REPORT else getattr(self.thing, "person", self.thing))

    @property
    def answer_by(self) -> datetime:
        return self.since + ANSWER_WITHIN

    @property
    def is_late(self) -> bool:
        return self.answer_by < timezone.now()


@dataclass(frozen=True)
class Source:
    """Where one sort of row comes from.

    `rows` takes the contributions that the person sees in these regions, and the regions by id; `pk` and `since` are
    the columns of the row; `things` fetches what the rows are about by `pk`, in one query or a fixed number.
    """

    sort: str
    rows: Callable[[QuerySet[Contribution], Collection[int]], QuerySet[Any, Any]]
    things: Callable[[Collection[int]], dict[int, Any]]
    since: str = "at"
    pk: str = "pk"


SOURCES = (
    Source(
        JOINING,
        lambda seen, regions: Membership.objects.pending().filter(region__in=regions),
        lambda pks: Membership.objects.for_list().in_bulk(pks),
        since="since",
    ),
    Source(
        POSTING,
        lambda seen, regions: seen.filter(state=State.PENDING),
        lambda pks: Contribution.objects.select_related("author", "region").in_bulk(pks),
        since="last_activity_at",
    ),
    Source(
        APPEAL,
        lambda seen, regions: Appeal.objects.open().filter(ruling__contribution__in=seen),
        lambda pks: Appeal.objects.for_list().in_bulk(pks),
    ),
    Source(
        REPORT,
        lambda seen, regions: Report.objects.open().filter(contribution__in=seen).things(),
        Report.objects.cases,
        since="since_at",
        pk="first",
    ),
    Source(
        CHANGE,
        lambda seen, regions: Ruling.objects.filter(contribution__in=seen).to_look_at(),
        lambda pks: Ruling.objects.for_desk().in_bulk(pks),
        since="since_at",
    ),
    Source(
        SILENT,
        lambda seen, regions: Challenge.objects.filter(region__in=regions, pk__in=seen.values("pk")).on_desk(),
        lambda pks: Challenge.objects.for_list().select_related("author").in_bulk(pks),
        since="desk_at",
    ),
    Source(
        MEETING,
        lambda seen, regions: Meeting.objects.filter(region__in=regions, pk__in=seen.values("pk")).without_minutes(),
        lambda pks: Meeting.objects.for_list().in_bulk(pks),
        since="ends_at",
    ),
)
"""All that waits on moderators: a new sort is a row here, and a template `regions/_desk_<sort>.html`."""


def waiting_at(person: Person, regions: Collection[int], number: int) -> Piece:
    """Return page `number` of what waits in these regions (by id), which the caller may moderate."""
    seen = Contribution.objects.visible_to(person).filter(region__in=regions)
    first, *others = (_columns(source, source.rows(seen, regions)) for source in SOURCES)
    start = (number - 1) * MANY
    found = list(first.union(*others, all=True).order_by("moment", "desk_sort", "pk")[start : start + MANY + 1])
    things = _things([(sort, pk) for sort, pk, _at in found[:MANY]])
    rows = [Row(sort, things[sort, pk], at) for sort, pk, at in found[:MANY] if (sort, pk) in things]
    return Piece("wacht", rows, number, has_next=len(found) > MANY, is_alone=True)


def _columns(source: Source, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(desk_sort=Value(source.sort, CharField()), moment=F(source.since))
    columns: QuerySet[Any, Any] = named.values_list("desk_sort", source.pk, "moment")
    return columns


def _things(wanted: list[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """Fetch what waits: one query for each sort, and one for where people work today."""
    return {
        (source.sort, pk): thing
        for source in SOURCES
        for pk, thing in source.things([pk for sort, pk in wanted if sort == source.sort]).items()
    }
