"""Give the same file back with two more columns: what is wrong, and what to confirm.

Every row of the file is there, in its order and with its cells, refused or not, so that it can be
put right and imported again; the two columns are not read.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.i18n import gettext as _
from app.tabular.columns import NOTES
from app.tabular.exports import FileFormat, column_widths, read_back
from app.tabular.neutralise import restore
from app.tabular.problems import Problem, Severity, column_letter
from app.tabular.readers import Reader
from app.tabular.writers import WorkbookWriter, csv_chunks
from app.tabular.writers.xlsx_parts import STYLE_ERROR

_SPOOLED_BYTES = 8 * 1024 * 1024


def annotated_file(
    reader: Reader, sheet: str, header_row: int, problems: Iterable[Problem], wanted: FileFormat
) -> Iterator[bytes]:
    """Yield the bytes of the annotated file."""
    notes = _notes_by_row(problems)
    rows = _annotated_rows(reader, sheet, header_row, notes)
    titles = next(rows, None)
    if titles is None:
        return
    if wanted is FileFormat.CSV:
        yield from csv_chunks([str(title) for title in titles], rows)
        return
    yield from _workbook(titles, rows)


def _workbook(titles: Sequence[Any], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    texts = [str(title) for title in titles]
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as target:
        with WorkbookWriter(target) as book, book.sheet(_("Rows"), _widths(texts)) as sheet:
            sheet.write_header(texts)
            for row in rows:
                style = STYLE_ERROR if row[0] else 0
                sheet.write_styled([(row[0], style), *((cell, 0) for cell in row[1:])])
        yield from read_back(target)


def _widths(titles: Sequence[str]) -> list[float]:
    return [60.0, 40.0, *column_widths(titles[2:])]


def _annotated_rows(
    reader: Reader, sheet: str, header_row: int, notes: dict[int, tuple[str, str]]
) -> Iterator[list[Any]]:
    """Yield the headings, then each row below them, with error and warning in front."""
    width = 0
    for block in reader.blocks(sheet):
        broken = [(problem.row or 0, [problem.value]) for problem in block.broken]
        merged = [*zip(block.numbers, block.rows, strict=True), *broken]
        for number, cells in sorted(merged, key=lambda item: item[0]):
            if number < header_row:
                continue
            if number == header_row:
                width = len(cells)
                yield [*map(str, NOTES), *_headings(cells)]
                continue
            error, doubt = notes.get(number, ("", ""))
            yield [error, doubt, *_fitted(cells, width)]


def _headings(cells: Sequence[Any]) -> list[str]:
    return [str(cell or "") for cell in cells]


def _fitted(cells: Sequence[Any], width: int) -> list[Any]:
    """Make a row as wide as the headings; what does not fit stays together in the last cell."""
    row = [restore(cell) if isinstance(cell, str) else cell for cell in cells]
    if len(row) > width:
        row = [*row[: width - 1], " | ".join(str(cell) for cell in row[width - 1 :])]
    return row + [None] * (width - len(row))


def _notes_by_row(problems: Iterable[Problem]) -> dict[int, tuple[str, str]]:
    texts: dict[int, dict[Severity, list[str]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        if problem.row is not None:
            texts[problem.row][problem.severity].append(describe(problem, len(NOTES)))
    return {
        row: ("\n".join(by[Severity.ERROR]), "\n".join(by[Severity.WARNING]))
        for row, by in texts.items()
    }


def describe(problem: Problem, shift: int = 0) -> str:
    """Say in one line where and what: `C — Surface: this is not a number (expected: 12,5)`.

    `shift` is by how many columns the file shown is wider in front than the one that was read.
    """
    expected = str(problem.expected)
    form = " " + _("(expected: %(form)s)", form=expected) if expected else ""
    found = f"{problem.message}{form}"
    if problem.column is None:
        return found
    place = f"{column_letter(problem.column + shift)} — {problem.header or problem.field}"
    return _("%(label)s: %(value)s", label=place, value=found)
