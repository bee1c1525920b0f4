"""What somebody wrote anew in an answer: without the mail that is answered, and without their signature.

Mail programs do not agree on one form. The library that was tried (mail-parser-reply) leaves a Dutch quote of Gmail
standing, so the table is our own.
"""

import re
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

ABOVE = _("Answer above this line. It becomes a comment on the site.")
"""What stands on top of the mails that can be answered; its first sentence ends an answer."""

LINES, WRAPPED, LENGTH = 4000, 3, 400
"""So many lines are looked at; a heading above a quote runs over so many, of so many signs together."""

WROTE = re.compile(
    r"(?:op|on|am|le)\s[^\n]{0,160}\d[^\n]{0,200}?\s"
    r"(?:schreef|wrote|schrieb|het volgende geschreven|a écrit)\b[^\n]{0,160}:",
    re.IGNORECASE,
)
"""Gmail, Apple, Thunderbird, K-9: “Op ma 30 nov 2026 om 10:12 schreef Initiate <post@initiate.example>:”."""

RULED = re.compile(
    r"[-_*\s]{0,20}-\s?(?:(?:oorspronkelijke?|origineel) (?:bericht|e-mail)|original (?:message|email)"
    r"|doorgestuurd bericht|forwarded message|ursprüngliche nachricht)\s?-[-_*\s]{0,20}",
    re.IGNORECASE,
)
FROM = re.compile(r"\*?(?:van|from|von)\s?:\*?\s", re.IGNORECASE)
SENT = re.compile(r"\*?(?:verzonden|datum|aan|sent|date|to|gesendet|an)\s?:\*?\s", re.IGNORECASE)
"""Outlook: a block of Van, Verzonden, Aan, Onderwerp, in which From and Sent stand near each other."""

MOBILE = re.compile(
    r"(?:verzonden|verstuurd|sent|get|download)\s(?:(?:vanaf|vanuit|met|via|from|with|using)\s)?"
    r"(?:mijn|my|een|outlook|mail|samsung|android|iphone|ipad|proton|gmail|yahoo|blue)\b[^\n]{0,80}"
    r"|(?:haal )?outlook voor (?:android|ios)\b[^\n]{0,80}",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"(?:(?:met\s)?(?:vriendelijke|hartelijke|warme|beste|collegiale|zonnige)\sgroet(?:en|jes)?|groet(?:en|jes)?|mvg"
    r"|hoogachtend|(?:kind|best|warm)?\s?regards|best wishes|sincerely)(?:[\s,]+[^\s,.!?:]+){0,3}[\s,.!]{0,3}",
    re.IGNORECASE,
)
SIGNATURE = 15
"""A greeting with more lines than this below it was not the end."""

_QUOTE = re.compile(r"\s{0,3}>")
_RULE = re.compile(r"[-_=*\s]{3,}")


def written(text: str) -> str:
    """Return what was newly written; empty where there is nothing."""
    lines = [line.rstrip() for line in text.split("\n", LINES)[:LINES]]
    end = _end(lines)
    above = _own(lines[:end])
    return above or _own(_below(lines[end:]))


def _end(lines: list[str]) -> int:
    """Return where the answered mail begins."""
    found = (number for number in range(len(lines)) if _begins_quote(lines, number))
    return next(found, len(lines))


def _begins_quote(lines: list[str], number: int) -> bool:
    line = lines[number].lstrip("> \t")[:LENGTH]
    if line.lstrip("-–— *").lower().startswith(_above()) or RULED.fullmatch(line):
        return True
    if FROM.match(f"{line} "):
        return any(SENT.match(f"{near.lstrip('> ')} ") for near in lines[number + 1 : number + 5])
    return line[:3].lower() in ("op ", "on ", "am ", "le ") and _is_heading(lines, number)


def _is_heading(lines: list[str], number: int) -> bool:
    """Tell whether a heading above a quote begins here: mail programs break it where it is long."""
    said = ""
    for line in lines[number : number + WRAPPED]:
        said = f"{said} {line.lstrip('> ')}".strip()[:LENGTH]
        if WROTE.fullmatch(said):
            return True
        if said.endswith(":") or not line:
            break
    return False


def _below(lines: list[str]) -> list[str]:
    """Return what stands under a quote that is marked line by line; nothing of a quote that is not."""
    quoted = [number for number, line in enumerate(lines) if _QUOTE.match(line)]
    return lines[quoted[-1] + 1 :] if quoted else []


def _own(lines: list[str]) -> str:
    """Drop quoted lines, the signature, and the rule that Outlook draws above a quote."""
    kept = [line for line in lines if not _QUOTE.match(line)]
    kept = kept[: _signature(kept)]
    while kept and (not kept[-1] or _RULE.fullmatch(kept[-1])):
        kept.pop()
    kept = [line if len(line) - len(line.lstrip()) < 4 else line.lstrip() for line in kept]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _signature(lines: list[str]) -> int:
    """Return where the signature begins."""
    for number, line in enumerate(lines):
        rest = len(lines) - number
        said = line.strip()[:LENGTH]
        is_greeting = rest <= SIGNATURE + 1 and GREETING.fullmatch(said)
        if said == "--" or MOBILE.fullmatch(said) or is_greeting:
            return number
    return len(lines)


@lru_cache(maxsize=1)
def _above() -> tuple[str, ...]:
    """Return how the line on top begins, in each language of the site."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(gettext(ABOVE).partition(".")[0].lower())
    return tuple(found)
