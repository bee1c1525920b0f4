"""`manage.py import_challenges FILE`: bring challenges in from a CSV file, all or none (docs/import.md)."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from challenges.intake import read


class Command(BaseCommand):
    help = "Bring in challenges from a CSV file; tells every wrong line, and changes nothing if any line is wrong."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check only, change nothing")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            intake = read(file.read_bytes())
        except OSError as error:
            raise CommandError(_("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}) from None
        for wrong in intake.wrong:
            self.stderr.write(str(wrong))
        if intake.wrong:
            raise CommandError(_("Nothing was changed: %s things are wrong.") % len(intake.wrong))
        if not dry_run:
            intake.bring_in()
        self.stdout.write(self._summary(dry_run, len(intake.lines), len(intake.known)))

    def _summary(self, dry_run: bool, new: int, known: int) -> str:
        words = _("Would bring in %(new)s challenges; %(known)s are here already.")
        if not dry_run:
            words = _("Brought in %(new)s challenges; %(known)s were here already.")
        return words % {"new": new, "known": known}
