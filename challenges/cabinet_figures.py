"""Figures of the InnovatieKabinet: how soon it answers, what is done with its points, which doors its members open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DurationField, F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from challenges.figures import Figures, Table, beginning, by_quarter, counted_once, key_of, quarterly, quarters
from challenges.models import Asking, Assignment, Challenge, ChallengeQuerySet, Offer, Point, Review, Seat
from challenges.models.review import ReviewQuerySet
from challenges.rules import can_plan, is_colleague
from regions.counts import Median
from regions.models import Region
from regions.models.standing import Reader, stand_in, standing_of

DAY, SOON = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True)
class Scope:
    """What is counted for whom: the challenges that their roles see, the feedback there, and the quarters."""

    person: Reader
    seen: ChallengeQuerySet
    reviews: ReviewQuerySet
    days: Sequence[date]


def cabinet_figures_for(person: Reader, region: Region | None, most: int) -> Figures:
    """Return the figures of the last quarters, of one region or of all, as far as this person may read them.

    Kept as those of a region are.
    """
    return counted_once(cabinet_key_of(person, region, most), lambda: _tables(scope_of(person, region, most)))


def cabinet_key_of(person: Reader, region: Region | None, most: int) -> str:
    return key_of(person, region, "kabinet", most)


def scope_of(person: Reader, region: Region | None, most: int) -> Scope:
    where = {"region": region} if region else {}
    seen = Challenge.objects.visible_to(stand_in(standing_of(person))).readable().filter(**where)
    reviews = Review.objects.filter(challenge__in=seen).read_by(person)
    return Scope(person, seen, reviews, quarters(most))


def _tables(scope: Scope) -> Iterator[Table]:
    yield _turnaround(scope)
    yield _feedback(scope)
    if is_colleague(scope.person):
        yield _members(scope)
    yield _points(scope)
    yield _doors(scope)


def _turnaround(scope: Scope) -> Table:
    columns = {
        "asked": _("Questions asked"),
        "answered": _("With feedback"),
        "soon": _("Within 30 days"),
        "middle": _("Days to the first feedback"),
    }
    given = Review.objects.read_by(scope.person).filter(asking=OuterRef("pk"))
    first = given.order_by("sent_at").values("sent_at")[:1]
    askings = Asking.objects.filter(challenge__in=scope.seen).annotate(after=Subquery(first) - F("at"))
    soon = Count("pk", filter=Q(after__lte=SOON))
    middle = Median("after", output_field=DurationField())
    numbers = {"asked": Count("pk"), "answered": Count("after"), "soon": soon, "middle": middle}
    found = by_quarter(askings, "at", scope.days, **numbers)
    waits = {day: {"middle": in_days(found.get(day, {}).get("middle"))} for day in scope.days}
    title = _("How soon teams get feedback, by the quarter in which they asked")
    note = _("The days are the middle: half of the questions with feedback had it sooner, half later.")
    return quarterly("doorlooptijd", title, columns, found, waits, days=scope.days, drawn=3, note=note)


def in_days(wait: timedelta | None) -> int | None:
    return None if wait is None else round(wait / DAY)


def _feedback(scope: Scope) -> Table:
    columns = {"sheets": _("By a member"), "sessions": _("From a session")}
    of_member = Q(meeting=None)
    numbers = {"sheets": Count("pk", filter=of_member), "sessions": Count("pk", filter=~of_member)}
    found = by_quarter(scope.reviews, "sent_at", scope.days, **numbers)
    note = _("From a session: what was noted of one challenge in a session counts as one.")
    return quarterly("feedback", _("Feedback that was given"), columns, found, days=scope.days, note=note)


# --- by member ----------------------------------------------------------------------------------------------


def _members(scope: Scope) -> Table:
    """Make the table with names; whom was asked by name only the InnovatieKabinet reads, who left it the secretary."""
    since = beginning(scope.days)
    given = _by_person(
        scope.reviews.filter(meeting=None, sent_at__gte=since),
        "by",
        given=Count("pk"),
        middle=Median(F("sent_at") - F("asking__at"), output_field=DurationField()),
    )
    named = Assignment.objects.filter(asking__challenge__in=scope.seen, at__gte=since).read_by(scope.person)
    asked = _by_person(named, "person", asked=Count("pk", filter=NAMED), left=Count("pk", filter=LEFT))
    seats = dict(Seat.objects.shown().values_list("person", "person__name"))
    names = seats | {pk: row["name"] for pk, row in (given | asked).items()}
    columns = _columns(scope.person)
    rows = [
        (name, [_cell(key, given.get(pk, {}) | asked.get(pk, {})) for key in columns])
        for pk, name in sorted(names.items(), key=lambda pair: (pair[1].lower(), pair[0]))
    ]
    note = _("Without what was noted in a session. Days: from the question to this feedback, the middle of all.")
    place = list(columns).index("given")
    return Table("leden", _("Feedback by member"), _("Member"), list(columns.values()), rows, drawn=place, note=note)


LEFT = Q(ending=Assignment.Ending.RECUSED)
NAMED = Q(ending="") | LEFT & ~Q(by=F("person"))
"""Who left a question to others without being asked by name made that row themselves."""


def _by_person(rows: Any, whose: str, **numbers: Any) -> dict[int, dict[str, Any]]:
    found = rows.order_by().values(pk_of=F(whose), name=F(f"{whose}__name")).annotate(**numbers)
    return {row["pk_of"]: row for row in found}


def _columns(person: Reader) -> dict[str, str]:
    columns = {"given": _("Feedback given"), "middle": _("Days")}
    if standing_of(person).in_cabinet:
        columns = {"asked": _("Asked by name"), **columns}
    return columns | {"left": _("Left to others")} if can_plan(person) else columns


def _cell(key: str, row: dict[str, Any]) -> int | None:
    return in_days(row.get(key)) if key == "middle" else row.get(key, 0)


# --- points and doors ---------------------------------------------------------------------------------------


def _points(scope: Scope) -> Table:
    state = Point.State
    columns = {
        "raised": _("Points"),
        "done": _("Done"),
        "will_do": _("Will be done"),
        "no": _("Will not be done, with the reason"),
        "open": _("Without an answer"),
        "closed": _("Content with the answer"),
    }
    states = {"done": state.DONE, "will_do": state.WILL_DO, "no": state.NO, "open": state.OPEN}
    numbers = {name: Count("pk", filter=Q(state=value)) for name, value in states.items()}
    numbers |= {"raised": Count("pk"), "closed": Count("pk", filter=Q(closed_at__isnull=False))}
    points = Point.objects.filter(review__in=scope.reviews)
    found = by_quarter(points, "review__sent_at", scope.days, **numbers)
    title = _("What teams do with the points, by the quarter of the feedback")
    note = _("As it is now, points from sessions too. Content: who made the point said that the answer is good.")
    return quarterly("aandachtspunten", title, columns, found, days=scope.days, note=note)


def _doors(scope: Scope) -> Table:
    """Count only what stands on the page of opened doors: how many offers were declined or lapsed stays unsaid."""
    columns = {
        "member_accepted": _("Of members: accepted"),
        "member_happened": _("Of members: happened"),
        "accepted": _("Of everyone: accepted"),
        "happened": _("Of everyone: happened"),
    }
    offers = Offer.objects.shown_on(scope.seen, scope.person).with_seat()
    of_member = Count("pk", filter=Q(is_of_member=True))
    accepted = by_quarter(offers, "answered_at", scope.days, accepted=Count("pk"), member_accepted=of_member)
    done = offers.filter(state=Offer.State.HAPPENED)
    happened = by_quarter(done, "closed_at", scope.days, happened=Count("pk"), member_happened=of_member)
    note = _("Each in the quarter in which it was accepted or happened; members are in the number of everyone too.")
    title = _("Help that was offered and accepted")
    return quarterly("deuren", title, columns, accepted, happened, days=scope.days, drawn=1, note=note)
