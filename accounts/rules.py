"""How long a colleague may vouch for someone, and what the address of a person may give."""

from datetime import date, timedelta

from django.utils import timezone

LONGEST = timedelta(days=731)


def latest_end(today: date | None = None) -> date:
    """Return the last day until which a colleague may confirm hired staff: two years from today."""
    return (today or timezone.localdate()) + LONGEST
