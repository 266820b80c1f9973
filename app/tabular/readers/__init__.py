"""Recognise a file by its content and read its rows."""

from __future__ import annotations

from pathlib import Path

from app.tabular.formats import Formats
from app.tabular.limits import DEFAULT_LIMITS, Limits
from app.tabular.readers.block import BLOCK_ROWS, Block, Reader
from app.tabular.unpack import FileKind, detect_kind

__all__ = ["BLOCK_ROWS", "Block", "Reader", "open_reader"]


def open_reader(
    path: Path, formats: Formats | None = None, limits: Limits = DEFAULT_LIMITS
) -> Reader:
    """Open a table, whatever its name ends with; raises TabularError."""
    formats = formats or Formats()
    kind = detect_kind(path)
    if kind is FileKind.CSV:
        from app.tabular.readers.csv_reader import CsvReader

        return CsvReader.open(path, limits, encoding=formats.encoding, separator=formats.separator)
    from app.tabular.readers.workbook_reader import IsolatedReader, WorkbookReader

    if kind is FileKind.XLSX:
        return WorkbookReader.open(path, limits)
    return IsolatedReader.open(path, kind, limits)
