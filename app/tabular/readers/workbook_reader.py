"""Read xlsx, xls and ods workbooks: merged cells, errors and uncalculated formulas are marked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.tabular.limits import Limits
from app.tabular.problems import Problem, TabularError, column_letter
from app.tabular.readers.block import BLOCK_ROWS, Block
from app.tabular.readers.workbook_scan import SheetScan, scan_workbook
from app.tabular.unpack import FileKind, archive_parts

_ISOLATED = Path(__file__).with_name("isolated.py")
_ISOLATED_MEMORY_MIB = 1024
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """Rows of one sheet from its first one, where their first cell stands, merged ranges."""

    rows: Iterator[Sequence[Any]]
    first_column: int  # counted from 0
    merged: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class WorkbookReader:
    """An xlsx workbook, read in this process after it was scanned."""

    path: Path
    limits: Limits
    names: tuple[str, ...]
    estimate: int | None = None
    scans: dict[str, SheetScan] = field(default_factory=dict)
    book: CalamineWorkbook | None = None
    # The sheet read last: headings and rows are two passes over one parsed sheet.
    parsed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, limits: Limits) -> WorkbookReader:
        """Scan the parts, then list the sheets, visible ones first."""
        scans = scan_workbook(path, limits)
        with _calamine_errors():
            book = CalamineWorkbook.from_path(str(path))
            sheets = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            hidden = {s.name for s in sheets if s.visible != SheetVisibleEnum.Visible}
            names = [s.name for s in sheets]
        names.sort(key=lambda name: name in hidden)
        if not names:
            raise TabularError("empty_file")
        return cls(path, limits, tuple(names), None, scans, book)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Return the names of the sheets."""
        return self.names

    @property
    def row_estimate(self) -> int | None:
        """Say that it is not known before the sheet is read."""
        return self.estimate

    def blocks(self, sheet: str) -> Iterator[Block]:
        """Yield the rows of a sheet; the first one when no name is given."""
        name = sheet or self.names[0]
        if name not in self.names:
            raise TabularError("unknown_sheet", value=name)
        scan = self.scans.get(name, SheetScan())
        with _calamine_errors():
            opened = self._open_sheet(name)
            yield from sheet_blocks(opened, scan, self.limits)

    def _open_sheet(self, name: str) -> OpenSheet:
        if name not in self.parsed:
            self.parsed.clear()
            book = self.book or CalamineWorkbook.from_path(str(self.path))
            self.parsed[name] = book.get_sheet_by_name(name)
        sheet = self.parsed[name]
        start = sheet.start or (0, 0)
        merged = tuple(sheet.merged_cell_ranges or ())
        # The iterator begins at the first row of the sheet, but at its first used column.
        return OpenSheet(iter(sheet.iter_rows()), start[1], merged)


@dataclass(frozen=True, slots=True)
class IsolatedReader:
    """An xls or ods workbook, read by a process with limits of its own."""

    path: Path
    limits: Limits
    names: tuple[str, ...]

    @classmethod
    def open(cls, path: Path, kind: FileKind, limits: Limits) -> IsolatedReader:
        """List the sheets."""
        if kind is FileKind.ODS:
            for _, pieces in archive_parts(path, limits):
                for _ in pieces:
                    pass
        process = _Isolated(path, "", limits)
        process.close()
        if not process.head["sheets"]:
            raise TabularError("empty_file")
        return cls(path, limits, tuple(process.head["sheets"]))

    @property
    def sheets(self) -> tuple[str, ...]:
        """Return the names of the sheets."""
        return self.names

    @property
    def row_estimate(self) -> int | None:
        """Say that it is not known before the sheet is read."""
        return None

    def blocks(self, sheet: str) -> Iterator[Block]:
        """Yield the rows of a sheet; the first one when no name is given."""
        if sheet and sheet not in self.names:
            raise TabularError("unknown_sheet", value=sheet)
        process = _Isolated(self.path, sheet, self.limits)
        try:
            start = process.head["start"] or (0, 0)
            merged = tuple(((a[0], a[1]), (b[0], b[1])) for a, b in process.head["merged"])
            errors = {(row, column): text for row, column, text in process.head["errors"]}
            opened = OpenSheet(process.rows(), start[1], merged)
            yield from sheet_blocks(opened, SheetScan(errors=errors), self.limits)
        finally:
            process.close()


