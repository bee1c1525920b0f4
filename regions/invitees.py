"""Addresses to invite, as people paste them or as a CSV file holds them: the good ones, and what is wrong elsewhere."""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

MOST = 200
HEADINGS = {"e-mail", "email", "mail", "e-mailadres", "emailadres", "mailadres", "adres", "e-mail address"}
_CELLS = re.compile(r"[,;\t]")
_INSIDE = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True)
class Wrong:
    """A line that gives no address: its number, its words and why."""

    line: int
    words: str
    why: str


@dataclass
class Invitees:
    """Addresses in the order in which they stand there, lower case and each once; and the lines that are wrong."""

    addresses: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


def read(text: str) -> Invitees:
    """Read lines of one or more cells; in each, what holds an @ is an address ("Jan <jan@x.nl>" too), the rest a name.

    A first line that is a heading is passed over.
    """
    found = Invitees()
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip().strip("\"'").strip() for cell in _CELLS.split(line)]
        written = [cell for cell in cells if cell]
        is_heading = number == 1 and any(cell.lower() in HEADINGS for cell in written)
        if written and not is_heading:
            _read_line(found, number, line.strip(), [cell for cell in written if "@" in cell])
    return found


def _read_line(found: Invitees, number: int, line: str, cells: list[str]) -> None:
    if not cells:
        found.wrong.append(Wrong(number, line, _("There is no e-mail address on this line.")))
    for cell in cells:
        inside = _INSIDE.search(cell)
        address = (inside.group(1) if inside else cell).strip().lower()
        why = _refusal(found, address)
        if why:
            found.wrong.append(Wrong(number, cell, why))
        else:
            found.addresses.append(address)


def _refusal(found: Invitees, address: str) -> str:
    """Return why this address is not taken up, or nothing."""
    if address in found.addresses:
        return _("This address stands in the list twice.")
    try:
        EmailValidator()(address)
    except ValidationError:
        return _("This is not an e-mail address.")
    return _("This address is too long.") if len(address) > 254 else ""
