"""A zip that is written from front to back, and knows of each file in it the rows, the size and the hash."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Choices
from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.sheets import safe

PIECE = 64 * 1024
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Member:
    """One file of a zip; `rows` is None for what is no table."""

    name: str
    rows: int | None
    size: int
    sha256: str


class Archive:
    """Each table goes in twice: `name.jsonl` with everything as it is, `name.csv` for an office program.

    `folder` is where the second waits on disk until the first is written, so that nothing is held in memory.
    """

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, allowZip64=True)
        self._folder = folder
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._zip.close()

    def add_table(self, name: str, columns: Sequence[str], lines: Iterable[Line]) -> None:
        with TemporaryFile(dir=self._folder) as flat:
            text = TextIOWrapper(flat, "utf-8-sig", newline="")
            writer = csv.writer(text, delimiter=";")
            writer.writerow(columns)
            rows = self._add(f"{name}.jsonl", _twice(lines, writer))
            text.flush()
            flat.seek(0)
            self._add(f"{name}.csv", _pieces(flat), rows=rows)
            text.detach()

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Put in a file as it is; most of what people attach is compressed already."""
        self._add(name, _pieces(file), method=ZIP_STORED, is_table=False)

    def add_text(self, name: str, text: str) -> None:
        self._add(name, [text.encode()], is_table=False)

    def _add(
        self,
        name: str,
        pieces: Iterable[bytes],
        *,
        method: int = ZIP_DEFLATED,
        is_table: bool = True,
        rows: int | None = None,
    ) -> int:
        """Write one file of unknown size and return in how many pieces: of a table, in rows."""
        info = ZipInfo(name, timezone.localtime().timetuple()[:6])
        info.compress_type, info.external_attr = method, 0o600 << 16
        size, number, digest = 0, 0, hashlib.sha256()
        with self._zip.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size, number = size + len(piece), number + 1
        counted = (number if rows is None else rows) if is_table else None
        self.members.append(Member(name, counted, size, digest.hexdigest()))
        return number


def _twice(lines: Iterable[Line], writer: Any) -> Iterator[bytes]:
    """Give each line as JSON, and write it as a row of the CSV file."""
    for line in lines:
        writer.writerow([_cell(value) for value in line.values()])
        yield json.dumps(line, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"


def _cell(value: Any) -> str | int:
    """Return a value as a person reads it in an office program, which never takes it for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return value
    return safe(_words(value))


def _words(value: Any) -> str:
    if isinstance(value, Choices):
        return str(value.label)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dict):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if value else ""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
