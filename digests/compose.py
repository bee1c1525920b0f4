"""Composing, at the moment of sending: whether it may still be sent, to which address, and what is in it."""

import re
from collections.abc import Callable
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import Person
from challenges.models import Offer
from digests.items import Group, gather
from digests.leaving import unsubscribe_path
from digests.letter import disarmed, disarmed_lines, letter, render_html, render_text
from digests.models import Frequency, Mail, Subscription
from digests.outbox import confirmed
from digests.relay import Letter
from digests.subject import subject_of
from regions.calendar import invite
from regions.models import (
    Claim,
    Contribution,
    Event,
    Export,
    Invitation,
    Meeting,
    Membership,
    Notice,
    Post,
    Report,
    Signup,
    Sort,
    UnconfirmedReport,
    Verb,
)
from regions.models.report import LASTS, How
from regions.rules import can_moderate_region
from regions.text import plain_lines


def compose(mail: Mail) -> Letter | None:
    """Return the letter of a claimed mail; None, with the mail finished, when there is nothing to send any more."""
    return COMPOSERS[mail.kind](mail)


# --- the overview -------------------------------------------------------------------------------------------


def _digest(mail: Mail) -> Letter | None:
    person = Person.objects.select_related("subscription").get(mails=mail)
    recipient = confirmed_address(person)
    if not wants_mail(person) or not recipient:
        mail.end(Mail.State.CANCELLED, "not wanted any more" if recipient else "no confirmed address")
        return None
    enclosed = Notice.objects.unread().filter(enclosure__mail=mail, person=person)
    with translation.override(person.language):
        groups = gather(person, enclosed)
        if not groups:
            mail.end(Mail.State.EMPTY)
            return None
        _free_untold(mail, groups)
        return _digest_letter(mail, person, recipient, groups)


def confirmed_address(person: Person) -> str:
    """Return where overviews go: the primary address if it is confirmed, else another confirmed one, else nothing."""
    return str(confirmed(person).values_list("email", flat=True).first() or "")


def wants_mail(person: Person) -> bool:
    subscription: Subscription | None = getattr(person, "subscription", None)
    return person.is_active and subscription is not None and subscription.frequency != Frequency.NEVER


def _free_untold(mail: Mail, groups: list[Group]) -> None:
    """Let go of what this mail does not tell; it may be told when it can be seen again."""
    told = [item.notice.pk for group in groups for item in group.items]
    mail.enclosures.exclude(notice__in=told).delete()


def _digest_letter(mail: Mail, person: Person, recipient: str, groups: list[Group]) -> Letter:
    leave = settings.SITE_URL + unsubscribe_path(person)
    context = digest_context(person, groups) | {"unsubscribe_url": leave}
    return letter(
        mail,
        recipient,
        str(context["subject"]),
        text=render_text("mail/digest.txt", context),
        html=render_html("mail/digest.html", context),
        headers=leaving_headers(leave),
    )


