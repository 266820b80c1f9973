"""Read an old or OpenDocument workbook in a process of its own, with memory and time limits.

Run as a script: `isolated.py PATH SHEET_OR_EMPTY MEMORY_MIB SECONDS`. The formats xls and ods can
describe billions of cells in a few bytes; here the worst that happens is that this process ends.
Writes JSON lines: first `{"sheets", "start", "merged", "errors"}`, then arrays of rows.

The reader gives an error such as #N/A as an empty cell, and knows no merged cells of ods. Both are
looked for apart: a cell that seems empty would empty a field.
"""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

ROWS_A_LINE = 500
# One error repeated over more cells than this is no table of data.
MOST_REPEATED = 1_000_000
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
# LibreOffice writes an error as an empty text, and says so in an attribute of its own.
VALUE_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"


def restrict(memory_mib: int, seconds: int) -> None:
    """Set hard limits on this process, where the system has them."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits
        return
    size = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def encode(value: object) -> Any:
    """Write dates so that they can be told from text on the other side."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    raise TypeError(type(value))


def write(data: object) -> None:
    """Write one line of JSON, at once: the other side may be waiting."""
    sys.stdout.write(f"{json.dumps(data, default=encode)}\n")
    sys.stdout.flush()


class OdsMarks:
    """Merged ranges (from 0) and errors (row from 1, column from 0, text) of one table."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.merged: list[Any] = []
        self.errors: list[tuple[int, int, str]] = []
        self._tables: list[str] = []
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._shown: list[str] | None = None

    def read(self, path: str) -> OdsMarks:
        """Read the part of the file that holds the tables."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            parser.ParseFile(content)
        return self

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{TABLE}table":
            self._tables.append(attributes.get(f"{TABLE}name", ""))
            self._row = 0 if len(self._tables) == 1 else self._row
        elif self._tables != [self.wanted]:  # another table, or one inside a cell
            return
        elif name == f"{TABLE}table-row":
            self._rows, self._column = _number(attributes, "number-rows-repeated"), 0
        elif name in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
            self._columns = _number(attributes, "number-columns-repeated")
            high = _number(attributes, "number-rows-spanned")
            wide = _number(attributes, "number-columns-spanned")
            if high * wide > 1:
                end = (self._row + high - 1, self._column + wide - 1)
                self.merged.append(((self._row, self._column), end))
            self._shown = [] if attributes.get(VALUE_TYPE) == "error" else None

    def _text(self, text: str) -> None:
        if self._shown is not None:
            self._shown.append(text)

    def _end(self, name: str) -> None:
        if name == f"{TABLE}table":
            self._tables.pop()
        elif self._tables != [self.wanted]:
            return
        elif name == f"{TABLE}table-row":
            self._row += self._rows
        elif name in {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}:
            if self._shown is not None:
                self._mark("".join(self._shown).strip())
            self._shown = None
            self._column += self._columns

    def _mark(self, shown: str) -> None:
        if self._rows * self._columns > MOST_REPEATED:
            raise ValueError("an error repeated without end")
        for row in range(self._row, self._row + self._rows):
            for column in range(self._column, self._column + self._columns):
                self.errors.append((row + 1, column, shown))


def _number(attributes: dict[str, str], name: str) -> int:
    return max(1, int(attributes.get(TABLE + name, "1")))


def xls_errors(path: str, sheet_name: str) -> list[tuple[int, int, str]]:
    """Return the errors of a sheet: row from 1, column from 0, text."""
    import xlrd

    # What it says about odd files must not come among our lines.
    book = xlrd.open_workbook(path, logfile=sys.stderr, on_demand=True, ragged_rows=True)
    sheet = book.sheet_by_name(sheet_name)
    return [
        (row + 1, column, xlrd.error_text_from_code.get(sheet.cell_value(row, column), ""))
        for row in range(sheet.nrows)
        for column, kind in enumerate(sheet.row_types(row))
        if kind == xlrd.XL_CELL_ERROR
    ]


def main(path: str, wanted: str, memory_mib: int, seconds: int) -> int:
    """Write the sheet; exit status 3 for a sheet that does not exist."""
    restrict(memory_mib, seconds)
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    names = list(book.sheet_names)
    if wanted and wanted not in names:
        return 3
    chosen = wanted or names[0]
    sheet = book.get_sheet_by_name(chosen)
    head: dict[str, Any] = {"sheets": names, "start": sheet.start}
    if zipfile.is_zipfile(path):
        marks = OdsMarks(chosen).read(path)
        head |= {"merged": marks.merged, "errors": marks.errors}
    else:
        head |= {"merged": sheet.merged_cell_ranges or [], "errors": xls_errors(path, chosen)}
    write(head)
    rows: list[Any] = []
    for row in sheet.iter_rows():
        rows.append(row)
        if len(rows) == ROWS_A_LINE:
            write(rows)
            rows = []
    write(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
