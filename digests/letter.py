"""The form of every mail: headers that nobody can write into, a text and an HTML part, no smuggled links."""

import binascii
import re
from collections.abc import Mapping
from email.header import Header
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from digests.models import Mail
from digests.relay import Letter

SUBJECT_LENGTH = 180
JOINER = "\u2060"
"""The word joiner: it is not seen, and ends what a mail program would make into a link."""

_SMUGGLED = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|(?<=:)/(?=/)|(?<=\w)@(?=\w)")
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


class _Policy(EmailPolicy):
    """Python's own, which encodes or breaks what is longer than a line, but for two sorts of headers.

    An address to leave is read by machines and stands on one line as it is (RFC 8058 knows no encoded words in it). A
    subject begins behind its name: some programs keep the space of a first line that is empty.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        words = str(value)
        if name == "Subject" and not words.isascii():
            words = Header(words, header_name=name).encode(linesep=self.linesep)
        elif name not in AS_IT_IS:
            return super().fold_binary(name, value)
        return f"{name}: {words}{self.linesep}".encode("ascii")


AS_IT_IS = frozenset({"Subject", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID", "Reply-To"})
_POLICY = _Policy(linesep="\r\n")


def disarmed(text: str) -> str:
    """Return the words of a person on one line, with nothing in them that a mail program shows as a link."""
    return _SMUGGLED.sub(lambda match: JOINER + match.group(), one_line(text))


def disarmed_lines(text: str) -> str:
    """Do the same to a text of several lines."""
    return "\n".join(disarmed(line) for line in text.splitlines())


def one_line(text: str) -> str:
    seen = text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(seen.split())


def render_text(template: str, context: Mapping[str, Any]) -> str:
    """Return the text part, with at most one empty line in a row: templates leave more."""
    lines = [line.rstrip() for line in render_to_string(template, dict(context)).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def render_html(template: str, context: Mapping[str, Any]) -> str:
    return _INLINER.inline(render_to_string(template, dict(context)))


def letter(
    mail: Mail,
    recipient: str,
    subject: str,
    *,
    text: str,
    html: str,
    headers: Mapping[str, str] | None = None,
    calendar: bytes = b"",
) -> Letter:
    """Put a composed mail in its envelope, with a calendar file where there is one.

    The bytes are plain ASCII, so that no server has to change them.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = settings.DEFAULT_FROM_EMAIL
    message["To"] = _ascii(recipient)
    message["Subject"] = _subject(subject)
    message["Date"] = format_datetime(timezone.localtime())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text, cte="8bit")
    message.add_alternative(html, subtype="html", cte="8bit")
    for part, words in zip(message.iter_parts(), (text, html), strict=True):
        _to_ascii(part, words)
    if calendar:
        _enclose(message, calendar)
    return Letter(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], _ascii(recipient), message.as_bytes())


def _to_ascii(part: Message, words: str) -> None:
    """Write a text as quoted-printable. Python's own way to set it so takes as long as to render the template."""
    part.replace_header("Content-Transfer-Encoding", "quoted-printable")
    part.set_payload(binascii.b2a_qp(words.encode(), istext=True).decode("ascii"))


def _subject(words: str) -> str:
    """Return a subject on one line. What looks like an encoded word would be decoded when it is set as a header, with
    the line ends that somebody hid in it: it is taken apart.
    """
    return one_line(words).replace("=?", "= ?")[:SUBJECT_LENGTH]


def _enclose(message: EmailMessage, calendar: bytes) -> None:
    """Add a calendar file under the method that stands in it: by that a mail program knows what to do with it."""
    method = next(line.partition(b":")[2].decode() for line in calendar.splitlines() if line.startswith(b"METHOD:"))
    params = {"method": method, "charset": "utf-8"}
    message.add_attachment(calendar, "text", "calendar", cte="base64", filename="bijeenkomst.ics", params=params)


def _ascii(address: str) -> str:
    """Return the address as it goes over the line: a domain in other letters in its own ASCII form."""
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"
