"""The desk: what waits on moderators, in one list, the longest first; over one region or over all of someone's."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import CharField, F, QuerySet, Value
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge, Stage
from regions.models import Appeal, Contribution, Meeting, Membership, Report, Ruling, State
from regions.models.batch import Sort
from regions.models.contribution import ContributionQuerySet
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
    def stage_label(self) -> str:
        """Return the name of the stage of a silent challenge."""
        return str(Stage(self.thing.stage).label)

    @property
    def answer_by(self) -> datetime:
        return self.since + ANSWER_WITHIN

    @property
    def is_late(self) -> bool:
        return self.answer_by < timezone.now()


@dataclass(frozen=True)
class Source:
    """Where one sort of row comes from.

    `rows` takes the contributions that the person sees in these regions, the regions by id, and the person; `pk` and
    `since` are the columns of the row; `things` fetches what the rows are about by `pk`, in one query or a fixed
    number: sorts that have the same `things` are fetched together.
    """

    sort: str
    rows: Callable[[QuerySet[Contribution], Collection[int], Person], QuerySet[Any, Any]]
    things: Callable[[Collection[int]], dict[int, Any]]
    since: str = "at"
    pk: str = "pk"


K = TypeVar("K", bound=ContributionQuerySet[Any])


def _of_kind(rows: K, seen: QuerySet[Contribution], regions: Collection[int]) -> K:
    """Keep what is seen of one kind; the region and the kind, which all of it has, lead to the index."""
    return rows.filter(kind=rows.model.KIND, region__in=regions, pk__in=seen.values("pk"))


def _contributions(pks: Collection[int]) -> dict[int, Contribution]:
    """Fetch what is posted, of any kind, in one query; `stage` is that of a challenge."""
    rows = Contribution.objects.select_related("author", "region").filter(pk__in=pks)
    return {row.pk: row for row in rows.annotate(stage=F("challenge__stage"))} if pks else {}


SOURCES = (
    Source(
        JOINING,
        lambda seen, regions, person: Membership.objects.pending().filter(region__in=regions),
        lambda pks: Membership.objects.for_list().in_bulk(pks),
        since="since",
    ),
    Source(
        POSTING,
        lambda seen, regions, person: seen.filter(state=State.PENDING),
        _contributions,
        since="last_activity_at",
    ),
    Source(
        APPEAL,
        lambda seen, regions, person: Appeal.objects.open().filter(ruling__contribution__in=seen),
        lambda pks: Appeal.objects.for_list().in_bulk(pks),
    ),
    Source(
        REPORT,
        lambda seen, regions, person: (
            Report.objects.open().filter(contribution__in=seen).for_others_than(person).things()
        ),
        Report.objects.cases,
        since="since_at",
        pk="first",
    ),
    Source(
        CHANGE,
        lambda seen, regions, person: Ruling.objects.filter(contribution__in=seen).to_look_at(),
        lambda pks: Ruling.objects.for_desk().in_bulk(pks),
        since="since_at",
    ),
    Source(
        SILENT,
        lambda seen, regions, person: _of_kind(Challenge.objects.all(), seen, regions).on_desk(),
        _contributions,
        since="desk_at",
    ),
    Source(
        MEETING,
        lambda seen, regions, person: _of_kind(Meeting.objects.all(), seen, regions).without_minutes(),
        _contributions,
        since="ends_at",
    ),
)
"""All that waits on moderators: a new sort is a row here, and a template `regions/_desk_<sort>.html`."""


def waiting_at(person: Person, regions: Collection[int], number: int) -> Piece:
    """Return page `number` of what waits in these regions (by id), which the caller may moderate."""
    seen = Contribution.objects.visible_to(person).filter(region__in=regions)
    start = (number - 1) * MANY
    most = start + MANY + 1
    first, *others = (_columns(source, source.rows(seen, regions, person))[:most] for source in SOURCES)
    found = list(first.union(*others, all=True).order_by("moment", "desk_sort", "pk")[start:most])
    things = _things([(sort, pk) for sort, pk, _at in found[:MANY]])
    rows = [Row(sort, things[sort, pk], at) for sort, pk, at in found[:MANY] if (sort, pk) in things]
    return Piece("wacht", rows, number, has_next=len(found) > MANY, is_alone=True)


def _columns(source: Source, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    named = rows.annotate(desk_sort=Value(source.sort, CharField()), moment=F(source.since))
    columns: QuerySet[Any, Any] = named.order_by("moment", source.pk).values_list("desk_sort", source.pk, "moment")
    return columns


def _things(wanted: list[tuple[str, int]]) -> dict[tuple[str, int], Any]:
    """Fetch what waits: one query for each way to fetch, and one for where people work today."""
    by_sort = {source.sort: source.things for source in SOURCES}
    ways = dict.fromkeys(by_sort.values())
    found = {things: things([pk for sort, pk in wanted if by_sort[sort] == things]) for things in ways}
    return {(sort, pk): found[by_sort[sort]][pk] for sort, pk in wanted if pk in found[by_sort[sort]]}
