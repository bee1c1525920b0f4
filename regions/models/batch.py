"""Several rows of the desk dealt with at once: each by itself, and each to be taken back for half an hour."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from regions.errors import AlreadyDone, TooLate
from regions.models.contribution import Contribution, State
from regions.models.region import Membership
from regions.models.report import Report
from regions.rules import can_moderate, can_moderate_region

UNDO_WITHIN = timedelta(minutes=30)
KEPT = timedelta(days=30)
"""So long it is kept what a batch held; what happened stands in the log."""


class Sort(models.TextChoices):
    """What can be dealt with together; the label says what is done. Its value is the sort of a row of the desk."""

    JOINING = "joining", _("Let in")
    POSTING = "posting", _("Publish")
    REPORT = "report", _("Close the reports without a measure")


Was = dict[str, Any]
"""What has to be known to take it back: moments, ids and the answer that someone had before."""


@dataclass(frozen=True)
class Act:
    """What is done with one sort of thing; `do` gives what was dealt with, each with what `undo` needs of it."""

    things: Callable[[Person], models.QuerySet[Any]]
    may: Callable[[Person, Any], bool]
    waits: Callable[[Any], bool]
    do: Callable[[Any, Person, int | None], list[tuple[int, Was]]]
    undo: Callable[[Any, Person, Was], None]


def _let_in(membership: Membership, by: Person, last: int | None) -> list[tuple[int, Was]]:
    was = {"since": membership.since.isoformat(), "answer": membership.answer}
    membership.decide(by, accept=True)
    return [(membership.pk, was | {"at": membership.since.isoformat()})]


def _publish(contribution: Contribution, by: Person, last: int | None) -> list[tuple[int, Was]]:
    was = {"active_at": contribution.last_activity_at.isoformat()}
    return [(contribution.pk, was | {"at": contribution.approve(by).isoformat()})]


def _close(report: Report, by: Person, last: int | None) -> list[tuple[int, Was]]:
    closed = report.close(by, last=last)
    return [(one.pk, {"closed_at": one.closed_at.isoformat()}) for one in closed if one.closed_at]


ACTS: dict[str, Act] = {
    Sort.JOINING: Act(
        things=lambda person: Membership.objects.select_related("person", "region"),
        may=lambda person, membership: can_moderate_region(person, membership.region),
        waits=lambda membership: membership.state == Membership.State.PENDING,
        do=_let_in,
        undo=lambda membership, by, was: membership.undo_let_in(by, **was),
    ),
    Sort.POSTING: Act(
        things=lambda person: Contribution.objects.select_related("author", "region"),
        may=lambda person, contribution: can_moderate_region(person, contribution.region),
        waits=lambda contribution: contribution.state == State.PENDING,
        do=_publish,
        undo=lambda contribution, by, was: contribution.undo_approval(by, **was),
    ),
    Sort.REPORT: Act(
        things=lambda person: Report.objects.for_list().for_others_than(person),
        may=lambda person, report: can_moderate(person, report.contribution),
        waits=lambda report: report.closed_at is None,
        do=_close,
        undo=lambda report, by, was: report.reopen(by, **was),
    ),
}


@dataclass(frozen=True)
class Chosen:
    """A row of the desk that was ticked: `last` is the latest report that was on the screen."""

    sort: str
    pk: int
    last: int | None
    thing: Any

    @property
    def waits(self) -> bool:
        return ACTS[self.sort].waits(self.thing)

    @property
    def label(self) -> str:
        return str(Sort(self.sort).label)

    @property
    def key(self) -> str:
        return f"{self.sort}-{self.pk}" + (f"-{self.last}" if self.last else "")


def chosen(person: Person, wanted: Iterable[tuple[str, int, int | None]]) -> list[Chosen]:
    """Return what was ticked, as it is now, in the order in which it is dealt with; one query for each sort.

    What this person does not moderate is not there.
    """
    rows = sorted(set(wanted), key=lambda row: (row[0], row[1]))
    found = {
        (sort, pk): thing
        for sort in {sort for sort, _pk, _last in rows}
        for pk, thing in ACTS[sort].things(person).in_bulk([pk for one, pk, _last in rows if one == sort]).items()
        if ACTS[sort].may(person, thing)
    }
    return [Chosen(sort, pk, last, found[sort, pk]) for sort, pk, last in rows if (sort, pk) in found]


class BatchQuerySet(models.QuerySet["Batch"]):
    def drop_old(self) -> int:
        return self.filter(at__lte=timezone.now() - KEPT).delete()[0]


class Batch(models.Model):
    """What one moderator dealt with in one go. Call its methods outside a transaction: each row has one of its own."""

    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = BatchQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.by}: {self.at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("regions:batch", args=[self.pk])

    @property
    def can_be_undone(self) -> bool:
        return timezone.now() - self.at < UNDO_WITHIN

    @property
    def undo_until(self) -> Any:
        return self.at + UNDO_WITHIN

    @classmethod
    def run(cls, rows: Iterable[Chosen], *, by: Person) -> "Batch":
        """Deal with each row under its own lock; where a colleague was first it says so, and the others go on."""
        batch = cls.objects.create(by=by)
        for row in rows:
            batch._deal_with(row)
        return batch

    def _deal_with(self, row: Chosen) -> None:
        try:
            with transaction.atomic():
                done = ACTS[row.sort].do(row.thing, self.by, row.last)
                self.items.bulk_create(BatchItem(batch=self, sort=row.sort, thing_id=pk, was=was) for pk, was in done)
        except AlreadyDone:
            self.items.create(sort=row.sort, thing_id=row.pk, state=BatchItem.State.LEFT_OUT)

    def undo(self, by: Person) -> int:
        """Take back what nobody touched since, and return how many. Raises TooLate after half an hour."""
        if not self.can_be_undone:
            raise TooLate
        return sum(item.undo(by) for item in self.items.filter(state=BatchItem.State.DONE).order_by("sort", "thing_id"))


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    def seen_by(self, person: Person) -> list["BatchItem"]:
        """Return these with the thing that each is about, but for what this person does not moderate now."""
        items = list(self.order_by("sort", "thing_id"))
        things = {
            (row.sort, row.pk): row.thing for row in chosen(person, ((one.sort, one.thing_id, None) for one in items))
        }
        for item in items:
            item.thing = things.get((item.sort, item.thing_id))
        return [item for item in items if item.thing]


class BatchItem(models.Model):
    """One membership, contribution or report of a batch: how it went, and what it takes to undo it."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        LEFT_OUT = "left-out", _("a colleague was first")
        UNDONE = "undone", _("taken back")
        STUCK = "stuck", _("could not be taken back: something changed since")

    thing: Any = None  # given by `seen_by`

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    sort = models.CharField(max_length=10, choices=Sort.choices)
    thing_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DONE)
    was = models.JSONField(default=dict)

    objects = BatchItemQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.sort} {self.thing_id}"

    @transaction.atomic
    def undo(self, by: Person) -> bool:
        """Take it back if nobody touched it since; tell whether it was, and remember why not."""
        locked = BatchItem.objects.select_for_update().get(pk=self.pk)
        act = ACTS[self.sort]
        thing = act.things(by).filter(pk=self.thing_id).first()
        if locked.state != self.State.DONE or thing is None or not act.may(by, thing):
            return False
        try:
            with transaction.atomic():
                act.undo(thing, by, locked.was)
        except AlreadyDone:
            locked.state = self.State.STUCK
        else:
            locked.state = self.State.UNDONE
        locked.save(update_fields=["state"])
        return locked.state == self.State.UNDONE
