"""Mail at once: what waits on somebody or is about them."""

from django.conf import settings

from accounts.models import Person
from digests.compose.enclosed import news_context, news_letter, tell
from digests.compose.page import wants_at_once
from digests.items import Group
from digests.leaving import Leaving, leaving_path
from digests.letter import disarmed
from digests.models import Mail
from digests.relay import Letter
from digests.subject import subject_at_once


def at_once(mail: Mail) -> Letter | None:
    return tell(mail, wants_at_once, _letter)


def _letter(mail: Mail, person: Person, recipient: str, groups: list[Group]) -> Letter:
    own = {
        "subject": disarmed(subject_at_once(groups)),
        "groups": groups,
        "leave_url": settings.SITE_URL + leaving_path(person, Leaving.AT_ONCE),
    }
    return news_letter(mail, recipient, "mail/at_once", news_context(person) | own)
