"""`manage.py export_region SLUG FILE [--by EMAIL]`: all of a region in one zip, to move it elsewhere."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from challenges.export.archive import Member
from challenges.export.scope import Scope
from challenges.export.write import write
from regions.models import Audience, Event, Region, Verb


class Command(BaseCommand):
    help = "Write all of a region, with the e-mail addresses of its members, into a zip; the log of the region says so."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", help="the last part of the region's address")
        parser.add_argument("file", type=Path, help="where the zip goes; it may not be there yet")
        parser.add_argument("--by", metavar="EMAIL", help="who does this, for the log")

    def handle(self, *, slug: str, file: Path, by: str | None, **options: Any) -> None:
        region = Region.objects.filter(slug=slug).first()
        if region is None:
            raise CommandError(f"There is no region with the address {slug}.")
        person = Person.objects.filter(email=by.strip().lower()).first() if by else None
        if by and person is None:
            raise CommandError(f"Nobody has the address {by}.")
        members = self._write(region, file, person)
        rows = sum(member.rows or 0 for member in members if member.name.endswith(".jsonl"))
        self.stderr.write(
            f"Wrote {region.name} to {file}: {len(members)} files, {rows} rows, {file.stat().st_size} bytes. "
            "It holds e-mail addresses and holds no drafts."
        )

    def _write(self, region: Region, file: Path, person: Person | None) -> list[Member]:
        """Write the zip and the event, or neither."""
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file} cannot be made: {error.strerror}.") from None
        try:
            with os.fdopen(descriptor, "w+b") as zipped:
                members = write(Scope(region), zipped, file.parent, lambda step, steps: None)
            Event.write(Verb.REGION_EXPORTED, by=person, region=region, about=region, audience=Audience.DESK)
        except BaseException:
            file.unlink()
            raise
        return members
