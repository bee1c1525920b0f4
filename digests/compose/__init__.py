"""Composing, at the moment of sending: whether it may still be sent, to which address, and what is in it."""

from collections.abc import Callable

from digests.compose import account, at_once, cabinet, meeting, overview, region, report, returned
from digests.models import Mail
from digests.refusals import takes
from digests.relay import Letter

COMPOSERS: dict[str, Callable[[Mail], Letter | None]] = {
    Mail.Kind.ACCOUNT: account.account_mail,
    Mail.Kind.DIGEST: overview.digest,
    Mail.Kind.INVITATION: region.invitation,
    Mail.Kind.WELCOME: region.welcome,
    Mail.Kind.MEETING: meeting.meeting_mail,
    Mail.Kind.CLAIM: region.claim,
    Mail.Kind.BACKING: cabinet.backing,
    Mail.Kind.EXPORT: region.export,
    Mail.Kind.ASSIGNMENT: cabinet.assignment,
    Mail.Kind.ANNOUNCEMENT: region.announcement,
    Mail.Kind.REPORT: report.confirmation,
    Mail.Kind.ANSWER: report.answer,
    Mail.Kind.AT_ONCE: at_once.at_once,
    Mail.Kind.RETURNED: returned.returned,
}


def compose(mail: Mail) -> Letter | None:
    """Return the letter of a claimed mail; None, with the mail finished, when there is nothing to send any more."""
    letter = COMPOSERS[mail.kind](mail)
    if letter is None or takes(mail, letter.recipient):
        return letter
    mail.end(Mail.State.CANCELLED, "the address gives our mail back")
    return None
