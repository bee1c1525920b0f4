"""Mail at once: what waits on somebody or is about them."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from digests.compose.enclosed import tell
from digests.compose.page import leaving_headers, wants_at_once
from digests.items import Group
from digests.leaving import Leaving, leaving_path
from digests.letter import disarmed, letter, render_html, render_text
from digests.models import Mail
from digests.relay import Letter
from digests.subject import subject_at_once


def at_once(mail: Mail) -> Letter | None:
    return tell(mail, wants_at_once, _letter)


def _letter(mail: Mail, person: Person, recipient: str, groups: list[Group]) -> Letter:
    leave = settings.SITE_URL + leaving_path(person, Leaving.AT_ONCE)
    context = {
        "language": translation.get_language(),
        "person": person,
        "subject": disarmed(subject_at_once(groups)),
        "groups": groups,
        "site_url": settings.SITE_URL,
        "preferences_url": settings.SITE_URL + reverse("accounts:preferences"),
        "notices_url": settings.SITE_URL + reverse("digests:notices"),
        "leave_url": leave,
    }
    return letter(
        mail,
        recipient,
        str(context["subject"]),
        text=render_text("mail/at_once.txt", context),
        html=render_html("mail/at_once.html", context),
        headers=leaving_headers(leave),
    )
