"""Who gets an overview now: one mail per person and period, and what is enclosed in it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import Person
from digests.asked import DONE
from digests.models import Enclosure, Mail, Subscription
from digests.outbox import message_id, wake
from digests.rhythm import database_now, next_time
from regions.models import Notice

BATCH = 100


def plan() -> int:
    """Plan every overview that is due; return how many mails were made."""
    made = 0
    while (step := plan_batch()) is not None:
        made += step
    return made


@transaction.atomic
def plan_batch() -> int | None:
    """Plan some overviews, all or none of them; return how many mails were made, None when nothing is due."""
    rows = Subscription.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=Now())
    due = list(rows.order_by("next_at")[:BATCH])
    if not due:
        return None
    now, notices = database_now(), _waiting(due)
    made = sum(_plan_one(subscription, now, notices[subscription.person_id]) for subscription in due)
    Subscription.objects.bulk_update(due, ["next_at"])
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
    period = subscription.next_at
    subscription.next_at = next_time(subscription.frequency, now)
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

    What is on its way to all members at this moment is left to that mail.
    """
    new = Notice.objects.unread().filter(person__in=people, enclosure=None, event__mailing=None)
    return new.exclude(DONE).order_by("-event")
