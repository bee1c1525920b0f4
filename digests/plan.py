"""Who gets an overview now: one mail per person and period, and what is enclosed in it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Person
from digests.asked import DONE
from digests.models import Enclosure, Mail, Pause, Subscription
from digests.outbox import message_id, wake
from digests.quiet import QUIET
from digests.rhythm import database_now, next_time
from regions.models import Notice

BATCH = 100


def plan(at: datetime | None = None) -> int:
    """Plan every overview that is due, now or at a given moment; return how many mails were made."""
    made = 0
    while (step := plan_batch(at)) is not None:
        made += step
    return made


@transaction.atomic
def plan_batch(at: datetime | None = None) -> int | None:
    """Plan some overviews, all or none of them; return how many mails were made, None when nothing is due.

    In a pause nothing is: what is due stays so, and gets one overview when the pause ends.
    """
    if Pause.objects.exists():
        return None
    now = at or database_now()
    rows = Subscription.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=now)
    due = list(rows.order_by("next_at")[:BATCH])
    if not due:
        return None
    notices = _waiting(due)
    made = sum(_plan_one(subscription, now, notices[subscription.person_id]) for subscription in due)
    Subscription.objects.bulk_update(due, ["next_at", "last_at"])
    if made:
        wake()
    return made


def _waiting(due: Iterable[Subscription]) -> dict[int, list[int]]:
    """Return the notices that wait for each of these people; asked at once, as the statement is long to make."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = waiting_notices(*(subscription.person_id for subscription in due))
    for person, pk in rows.values_list("person_id", "pk"):
        found[person].append(pk)
    return found


def _plan_one(subscription: Subscription, now: datetime, notices: list[int]) -> bool:
    """Make the mail of this period, unless there is nothing to tell, and go on to the next period.

    After an outage the next period is the first one after now: one mail, not one for each that was missed.
    """
    made = _make(subscription, notices)
    if made:
        subscription.last_at = now
    subscription.next_at = next_time(subscription, now)
    return made


def _make(subscription: Subscription, notices: list[int]) -> bool:
    """Make the mail that is due, with what waits in it; return False when nothing waits, or it was there before."""
    period = subscription.next_at
    if not notices or period is None:
        return False
    key = f"digest:{subscription.person_id}:{subscription.frequency}:{period.isoformat()}"
    mail, made = Mail.objects.get_or_create(
        key=key,
        defaults={"kind": Mail.Kind.DIGEST, "person_id": subscription.person_id, "message_id": message_id(key)},
    )
    if made:
        Enclosure.objects.bulk_create([Enclosure(notice_id=pk, mail=mail) for pk in notices], ignore_conflicts=True)
    return made


def waiting_notices(*people: Person | int) -> QuerySet[Notice]:
    """Return what these have neither read nor been mailed and, where it waited on them, still does, latest first.

    What is on its way to all members at this moment is left to that mail; what they made quiet stays unmailed.
    """
    new = Notice.objects.unread().filter(person__in=people, enclosure=None, event__mailing=None)
    return new.exclude(DONE | QUIET).order_by("-event")
