"""The signed address to which someone answers a mail: for one person, one contribution and thirty days.

Nothing is kept of it. Mail systems may change its letters to capitals or back, and take 64 signs before the @
(RFC 5321).
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Person
from regions.models import Contribution
from regions.rules import can_comment

LASTS = timedelta(days=30)
NAME = "antwoord"
EPOCH = date(2020, 1, 1)
NUMBER, DAY, SEAL = 5, 2, 13
"""How many bytes each takes: person and contribution, the day, and the seal (104 bits). Together 40 signs of base32."""

_TOKEN = re.compile(r"[a-z2-7]{40}")


@dataclass(frozen=True)
class Address:
    """Who answers, on what, and on which day (UTC) the address was given out."""

    person: int
    contribution: int
    day: date

    @property
    def is_expired(self) -> bool:
        return _today() > self.day + LASTS

    @property
    def token(self) -> str:
        person, contribution = (number.to_bytes(NUMBER, "big") for number in (self.person, self.contribution))
        content = person + contribution + (self.day - EPOCH).days.to_bytes(DAY, "big")
        return base64.b32encode(content + _seal(content)).decode().lower()

    def __str__(self) -> str:
        return f"{NAME}+{self.token}@{settings.REPLY_DOMAIN}"


def address_for(person: Person, contribution: Contribution) -> str:
    """Return where this person answers; nothing where answering by mail is off, or they may not comment here now."""
    if not settings.REPLY_DOMAIN or not can_comment(person, contribution):
        return ""
    return str(Address(person.pk, contribution.pk, _today()))


def without_addresses(text: str) -> str:
    """Return a text without addresses of ours: each is the secret of one person."""
    return re.sub(rf"{NAME}\+[a-z2-7]{{40}}@{re.escape(settings.REPLY_DOMAIN)}", "", text, flags=re.IGNORECASE)


def read(address: str) -> Address | None:
    """Return what an address of ours says, also when it is expired; None when we did not sign it."""
    name, _at, domain = address.strip().lower().rpartition("@")
    prefix, _plus, token = name.partition("+")
    is_ours = bool(settings.REPLY_DOMAIN) and (prefix, domain) == (NAME, settings.REPLY_DOMAIN)
    return _opened(token) if is_ours and _TOKEN.fullmatch(token) else None


def _opened(token: str) -> Address | None:
    try:
        raw = base64.b32decode(token.upper())
    except binascii.Error:
        return None
    content, seal = raw[:-SEAL], raw[-SEAL:]
    if not constant_time_compare(seal, _seal(content)):
        return None
    person, contribution, day = content[:NUMBER], content[NUMBER : 2 * NUMBER], content[2 * NUMBER :]
    given = EPOCH + timedelta(days=int.from_bytes(day, "big"))
    return Address(int.from_bytes(person, "big"), int.from_bytes(contribution, "big"), given)


def _seal(content: bytes) -> bytes:
    return salted_hmac("digests.inbox", content, algorithm="sha256").digest()[:SEAL]


def _today() -> date:
    return datetime.now(UTC).date()
