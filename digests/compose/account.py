"""The mails of the account pages, with a link that is minted here and nowhere kept."""

from collections.abc import Callable

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from digests.compose.page import paragraphs
from digests.letter import letter, render_html, render_text
from digests.models import Mail
from digests.relay import Letter


def account_mail(mail: Mail) -> Letter | None:
    prefix = str(mail.data["template_prefix"])
    own = EmailAddress.objects.filter(pk=mail.data["ids"].get("address", 0)).first()
    recipient = _recipient(mail, own)
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


def _recipient(mail: Mail, own: EmailAddress | None) -> str:
    """Return to whom it goes, or nothing when it has no use any more."""
    if mail.person and not mail.person.is_active:
        return ""
    if "email_confirmation" in mail.data["template_prefix"]:
        return str(own.email) if own and not own.verified else ""
    if "address" in mail.data["ids"]:
        return str(own.email) if own else ""
    return mail.address or (mail.person.email if mail.person else "")


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
