"""Rows as they come out of a file, some hundreds at a time, before anything is understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.tabular.problems import Problem

BLOCK_ROWS = 500


@dataclass(slots=True)
class Block:
    """Some rows of a sheet, with the row numbers a person sees in the file.

    `broken` holds rows that could not be cut into cells, one problem each. Empty rows are counted
    in `blank` and nowhere else.
    """

    numbers: list[int] = field(default_factory=list)
    rows: list[Sequence[Any]] = field(default_factory=list)
    broken: list[Problem] = field(default_factory=list)
    # Problems that belong to a row that could be cut: merged cells, formulas without a result.
    marked: list[Problem] = field(default_factory=list)
    blank: int = 0

    @property
    def count(self) -> int:
        """Return the number of source rows, broken ones included, empty ones not."""
        return len(self.rows) + len(self.broken)


class Reader(Protocol):
    """A file that was recognised and can be read again and again from its start."""

    @property
    def sheets(self) -> tuple[str, ...]:
        """Return the names of the sheets; one without a name for csv."""
        ...

    @property
    def row_estimate(self) -> int | None:
        """Return about how many rows there are, for the progress bar."""
        ...

    def blocks(self, sheet: str) -> Iterator[Block]:
        """Yield all rows from the first one of the file, headings included."""
        ...
