"""Write a list to a file: the columns and rows of a view, in its order."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.lists.cells import export_value
from app.lists.spec import Column

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

# A spreadsheet runs a cell that begins like this as a formula (OWASP: CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
DATE_FORMATS = {date: "dd/mm/yyyy", datetime: "dd/mm/yyyy hh:mm"}


def neutral(value: Any) -> Any:
    """Keep a text from being run as a formula by putting an apostrophe before it."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def write_csv(columns: tuple[Column, ...], rows: Iterable[Any]) -> Iterator[str]:
    """Yield the lines of a CSV file as Belgian spreadsheets open it: semicolons, UTF-8 with BOM."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield "\ufeff"
    writer.writerow([str(c.label) for c in columns])
    for row in rows:
        yield _taken(buffer)
        writer.writerow([_csv_text(export_value(c, row)) for c in columns])
    yield _taken(buffer)


def write_xlsx(path: Path, columns: tuple[Column, ...], rows: Iterable[Any], *, title: str) -> int:
    """Write an xlsx file with a frozen bold header and filters; return the number of rows."""
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        for at, column in enumerate(columns):
            sheet.write_string(0, at, str(column.label), bold)
            sheet.set_column(at, at, 14 if column.is_number else 22)
        sheet.freeze_panes(1, 0)
        count = _write_rows(book, sheet, columns, rows)
        sheet.autofilter(0, 0, max(count, 1), max(len(columns) - 1, 0))
    return count


def _write_rows(
    book: Workbook, sheet: Any, columns: tuple[Column, ...], rows: Iterable[Any]
) -> int:
    styles = {kind: book.add_format({"num_format": f}) for kind, f in DATE_FORMATS.items()}
    euros = book.add_format({"num_format": "#,##0.00"})
    write: dict[type, Callable[..., Any]] = {
        datetime: lambda r, c, v: sheet.write_datetime(r, c, v, styles[datetime]),
        date: lambda r, c, v: sheet.write_datetime(r, c, v, styles[date]),
        Decimal: lambda r, c, v: sheet.write_number(r, c, float(v), euros),
        int: sheet.write_number,
        float: sheet.write_number,
        bool: sheet.write_boolean,
    }
    count = 0
    for count, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            value = export_value(column, row)
            if value is None:
                continue
            writer = write.get(type(value))
            if writer:
                writer(count, at, value)
            else:
                # A string cell is never run as a formula, so nothing needs to be put before it.
                sheet.write_string(count, at, str(value)[:32767])
    return count


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    return str(neutral(str(value))) if not isinstance(value, int) else str(value)


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "list"
