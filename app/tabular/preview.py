"""Show the first rows of a file beside what each column is taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from app.tabular.columns import HeadingMatcher
from app.tabular.formats import Formats
from app.tabular.importer import Importer
from app.tabular.normalise import normalise
from app.tabular.problems import Problem, TabularError
from app.tabular.readers import Reader, open_reader
from app.tabular.runner import ImportFile
from app.tabular.said import say_cell

_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column of the file: its heading, some values, and the field it is read as."""

    index: int
    heading: str
    field: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the mapping page shows of a file."""

    sheets: tuple[str, ...] = ()
    columns: tuple[PreviewColumn, ...] = ()
    problems: tuple[Problem, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def headings(self) -> tuple[str, ...]:
        """Return the headings that have a text."""
        return tuple(column.heading for column in self.columns if column.heading)

    @property
    def is_plain(self) -> bool:
        """Tell whether every column is known, so that there is nothing to choose."""
        return bool(self.columns) and not self.problems


def preview_file(source: ImportFile) -> Preview:
    """Look at the headings and first rows; raises TabularError for an unreadable file."""
    reader = open_reader(source.path, source.formats, source.limits)
    rows = _first_rows(reader, source.formats)
    matcher = HeadingMatcher(source.importer.columns, source.mapping)
    position = matcher.find_header(rows)
    if position is None:
        position = 0
    if not rows:
        return Preview(reader.sheets, problems=_sheet_that_fits(source))
    header = matcher.match(*rows[position])
    samples = [cells for _, cells in islice(rows, position + 1, position + 1 + _SAMPLES)]
    columns = tuple(
        PreviewColumn(
            heading.index,
            heading.text,
            heading.column.name if heading.column else "",
            tuple(_cell(row, heading.index) for row in samples),
        )
        for heading in header.headings
    )
    dialect = getattr(reader, "dialect", None)
    written = {"encoding": dialect.encoding, "separator": dialect.separator} if dialect else {}
    problems = header.problems + (_sheet_that_fits(source) if header.blocking else ())
    return Preview(reader.sheets, columns, problems, written)


def _sheet_that_fits(source: ImportFile) -> tuple[Problem, ...]:
    """Name the sheet of a workbook that has what the one looked at lacks, as the check does."""
    try:
        _reader, table = source.open()
    except TabularError:
        return ()
    named = table.header.blocking[-1:]
    return tuple(problem for problem in named if problem.names_other_sheet)


def _first_rows(reader: Reader, formats: Formats) -> list[tuple[int, Sequence[Any]]]:
    for block in reader.blocks(formats.sheet):
        if block.rows:
            return list(zip(block.numbers, block.rows, strict=True))
    return []


def _cell(row: Sequence[Any], index: int) -> str:
    return say_cell(row[index]) if index < len(row) else ""


def mapping_of(preview: Preview, chosen: Mapping[int, str], importer: Importer) -> dict[str, str]:
    """Turn choices by column number into a mapping by heading.

    Only what differs from the heading's own meaning is kept, so that a mapping stays short.
    """
    known = HeadingMatcher(importer.columns).known()
    mapping = {}
    for column in preview.columns:
        if not column.heading or column.index not in chosen:
            continue
        own = known.get(normalise(column.heading))
        if chosen[column.index] != (own.name if own else ""):
            mapping[column.heading] = chosen[column.index]
    return mapping
