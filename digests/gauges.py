"""How sending stands, in numbers: for `/metrics`, the mail log and `manage.py mail status`."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.utils import timezone

from digests.models import Mail, Pause, Pulse, Refusal, Subscription
from regions.models import Unspread

State = Mail.State
COUNTED = (State.READY, State.CLAIMED, State.HANDING, State.UNCERTAIN, State.DEAD)
"""The states that have few mails at a time: the sent ones are counted as they go."""


@dataclass(frozen=True)
class Gauges:
    """`mails` by state, `pulses` by part; `oldest_at` is since when the mail waits that waits longest."""

    mails: dict[str, int]
    oldest_at: datetime | None
    due: int
    unspread: int
    refused: int
    paused_since: datetime | None
    pulses: dict[str, Pulse]

    @classmethod
    def read(cls) -> "Gauges":
        """Six queries, each along an index that holds little more than what it counts."""
        now = timezone.now()
        of_state = {state.value: Count("pk", filter=Q(state=state)) for state in COUNTED}
        oldest = Min("next_try_at", filter=Q(state=State.READY, next_try_at__lte=now))
        mails = Mail.objects.filter(state__in=COUNTED).aggregate(**of_state, oldest=oldest)
        return cls(
            oldest_at=mails.pop("oldest"),
            mails=mails,
            due=Subscription.objects.filter(next_at__lte=now).count(),
            unspread=Unspread.objects.count(),
            refused=Refusal.objects.flagged().count(),
            paused_since=Pause.objects.values_list("since", flat=True).first(),
            pulses={pulse.name: pulse for pulse in Pulse.objects.order_by("name")},
        )

    @property
    def sent(self) -> int:
        """Return how many mails a server took since the beginning."""
        return self.pulses["sent"].count if "sent" in self.pulses else 0

    @property
    def oldest(self) -> int:
        """Return for how many seconds the mail waits that waits longest; what was put off waits from its next try."""
        return round((timezone.now() - self.oldest_at).total_seconds()) if self.oldest_at else 0
