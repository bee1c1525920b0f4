"""What every mail that we compose here shares."""

import re
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Person
from digests.inbox.address import address_for
from digests.inbox.quoted import ABOVE
from digests.letter import letter, render_html, render_text
from digests.models import Frequency, Mail, Subscription
from digests.outbox import confirmed
from digests.relay import Letter
from regions.models import Contribution
from regions.sections import audience_of


def confirmed_address(person: Person) -> str:
    """Return where overviews go: the primary address if it is confirmed, else another confirmed one, else nothing."""
    return str(confirmed(person).values_list("email", flat=True).first() or "")


def wants_mail(person: Person) -> bool:
    subscription: Subscription | None = getattr(person, "subscription", None)
    return person.is_active and subscription is not None and subscription.frequency != Frequency.NEVER


def wants_at_once(person: Person) -> bool:
    subscription: Subscription | None = getattr(person, "subscription", None)
    return person.is_active and subscription is not None and subscription.at_once


def region_letter(
    mail: Mail,
    recipient: str,
    template: str,
    path: str,
    context: dict[str, Any],
    *,
    leave: str = "",
    answers: Contribution | None = None,
    calendar: bytes = b"",
) -> Letter:
    """Return a mail of a region.

    `leave` is where one leaves what goes to many (the HTML part has it in its foot); an answer to the mail becomes a
    comment on `answers`, where its reader may comment.
    """
    with translation.override(mail.person.language if mail.person else mail.data["language"]):
        url = settings.SITE_URL + path
        whole = context | {"url": url, "site_url": settings.SITE_URL, "language": translation.get_language()}
        reply = answering(mail.person, answers)
        subject = render_to_string(f"{template}_subject.txt", whole).strip()
        parts = paragraphs(render_text(f"{template}.txt", whole), url)
        text = render_text(f"{template}.txt", whole | {"leave_url": leave} | reply)
        html = render_html("mail/letter.html", whole | {"subject": subject, "parts": parts, "leave_url": leave} | reply)
        headers = (leaving_headers(leave) if leave else {}) | ({"Reply-To": reply["reply_to"]} if reply else {})
        return letter(mail, recipient, subject, text=text, html=html, headers=headers, calendar=calendar)


def leaving_headers(leave: str) -> dict[str, str]:
    """Return what lets a mail program offer to leave with one click (RFC 8058)."""
    return {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def answering(person: Person | None, on: Contribution | None) -> dict[str, str]:
    """Return where an answer goes, what stands above the mail and who will read it; nothing where none is taken."""
    address = address_for(person, on) if person and on else ""
    if not address or on is None:
        return {}
    return {"reply_to": address, "reply_above": gettext(ABOVE), "reply_readers": audience_of(on)}


def paragraphs(text: str, url: str) -> list[tuple[str, bool]]:
    """Split a text into paragraphs for the HTML part; one that ends in the link is the label of its button."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [(part.removesuffix(url).strip().removesuffix(":"), part.endswith(url)) for part in parts]
