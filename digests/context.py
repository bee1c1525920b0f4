"""What every page shows of the bell."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from accounts.models import Person
from challenges.models.told import is_told
from digests.asked import DONE
from digests.quiet import HUSHED, QUIET
from regions.models import Notice
from regions.models.contribution import events_visible_to

MOST = 99
"""So many new things are counted: every page counts them, and a moderator may have thousands."""


def notices(request: HttpRequest) -> dict[str, Any]:
    """Give `notice_count`: asked of the database by the first template that shows it, and once."""
    return {"notice_count": cache(lambda: unread_count(getattr(request, "user", None)))}


def unread_count(person: object) -> int:
    """Count what is new for someone and may be known by them now, no further than one beyond what is shown."""
    if not isinstance(person, Person):
        return 0
    new = Notice.objects.unread().filter(person=person)
    reasons = set(new.order_by().values_list("reason", flat=True).distinct())
    if not reasons:
        return 0
    # Every page asks this, and most of its cost is to write the statement: what no notice needs stays out of it.
    told = new.filter(event__in=events_visible_to(person).filter(is_told(person)))
    told = told.exclude(DONE) if Notice.Reason.WAITS in reasons else told
    told = told.exclude(QUIET) if reasons.intersection(HUSHED) else told
    return told[: MOST + 1].count()
