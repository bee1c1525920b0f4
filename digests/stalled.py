"""Whether mail leaves: what is wrong with sending, in words, within five minutes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from digests.models import Mail, Pause, Pulse

SILENT = timedelta(minutes=3)
LATE = timedelta(minutes=5)
MUCH_TOO_LATE = timedelta(hours=1)
LATELY = timedelta(hours=1)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
EVERY = 3
"""So many mails that a server put off, and none that it took in the meantime, are no longer a matter of one address."""

LINE_FAILED = r"^[A-Za-z]+: "
"""How a reply begins that is no answer of a server: `relay` writes it so when there is no line, or it breaks."""


def complaint() -> str:
    """Return what is wrong, the worst first; empty when mail leaves. Four queries."""
    return next(_complaints(timezone.now()), "")


def _complaints(now: datetime) -> Iterator[str]:
    beats = dict(Pulse.objects.filter(name__in=("sender", "sent")).values_list("name", "at"))
    sender_at, sent_at = beats.get("sender", NEVER), beats.get("sent", NEVER)
    yield from _waiting(now, sender_at, sent_at)
    if _is_all_put_off(now, sent_at):
        yield "the mail server takes nothing"
    since = Pause.objects.values_list("since", flat=True).first()
    if since:
        yield f"news is paused since {since:%Y-%m-%d %H:%M} UTC"


def _waiting(now: datetime, sender_at: datetime, sent_at: datetime) -> Iterator[str]:
    """Tell of mail that is due and not taken up. While others leave, it waits for its turn."""
    due_at = Mail.objects.waiting().aggregate(at=Min("next_try_at"))["at"] or now
    if due_at < now - SILENT and sender_at < now - SILENT:
        yield "the sender is silent while mail waits"
    if due_at < now - LATE and sent_at < now - LATE:
        yield "mail waits for more than 5 minutes"
    if due_at < now - MUCH_TOO_LATE:
        yield "mail waits for more than an hour"


def _is_all_put_off(now: datetime, sent_at: datetime) -> bool:
    """Tell whether mail was tried in vain since the last that left, and it is not for its own address.

    A mail without a line says enough; of what a server put off itself it takes several.
    """
    in_vain = Mail.objects.filter(state=Mail.State.READY, attempts__gt=0, made_at__lt=now - LATE, state_at__gt=sent_at)
    counts = in_vain.aggregate(
        unheard=Count("pk", filter=Q(reply__regex=LINE_FAILED)),
        put_off=Count("pk", filter=Q(reply__regex=r"^4", state_at__gt=now - LATELY)),
    )
    return bool(counts["unheard"] or counts["put_off"] >= EVERY)
