"""Read csv files that people and old systems write, without ever losing a line.

What a row is. A physical line is a row, unless a quoted cell spans several lines: then those lines
are one row, numbered by its first line. A quotation mark that opens a cell and is never closed,
or that only finds its end by swallowing lines that are rows of their own, makes *that one line*
a broken row; reading goes on at the next line. Empty lines are not rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from app.tabular.limits import Limits
from app.tabular.problems import EXPECTED, Problem, shown
from app.tabular.readers.block import BLOCK_ROWS, Block
from app.tabular.readers.csv_text import CsvDialect, Line, decoded_lines, detect_dialect

# A cell of more lines than this is taken for a quotation mark that was not closed.
_MAX_LINES_A_ROW = 200


@dataclass(frozen=True, slots=True)
class CsvReader:
    """A csv file, plain or packed with gzip."""

    path: Path
    dialect: CsvDialect
    limits: Limits

    @classmethod
    def open(
        cls, path: Path, limits: Limits, *, encoding: str = "", separator: str = ""
    ) -> CsvReader:
        """Look at the whole file once and get ready to read it."""
        dialect = detect_dialect(path, limits, encoding=encoding, separator=separator)
        return cls(path, dialect, limits)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Return one sheet without a name."""
        return ("",)

    @property
    def row_estimate(self) -> int | None:
        """Return the number of physical lines."""
        return self.dialect.lines

    def blocks(self, sheet: str) -> Iterator[Block]:
        """Yield the rows; memory stays bounded by one block and one row."""
        lines = _Lines(decoded_lines(self.path, self.dialect.encoding, self.limits))
        block = Block()
        for line in lines:
            self._add(block, line, lines)
            if block.count >= BLOCK_ROWS:
                yield block
                block = Block()
        if block.count or block.blank:
            yield block

    def _add(self, block: Block, line: Line, lines: _Lines) -> None:
        separator = self.dialect.separator
        text = line.text
        if not line.is_decoded:
            self._refuse(
                block, line, "bad_encoding", encoding=self.dialect.encoding.removesuffix("-sig")
            )
        elif "\0" in text:
            self._refuse(block, line, "nul_byte")
        elif not text.strip(separator + ' \t"\u00a0'):
            block.blank += 1
        elif line.number == 1 and text.lower() == f"sep={separator}":
            return
        elif '"' not in text:
            block.numbers.append(line.number)
            block.rows.append(text.split(separator))
        else:
            self._add_quoted(block, line, lines)

    def _add_quoted(self, block: Block, line: Line, lines: _Lines) -> None:
        cells = split_quoted(line.text, self.dialect.separator)
        if cells is None:
            cells = self._join_lines(line, lines)
        if cells is None:
            self._refuse(block, line, "broken_quotes")
            return
        block.numbers.append(line.number)
        block.rows.append(cells)

    def _join_lines(self, line: Line, lines: _Lines) -> list[str] | None:
        """Read a row whose quoted cell goes on over the next lines, or None for a broken one.

        The lines looked at are only taken when the row closes, has the right number of cells,
        and none of the lines could be a row by itself.
        """
        separator, width, least = self.dialect.separator, self.dialect.width, self.dialect.least
        text = line.text
        for taken, following in enumerate(lines.ahead(_MAX_LINES_A_ROW), start=1):
            alone = following.text.count(separator) + 1
            if alone >= least > 1 or not following.is_decoded or "\0" in following.text:
                return None
            text = f"{text}\n{following.text}"
            if len(text) > self.limits.line_chars:
                return None
            if '"' not in following.text:
                continue
            cells = split_quoted(text, separator)
            if cells is not None:
                if len(cells) != width:
                    return None
                lines.take(taken)
                return cells
        return None

    @staticmethod
    def _refuse(block: Block, line: Line, code: str, **params: object) -> None:
        said, expected = shown(line.text), EXPECTED[code]
        problem = Problem(code, line.number, value=said, expected=expected, params=params)
        block.broken.append(problem)


def split_quoted(text: str, separator: str) -> list[str] | None:
    """Cut one row with quoted cells; None when a quotation mark is open or closed too early."""
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


class _Lines:
    """Lines that can be looked at before they are taken."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._waiting: list[Line] = []

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        return self._waiting.pop(0) if self._waiting else next(self._source)

    def ahead(self, count: int) -> Iterator[Line]:
        """Yield up to `count` lines without taking them."""
        yield from chain(tuple(self._waiting), self._more(count - len(self._waiting)))

    def _more(self, count: int) -> Iterator[Line]:
        for _ in range(count):
            line = next(self._source, None)
            if line is None:
                return
            self._waiting.append(line)
            yield line

    def take(self, count: int) -> None:
        """Remove the first `count` lines looked at."""
        del self._waiting[:count]
