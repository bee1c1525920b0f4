"""The overview: what somebody did not read yet, in one mail."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import Person
from digests.compose.enclosed import news_context, news_letter, tell
from digests.compose.page import wants_mail
from digests.items import Group
from digests.leaving import leaving_path
from digests.models import Mail, Subscription
from digests.relay import Letter
from digests.subject import subject_of
from regions.models import Meeting


def digest(mail: Mail) -> Letter | None:
    return tell(mail, wants_mail, _digest_letter)


def _digest_letter(mail: Mail, person: Person, recipient: str, groups: list[Group]) -> Letter:
    context = digest_context(person, groups) | {"leave_url": settings.SITE_URL + leaving_path(person)}
    return news_letter(mail, recipient, "mail/digest", context)


MOST = 50
"""So much is told, what presses first; the rest is counted and stands on the site. Some mail programs cut off what is
longer than 102 kB."""
MEETINGS, AHEAD = 5, timedelta(days=35)
"""So many coming meetings stand below the news, so far ahead."""


def digest_context(person: Person, groups: list[Group]) -> dict[str, Any]:
    """Return what the overview shows, in the mail and in its preview."""
    subscription: Subscription | None = getattr(person, "subscription", None)
    return news_context(person) | {
        "subject": subject_of(groups),
        "sections": in_sections(groups[:MOST]),
        "more": len(groups[MOST:]),
        "meetings": coming_meetings(person, groups) if groups else [],
        "frequency": subscription.in_words if subscription else "",
    }


def coming_meetings(person: Person, groups: list[Group]) -> list[Meeting]:
    """Return what is near this person and goes on, but for what the news tells of.

    They read it with the news, no mail comes for it alone.
    """
    told = [pk for group in groups if (pk := group.latest.notice.event.contribution_id)]
    until = timezone.now() + AHEAD
    coming = Meeting.objects.coming().told_to(person).filter(cancelled_at=None, starts_at__lte=until)
    near = coming.exclude(pk__in=told).for_line()
    first = list(near[:MEETINGS])
    # Most are open to everyone, and the statement that asks what this person may read is long to make.
    return first if all(meeting.is_public for meeting in first) else list(near.visible_to(person)[:MEETINGS])


def in_sections(groups: list[Group]) -> list[tuple[str, list[Group]]]:
    """Return pairs of heading and groups; `gather` put them in order."""
    headings = dict.fromkeys(group.section for group in groups)
    return [(str(heading.label), [group for group in groups if group.section == heading]) for heading in headings]