def leaving_headers(leave: str) -> dict[str, str]:
    """Return what lets a mail program offer to leave with one click (RFC 8058)."""
    return {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def digest_context(person: Person, groups: list[Group]) -> dict[str, Any]:
    """Return what the overview shows, in the mail and in its preview."""
    subscription: Subscription | None = getattr(person, "subscription", None)
    return {
        "language": translation.get_language(),
        "person": person,
        "subject": subject_of(groups),
        "sections": in_sections(groups),
        "frequency": subscription.in_words if subscription else "",
        "site_url": settings.SITE_URL,
        "preferences_url": settings.SITE_URL + reverse("accounts:preferences"),
        "notices_url": settings.SITE_URL + reverse("digests:notices"),
    }


def in_sections(groups: list[Group]) -> list[tuple[str, list[Group]]]:
    """Return pairs of heading and groups; `gather` put them in order."""
    headings = dict.fromkeys(group.section for group in groups)
    return [(str(heading), [group for group in groups if group.section == heading]) for heading in headings]


# --- the mails of the account pages -------------------------------------------------------------------------


def _account_mail(mail: Mail) -> Letter | None:
    prefix = str(mail.data["template_prefix"])
    own = EmailAddress.objects.filter(pk=mail.data["ids"].get("address", 0)).first()
    recipient = _account_recipient(mail, own)
    if not recipient:
        mail.end(Mail.State.CANCELLED, "the address is gone, or has been confirmed")
        return None
    with translation.override(mail.person.language if mail.person else mail.data["language"]):
        url = settings.SITE_URL + LINKS.get(prefix.rpartition("/")[2], _ask_password)(mail, own)
        context = {
            "url": url,
            "email": recipient,
            "person": mail.person,
            "at": mail.made_at,
            "site_url": settings.SITE_URL,
        }
        subject = render_to_string(f"{prefix}_subject.txt", context)
        text = render_text(f"{prefix}_message.txt", context)
        parts = {"subject": subject.strip(), "language": translation.get_language(), "parts": paragraphs(text, url)}
        html = render_html("mail/letter.html", context | parts)
        return letter(mail, recipient, subject, text=text, html=html)


def _account_recipient(mail: Mail, own: EmailAddress | None) -> str:
    """Return to whom it goes, or nothing when it has no use any more."""
    if mail.person and not mail.person.is_active:
        return ""
    if "email_confirmation" in mail.data["template_prefix"]:
        return str(own.email) if own and not own.verified else ""
    if "address" in mail.data["ids"]:
        return str(own.email) if own else ""
    return mail.address or (mail.person.email if mail.person else "")


# --- the mails of a region ----------------------------------------------------------------------------------


def _invitation(mail: Mail) -> Letter | None:
    """Return the invitation, while it can still be used by somebody who is not a member."""
    found = Invitation.objects.open().select_related("region", "by").filter(pk=mail.data["ids"]["object"]).first()
    if found is None or found.is_expired or _is_settled(found):
        mail.end(Mail.State.CANCELLED, "the invitation has no use any more")
        return None
    context = {"invitation": found, "region": found.region, "by": disarmed(found.by.name)}
    return _region_letter(mail, mail.address, "mail/invitation", found.get_absolute_url(), context)


def _is_settled(invitation: Invitation) -> bool:
    """Tell whether this address belongs to a member, or to who may not become one again by an invitation."""
    people = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True).values("user")
    settled = (Membership.State.ACTIVE, Membership.State.SUSPENDED)
    return invitation.region.memberships.filter(person__in=people, state__in=settled).exists()


def _claim(mail: Mail) -> Letter | None:
    """Return the question to take something over, while it can be answered, and not by who may not."""
    found = Claim.objects.for_mail().filter(pk=mail.data["ids"]["object"]).first()
    if found is None or not found.stands() or _is_barred(found):
        mail.end(Mail.State.CANCELLED, "the question has no use any more")
        return None
    context = {"claim": found, "title": disarmed(found.contribution.title), "by": disarmed(found.by.name)}
    return _region_letter(mail, found.email, "mail/claim", found.get_absolute_url(), context)


def _is_barred(claim: Claim) -> bool:
    """Tell whether this address belongs to who was blocked, or is suspended in the region."""
    people = Person.objects.filter(emailaddress__email__iexact=claim.email, emailaddress__verified=True)
    suspended = claim.contribution.region.memberships.suspended().filter(person__in=people)
    return people.filter(is_active=False).exists() or suspended.exists()


def _backing(mail: Mail) -> Letter | None:
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
    return _region_letter(mail, found.backer_email, "mail/backing", found.get_backing_url(), context)


def _welcome(mail: Mail) -> Letter | None:
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
    return _region_letter(mail, recipient, "mail/welcome", membership.region.get_absolute_url(), context)


