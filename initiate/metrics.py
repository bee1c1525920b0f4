"""How sending stands, in the text format of Prometheus."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from digests.gauges import Gauges
from digests.models import Pulse


@require_safe
@never_cache
@transaction.non_atomic_requests
def metrics(request: WSGIRequest) -> HttpResponse:
    """Answer who has METRICS_TOKEN; where that is not set there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        headers = {"WWW-Authenticate": "Bearer"}
        return HttpResponse("the token is not right\n", status=401, content_type="text/plain", headers=headers)
    text = "".join(f"{line}\n" for line in measured(Gauges.read()))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def measured(now: Gauges) -> Iterator[str]:
    """Give each line. All of it stands in the database, so every web process answers the same."""
    yield from series("mails", "Mails by state", {f'state="{name}"': count for name, count in now.mails.items()})
    yield from series("mails_sent_total", "Mails that a server took", {"": now.sent}, "counter")
    yield from series("mail_oldest_waiting_seconds", "How long the mail that waits longest is due", {"": now.oldest})
    yield from series("mail_paused", "Whether news is paused", {"": int(now.paused_since is not None)})
    yield from series("overviews_due", "Overviews that have to be planned", {"": now.due})
    yield from series("events_unspread", "Events of which nobody was told yet", {"": now.unspread})
    yield from series("addresses_refused", "Addresses that no news goes to any more", {"": now.refused})
    ages = {f'part="{name}"': seconds_since(pulse) for name, pulse in now.pulses.items()}
    yield from series("pulse_age_seconds", "Seconds since the last sign of life", ages)


def series(name: str, words: str, values: dict[str, int], kind: str = "gauge") -> Iterator[str]:
    yield f"# HELP initiate_{name} {words}."
    yield f"# TYPE initiate_{name} {kind}"
    for label, value in values.items():
        yield f"initiate_{name}{{{label}}} {value}" if label else f"initiate_{name} {value}"


def seconds_since(pulse: Pulse) -> int:
    return round((timezone.now() - pulse.at).total_seconds())
