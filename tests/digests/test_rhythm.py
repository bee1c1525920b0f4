"""When the overview comes."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Person
from digests.models import Frequency, Subscription
from digests.rhythm import next_time, subscribe
from tests.digests.mailing import age

NL = ZoneInfo("Europe/Amsterdam")
WANTED = [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
subscriptions = st.builds(
    Subscription, frequency=st.sampled_from(WANTED), weekday=st.integers(0, 6), hour=st.integers(0, 23)
)


def moment(said: str) -> datetime:
    return datetime.fromisoformat(said)


def times_on(subscription: Subscription, first: date, days: int) -> list[datetime]:
    """Return every moment at which an overview is due in so many days, found the long way: by looking at each minute
    of which the clock says the hour, and taking the first; where there is none, the first after.
    """
    found = []
    for day in (first + timedelta(days=number) for number in range(days)):
        midnight = datetime.combine(day, time(0), NL).astimezone(UTC)
        steps = [midnight + timedelta(minutes=15 * quarter) for quarter in range(100)]
        clock = {step: step.astimezone(NL) for step in steps}
        due = next(step for step in steps if clock[step].date() == day and clock[step].hour >= subscription.hour)
        if is_right_day(subscription, day):
            found.append(due)
    return found


def is_right_day(subscription: Subscription, day: date) -> bool:
    return {
        "daily": True,
        "weekly": day.weekday() == subscription.weekday,
        "monthly": day.day == 1,
    }[subscription.frequency]


@given(subscriptions, moments)
def test_next_time_is_the_first_right_hour(subscription: Subscription, after: datetime) -> None:
    """On the right day, at the right local hour, and no such moment lies between."""
    first = after.astimezone(NL).date()
    due = next_time(subscription, after)
    assert due == next(one for one in times_on(subscription, first, 33) if one > after)


@given(subscriptions, moments)
def test_periods_follow_each_other_over_a_year(subscription: Subscription, after: datetime) -> None:
    days = []
    for _number in range({"daily": 370, "weekly": 53, "monthly": 13}[subscription.frequency]):
        due = next_time(subscription, after)
        assert due is not None
        days.append(due.astimezone(NL).date())
        after = due
    steps = {(later - day).days for day, later in itertools.pairwise(days)}
    assert steps <= {"daily": {1}, "weekly": {7}, "monthly": {28, 29, 30, 31}}[subscription.frequency]


@pytest.mark.parametrize(
    ("frequency", "weekday", "hour", "after", "due"),
    [
        ("weekly", 1, 7, "2026-03-24T07:00+01:00", "2026-03-31T07:00+02:00"),  # over the change to summer time
        ("weekly", 1, 7, "2026-10-20T07:00+02:00", "2026-10-27T07:00+01:00"),  # and back
        ("weekly", 4, 16, "2026-11-24T07:00+01:00", "2026-11-27T16:00+01:00"),
        ("weekly", 6, 0, "2026-11-28T23:59+01:00", "2026-11-29T00:00+01:00"),
        ("daily", 1, 7, "2026-03-28T07:00+01:00", "2026-03-29T07:00+02:00"),
        ("daily", 1, 7, "2026-10-24T07:00+02:00", "2026-10-25T07:00+01:00"),
        ("daily", 1, 2, "2026-03-28T02:00+01:00", "2026-03-29T03:00+02:00"),  # two o'clock is not there
        ("daily", 1, 2, "2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00"),
        ("daily", 1, 2, "2026-10-24T02:00+02:00", "2026-10-25T02:00+02:00"),  # two o'clock is there twice
        ("daily", 1, 2, "2026-10-25T02:00+02:00", "2026-10-26T02:00+01:00"),  # and counts once
        ("daily", 1, 2, "2026-10-25T02:30+02:00", "2026-10-26T02:00+01:00"),
        ("daily", 1, 7, "2026-11-22T06:59:59+01:00", "2026-11-22T07:00+01:00"),
        ("weekly", 1, 7, "2026-11-24T06:59:59+01:00", "2026-11-24T07:00+01:00"),
        ("monthly", 1, 7, "2028-02-28T12:00+01:00", "2028-03-01T07:00+01:00"),  # a leap year
        ("daily", 1, 23, "2028-02-28T23:00+01:00", "2028-02-29T23:00+01:00"),
        ("monthly", 1, 7, "2026-12-01T07:00+01:00", "2027-01-01T07:00+01:00"),
        ("monthly", 1, 7, "2026-01-31T23:59+01:00", "2026-02-01T07:00+01:00"),
    ],
)
def test_next_time_by_the_calendar(frequency: str, weekday: int, hour: int, after: str, due: str) -> None:
    subscription = Subscription(frequency=frequency, weekday=weekday, hour=hour)
    found = next_time(subscription, moment(after))
    assert found
    assert found.isoformat() == moment(due).astimezone(UTC).isoformat()


@pytest.mark.parametrize(
    ("frequency", "weekday", "last", "due"),
    [
        ("daily", 1, "2026-11-24T07:00+01:00", "2026-11-25T16:00+01:00"),
        ("weekly", 4, "2026-11-24T07:00+01:00", "2026-12-04T16:00+01:00"),
        ("weekly", 4, "2026-11-22T07:00+01:00", "2026-11-27T16:00+01:00"),  # a Sunday: the week before
        ("monthly", 1, "2026-11-01T07:00+01:00", "2026-12-01T16:00+01:00"),
    ],
)
def test_a_period_that_had_its_overview_gets_no_other(frequency: str, weekday: int, last: str, due: str) -> None:
    subscription = Subscription(frequency=frequency, weekday=weekday, hour=16, last_at=moment(last))
    assert next_time(subscription, moment("2026-11-24T07:30+01:00")) == moment(due)


def test_never_has_no_time() -> None:
    assert next_time(Subscription(frequency="never"), datetime(2026, 11, 22, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("frequency", "said"),
    [
        ("never", ("nooit", "never")),
        ("daily", ("elke dag om 07:00 uur", "every day at 07:00")),
        ("weekly", ("elke week op vrijdag om 07:00 uur", "every week on Friday at 07:00")),
        ("monthly", ("elke maand, op de eerste dag, om 07:00 uur", "every month, on the first day at 07:00")),
    ],
)
def test_the_rhythm_in_words(frequency: str, said: tuple[str, str]) -> None:
    words = []
    for language in ("nl", "en"):
        with translation.override(language):
            words.append(Subscription(frequency=frequency, weekday=4).in_words)
    assert tuple(words) == said


def test_subscribe_sets_the_next_time(anna: Person) -> None:
    subscribe(anna, "weekly")
    row = Subscription.objects.get(person=anna)
    assert (row.weekday, row.hour, row.at_once) == (1, 7, False)
    assert row.next_at == next_time(row, datetime.now(UTC))


def test_the_same_choice_again_leaves_what_is_due(anna: Person) -> None:
    subscribe(anna, "weekly")
    age(anna, days=8)
    before = Subscription.objects.get(person=anna).next_at
    subscribe(anna, "weekly")
    assert Subscription.objects.get(person=anna).next_at == before


def test_never_takes_the_time_away(anna: Person) -> None:
    subscribe(anna, "daily")
    subscribe(anna, "never")
    assert Subscription.objects.get(person=anna).next_at is None


MONDAY = moment("2026-11-23T12:00+01:00")


def test_another_day_or_hour_is_never_due_in_the_past(anna: Person) -> None:
    subscribe(anna, "weekly", weekday=0, hour=13, at=MONDAY)
    row = subscribe(anna, "weekly", hour=11, at=MONDAY)
    assert (row.weekday, row.next_at) == (0, moment("2026-11-30T11:00+01:00"))


def test_a_day_that_does_not_count_moves_nothing(anna: Person) -> None:
    """What is overdue stays due when a daily reader chooses a day, or anybody mail at once."""
    subscribe(anna, "daily", at=MONDAY)
    age(anna, days=8)
    before = Subscription.objects.get(person=anna).next_at
    row = subscribe(anna, "daily", weekday=5, at_once=True, at=MONDAY)
    assert (row.weekday, row.at_once, row.next_at) == (5, True, before)


def test_what_is_not_given_stays(anna: Person) -> None:
    subscribe(anna, "weekly", weekday=4, hour=16, at_once=True)
    row = subscribe(anna, "never")
    assert (row.frequency, row.weekday, row.hour, row.at_once) == ("never", 4, 16, True)


@pytest.mark.parametrize("field", [{"weekday": 7}, {"hour": 24}])
def test_no_overview_comes_on_an_eighth_day(field: dict[str, int], anna: Person) -> None:
    subscribe(anna, "daily")
    with pytest.raises(IntegrityError):
        Subscription.objects.update(**field)