def _export(mail: Mail) -> Letter | None:
    """Return where the file of a region is, to who may have it at this moment."""
    rows = Export.objects.ready().select_related("region", "by")
    export = rows.filter(pk=mail.data["ids"]["object"], by=mail.person).first()
    recipient = confirmed_address(export.by) if export and can_moderate_region(export.by, export.region) else ""
    if export is None or not recipient:
        mail.end(Mail.State.CANCELLED, "the file is gone, or not for this person any more")
        return None
    context = {"export": export, "name": disarmed(export.by.name), "region": export.region}
    return _region_letter(mail, recipient, "mail/export", export.get_absolute_url(), context)


# --- to a visitor who reported something --------------------------------------------------------------------


def _confirmation(mail: Mail) -> Letter | None:
    """Return the link that confirms a report. No word of anybody stands in this mail: the address may be a victim's."""
    report = UnconfirmedReport.objects.fresh().filter(pk=mail.data["ids"]["object"]).first()
    if report is None:
        mail.end(Mail.State.CANCELLED, "confirmed before, or too late")
        return None
    context = {"until": report.at + LASTS}
    return _region_letter(mail, report.email, "mail/report", report.get_absolute_url(), context)


def _answer(mail: Mail) -> Letter | None:
    """Return what was done with a report, while that is still so."""
    ids = mail.data["ids"]
    report = Report.objects.select_related("contribution").filter(pk=ids["object"]).exclude(email="").first()
    event = Event.objects.get(pk=ids["event"])
    is_closed = event.verb == Verb.REPORT_ANSWERED
    if report is None or is_closed != bool(report.closed_at):
        mail.end(Mail.State.CANCELLED, "no longer so, or the address is gone")
        return None
    # What visitors do not see leaves no trace in a mail to one.
    shown = Contribution.objects.visible_to(None).filter(pk=report.contribution_id).first()
    context = {
        "at": report.at,
        "how": How(event.data["how"]).label if is_closed else "",
        "title": disarmed(shown.title) if shown else "",
    }
    return _region_letter(mail, report.email, "mail/answer", shown.get_absolute_url() if shown else "/", context)


def _announcement(mail: Mail) -> Letter | None:
    """Return an announcement, to who is a member at this moment, still sees it, and did not choose to get no mail."""
    person = Person.objects.select_related("subscription").get(mails=mail)
    rows = Post.objects.visible_to(person).published().filter(sort=Sort.ANNOUNCEMENT)
    post = rows.select_related("region", "author").filter(pk=mail.data["ids"]["object"]).first()
    recipient = confirmed_address(person)
    is_member = post is not None and post.region.memberships.active().filter(person=person).exists()
    if post is None or not is_member or not recipient or not wants_mail(person):
        mail.end(Mail.State.CANCELLED, "not a member, not wanted, or not to be seen any more")
        return None
    words = disarmed_lines(plain_lines(post.words))
    context = {"post": post, "by": disarmed(post.author.name), "words": words}
    leave = settings.SITE_URL + unsubscribe_path(person)
    return _region_letter(mail, recipient, "mail/announcement", post.get_absolute_url(), context, leave=leave)


def _region_letter(
    mail: Mail,
    recipient: str,
    template: str,
    path: str,
    context: dict[str, Any],
    *,
    leave: str = "",
    calendar: bytes = b"",
) -> Letter:
    """Return a mail of a region; `leave` is where one leaves what goes to many (the HTML part has it in its foot)."""
    with translation.override(mail.person.language if mail.person else mail.data["language"]):
        url = settings.SITE_URL + path
        whole = context | {"url": url, "site_url": settings.SITE_URL, "language": translation.get_language()}
        subject = render_to_string(f"{template}_subject.txt", whole).strip()
        parts = paragraphs(render_text(f"{template}.txt", whole), url)
        text = render_text(f"{template}.txt", whole | {"leave_url": leave})
        html = render_html("mail/letter.html", whole | {"subject": subject, "parts": parts, "leave_url": leave})
        headers = leaving_headers(leave) if leave else None
        return letter(mail, recipient, subject, text=text, html=html, headers=headers, calendar=calendar)


# --- the mails of a meeting ---------------------------------------------------------------------------------

