"""What moderators of a region did, counted by quarter for everyone: a reading of the events, without names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, FloatField, IntegerField, Q, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Concat, TruncQuarter
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from regions.models import Event, Region, Verb
from regions.models.event import COUNTED
from regions.models.report import How

ZONE = ZoneInfo("Europe/Amsterdam")
QUARTERS = 8
MINUTE, HOUR, DAY = 60, 3_600, 86_400
UNITS = (
    (2 * DAY, DAY, ngettext_lazy("%d day", "%d days")),
    (HOUR, HOUR, ngettext_lazy("%d hour", "%d hours")),
    (0, MINUTE, ngettext_lazy("%d minute", "%d minutes")),
)
"""From how many seconds on a time is told in which unit."""


class Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


CLOSED = Q(verb=Verb.REPORT_CLOSED)
LINES: tuple[tuple[str, Promise, Q], ...] = (
    ("reports", _("Reports"), Q(verb=Verb.REPORTED)),
    ("things", _("Reported challenges and comments"), Q(verb=Verb.REPORTED)),
    ("hidden", _("Hidden"), Q(verb__in=(Verb.HIDDEN, Verb.COMMENT_HIDDEN))),
    ("restored", _("Put back by a moderator"), Q(verb__in=(Verb.RESTORED, Verb.COMMENT_RESTORED))),
    ("comments_closed", _("Comments closed"), Q(verb=Verb.COMMENTS_CLOSED)),
    ("asked", _("Author asked to change something"), Q(verb__in=(Verb.CHANGE_ASKED, Verb.COMMENT_ASKED))),
    ("warned", _("Members warned"), Q(verb=Verb.WARNED)),
    ("suspended", _("Members suspended"), Q(verb=Verb.SUSPENDED)),
    ("unmeasured", _("Reports closed without a measure"), CLOSED & Q(data__how=How.NONE.value)),
    ("appealed", _("Asked another moderator to look"), Q(verb=Verb.APPEALED)),
    ("upheld", _("After that: put back"), Q(verb=Verb.APPEAL_DECIDED, data__upheld=True)),
    ("rejected", _("After that: stayed hidden"), Q(verb=Verb.APPEAL_DECIDED, data__upheld=False)),
)
"""What is counted: the name of the column, the words of the line, and which events."""
MEDIAN = _("Half of the reports were answered within")


@dataclass(frozen=True)
class Quarter:
    begins: date

    @property
    def label(self) -> str:
        return f"{self.begins.year}, {self.number}"

    @property
    def number(self) -> int:
        return (self.begins.month + 2) // 3


@dataclass(frozen=True)
class Line:
    label: Promise
    cells: list[str]


def quarters(today: date) -> list[Quarter]:
    """Return the last eight quarters, this one first."""
    last = today.year * 4 + (today.month - 1) // 3
    return [Quarter(date(index // 4, index % 4 * 3 + 1, 1)) for index in range(last, last - QUARTERS, -1)]


def counts_of(region: Region) -> tuple[list[Quarter], list[Line]]:
    """Return the quarters and a line of cells for each thing that is counted; one query."""
    shown = quarters(timezone.localdate(timezone=ZONE))
    rows = {row["quarter"].date(): row for row in _counted(region, shown[-1].begins)}
    return shown, list(_lines([rows.get(quarter.begins, {}) for quarter in shown]))


def _lines(rows: list[dict[str, Any]]) -> Iterator[Line]:
    for name, label, _events in LINES:
        yield Line(label, [str(row.get(name, 0)) for row in rows])
    yield Line(MEDIAN, [in_words(row.get("median")) for row in rows])


def _counted(region: Region, since: date) -> Any:
    """Count the events of a region since a day, by quarter."""
    begins = datetime(since.year, since.month, since.day, tzinfo=ZONE)
    events = Event.objects.filter(region=region, verb__in=COUNTED, at__gte=begins)
    counts: dict[str, Any] = {name: Count("pk", filter=which) for name, _label, which in LINES}
    comment = Coalesce(KT("data__comment"), Value("0", TextField()))
    thing = Concat(Cast("contribution", TextField()), Value("-", TextField()), comment)
    counts["things"] = Count(thing, filter=Q(verb=Verb.REPORTED), distinct=True)
    # What was closed and put back on the desk within half an hour was not closed.
    counts["unmeasured"] -= Count("pk", filter=Q(verb=Verb.REPORT_REOPENED))
    counts["median"] = Median(Cast(KT("data__seconds"), IntegerField()), filter=CLOSED)
    return events.annotate(quarter=TruncQuarter("at", tzinfo=ZONE)).order_by().values("quarter").annotate(**counts)


def in_words(seconds: float | None) -> str:
    """Return a time as minutes, hours or days."""
    if seconds is None:
        return "–"
    unit, words = next((unit, words) for least, unit, words in UNITS if seconds >= least)
    return str(words % max(1, round(seconds / unit)))
