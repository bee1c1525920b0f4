"""When an overview mail is due: at the day and hour that someone chose, by the clock of the Netherlands."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person
from digests.models import Frequency, Subscription


def database_now() -> datetime:
    """Return the moment that PostgreSQL says it is: machines differ, and what is due is decided there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def next_time(subscription: Subscription, after: datetime) -> datetime | None:
    """Return the first time later than `after` at which an overview is due; None for never.

    A day, week or month in which one was made before gets no other. Days are counted in local dates and only then made
    moments: a change of the clock loses or doubles none.
    """
    if subscription.frequency == Frequency.NEVER:
        return None
    day = max(_local_date(after), _first_free_day(subscription))
    due = _moment(_first_day(subscription, day), subscription.hour)
    return due if due > after else _moment(_first_day(subscription, day + timedelta(days=1)), subscription.hour)


def _local_date(moment: datetime) -> date:
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def _first_free_day(subscription: Subscription) -> date:
    """Return the first day of the day, week (from Monday) or month after the one that had its overview."""
    if subscription.last_at is None:
        return date.min
    day = _local_date(subscription.last_at)
    if subscription.frequency == Frequency.WEEKLY:
        return day + timedelta(days=7 - day.weekday())
    return _month_after(day) if subscription.frequency == Frequency.MONTHLY else day + timedelta(days=1)


def _first_day(subscription: Subscription, day: date) -> date:
    """Return `day`, or the first after it, that has an overview."""
    if subscription.frequency == Frequency.WEEKLY:
        return day + timedelta(days=(subscription.weekday - day.weekday()) % 7)
    return _month_after(day) if subscription.frequency == Frequency.MONTHLY and day.day > 1 else day


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _moment(day: date, hour: int) -> datetime:
    """Return the moment of a local hour: the first where the clock strikes it twice.

    An hour that the clock skips becomes the moment after the gap.
    """
    return timezone.make_aware(datetime.combine(day, time(hour)), timezone.get_default_timezone()).astimezone(UTC)


@transaction.atomic
def subscribe(
    person: Person,
    frequency: str,
    *,
    weekday: int | None = None,
    hour: int | None = None,
    at_once: bool | None = None,
    at: datetime | None = None,
) -> Subscription:
    """Set what mail someone wants, at this moment; what is None stays as it is.

    The same rhythm again leaves what is due as it is; another is never due in the past.
    """
    Subscription.objects.get_or_create(person=person, defaults={"frequency": Frequency.NEVER})
    row = Subscription.objects.select_for_update().get(person=person)
    before, row.frequency = row.rhythm, frequency
    row.weekday = row.weekday if weekday is None else weekday
    row.hour = row.hour if hour is None else hour
    row.at_once = row.at_once if at_once is None else at_once
    if row.rhythm != before:
        row.next_at = next_time(row, at or database_now())
    row.save(update_fields=["frequency", "weekday", "hour", "at_once", "next_at"])
    return row
