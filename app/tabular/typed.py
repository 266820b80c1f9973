"""From cells to values: read a table against column specifications, column by column.

Cells repeat: a column of 35,000 rows rarely holds more than a few hundred different texts. Each
distinct cell of a column is therefore understood once and remembered; the work per cell is one
dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.columns import Column, Header, Heading, HeadingMatcher
from app.tabular.formats import Formats
from app.tabular.kinds import BadValue, Doubtful, plain_text
from app.tabular.limits import DEFAULT_LIMITS, Limits
from app.tabular.problems import OTHER_SHEET, Problem, Severity, TabularError, shown
from app.tabular.readers import Block, Reader

_REMEMBERED_CELLS = 20_000
_SHEETS_LOOKED_AT = 10


@dataclass(slots=True)
class Row:
    """One readable row: its number in the file and the values of the columns that are there."""

    number: int
    values: dict[str, Any]
    # What the file said where an importer put what it means: a name where the key stands.
    said: dict[str, Any] | None = None

    def take_to_mean(self, field: str, meant: Any) -> None:
        """Put what a value means in its place; the person is told what the file said."""
        self.said = {field: self.values[field]} | (self.said or {})
        self.values[field] = meant

    def said_in(self, field: str) -> Any:
        """Return the value of a field as the file said it, None when it said nothing."""
        return (self.said or {}).get(field, self.values.get(field))


@dataclass(slots=True)
class TypedBlock:
    """Some rows that were understood, and what is wrong with the others.

    `refused` holds the numbers of the rows with at least one error; `count` is all source rows.
    """

    rows: list[Row] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    blank: int = 0

    @property
    def count(self) -> int:
        """Return the number of source rows, empty ones not counted."""
        return len(self.rows) + len(self.refused)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """What stands in for a value that cannot be read."""

    code: str
    params: dict[str, Any]
    text: Any = None


class _ColumnReader(dict[Any, Any]):
    """Remembers, for one column, what each distinct cell means."""

    def __init__(self, column: Column, formats: Formats) -> None:
        super().__init__()
        self.column = column
        self.formats = formats
        self.has_verdicts = False

    def read(self, cells: Sequence[Any]) -> list[Any]:
        """Return a value, a refusal or a doubt for each cell."""
        if bool in set(map(type, cells)):
            # True and 1.0 are the same dictionary key, but not the same cell.
            cells = [plain_text(cell) if isinstance(cell, bool) else cell for cell in cells]
        return list(map(self.__getitem__, cells))

    def __missing__(self, cell: Any) -> Any:
        value = self._understand(cell)
        if isinstance(value, _Refusal | Doubtful):
            self.has_verdicts = True
        if len(self) >= _REMEMBERED_CELLS:
            self.clear()
        self[cell] = value
        return value

    def _understand(self, cell: Any) -> Any:
        if isinstance(cell, str):
            cell = cell.strip()
        if cell is None or cell == "":
            return _Refusal("required", {}) if self.column.required else None
        try:
            value = self.column.kind.read(cell, self.formats)
        except BadValue as bad:
            return _Refusal(bad.code, bad.params)
        except (ValueError, ArithmeticError, RecursionError):
            return _Refusal("bad_pattern", {})
        return self._checked(value) if self.column.checks else value

    def _checked(self, value: Any) -> Any:
        bare = value.value if isinstance(value, Doubtful) else value
        for check in self.column.checks:
            if bare is not None and not check.holds(bare):
                params = {"text": check.message}
                if check.soft:
                    return Doubtful(bare, check.code, params)
                return _Refusal(check.code, {}, check.message)
        return value


class TypedTable:
    """A sheet of a file, read against the columns of an importer."""

    def __init__(
        self,
        reader: Reader,
        columns: Sequence[Column],
        *,
        formats: Formats | None = None,
        mapping: Mapping[str, str] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Find the heading row and match it; raises TabularError when the file has no rows."""
        self._reader = reader
        self._formats = formats or Formats()
        self._limits = limits
        self._matcher = HeadingMatcher(columns, mapping or {})
        self.header = self._find_header()

    @property
    def row_estimate(self) -> int | None:
        """Return about how many rows there are, for a progress bar."""
        lines = self._reader.row_estimate
        return None if lines is None else max(0, lines - self.header.row)

    def _find_header(self) -> Header:
        for block in self._reader.blocks(self._formats.sheet):
            if block.rows:
                self._refuse_width(block)
                rows = list(zip(block.numbers, block.rows, strict=True))
                position = self._matcher.find_header(rows)
                if position is None:
                    # Whatever its headings say, the first row is no record.
                    return self._no_header(rows[0][0])
                return self._with_other_sheet(self._matcher.match(*rows[position]))
            if block.broken:
                return self._no_header(block.broken[0].row or 0)
        found = self._no_header(0)
        if not found.problems[0].value:
            raise TabularError("empty_file")
        return found

    def _no_header(self, row: int) -> Header:
        """Say that there are no headings, and which other sheet has them."""
        sheet = self._other_sheet()
        text = OTHER_SHEET if sheet else None
        return Header(row, (), (Problem("no_header", row or None, value=sheet, text=text),))

    def _with_other_sheet(self, header: Header) -> Header:
        """Name the sheet that has what this one lacks."""
        if header.blocking and (sheet := self._other_sheet()):
            told = Problem("other_sheet_fits", header.row, value=sheet)
            return replace(header, problems=(*header.problems, told))
        return header

    def _other_sheet(self) -> str:
        """Return the sheet whose headings are all there, empty when there is none."""
        sheets = self._reader.sheets
        if len(sheets) < 2:
            return ""
        return next((sheet for sheet in sheets[:_SHEETS_LOOKED_AT] if self._fits(sheet)), "")

    def _fits(self, sheet: str) -> bool:
        try:
            block = next(self._reader.blocks(sheet), None)
        except TabularError:
            return False
        rows = list(zip(block.numbers, block.rows, strict=True)) if block else []
        position = self._matcher.find_header(rows)
        return position is not None and not self._matcher.match(*rows[position]).blocking

    def _refuse_width(self, block: Block) -> None:
        if max(len(row) for row in block.rows) > self._limits.columns:
            raise TabularError("too_many_columns", limit=self._limits.columns)

    def count_rows(self) -> int:
        """Count the source rows below the headings, without understanding them."""
        return sum(block.count for block in self._data_blocks())

    def blocks(self) -> Iterator[TypedBlock]:
        """Yield the rows below the headings. The problems of the headings are not repeated.

        When the headings have an error that blocks, every row is refused for it.
        """
        if self.header.blocking:
            reason = self.header.blocking[0].sentence
            for block in self._data_blocks():
                yield _unread(block, reason)
            return
        readers = [_ColumnReader(h.column, self._formats) for h in self.header.matched if h.column]
        for block in self._data_blocks():
            yield self._typed(block, readers)

    def _data_blocks(self) -> Iterator[Block]:
        """Yield blocks without the heading row and what stands above it."""
        head = self.header.row
        total = 0
        for block in self._reader.blocks(self._formats.sheet):
            if block.numbers and block.numbers[0] <= head:
                kept = [i for i, number in enumerate(block.numbers) if number > head]
                block.numbers = [block.numbers[i] for i in kept]
                block.rows = [block.rows[i] for i in kept]
                block.broken = [p for p in block.broken if (p.row or 0) > head]
            total += block.count
            if total > self._limits.rows:
                raise TabularError("too_many_rows", limit=self._limits.rows)
            yield block

    def _typed(self, block: Block, readers: list[_ColumnReader]) -> TypedBlock:
        numbers, rows, problems = self._same_width(block)
        problems += block.broken + self._marked(block)
        values = self._read_columns(numbers, rows, readers, problems)
        refused = {p.row for p in problems if p.severity is Severity.ERROR}
        names = [reader.column.name for reader in readers]
        typed = TypedBlock(problems=problems, blank=block.blank)
        typed.refused = sorted(number for number in refused if number is not None)
        for number, row in zip(numbers, zip(*values, strict=True), strict=True):
            if number not in refused:
                typed.rows.append(Row(number, dict(zip(names, row, strict=True))))
        return typed

    def _same_width(self, block: Block) -> tuple[list[int], list[Sequence[Any]], list[Problem]]:
        """Leave out rows with too many or too few cells; cells that hold nothing do not count."""
        width = self.header.width
        if all(len(row) == width for row in block.rows):
            return block.numbers, block.rows, []
        numbers, rows, problems = [], [], []
        for number, row in zip(block.numbers, block.rows, strict=True):
            if len(row) > width and not any(plain_text(cell) for cell in row[width:]):
                row = row[:width]  # noqa: PLW2901 - the same row without its empty tail
            if len(row) == width:
                numbers.append(number)
                rows.append(row)
            else:
                code = "too_many_cells_in_row" if len(row) > width else "too_few_cells_in_row"
                params = {"found": len(row), "wanted": width}
                text = shown(" | ".join(map(plain_text, row)))
                wanted = _l("%(wanted)s cells, as in the heading", wanted=width)
                problem = Problem(code, number, value=text, expected=wanted, params=params)
                problems.append(problem)
        return numbers, rows, problems

    def _marked(self, block: Block) -> list[Problem]:
        """Return the problems of cells that are read; those of other columns do not matter."""
        read = {h.index: h for h in self.header.matched}
        kept = []
        for problem in block.marked:
            heading = read.get(problem.column or 0)
            if problem.code == "merged_cells":
                kept.append(problem)
            elif heading and heading.column:
                kept.append(_placed(problem, heading, heading.column))
        return [p for p in kept if (p.row or 0) > self.header.row]

    def _read_columns(
        self,
        numbers: list[int],
        rows: list[Sequence[Any]],
        readers: list[_ColumnReader],
        problems: list[Problem],
    ) -> list[list[Any]]:
        """Return the values column by column; doubts are settled, problems added to the list."""
        columns = list(zip(*rows, strict=True)) or [()] * self.header.width
        values = []
        for heading, reader in zip(self.header.matched, readers, strict=True):
            cells = columns[heading.index]
            found = reader.read(cells)
            if reader.has_verdicts:
                _collect(numbers, cells, found, heading, reader.column, problems)
            values.append(found)
        return values


