"""Writing a region into one zip: its tables, its files, a text that explains them, and a manifest with hashes."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from challenges.export.archive import Archive, Member
from challenges.export.scope import Scope
from challenges.export.tables import FILES, SCHEMA, TABLES, path_of
from initiate.network import named
from regions.models import Attachment

OFTEN = 0.5
"""So many seconds pass between two times that it says how far it is."""
T = TypeVar("T")


@dataclass
class Progress:
    """Counts what goes by and tells how far it is: `tell(step, steps)`, not for every row."""

    steps: int
    tell: Callable[[int, int], None]
    step: int = 0
    told_at: float = field(default_factory=time.monotonic)

    def along(self, things: Iterable[T]) -> Iterator[T]:
        for thing in things:
            yield thing
            self.step += 1
            if time.monotonic() - self.told_at >= OFTEN:
                self.told_at = time.monotonic()
                self.tell(self.step, max(self.step, self.steps))


def write(scope: Scope, file: IO[bytes], folder: Path, tell: Callable[[int, int], None]) -> list[Member]:
    """Write all that goes along into `file`, in Dutch, and return what is in it.

    `folder` is on the disk of the file. What `tell` raises ends the writing.
    """
    with translation.override("nl"), Archive(file, folder) as archive:
        begun = timezone.now()
        numbers = [table.rows(scope).order_by().count() for table in TABLES]
        progress = Progress(sum(numbers) + numbers[-1], tell)
        tell(0, progress.steps)
        for table in TABLES:
            archive.add_table(table.name, list(table.columns_for(scope)), progress.along(table.lines(scope)))
        lost = list(_add_files(archive, progress.along(FILES.things(scope))))
        words = {"scope": scope, "region": scope.region, "tables": TABLES, "begun": begun, "lost": lost}
        archive.add_text("LEESMIJ.txt", render_to_string("challenges/export.txt", words))
        archive.add_text("manifest.json", _manifest(scope, archive.members, begun, lost))
    return archive.members


def _add_files(archive: Archive, attachments: Iterable[Attachment]) -> Iterator[str]:
    """Put the files in; give the name of each one that is not on the disk any more."""
    for attachment in attachments:
        try:
            with attachment.file.open("rb") as file:
                archive.add_file(path_of(attachment), file)
        except FileNotFoundError:
            yield path_of(attachment)


def _manifest(scope: Scope, members: Iterable[Member], begun: datetime, lost: list[str]) -> str:
    what: dict[str, Any] = {
        "schema": SCHEMA,
        "wat": named(_("A full transfer of a region of Initiate, with the e-mail addresses of its members"))
        if scope.is_full
        else named(_("What a moderator sees of a region of Initiate")),
        "regio": {"adres": scope.region.slug, "naam": scope.region.name},
        "voor": scope.person.name if scope.person else None,
        "begonnen": timezone.localtime(begun).isoformat(),
        "klaar": timezone.localtime().isoformat(),
        "niet_erin": _left_out(scope),
        "niet_gevonden": lost,
        "bestanden": [
            {"naam": one.name, "rijen": one.rows, "bytes": one.size, "sha256": one.sha256} for one in members
        ],
    }
    return json.dumps(what, ensure_ascii=False, indent=2) + "\n"


def _left_out(scope: Scope) -> list[str]:
    """Return in sentences what somebody may look for in vain."""
    drafts = _("Drafts are not in it: only author and team read these.")
    guests = _("Who signed up for a meeting is in it as numbers only.")
    if scope.is_full:
        return [drafts, guests]
    own = _("Drafts of others are not in it: only author and team read these.")
    return [own, guests, _("E-mail addresses of members, guests and visitors are not in it.")]
