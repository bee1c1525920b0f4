"""How long mails and notices are kept: 90 days after they ended, were mailed or were read."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from digests.models import Mail
from regions.models import Notice

KEPT = timedelta(days=90)
BATCH, BATCHES = 500, 20
"""So many rows go in one transaction, and so many times in one tick, so that a tick stays short."""


def drop_old() -> int:
    """Drop what is old enough; return how many mails and notices. What is held stays until staff looks at it."""
    return _in_batches(_drop_mails) + _in_batches(_drop_read)


def _in_batches(step: Callable[[], int]) -> int:
    dropped = 0
    for _number in range(BATCHES):
        count = step()
        dropped += count
        if count < BATCH:
            break
    return dropped


@transaction.atomic
def _drop_mails() -> int:
    """Drop some mails together with what they told: a notice without its mail would be told again."""
    old = Mail.objects.filter(state__in=Mail.ENDS, state_at__lt=timezone.now() - KEPT)
    rows = old.select_for_update(skip_locked=True, of=("self",)).order_by("state_at").values_list("pk", flat=True)
    ids = list(rows[:BATCH])
    Notice.objects.filter(enclosure__mail__in=ids).delete()
    Mail.objects.filter(pk__in=ids).delete()
    return len(ids)


@transaction.atomic
def _drop_read() -> int:
    """Drop some notices that were read, whether they were mailed or not."""
    old = Notice.objects.filter(read_at__lt=timezone.now() - KEPT)
    rows = old.select_for_update(skip_locked=True, of=("self",)).order_by("read_at").values_list("pk", flat=True)
    ids = list(rows[:BATCH])
    Notice.objects.filter(pk__in=ids).delete()
    return len(ids)
