"""Addresses that give our mail back: which answer is about the address, and where no news goes any more."""

import re
from datetime import timedelta

from django.utils import timezone

from digests.models import Mail, Refusal
from digests.relay import Never, NoRecipient

KEPT = timedelta(days=90)
"""An address that gave nothing back for so long is tried again."""

ENHANCED = re.compile(r"5\d\d[ -]5\.\d+\.\d+")
OF_THE_ADDRESS = re.compile(r"5\d\d[ -]5\.(1\.(0|1|2|3|4|6|10)|2\.[012]|4\.1)(?!\d)")
"""RFC 3463 and RFC 7505: nobody there, or a mailbox that takes nothing; 5.4.1 is how Exchange Online says it.

The others are about us, our server or what we wrote: blocked, too large, taken for spam.
"""


def is_about_address(error: Never) -> bool:
    """Tell whether it is the address that is refused. Without a code of its own, a refusal at RCPT is about that."""
    words = str(error)
    return bool(OF_THE_ADDRESS.match(words)) if ENHANCED.match(words) else isinstance(error, NoRecipient)


def note(recipient: str, error: Never) -> None:
    if is_about_address(error):
        Refusal.note(_key(recipient), str(error))


def forget(recipient: str) -> None:
    Refusal.objects.filter(pk=_key(recipient)).delete()


def forget_due() -> int:
    """Forget what nobody asked for lately; return how many addresses."""
    return Refusal.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def takes(mail: Mail, recipient: str) -> bool:
    """Tell whether this mail may go there: news goes to no address that gives our mail back."""
    return mail.kind in Mail.AWAITED or not Refusal.objects.flagged().filter(pk=_key(recipient)).exists()


def _key(recipient: str) -> str:
    """Return the address as people write it: in small letters, and its domain not in the form of the line."""
    name, _at, domain = recipient.lower().rpartition("@")
    return f"{name}@{domain.encode().decode('idna')}"
