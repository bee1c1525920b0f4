"""Tables as files for an office program: CSV, and OpenDocument (ODS), in which no cell can be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as Sheet
from odf.table import TableCell, TableRow
from odf.text import P

from challenges.figures import Table

CSV = "text/csv; charset=utf-8"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What `csv` writes to: each line goes on at once."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Sequence[str | int | None]]) -> Iterator[str]:
    """Give the rows line by line, in the form that Dutch Excel reads: semicolons, and a mark in front."""
    writer: Any = csv.writer(_Line(), delimiter=";")
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])


def as_csv(tables: Iterable[Table]) -> bytes:
    """Return all tables below each other."""
    return "".join(csv_lines(_rows(tables))).encode()


def _rows(tables: Iterable[Table]) -> Iterator[Sequence[str | int | None]]:
    for table in tables:
        yield from ([words] for words in (table.title, table.note) if words)
        yield (table.first, *table.columns)
        yield from ((label, *numbers) for label, numbers in table.rows)
        yield ()


def safe(cell: str) -> str:
    """Return the words so that no program takes them for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_ods(tables: Iterable[Table]) -> bytes:
    """Return a workbook with a sheet for each table."""
    document = OpenDocumentSpreadsheet()
    for table in tables:
        sheet = Sheet(name=table.name)
        for words in filter(None, (table.title, table.note)):
            sheet.addElement(_row([words], []))
        sheet.addElement(_row([table.first, *table.columns], []))
        for label, numbers in table.rows:
            sheet.addElement(_row([label], numbers))
        document.spreadsheet.addElement(sheet)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _row(words: Sequence[str], numbers: Sequence[int | None]) -> TableRow:
    """Return a row: cells of text, which are never read as a formula, then cells of numbers; one is empty for None."""
    row = TableRow()
    for word in words:
        cell = TableCell(valuetype="string")
        cell.addElement(P(text=word))
        row.addElement(cell)
    for number in numbers:
        row.addElement(_number(number))
    return row


def _number(number: int | None) -> TableCell:
    if number is None:
        return TableCell()
    cell = TableCell(valuetype="float", value=number)
    cell.addElement(P(text=str(number)))
    return cell
