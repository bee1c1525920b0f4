"""What every page shows of the bell."""

from functools import cache
from typing import Any

from django.http import HttpRequest

from accounts.models import Person
from challenges.models.told import is_told
from digests.asked import DONE
from digests.quiet import QUIET
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
    new = Notice.objects.unread().filter(person=person, event__in=events_visible_to(person).filter(is_told(person)))
    return new.exclude(DONE | QUIET)[: MOST + 1].count()
