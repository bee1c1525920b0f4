"""The mails of a region to its members, and to who is asked to join or to take something over."""

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.models import Person
from digests.compose.page import confirmed_address, region_letter, wants_mail
from digests.leaving import leaving_path
from digests.letter import disarmed, disarmed_lines
from digests.models import Mail
from digests.relay import Letter
from regions.models import Claim, Export, Invitation, Membership, Post, Quiet, Sort
from regions.rules import can_moderate_region
from regions.text import plain_lines


def invitation(mail: Mail) -> Letter | None:
    """Return the invitation, while it can still be used by somebody who is not a member."""
    found = Invitation.objects.open().select_related("region", "by").filter(pk=mail.data["ids"]["object"]).first()
    if found is None or found.is_expired or _is_settled(found):
        mail.end(Mail.State.CANCELLED, "the invitation has no use any more")
        return None
    context = {"invitation": found, "region": found.region, "by": disarmed(found.by.name)}
    return region_letter(mail, mail.address, "mail/invitation", found.get_absolute_url(), context)


def _is_settled(invitation: Invitation) -> bool:
    """Tell whether this address belongs to a member, or to who may not become one again by an invitation."""
    people = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True).values("user")
    settled = (Membership.State.ACTIVE, Membership.State.SUSPENDED)
    return invitation.region.memberships.filter(person__in=people, state__in=settled).exists()


def claim(mail: Mail) -> Letter | None:
    """Return the question to take something over, while it can be answered, and not by who may not."""
    found = Claim.objects.for_mail().filter(pk=mail.data["ids"]["object"]).first()
    if found is None or not found.stands() or _is_barred(found):
        mail.end(Mail.State.CANCELLED, "the question has no use any more")
        return None
    context = {"claim": found, "title": disarmed(found.contribution.title), "by": disarmed(found.by.name)}
    return region_letter(mail, found.email, "mail/claim", found.get_absolute_url(), context)


def _is_barred(claim: Claim) -> bool:
    """Tell whether this address belongs to who was blocked, or is suspended in the region."""
    people = Person.objects.filter(emailaddress__email__iexact=claim.email, emailaddress__verified=True)
    suspended = claim.contribution.region.memberships.suspended().filter(person__in=people)
    return people.filter(is_active=False).exists() or suspended.exists()


def welcome(mail: Mail) -> Letter | None:
    """Return the welcome that the moderators wrote, to who is a member at this moment."""
    rows = Membership.objects.active().select_related("region", "person")
    membership = rows.filter(pk=mail.data["ids"]["object"], person=mail.person).first()
    recipient = confirmed_address(membership.person) if membership else ""
    if membership is None or not recipient or not membership.region.welcome_mail:
        mail.end(Mail.State.CANCELLED, "no longer a member, or nothing to say")
        return None
    context = {
        "name": disarmed(membership.person.name),
        "region": membership.region,
        "words": disarmed_lines(membership.region.welcome_mail),
    }
    return region_letter(mail, recipient, "mail/welcome", membership.region.get_absolute_url(), context)


def export(mail: Mail) -> Letter | None:
    """Return where the file of a region is, to who may have it at this moment."""
    rows = Export.objects.ready().select_related("region", "by")
    export = rows.filter(pk=mail.data["ids"]["object"], by=mail.person).first()
    recipient = confirmed_address(export.by) if export and can_moderate_region(export.by, export.region) else ""
    if export is None or not recipient:
        mail.end(Mail.State.CANCELLED, "the file is gone, or not for this person any more")
        return None
    context = {"export": export, "name": disarmed(export.by.name), "region": export.region}
    return region_letter(mail, recipient, "mail/export", export.get_absolute_url(), context)


def _wants(person: Person, post: Post) -> bool:
    """Tell whether someone wants mail, and did not make this or its region quiet."""
    return wants_mail(person) and not Quiet.objects.over(post).filter(person=person).exists()


def announcement(mail: Mail) -> Letter | None:
    """Return an announcement, to who is a member at this moment, still sees it, and did not choose to get no mail."""
    person = Person.objects.select_related("subscription").get(mails=mail)
    rows = Post.objects.visible_to(person).published().filter(sort=Sort.ANNOUNCEMENT)
    post = rows.select_related("region", "author").filter(pk=mail.data["ids"]["object"]).first()
    recipient = confirmed_address(person)
    is_member = post is not None and post.region.memberships.active().filter(person=person).exists()
    if post is None or not is_member or not recipient or not _wants(person, post):
        mail.end(Mail.State.CANCELLED, "not a member, not wanted, or not to be seen any more")
        return None
    words = disarmed_lines(plain_lines(post.words))
    context = {"post": post, "by": disarmed(post.author.name), "words": words}
    leave = settings.SITE_URL + leaving_path(person)
    return region_letter(
        mail, recipient, "mail/announcement", post.get_absolute_url(), context, leave=leave, answers=post
    )
