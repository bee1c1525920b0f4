"""A mail that tells notices: what of them is told at the moment of sending, and to whom."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from digests.compose.page import confirmed_address, leaving_headers
from digests.items import Group, gather
from digests.letter import letter, render_html, render_text
from digests.models import Mail
from digests.relay import Letter
from regions.models import Notice

Write = Callable[[Mail, Person, str, list[Group]], Letter]
"""Makes the letter: of this mail, for this person, to this address, with this in it."""


def tell(mail: Mail, wants: Callable[[Person], bool], write: Write) -> Letter | None:
    """Return the letter with what is enclosed, not read yet and may be known; None, with the mail finished, where it
    is not wanted any more or nothing is left.
    """
    person = Person.objects.select_related("subscription").get(mails=mail)
    recipient = confirmed_address(person)
    if not wants(person) or not recipient:
        mail.end(Mail.State.CANCELLED, "not wanted any more" if recipient else "no confirmed address")
        return None
    enclosed = list(Notice.objects.filter(enclosure__mail=mail, person=person))
    with translation.override(person.language):
        groups = gather(person, (notice for notice in enclosed if notice.read_at is None))
        if not groups:
            mail.end(Mail.State.EMPTY)
            return None
        _free_untold(mail, enclosed, groups)
        return write(mail, person, recipient, groups)


def _free_untold(mail: Mail, enclosed: Iterable[Notice], groups: Iterable[Group]) -> None:
    """Let go of what this mail does not tell; it may be told when it can be seen again."""
    told = {item.notice.pk for group in groups for item in group.items}
    if untold := {notice.pk for notice in enclosed} - told:
        mail.enclosures.filter(notice__in=untold).delete()


def news_context(person: Person) -> dict[str, Any]:
    """Return what every mail shows that tells news."""
    return {
        "language": translation.get_language(),
        "person": person,
        "site_url": settings.SITE_URL,
        "preferences_url": settings.SITE_URL + reverse("accounts:preferences"),
        "notices_url": settings.SITE_URL + reverse("digests:notices"),
    }


def news_letter(mail: Mail, recipient: str, template: str, context: dict[str, Any]) -> Letter:
    """Return the letter of a template's two parts; `leave_url` in its context is where one stops such mails."""
    return letter(
        mail,
        recipient,
        str(context["subject"]),
        text=render_text(f"{template}.txt", context),
        html=render_html(f"{template}.html", context),
        headers=leaving_headers(context["leave_url"]),
    )
