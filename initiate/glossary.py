"""Reading the words of `initiate.terms`: in order, by what is searched, and as links in a text (`/begrippen/`)."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from django.utils.html import format_html
from django.utils.translation import get_language

from initiate.terms import TERMS, Term

UNTOUCHED = r"<(a|button|h[1-6]|option|svg|textarea)\b.*?</\1>|<[^>]*>"
"""What of a page stays as it is: links, headings, what is filled in, and tags."""


def plain(words: str) -> str:
    """Return words as they are sorted and searched: in small letters, without accents."""
    letters = unicodedata.normalize("NFD", words.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def find(words: str) -> list[Term]:
    """Return the terms in which each of these words stands (all terms for none), in the order of the alphabet."""
    asked = plain(words).split()
    found = [term for term in TERMS if all(word in plain(f"{term.name} {term.text}") for word in asked)]
    return sorted(found, key=lambda term: plain(str(term.name)))


def by_letter(terms: Iterable[Term]) -> list[tuple[str, list[Term]]]:
    """Group sorted terms by their first letter."""
    groups = groupby(terms, key=lambda term: plain(str(term.name))[0].upper())
    return [(letter, list(group)) for letter, group in groups]


def link(html: str) -> str:
    """Make the first place where each term stands in a piece of a page a link to what it means.

    For fixed texts: what people wrote themselves stays as they wrote it.
    """
    return _linked(html, get_language())


@lru_cache(maxsize=256)
def _linked(html: str, _language: str | None) -> str:
    """Do so in the language that is on now; remembered, as the same few texts stand on many pages."""
    terms = {str(term.name).casefold(): term for term in TERMS}
    names = "|".join(re.escape(name) for name in sorted(terms, key=len, reverse=True))

    def replaced(match: re.Match[str]) -> str:
        term = terms.pop((match["name"] or "").casefold(), None)
        return format_html('<a href="{}">{}</a>', term.get_absolute_url(), match[0]) if term else match[0]

    # A word may have an ending, and be the first part of a longer one with a hyphen (Wmo-consulent).
    pattern = rf"{UNTOUCHED}|(?<![\w-])(?P<name>{names})(?:s|n|en)?(?!\w)"
    return re.sub(pattern, replaced, html, flags=re.DOTALL | re.IGNORECASE)