def sheet_blocks(opened: OpenSheet, scan: SheetScan, limits: Limits) -> Iterator[Block]:
    """Cut the rows of a sheet into blocks, counting rows as the spreadsheet does."""
    marks = _marks_by_row(opened, scan)
    block = Block()
    before = [""] * opened.first_column
    for number, row in enumerate(opened.rows, start=1):
        # Most rows are full: `any` stops at the first cell that holds something.
        if not any(row) and all(cell in ("", None) for cell in row):
            block.blank += 1
            continue
        block.numbers.append(number)
        block.rows.append([*before, *row] if before else row)
        if marks and number in marks:
            block.marked.extend(marks[number])
        if len(block.rows) >= BLOCK_ROWS:
            yield block
            block = Block()
        if number > limits.rows:
            raise TabularError("too_many_rows", limit=limits.rows)
    if block.count or block.blank:
        yield block


def _marks_by_row(opened: OpenSheet, scan: SheetScan) -> dict[int, list[Problem]]:
    """Mark rows that a merged range of several cells touches, errors, uncalculated formulas."""
    marks: dict[int, list[Problem]] = {}
    for (top, left), (bottom, right) in opened.merged:
        name = f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"
        # A merge down a whole column would mark a million rows: the data ends long before.
        for row in range(top + 1, min(bottom + 1, top + 100_000) + 1):
            problem = Problem("merged_cells", row, left, params={"range": name})
            marks.setdefault(row, []).append(problem)
    for row, column in scan.uncalculated:
        problem = Problem("formula_not_calculated", row, column)
        marks.setdefault(row, []).append(problem)
    for (row, column), text in scan.errors.items():
        problem = Problem("formula_error", row, column, value=text)
        marks.setdefault(row, []).append(problem)
    return marks


class _calamine_errors:  # noqa: N801 - used as a function
    """Turn what the reader raises into a TabularError with a sentence."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Translate; the reader's own words are for developers and stay in the chain."""
        if isinstance(error, PasswordError):
            raise TabularError("password_protected") from error
        if isinstance(error, CalamineError | OSError | ValueError) or _is_panic(error):
            raise TabularError("unreadable_file") from error


def _is_panic(error: BaseException | None) -> bool:
    # A panic of the reader's Rust code does not derive from Exception.
    return type(error).__name__ == "PanicException"


class _Isolated:
    """A running reader process: what it says first, then its rows."""

    def __init__(self, path: Path, sheet: str, limits: Limits) -> None:
        command = [sys.executable, "-I", str(_ISOLATED), str(path), sheet]
        self._process = subprocess.Popen(  # noqa: S603 - our own script, no shell
            [*command, str(_ISOLATED_MEMORY_MIB), str(limits.seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        self._output = self._process.stdout
        first = self._output.readline()
        if not first:
            self._output.close()
            _raise_for(self._process)
        self.head: dict[str, Any] = json.loads(first)

    def rows(self) -> Iterator[Sequence[Any]]:
        """Yield the rows; raises TabularError when the process came to its limits."""
        for line in self._output:
            yield from json.loads(line, object_hook=_decode)
        _raise_for(self._process)

    def close(self) -> None:
        """End the process, whether or not it had more to say."""
        self._process.kill()
        self._output.close()
        self._process.wait()


def _raise_for(process: subprocess.Popen[str]) -> None:
    status = process.wait()
    if status < 0:
        raise TabularError("too_slow" if -status in (9, 24) else "unreadable_file")
    if status:
        raise TabularError("unreadable_file")


def _decode(data: dict[str, Any]) -> Any:
    kind, value = next(iter(data.items()))
    if kind == "datetime":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "time":
        return time.fromisoformat(value)
    return timedelta(seconds=value)
