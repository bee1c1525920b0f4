"""The mails of the InnovatieKabinet: feedback asked by name, and the backing that somebody confirms."""

from django.urls import reverse

from challenges.models import Assignment, Challenge, Offer
from challenges.rules import can_review
from digests.compose.page import confirmed_address, region_letter
from digests.letter import disarmed, disarmed_lines
from digests.models import Mail
from digests.relay import Letter


def assignment(mail: Mail) -> Letter | None:
    """Return the question for feedback to who is asked by name, while it waits and this member may see it."""
    rows = Assignment.objects.open().filter(pk=mail.data["ids"]["object"], person=mail.person)
    row = rows.select_related("person", "by", "asking__challenge__region").first()
    recipient = confirmed_address(row.person) if row else ""
    if row is None or not recipient or not can_review(row.person, row.asking.challenge):
        mail.end(Mail.State.CANCELLED, "answered, or asked no longer")
        return None
    challenge = row.asking.challenge
    if not Challenge.objects.visible_to(row.person).filter(pk=challenge.pk).exists():
        mail.end(Mail.State.CANCELLED, "not for this member to see")
        return None
    context = {
        "row": row,
        "challenge": challenge,
        "name": disarmed(row.person.name),
        "words": disarmed_lines(row.asking.words),
        "what": mail.data["what"],
    }
    url = reverse("challenges:review", args=[challenge.pk, challenge.slug])
    return region_letter(mail, recipient, "mail/assigned", url, context)


def backing(mail: Mail) -> Letter | None:
    """Return the question to confirm that a board backs something, while it can be answered."""
    found = Offer.objects.for_backing().filter(pk=mail.data["ids"]["object"]).first()
    if found is None or not found.can_be_backed() or (mail.person and not mail.person.is_active):
        mail.end(Mail.State.CANCELLED, "the question has no use any more")
        return None
    challenge = found.challenge
    context = {
        "by": disarmed(found.person.name),
        "name": disarmed(found.backer_name),
        "function": disarmed(found.backer_function),
        # What visitors do not see leaves no trace in a mail to one.
        "title": disarmed(challenge.title) if challenge.is_public else "",
        "until": found.backing_until,
    }
    return region_letter(mail, found.backer_email, "mail/backing", found.get_backing_url(), context)