def _unread(block: Block, reason: LazyText) -> TypedBlock:
    """Refuse the rows of a block, those that can be cut into cells because of the headings."""
    told = [Problem("not_read", number, params={"reason": reason}) for number in block.numbers]
    numbers = [*block.numbers, *(problem.row or 0 for problem in block.broken)]
    return TypedBlock(refused=sorted(numbers), problems=[*told, *block.broken], blank=block.blank)


def _placed(problem: Problem, heading: Heading, column: Column) -> Problem:
    return Problem(
        problem.code,
        problem.row,
        heading.index,
        heading.text,
        column.name,
        problem.value,
        column.kind.expected,
    )


def _collect(
    numbers: Sequence[int],
    cells: Sequence[Any],
    found: list[Any],
    heading: Heading,
    column: Column,
    problems: list[Problem],
) -> None:
    """Write down refusals and doubts; a doubtful value takes its place in `found`."""
    for i, value in enumerate(found):
        if not isinstance(value, _Refusal | Doubtful):
            continue
        doubtful = isinstance(value, Doubtful)
        params = dict(value.params)
        text = value.text if isinstance(value, _Refusal) else params.pop("text", None)
        problems.append(
            Problem(
                value.code,
                numbers[i],
                heading.index,
                heading.text,
                column.name,
                shown(cells[i]),
                column.kind.expected,
                Severity.WARNING if doubtful else Severity.ERROR,
                params,
                text,
            )
        )
        if isinstance(value, Doubtful):
            found[i] = value.value
