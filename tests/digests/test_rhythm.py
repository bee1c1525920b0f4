"""When the overview comes."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Person
from digests.models import Frequency, Subscription
from digests.rhythm import next_time, subscribe
from tests.digests.mailing import age

NL = ZoneInfo("Europe/Amsterdam")
WANTED = [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]
moments = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone


@given(st.sampled_from(WANTED), moments)
def test_next_time_is_seven_on_the_right_day(frequency: str, after: datetime) -> None:
    due = next_time(frequency, after)
    assert due is not None
    local = due.astimezone(NL)
    right_day = {"daily": True, "weekly": local.weekday() == 1, "monthly": local.day == 1}
    assert (due > after, local.time(), right_day[frequency]) == (True, time(7), True)


@given(st.sampled_from(WANTED), moments)
def test_next_time_skips_no_period(frequency: str, after: datetime) -> None:
    """No moment on the right day at seven lies between."""
    due = next_time(frequency, after)
    assert due is not None
    days = [after.astimezone(NL).date() + timedelta(days=n) for n in range(32)]
    sevens = [datetime.combine(day, time(7), NL) for day in days]
    right = {
        "daily": lambda day: True,
        "weekly": lambda day: day.weekday() == 1,
        "monthly": lambda day: day.day == 1,
    }[frequency]
    assert due == next(seven for seven in sevens if seven > after and right(seven))


@given(st.sampled_from(WANTED), moments)
def test_periods_follow_each_other_over_a_year(frequency: str, after: datetime) -> None:
    days = []
    for _number in range({"daily": 370, "weekly": 53, "monthly": 13}[frequency]):
        due = next_time(frequency, after)
        assert due is not None
        days.append(due.astimezone(NL).date())
        after = due
    steps = {(later - day).days for day, later in itertools.pairwise(days)}
    assert steps <= {"daily": {1}, "weekly": {7}, "monthly": {28, 29, 30, 31}}[frequency]


@pytest.mark.parametrize(
    ("frequency", "after", "due"),
    [
        ("weekly", "2026-03-24T07:00+01:00", "2026-03-31T07:00+02:00"),  # over the change to summer time
        ("weekly", "2026-10-20T07:00+02:00", "2026-10-27T07:00+01:00"),  # and back
        ("daily", "2026-03-28T07:00+01:00", "2026-03-29T07:00+02:00"),
        ("daily", "2026-10-24T07:00+02:00", "2026-10-25T07:00+01:00"),
        ("daily", "2026-11-22T06:59:59+01:00", "2026-11-22T07:00+01:00"),
        ("weekly", "2026-11-24T06:59:59+01:00", "2026-11-24T07:00+01:00"),
        ("monthly", "2028-02-28T12:00+01:00", "2028-03-01T07:00+01:00"),  # a leap year
        ("monthly", "2026-12-01T07:00+01:00", "2027-01-01T07:00+01:00"),
        ("monthly", "2026-01-31T23:59+01:00", "2026-02-01T07:00+01:00"),
    ],
)
def test_next_time_by_the_calendar(frequency: str, after: str, due: str) -> None:
    assert next_time(frequency, datetime.fromisoformat(after)) == datetime.fromisoformat(due)


def test_never_has_no_time() -> None:
    assert next_time("never", datetime(2026, 11, 22, tzinfo=UTC)) is None


def test_subscribe_sets_the_next_time(anna: Person) -> None:
    subscribe(anna, "weekly")
    due = Subscription.objects.get(person=anna).next_at
    assert due == next_time("weekly", datetime.now(UTC))


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
