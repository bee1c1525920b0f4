"""Figures of a region or of the whole network: tables by quarter, of what the reader may read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Count, IntegerField, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncQuarter
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Affiliation
from challenges.models import Challenge, Point, Prototype, Review, Stage, Step, TestRound
from regions.models import Meeting, Membership, Perspective, Region
from regions.models.standing import Reader, stand_in, standing_of

QUARTERS = 8
KEPT_SECONDS = 600
WIDTH, ROW, LABEL, END = 640, 28, 190, 60
"""The sizes of a chart in units of its own: whole width, height of a row, room for a label and for a number."""


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: where it begins and how long it is, in the units of the chart."""

    label: str
    number: int | None
    y: int
    length: float

    @property
    def middle(self) -> int:
        return self.y + ROW // 2

    @property
    def end(self) -> float:
        return LABEL + self.length + 8


@dataclass(frozen=True)
class Table:
    """A table of whole numbers: a heading for each column, a label for each row; `drawn` is the column of the chart.

    A number is None where there is nothing to take it of; `note` says what was counted.
    """

    name: str
    title: str
    first: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | None]]]
    drawn: int = 0
    note: str = ""
    left: int = field(default=LABEL, init=False)
    width: int = field(default=WIDTH, init=False)

    @property
    def height(self) -> int:
        return ROW * len(self.rows)

    @property
    def drawn_title(self) -> str:
        return self.columns[self.drawn]

    @property
    def bars(self) -> list[Bar]:
        drawn = [(label, numbers[self.drawn]) for label, numbers in self.rows]
        share = (WIDTH - LABEL - END) / (max((number or 0 for _label, number in drawn), default=0) or 1)
        return [
            Bar(label, number, place * ROW, round(share * (number or 0), 1))
            for place, (label, number) in enumerate(drawn)
        ]

    @property
    def is_empty(self) -> bool:
        return not any(number for _label, numbers in self.rows for number in numbers)


@dataclass(frozen=True)
class Figures:
    """All tables, and when they were counted."""

    at: datetime
    tables: Sequence[Table]


def figures_for(person: Reader, region: Region | None) -> Figures:
    """Return the figures of a region, or of all of them, as far as people of this standing may read them.

    Counted at most once in ten minutes for all who have the same roles; one's own closed challenges are not in it, nor
    is for a member of the InnovatieKabinet the feedback that is hidden from them.
    """
    return counted_once(key_of(person, region), lambda: _tables(person, region))


def counted_once(key: str, tables: Callable[[], Iterable[Table]]) -> Figures:
    """Return the figures that are kept under this key, or count them and keep them."""
    kept: Figures | None = cache.get(key)
    if kept is None:
        kept = Figures(timezone.now(), list(tables()))
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def key_of(person: Reader, region: Region | None, *more: object) -> str:
    """Return under which key the figures are kept: one for each set of roles, so that nobody gets those of another.

    A member of the InnovatieKabinet and the secretary have one of their own: what is hidden from each differs. `more`
    is what else they differ by.
    """
    standing = standing_of(person)
    roles = (standing.is_seat, standing.is_secretary, standing.is_staff)
    own = standing.person_id if standing.is_seat or standing.is_secretary else None
    regions = (region.pk if region else 0, sorted(standing.member_of), sorted(standing.moderates))
    asked = (get_language(), regions, roles, own, *more)
    return f"figures:{sha256(repr(asked).encode()).hexdigest()}"


def _tables(person: Reader, region: Region | None) -> Iterator[Table]:
    where = {"region": region} if region else {}
    reader = stand_in(standing_of(person))
    seen = Challenge.objects.visible_to(reader).readable().filter(**where)
    yield _people(region)
    yield _stages(seen)
    yield _flow(seen)
    yield _making(seen)
    yield _feedback(Review.objects.filter(challenge__in=seen).read_by(person))
    yield _meetings(Meeting.objects.visible_to(reader).readable().filter(**where))


# --- quarters -----------------------------------------------------------------------------------------------


