"""Markdown to safe HTML, plain text from Markdown, and the guard against citizen service numbers."""

import codecs
import re
import unicodedata
from functools import lru_cache
from html import unescape

import nh3
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("js-default", {"linkify": False, "html": False, "breaks": True}).disable("image")
_TAGS = {"p", "br", "em", "strong", "s", "ul", "ol", "li", "a", "blockquote", "code", "pre", "h3", "h4", "hr"} | {
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_NINE_DIGITS = re.compile(r"(?<!\d)(?<!\b06[\s-])(?<!\+31[\s-])(?<!\+31 6[\s-])\d(?:[\s.\-‐‑–]?\d){7,8}(?!\d)")
"""Eight or nine digits; not those of a mobile number, which someone may give to be reached."""
_GAP = r"[\s.\-‐‑–—/()]{0,4}"
_WORD = r"[^\s@<>()\[\]:;,\"“”]"
_EMAIL = re.compile(rf"{_WORD}{{1,64}}(?:\s?[(\[]at[)\]]\s?|@){_WORD}{{1,250}}\.[^\W\d_]{{2,}}", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<!\d)(?<!\d[.,:])(?<!€)(?:"
    rf"(?:\+|00{_GAP})(?=[1-9](?:{_GAP}\d){{9}})\d(?:{_GAP}\d){{9,14}}"  # from abroad
    rf"|(?!\(?06([-/.])1[0-2]\1(?:19|20)\d\d)\(?06{_GAP}[1-58](?:{_GAP}\d){{7}}"  # mobile; no 6 October 2026 10.30
    r"|6[\s-][1-58]\d{7}"
    rf"|\(?0[1-9]\d(?:{_GAP}\d){{7}}"
    r")(?!\d)"
)
"""E-mail addresses and telephone numbers; not years, dates, times, amounts and postal codes."""
_DOTS = ("- ", "* ", "+ ")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What takes no place or turns the direction of other people's text; the joiner of emoji (U+200D) stays."""


SIGNS_EACH = 4
"""So many characters of Markdown are read for each that is told."""


LONG_WORD = 40


def rendered(text: str) -> str:
    """Return safe HTML for Markdown; headings start at level 3, links carry nofollow, images are left out."""
    html = _MARKDOWN.render(text)
    html = re.sub(r"<(/?)h[12]>", r"<\1h3>", html)
    html = re.sub(r"<(/?)h[56]>", r"<\1h4>", html)
    return nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, link_rel="nofollow noopener ugc")


kept_html = lru_cache(maxsize=64)(rendered)
"""The same, remembered: for the few texts that stand on many pages."""


def plain(text: str, length: int = 0) -> str:
    """Return Markdown as plain text on one line, cut between words at `length` characters where that is given.

    Then no more of the source is read than that may need: half a megabyte takes as long as a page.
    """
    if not length:
        return flat(rendered(text))
    source = text[: SIGNS_EACH * length]
    words = _kept_words(source)
    is_whole = len(source) == len(text)
    return _cut(words, length) if len(words) > length else words if is_whole else f"{words}…"


@lru_cache(maxsize=256)
def _kept_words(source: str) -> str:
    """The words of Markdown, remembered: what is new is told to one reader after the other."""
    return flat(rendered(source))


def _cut(words: str, length: int) -> str:
    """Return the first words that fit; a word that is very long itself is cut."""
    end = words.rfind(" ", max(0, length - LONG_WORD), length)
    return f"{words[: end if end > 0 else length - 1]}…"


def flat(html: str) -> str:
    """Return the words of HTML on one line."""
    return " ".join(unescape(strip_tags(html)).split())


def plain_lines(text: str) -> str:
    """Return Markdown as plain text that keeps its lines and the dots of its lists."""
    return "\n".join(f"- {plain(line[2:])}" if line[:2] in _DOTS else plain(line) for line in text.splitlines())


def decoded(raw: bytes) -> str:
    """Return the text of a file as Dutch Excel writes it: UTF-8, UTF-16 with its mark, or else Windows-1252."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def tidy(text: str) -> str:
    """Return the text without characters that cannot be seen, and without space around it."""
    return _INVISIBLE.sub("", text).strip()


def tidy_lines(text: str) -> str:
    """Do the same to each line, and keep their number: what is wrong is told by line."""
    return "\n".join(tidy(line) for line in text.splitlines())


def is_bsn(digits: str) -> bool:
    """Tell whether eight or nine digits pass the eleven-test of the Dutch citizen service number (BSN).

    Source: weights 9 to 2 and -1 over nine digits, the sum divisible by eleven (Logisch Ontwerp BSN).
    """
    padded = digits.zfill(9)
    total = sum(int(digit) * weight for digit, weight in zip(padded, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0 and int(padded) > 0


def refuse_contact(text: str) -> None:
    """Validate that no e-mail address or telephone number stands in a text that everyone may come to read.

    Raises ValidationError.
    """
    words = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    match = _EMAIL.search(words) or _PHONE.search(words)
    if match:
        message = _(
            "“%(found)s” looks like an e-mail address or a telephone number, and everyone may come to read this text."
            " Please take it out. How to reach each other belongs where only you and the team read it."
        )
        raise ValidationError(message, code="contact", params={"found": match.group().strip()})


def refuse_bsn(text: str) -> None:
    """Validate that no number in the text can be a citizen service number. Raises ValidationError."""
    for match in _NINE_DIGITS.finditer(_INVISIBLE.sub("", text)):
        if is_bsn(re.sub(r"\D", "", match.group())):
            message = _("“%(number)s” looks like a citizen service number (BSN). Please take it out.")
            raise ValidationError(message, code="bsn", params={"number": match.group()})
