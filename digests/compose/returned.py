"""The mail that says why an answer by mail was not posted."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from digests.compose.page import confirmed_address, region_letter
from digests.letter import disarmed
from digests.models import Incoming, Mail
from digests.relay import Letter
from regions.models import Contribution
from regions.rules import can_comment

Outcome = Incoming.Outcome

WHY: dict[str, Promise] = {
    Outcome.WITHOUT_FILES: _("Your answer is on the site. What you attached to it was not kept."),
    Outcome.STRANGER: _(
        "The answer came from an e-mail address that is not yours on Initiate. Did you send it yourself? Then answer"
        " from an address that you confirmed. Did you pass our mail on? Then somebody else answered it."
    ),
    Outcome.EXPIRED: _("You can answer a mail for thirty days. This one is older."),
    Outcome.UNSEEN: _("What you answered is not there any more, or you cannot see it any more."),
    Outcome.OUTSIDE: _("You are suspended in this region. Until that ends you cannot post there."),
    Outcome.CLOSED: _("Nobody can comment here any more."),
    Outcome.TOO_LARGE: _("Your mail was larger than 5 MB. Send it again without what is attached."),
    Outcome.UNREADABLE: _("We could not read your mail. Send it again as plain text."),
    Outcome.EMPTY: _(
        "We found no new words in your mail. Write your answer at the top, above our mail and above your signature."
    ),
    Outcome.TOO_LONG: _("Your answer is longer than 5000 characters. Please make it shorter."),
    Outcome.NUMBER: _(
        "There is a number in your answer that looks like a citizen service number (BSN). Please take it out."
    ),
    Outcome.REFUSED: _("There is something in your answer that we do not take. The page tells you what."),
}


def returned(mail: Mail) -> Letter | None:
    """Return why an answer was not posted, to who gave it; the title only while they may see it."""
    row = Incoming.objects.select_related("person", "comment").filter(pk=mail.data["ids"]["object"]).first()
    recipient = confirmed_address(row.person) if row and row.person.is_active else ""
    if row is None or not recipient:
        mail.end(Mail.State.CANCELLED, "nobody to tell")
        return None
    seen = Contribution.objects.visible_to(row.person).filter(pk=row.contribution_id or 0).first()
    context = {
        "name": disarmed(row.person.name),
        "why": WHY[row.outcome],
        "title": disarmed(seen.title) if seen else "",
        "is_yours": row.outcome != Outcome.STRANGER,
        "is_posted": row.outcome == Outcome.WITHOUT_FILES,
        "may_answer": seen is not None and can_comment(row.person, seen),
    }
    return region_letter(mail, recipient, "mail/returned", _path(row, seen), context)


def _path(row: Incoming, seen: Contribution | None) -> str:
    """Return the way to the comment, to the form, or to what is nearest to it."""
    if seen is None:
        return "/"
    if row.comment:
        return row.comment.get_absolute_url()
    return reverse("regions:comment", args=[seen.pk]) if can_comment(row.person, seen) else seen.get_absolute_url()
