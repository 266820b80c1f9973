"""Look through the parts of an xlsx file before the reader is let at it.

The reader holds a sheet as a dense rectangle and takes formulas at their stored result. So three
things must be known first: how far the cells reach (one cell at XFD1048576 would ask for 400 GB),
which formulas were saved without a result, and which cells hold an error such as #N/A. The last two
would read as empty, and empty a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.tabular.limits import Limits
from app.tabular.problems import TabularError
from app.tabular.unpack import archive_parts

_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
# Cells beyond column Z or row 99,999; rare, so that most sheets need no exact look.
_FAR = re.compile(rb"""r\s*=\s*["'](?:[A-Za-z]{2,3}\d|[A-Za-z]\d{6})""")
_NO_RESULT = re.compile(
    rb"""<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"""
)
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*?\br="([A-Z]{1,3})(\d{1,7})")[^>]*?\bt=["']e["'][^>]*>"""
    rb"""(?:\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>))?(?:\s*<v>([^<]*)</v>)?"""
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_NAME = re.compile(rb'\bname="([^"]*)"')
_LINK = re.compile(rb'\b\w*:?id="([^"]*)"')
_RELATION = re.compile(rb"<Relationship\b([^>]*)>")
_OVERLAP = 2048
# Cells up to Z99999 fit any limit: 2.6 million.
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26


@dataclass(slots=True)
class SheetScan:
    """What was seen of one sheet: the furthest cell, formulas without a result, errors."""

    rows: int = 0
    columns: int = 0
    # Cells by (row from 1, column from 0), errors with what the spreadsheet shows.
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def scan_workbook(path: Path, limits: Limits) -> dict[str, SheetScan]:
    """Return what was seen by sheet name; raises TabularError for what must not be opened."""
    scans: dict[str, SheetScan] = {}
    book = relations = b""
    for name, pieces in archive_parts(path, limits):
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            scans[name] = _scan_sheet(pieces, limits)
        elif name == "xl/workbook.xml":
            book = b"".join(pieces)
        elif name == "xl/_rels/workbook.xml.rels":
            relations = b"".join(pieces)
        else:
            for _ in pieces:
                pass
    return _by_sheet_name(scans, book, relations)


def _scan_sheet(pieces: Iterator[bytes], limits: Limits) -> SheetScan:
    scan = SheetScan()
    tail = b""
    for piece in pieces:
        window = tail + piece
        if _FAR.search(window):
            _measure(window, scan, limits)
        if b"<f" in window:
            for match in _NO_RESULT.finditer(window):
                scan.uncalculated.add((int(match[2]), _column_index(match[1])))
        for match in _ERROR.finditer(window):
            place = (int(match[2]), _column_index(match[1]))
            scan.errors[place] = scan.errors.get(place) or _unescape(match[3] or b"")
        tail = window[-_OVERLAP:]
    return scan


def _measure(window: bytes, scan: SheetScan, limits: Limits) -> None:
    """Widen the rectangle of a sheet by the cells of a piece; TabularError when it is too big."""
    references = set(_REFERENCE.findall(window))
    scan.rows = max(scan.rows, max((int(row) for _, row in references), default=0))
    letters = {letters.upper() for letters, _ in references}
    scan.columns = max(scan.columns, max((_column_index(x) + 1 for x in letters), default=0))
    rows, columns = max(scan.rows, 1), max(scan.columns, 1)
    if rows * columns > limits.workbook_cells:
        raise TabularError("too_many_cells", limit=limits.workbook_cells)


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _by_sheet_name(
    scans: dict[str, SheetScan], book: bytes, relations: bytes
) -> dict[str, SheetScan]:
    targets = {}
    for match in _RELATION.finditer(relations):
        key = re.search(rb'\bId="([^"]*)"', match[1])
        target = re.search(rb'\bTarget="([^"]*)"', match[1])
        if key and target:
            text = target[1].decode(errors="replace").removeprefix("/").removeprefix("xl/")
            targets[key[1]] = f"xl/{text}"
    found = {}
    for match in _SHEET.finditer(book):
        name, link = _NAME.search(match[1]), _LINK.search(match[1])
        if name and link:
            part = targets.get(link[1], "")
            found[_unescape(name[1])] = scans.get(part, SheetScan())
    return found


def _unescape(name: bytes) -> str:
    text = name.decode(errors="replace")
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, letter)
    return text.replace("&amp;", "&")
