"""Write a list to a file: the columns and rows of a view, in its order, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from app.lists.cells import export_value
from app.lists.spec import Column
from app.tabular.exports import FileFormat, xlsx_chunks
from app.tabular.writers import csv_chunks


class ListFormat(StrEnum):
    """The files a list is written to."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


def export_chunks(
    columns: Sequence[Column], rows: Iterable[Any], file_format: FileFormat, *, title: str
) -> Iterator[bytes]:
    """Yield the bytes of a file; dates and numbers stay what they are, formulas become texts."""
    titles = [str(column.label) for column in columns]
    cells = ([export_value(column, row) for column in columns] for row in rows)
    if file_format is FileFormat.CSV:
        return csv_chunks(titles, cells)
    return xlsx_chunks(title, titles, cells)