def quarters(most: int = QUARTERS) -> list[date]:
    """Return the first days of the last quarters, this one last."""
    today = timezone.localdate()
    number = today.year * 4 + (today.month - 1) // 3
    return [date(one // 4, one % 4 * 3 + 1, 1) for one in range(number - most + 1, number + 1)]


def _label(day: date) -> str:
    return _("%(year)d, quarter %(quarter)d") % {"year": day.year, "quarter": (day.month + 2) // 3}


def beginning(days: Sequence[date]) -> datetime:
    """Return when the first of these quarters begins, in Dutch time."""
    return timezone.make_aware(datetime.combine(days[0], time.min))


def by_quarter(
    rows: QuerySet[Any], moment: str, days: Sequence[date] | None = None, /, **numbers: Any
) -> dict[date, dict[str, Any]]:
    """Aggregate rows by the quarter of a moment, in Dutch time; only the quarters that are shown are read."""
    since = {f"{moment}__gte": beginning(days or quarters())}
    grouped = rows.filter(**since).order_by().annotate(quarter=TruncQuarter(moment)).values("quarter")
    found = grouped.annotate(**numbers)
    return {timezone.localtime(row["quarter"]).date(): {name: row[name] for name in numbers} for row in found}


def quarterly(
    name: str,
    title: str,
    columns: Mapping[str, str],
    *parts: Mapping[date, Mapping[str, Any]],
    days: Sequence[date] | None = None,
    **more: Any,
) -> Table:
    """Put numbers by quarter together; `columns` maps the name of a number to its heading, `more` is of `Table`."""
    numbers: defaultdict[date, dict[str, int | None]] = defaultdict(dict)
    for part in parts:
        for day, found in part.items():
            numbers[day].update(found)
    rows = [(_label(day), [numbers[day].get(key, 0) for key in columns]) for day in days or quarters()]
    return Table(name, title, _("Quarter"), list(columns.values()), rows, **more)


# --- the tables ---------------------------------------------------------------------------------------------


def _people(region: Region | None) -> Table:
    members = Membership.objects.active().filter(**({"region": region} if region else {}))
    works = Affiliation.objects.current().filter(person__in=members.values("person"))
    rows = [
        (_("Members"), members.aggregate(number=Count("person", distinct=True))["number"]),
        (_("Moderators"), members.moderators().aggregate(number=Count("person", distinct=True))["number"]),
        (_("Organisations"), works.aggregate(number=Count("organisation", distinct=True))["number"]),
    ]
    shown = [(label, [number]) for label, number in rows]
    return Table("leden", _("Members and organisations"), _("Who"), [_("Number")], shown)


def _stages(seen: QuerySet[Challenge]) -> Table:
    counts = dict(seen.order_by().values_list("stage").annotate(Count("pk")))
    rows = [(str(stage.label), [counts.get(stage.value, 0)]) for stage in Stage]
    return Table("fasen", _("Challenges by stage, now"), _("Stage"), [_("Challenges")], rows)


def _flow(seen: QuerySet[Challenge]) -> Table:
    moves = Step.objects.filter(challenge__in=seen)
    by_stage = {stage.value: Count("pk", filter=Q(target=stage.value)) for stage in Stage if stage != Stage.IDEA}
    columns = {"new": _("New"), **{stage: str(Stage(stage).label) for stage in by_stage}}
    names = {stage: f"to_{place}" for place, stage in enumerate(by_stage)}
    found = by_quarter(moves, "at", **{names[stage]: number for stage, number in by_stage.items()})
    moved = {day: {stage: row[names[stage]] for stage in by_stage} for day, row in found.items()}
    new = by_quarter(seen, "published_at", new=Count("pk"))
    return quarterly(
        "doorstroom", _("How challenges went on: new, and how many came to each stage"), columns, new, moved
    )


def _making(seen: QuerySet[Challenge]) -> Table:
    rounds = TestRound.objects.filter(prototype__challenge__in=seen)
    columns = {
        "prototypes": _("Prototypes"),
        "rounds": _("Test rounds"),
        "with_residents": _("With residents"),
        "residents": _("Residents who tested"),
    }
    made = by_quarter(Prototype.objects.filter(challenge__in=seen), "at", prototypes=Count("pk"))
    tested = by_quarter(
        rounds,
        "at",
        rounds=Count("pk"),
        with_residents=Count("pk", filter=Q(residents__gt=0)),
        number=Sum("residents", default=0),
    )
    people = {day: {**row, "residents": row["number"]} for day, row in tested.items()}
    return quarterly("testen", _("Prototypes and test rounds"), columns, made, people)


def _feedback(known: QuerySet[Review]) -> Table:
    columns = {"feedback": _("Feedback"), "points": _("Points"), "answered": _("Points answered")}
    given = by_quarter(known, "sent_at", feedback=Count("pk"))
    points = Point.objects.filter(review__in=known)
    asked = by_quarter(points, "review__sent_at", points=Count("pk"))
    answered = by_quarter(points, "answered_at", answered=Count("pk"))
    return quarterly("feedback", _("Feedback of the InnovatieKabinet"), columns, given, asked, answered)


def _meetings(seen: QuerySet[Meeting]) -> Table:
    held = seen.filter(cancelled_at__isnull=True, ends_at__lt=timezone.now())
    columns = {
        "held": _("Meetings"),
        "present": _("People present"),
        "residents": _("Of whom residents"),
        "minutes": _("With minutes"),
    }
    sums = {one.name.lower(): Sum(Cast(KT(f"present__{one.value}"), IntegerField()), default=0) for one in Perspective}
    minutes = Count("pk", filter=Q(closed_at__isnull=False))
    found = by_quarter(held, "starts_at", held=Count("pk"), minutes=minutes, **sums)
    rows = {
        day: {
            "held": row["held"],
            "minutes": row["minutes"],
            "residents": row["resident"],
            "present": sum(row[name] for name in sums),
        }
        for day, row in found.items()
    }
    return quarterly("bijeenkomsten", _("Meetings and presence"), columns, rows)
