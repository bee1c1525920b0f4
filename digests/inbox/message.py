"""One message as it came in: its headers, and the text of it, with the work bounded on whatever is sent.

The parser of Python takes seconds over thousands of parts and levels, so a message is measured before it is read.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Parsed
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr
from functools import cached_property

from django.conf import settings

from digests.inbox.html import text_of
from digests.inbox.quoted import written
from digests.models import Mail
from regions.text import decoded, tidy

LIMIT = 5_000_000
"""So many bytes of a message are read."""
HEAD = 200_000
LINES, LEVELS, PARTS = 100_000, 20, 50
TEXT = 500_000
"""So many signs of a text are looked at."""

CHARSETS = {"utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "iso-8859-15": "iso-8859-15"}
"""What `decoded` would not get right; any other name, known or not, is UTF-8 or else Windows-1252."""

SEALS = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
"""Parts that mail programs add by themselves."""
MACHINES = frozenset({"", "mailer-daemon", "postmaster"})
TO_MANY = frozenset({"bulk", "junk", "list", "auto_reply"})
BY_MACHINE = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Failed-Recipients", "List-Id")

_BOUNDARY = re.compile(rb"boundary", re.IGNORECASE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What the parser of Python raises on headers that nobody would write."""


class Unreadable(Exception):
    """The message is no mail, or more tangled than any mail program makes it."""


@dataclass(frozen=True)
class Words:
    """What was newly written, and whether something was attached."""

    text: str
    has_attachments: bool


class Message:
    """A message of at most LIMIT bytes; `envelope_sender` is None where the mail server did not tell."""

    def __init__(self, raw: bytes, envelope_sender: str | None = None) -> None:
        self.raw = raw[:LIMIT]
        self.is_too_large = len(raw) > LIMIT
        self.head = BytesHeaderParser().parsebytes(raw[:HEAD])
        self.envelope_sender = envelope_sender

    @property
    def recipients(self) -> list[str]:
        """Return to whom it was, what the mail server noted before what the writer put there."""
        named = [value for name in ("X-Original-To", "Delivered-To", "To", "Cc") for value in self._all(name)]
        return [address for _name, address in _addresses(named)]

    @property
    def sender(self) -> str:
        """Return the one address in From; nothing where there are more or none."""
        found = [address.lower() for _name, address in _addresses(self._all("From"))]
        return found[0] if len(found) == 1 and found[0].count("@") == 1 else ""

    @cached_property
    def fingerprint(self) -> str:
        """Return what stays the same when the mail server delivers once more; no word can be read from it."""
        known = self._first("Message-ID").strip()
        content = known.encode(errors="replace") if known else _BLANK.split(self.raw, maxsplit=1)[-1]
        return hashlib.sha256(content).hexdigest()

    @property
    def is_automatic(self) -> bool:
        """Tell whether a machine sent it, or we did ourselves: to such a mail nobody answers (RFC 3834)."""
        submitted = self._first("Auto-Submitted").partition(";")[0].strip().lower()
        is_marked = any(self._first(name) for name in BY_MACHINE)
        to_many = self._first("Precedence").strip().lower() in TO_MANY
        return submitted not in ("", "no") or is_marked or to_many or self._is_report or self._is_ours

    @property
    def words(self) -> Words:
        """Raises Unreadable."""
        if self.raw.count(b"\n") > LINES or len(_BOUNDARY.findall(self.raw)) > LEVELS:
            raise Unreadable
        try:
            parts = list(_parts(message_from_bytes(self.raw)))
            return Words(tidy(written(_text(parts))), any(_is_attachment(part) for part in parts))
        except _BROKEN as error:
            raise Unreadable from error

    @property
    def _is_report(self) -> bool:
        """Tell whether a mail server reports: of a mail that did not arrive, or was read."""
        senders = [*self._all("Return-Path"), *self._all("From")]
        senders += [] if self.envelope_sender is None else [self.envelope_sender]
        names = {parseaddr(sender)[1].partition("@")[0].lower() for sender in senders}
        return self.head.get_content_type() == "multipart/report" or bool(names & MACHINES)

    @property
    def _is_ours(self) -> bool:
        ours = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
        return self.sender == ours or Mail.objects.filter(message_id=self._first("Message-ID").strip()).exists()

    def _first(self, name: str) -> str:
        return next(iter(self._all(name)), "")

    def _all(self, name: str) -> list[str]:
        """Return the values of a header without what PostgreSQL does not take."""
        values = self.head.get_all(name, [])
        return [str(value).encode(errors="replace").decode().replace("\0", "") for value in values]


def _addresses(values: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses([value[:4000] for value in values])
    except _BROKEN:
        return []


def _parts(parsed: Parsed, level: int = 0) -> Iterator[Parsed]:
    """Yield the parts that hold something; what is inside an enclosed mail belongs to that mail."""
    if not parsed.is_multipart() or parsed.get_content_maintype() == "message":
        yield parsed
    elif level < LEVELS:
        inside = [part for part in list(parsed.get_payload())[:PARTS] if isinstance(part, Parsed)]
        for part in inside:
            yield from _parts(part, level + 1)


def _text(parts: list[Parsed]) -> str:
    """Return the plain text, of all parts in a row that have some; else that of the HTML."""
    inline = [part for part in parts if not _is_file(part)]
    plain = [_unfolded(part) for part in inline if part.get_content_type() == "text/plain"]
    text = "\n".join(plain)
    if text.strip():
        return text
    return "\n".join(text_of(_decoded(part)) for part in inline if part.get_content_type() == "text/html")


def _is_file(part: Parsed) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _is_attachment(part: Parsed) -> bool:
    """Tell whether a person attached this: no picture of a signature, and no seal."""
    is_text = part.get_content_type() in ("text/plain", "text/html") and not _is_file(part)
    is_inside = bool(part["Content-ID"]) and part.get_content_disposition() != "attachment"
    return not (is_text or is_inside or part.get_content_type() in SEALS)


def _unfolded(part: Parsed) -> str:
    """Return a plain text with the lines joined that the mail program broke (format=flowed, RFC 3676)."""
    text = _decoded(part)
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    is_dropped = str(part.get_param("delsp", "")).lower() == "yes"
    text = re.sub(r"(?m)^ ", "", text)
    return re.sub(r"(?m)(?<!^--) \n(?!>|\n|-- \n)", "" if is_dropped else " ", text)


def _decoded(part: Parsed) -> str:
    raw = part.get_payload(decode=True)
    content = raw[: 4 * TEXT] if isinstance(raw, bytes) else b""
    charset = CHARSETS.get(str(part.get_content_charset("")).lower())
    text = content.decode(charset, errors="replace") if charset else decoded(content)
    text = text.encode(errors="replace").decode().replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")[:TEXT]
