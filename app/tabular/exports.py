"""Write records as a file that imports again: the same columns, headings and forms."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from app.i18n import gettext as _
from app.tabular.columns import Column
from app.tabular.kinds import Choice, YesNo
from app.tabular.writers import WorkbookWriter, csv_chunks
from app.tabular.writers.xlsx_parts import STYLE_HEADER, STYLE_NOTE

_SPOOLED_BYTES = 8 * 1024 * 1024
_READ_BYTES = 64 * 1024
_WIDTH_RANGE = (10, 40)


class FileFormat(StrEnum):
    """The formats that are written."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """Return the type for the browser."""
        if self is FileFormat.CSV:
            return "text/csv; charset=utf-8"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_cells(
    columns: Sequence[Column], records: Iterable[Mapping[str, Any]]
) -> Iterator[list[Any]]:
    """Turn records into rows of cells, in the present language; absent fields are empty."""
    writers = [(column.name, column.kind.write) for column in columns]
    for record in records:
        yield [write(record.get(name)) for name, write in writers]


def export_file(
    columns: Sequence[Column],
    records: Iterable[Mapping[str, Any]],
    file_format: FileFormat,
    *,
    title: str,
) -> Iterator[bytes]:
    """Yield the bytes of a file with the records, headings in the present language."""
    titles = [str(column.title) for column in columns]
    yield from table_file(titles, export_cells(columns, records), file_format, title=title)


def table_file(
    titles: Sequence[str], rows: Iterable[Sequence[Any]], file_format: FileFormat, *, title: str
) -> Iterator[bytes]:
    """Yield the bytes of a file with these headings and rows."""
    if file_format is FileFormat.CSV:
        yield from csv_chunks(titles, rows)
        return
    yield from xlsx_chunks(title, titles, rows)


def xlsx_chunks(
    title: str, titles: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[bytes]:
    """Yield the bytes of a workbook with one sheet; it waits on disk, not in memory."""
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as target:
        with WorkbookWriter(target) as book, book.sheet(title, column_widths(titles)) as sheet:
            sheet.write_header(titles)
            sheet.write_rows(rows)
        yield from read_back(target)


def spooled(chunks: Iterable[bytes]) -> IO[bytes]:
    """Keep the bytes of an export until all of them are there; on disk when there are many."""
    target = tempfile.SpooledTemporaryFile(_SPOOLED_BYTES)  # noqa: SIM115  closed by read_back
    for chunk in chunks:
        target.write(chunk)
    return target


def read_back(target: IO[bytes]) -> Iterator[bytes]:
    """Yield what was written, from its start, and close it."""
    with target:
        target.seek(0)
        while piece := target.read(_READ_BYTES):
            yield piece


def column_widths(titles: Sequence[str]) -> list[float]:
    """Make columns as wide as their headings ask, within reason."""
    low, high = _WIDTH_RANGE
    return [float(min(max(len(title) + 4, low), high)) for title in titles]


def template_file(
    columns: Sequence[Column], file_format: FileFormat, *, title: str
) -> Iterator[bytes]:
    """Yield an empty file to fill in; the workbook explains each column on a second sheet."""
    titles = [str(column.title) for column in columns]
    if file_format is FileFormat.CSV:
        yield from csv_chunks(titles, ())
        return
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as target:
        with WorkbookWriter(target) as book:
            with book.sheet(title, column_widths(titles)) as sheet:
                sheet.write_header(titles)
            _write_explanations(book, columns)
        yield from read_back(target)


def _write_explanations(book: WorkbookWriter, columns: Sequence[Column]) -> None:
    headings = (_("Column"), _("Required"), _("Expected form"), _("Example"), _("Explanation"))
    with book.sheet(_("Explanations"), (28, 12, 46, 24, 60)) as sheet:
        sheet.write_header(headings)
        for column in columns:
            required = _("yes") if column.required else _("no")
            texts = (
                str(column.title),
                required,
                explained_form(column),
                example_of(column),
                str(column.help or ""),
            )
            sheet.write_styled(
                [(text, STYLE_NOTE if i else STYLE_HEADER) for i, text in enumerate(texts)]
            )


def explained_form(column: Column) -> str:
    """Say which form is expected; every accepted value of a list, not only the first ones."""
    kind = column.kind
    if isinstance(kind, Choice):
        return ", ".join(str(kind.labels.get(member, member.value)) for member in kind.enum)
    if isinstance(kind, YesNo):
        return ", ".join((_("yes"), _("no")))
    return str(kind.expected)


def example_of(column: Column) -> str:
    """Give a value that would be accepted; of a list, its first one."""
    kind = column.kind
    if column.example or not isinstance(kind, Choice):
        return column.example
    return str(kind.write(next(iter(kind.enum))))


def write_file(chunks: Iterable[bytes], path: Path) -> None:
    """Write the bytes of an export to a file."""
    with path.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
