"""Write csv files that Belgian spreadsheets open well: `;`, UTF-8 with a mark, comma decimals."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from app.tabular.neutralise import neutralise
from app.tabular.writers.xlsx_parts import BRUSSELS

SEPARATOR = ";"
_CHUNK_ROWS = 500


def csv_chunks(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the bytes of a csv file, some hundred rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=SEPARATOR, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([neutralise(title) for title in titles])
    source = iter(rows)
    while True:
        chunk = list(islice(source, _CHUNK_ROWS))
        writer.writerows([csv_cell(value) for value in row] for row in chunk)
        yield buffer.getvalue().encode("utf-8")
        buffer.seek(0)
        buffer.truncate()
        if not chunk:
            return


def csv_cell(value: Any) -> str:
    """Write a value: decimal comma, ISO dates, instants in Brussels time; text is neutralised."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, date):
        return _date(value)
    if value is None or type(value) is int:
        return "" if value is None else str(value)
    return neutralise(str(value).replace("\0", ""))


def _date(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    local = value.astimezone(BRUSSELS) if value.tzinfo else value
    return f"{local:%Y-%m-%d %H:%M}"


def _number(value: float | Decimal) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    return f"{exact:f}".replace(".", ",") if exact.is_finite() else ""