STATES: dict[str, tuple[str, ...]] = {
    "confirm": (Signup.State.ASKED, Signup.State.GOING, Signup.State.WAITING),
    "placed": (Signup.State.GOING, Signup.State.WAITING),
    "moved": (Signup.State.GOING, Signup.State.WAITING),
    "cancelled": (Signup.State.GOING, Signup.State.WAITING),
    "reminder": (Signup.State.GOING,),
    "closed": (Signup.State.GOING,),
}
"""How somebody must stand at the moment of sending for a mail to have any use."""


def _meeting(mail: Mail) -> Letter | None:
    """Return what happens to a meeting, to who comes or waits and may read it at this moment."""
    what = str(mail.data["what"])
    signup = Signup.objects.filter(pk=mail.data["ids"]["object"], state__in=STATES[what]).first()
    meeting = Meeting.objects.visible_to(mail.person).filter(pk=signup.meeting_id if signup else 0).first()
    recipient = _comer(mail, signup)
    if signup is None or meeting is None or not recipient or not _still_holds(what, meeting):
        mail.end(Mail.State.CANCELLED, "no longer wanted, or it can not be read")
        return None
    with_calendar = what in ("placed", "moved", "cancelled", "reminder") and signup.state == Signup.State.GOING
    path = meeting.get_absolute_url() if signup.person_id else signup.get_absolute_url()
    return _region_letter(
        mail,
        recipient,
        "mail/meeting",
        path,
        {
            "what": signup.state if what in ("confirm", "placed") else what,
            "meeting": meeting,
            "name": disarmed(signup.who),
            "is_guest": not signup.person_id,
            "link": meeting.link if signup.state == Signup.State.GOING else "",
        },
        calendar=invite(meeting, recipient) if with_calendar else b"",
    )


def _comer(mail: Mail, signup: Signup | None) -> str:
    """Return the address of a guest or of a person; nothing where it is gone, or the account is blocked."""
    if signup is None or mail.person is None:
        return signup.email if signup else ""
    return confirmed_address(mail.person) if mail.person.is_active else ""


def _still_holds(what: str, meeting: Meeting) -> bool:
    """Tell whether this is still so: a meeting that was cancelled has no other news."""
    if what in ("cancelled", "closed"):
        return meeting.is_cancelled == (what == "cancelled")
    return not meeting.is_cancelled and not meeting.is_over


def paragraphs(text: str, url: str) -> list[tuple[str, bool]]:
    """Split a text into paragraphs for the HTML part; one that ends in the link is the label of its button."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [(part.removesuffix(url).strip().removesuffix(":"), part.endswith(url)) for part in parts]


COMPOSERS: dict[str, Callable[[Mail], Letter | None]] = {
    Mail.Kind.ACCOUNT: _account_mail,
    Mail.Kind.DIGEST: _digest,
    Mail.Kind.INVITATION: _invitation,
    Mail.Kind.WELCOME: _welcome,
    Mail.Kind.MEETING: _meeting,
    Mail.Kind.CLAIM: _claim,
    Mail.Kind.BACKING: _backing,
    Mail.Kind.EXPORT: _export,
    Mail.Kind.ANNOUNCEMENT: _announcement,
    Mail.Kind.REPORT: _confirmation,
    Mail.Kind.ANSWER: _answer,
}

Link = Callable[[Mail, EmailAddress | None], str]


def _confirm(mail: Mail, own: EmailAddress | None) -> str:
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(own).key])


def _new_password(mail: Mail, own: EmailAddress | None) -> str:
    token = default_token_generator.make_token(mail.person)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(mail.person), token])


def _ask_password(mail: Mail, own: EmailAddress | None) -> str:
    return reverse("account_reset_password")


def _sign_up(mail: Mail, own: EmailAddress | None) -> str:
    return reverse("account_signup")


LINKS: dict[str, Link] = {
    "email_confirmation": _confirm,
    "email_confirmation_signup": _confirm,
    "password_reset_key": _new_password,
    "unknown_account": _sign_up,
}
"""Which link a mail carries, minted here and nowhere kept; the other mails carry the way to a new password."""
