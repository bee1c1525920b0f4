"""Asking the relay whether it took a mail, where it can be asked: by that a mail in doubt is neither lost nor doubled.

RELAY_QUERY_URL is asked by GET with `message_id=<…>`, and answers in JSON: `{"taken": true}`, `{"taken": false}`, or
`{"taken": null}` when it cannot say.
"""

import json
from http.client import HTTPException
from urllib.parse import urlencode
from urllib.request import urlopen

from django.conf import settings

SECONDS = 3
"""So long an answer may take. The tick asks, and has more to do."""
LONGEST = 1_000


def can_be_asked() -> bool:
    return bool(settings.RELAY_QUERY_URL)


def was_taken(message_id: str) -> bool | None:
    """Return what the relay says of this mail; None when it cannot be asked, does not answer or does not know."""
    if not can_be_asked():
        return None
    address = f"{settings.RELAY_QUERY_URL}?{urlencode({'message_id': message_id})}"
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the setting allows http and https only
            said = json.loads(answer.read1(LONGEST))  # one packet, so that no drip of bytes keeps the tick
    except (OSError, HTTPException, ValueError):
        return None
    taken = said.get("taken") if isinstance(said, dict) else None
    return taken if isinstance(taken, bool) else None
