"""When an overview mail is due: 07:00 in the Netherlands, on the day that goes with its frequency."""

from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Person
from digests.models import Frequency, Subscription

HOUR = time(7)
TUESDAY = 1  # as date.weekday() counts


def database_now() -> datetime:
    """Return the moment that PostgreSQL says it is: machines differ, and what is due is decided there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def next_time(frequency: str, after: datetime) -> datetime | None:
    """Return the first time later than `after` at which this frequency is due; None for never.

    Days are counted in local dates and only then made moments: a change of the clock loses or doubles none.
    """
    if frequency == Frequency.NEVER:
        return None
    day = timezone.localtime(after, timezone.get_default_timezone()).date()
    due = _at_seven(_first_day(frequency, day))
    return due if due > after else _at_seven(_first_day(frequency, day + timedelta(days=1)))


def _first_day(frequency: str, day: date) -> date:
    """Return `day`, or the first after it, that has an overview."""
    if frequency == Frequency.WEEKLY:
        return day + timedelta(days=(TUESDAY - day.weekday()) % 7)
    if frequency == Frequency.MONTHLY and day.day > 1:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day


def _at_seven(day: date) -> datetime:
    """Return 07:00 local time; the clock changes at 02:00 and 03:00, so there is always exactly one."""
    return timezone.make_aware(datetime.combine(day, HOUR), timezone.get_default_timezone())


@transaction.atomic
def subscribe(person: Person, frequency: str) -> Subscription:
    """Set how often someone gets the overview; the same choice again leaves what is due as it is."""
    row = Subscription.objects.select_for_update().filter(person=person).first()
    if row is None or row.frequency != frequency:
        due = next_time(frequency, database_now())
        row, _made = Subscription.objects.update_or_create(
            person=person, defaults={"frequency": frequency, "next_at": due}
        )
    return row
