"""Text files opened with care: gzip by content, byte order marks, encodings, separators."""

from __future__ import annotations

import gc
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from app.i18n import LazyText
from app.i18n import lazy as _l
from modules.energy.formats.base import Refusal, UnreadableFile

GZIP = b"\x1f\x8b"
ROWS_PER_PART = 50_000
LETTERS = _l("text in one encoding; save the file as UTF-8")
WHOLE = _l("the whole file: it ends in the middle, or is damaged here; fetch it again")
Rows = list[list[str]]


class Broken(list[str]):
    """A row that cannot be read: one cell of what stands there, and why it is refused."""

    def __init__(self, shown: str, expected: LazyText, code: str) -> None:
        super().__init__([shown])
        self.expected, self.code = expected, code


def open_bytes(path: Path) -> gzip.GzipFile | io.BufferedReader:
    """Open a file, unpacking it when its content (not its name) is gzip."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")


def open_text(path: Path) -> io.TextIOWrapper:
    """Open a text: UTF-8 with or without mark, UTF-16 with mark, else Windows-1252.

    A byte that is no letter in UTF-8 is kept as half a surrogate, so that its line alone is lost.
    """
    file = open_bytes(path)
    head = file.read1(8_192)
    file.seek(0)
    encoding = _encoding(head)
    errors = "strict" if encoding == "utf-16" else "surrogateescape"
    return io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def read_table(path: Path) -> tuple[list[str], Iterator[tuple[list[int], Rows]]]:
    """Return the header and the rows in parts, each row with its line number.

    The separator is the most frequent of `;`, `,` and tab in the header. Meter exports never quote
    a separator, so lines are split plainly: a stray quote cannot swallow the lines after it.
    Raises UnreadableFile when there is no header.
    """
    try:
        with open_text(path) as text:
            first = _shown(text.readline())
    except (OSError, EOFError, UnicodeError) as failure:
        raise _unreadable(str(failure)) from failure
    if not first.strip("\r\n \ufeff"):
        raise _unreadable("")
    separator = max(";,\t", key=first.count)
    return _cells(first, separator), _parts(path, separator)


def _unreadable(found: str) -> UnreadableFile:
    expected = _l("a text file that begins with a line of column names")
    return UnreadableFile(Refusal(1, "file", found, expected, "unreadable_file"))


def _cells(line: str, separator: str) -> list[str]:
    cells = line.rstrip("\r\n").split(separator)
    if '"' in line:
        cells = [cell.strip().strip('"') for cell in cells]
    return cells


def _parts(path: Path, separator: str) -> Iterator[tuple[list[int], Rows]]:
    number = 2
    with open_text(path) as text:
        text.readline()
        while True:
            lines: list[str] = []
            is_damaged = False
            try:
                lines.extend(islice(text, ROWS_PER_PART))
            except (EOFError, OSError, UnicodeError, zlib.error):
                # What was read before the damage stays; the damage is reported as a row.
                is_damaged = True
            numbers, rows = _split(lines, number, separator)
            number += len(lines)
            if is_damaged:
                numbers.append(number)
                rows.append(Broken("", WHOLE, "unreadable_file"))
            if rows:
                yield numbers, rows
            if is_damaged or not lines:
                return


def _split(lines: list[str], number: int, separator: str) -> tuple[list[int], Rows]:
    """Split lines into cells, leaving blank ones out; the first line has that number."""
    with collector_at_rest():
        kept = [(n, line) for n, line in enumerate(lines, number) if line.strip()]
        rows = [_cells(line, separator) for _, line in kept]
    if not _is_readable("".join(lines)):
        for place, (_, line) in enumerate(kept):
            if not _is_readable(line):
                rows[place] = Broken(_shown(line), LETTERS, "unreadable_letters")
    return [n for n, _ in kept], rows


def _is_readable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(line: str) -> str:
    """Write a line with a mark where a byte is no letter."""
    return line.rstrip("\r\n").encode(errors="surrogateescape").decode(errors="replace")


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Make many small lists without Python looking through all of them again and again.

    Four fifths of the time to split a file went there; none of these lists is part of a cycle.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
