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
from digests.items import Group, gather
from digests.leaving import unsubscribe_path
from digests.letter import disarmed, disarmed_lines, letter, render_html, render_text
from digests.models import Frequency, Mail, Subscription
from digests.relay import Letter
from digests.subject import subject_of
from regions.models import (
    Contribution,
    Event,
    Invitation,
    Membership,
    Notice,
    Report,
    UnconfirmedReport,
    Verb,
)
from regions.models.report import LASTS, How


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
    confirmed = EmailAddress.objects.filter(user=person, verified=True).order_by("-primary", "pk")
    return str(confirmed.values_list("email", flat=True).first() or "")


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
        headers={"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


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


def _region_letter(mail: Mail, recipient: str, template: str, path: str, context: dict[str, Any]) -> Letter:
    with translation.override(mail.person.language if mail.person else mail.data["language"]):
        url = settings.SITE_URL + path
        whole = context | {"url": url, "site_url": settings.SITE_URL, "language": translation.get_language()}
        subject = render_to_string(f"{template}_subject.txt", whole).strip()
        text = render_text(f"{template}.txt", whole)
        html = render_html("mail/letter.html", whole | {"subject": subject, "parts": paragraphs(text, url)})
        return letter(mail, recipient, subject, text=text, html=html)


def paragraphs(text: str, url: str) -> list[tuple[str, bool]]:
    """Split a text into paragraphs for the HTML part; one that ends in the link is the label of its button."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [(part.removesuffix(url).strip().removesuffix(":"), part.endswith(url)) for part in parts]


COMPOSERS: dict[str, Callable[[Mail], Letter | None]] = {
    Mail.Kind.ACCOUNT: _account_mail,
    Mail.Kind.DIGEST: _digest,
    Mail.Kind.INVITATION: _invitation,
    Mail.Kind.WELCOME: _welcome,
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
