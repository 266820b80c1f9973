"""Find out how a csv file is written: encoding, separator, number of cells."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.tabular.limits import Limits
from app.tabular.problems import TabularError
from app.tabular.unpack import CHUNK, open_plain

SEPARATORS = (";", ",", "\t", "|")
_SAMPLE_LINES = 200
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Names a person or a profile may give; anything else is refused before Python looks it up.
ENCODINGS = {
    "": "",
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "cp850": "cp850",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line: its number from 1, its text, and whether its bytes were text."""

    number: int
    text: str
    is_decoded: bool = True


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a csv file is written: most rows have `width` cells, whole ones at least `least`."""

    encoding: str
    separator: str
    width: int
    least: int
    lines: int


def detect_dialect(
    path: Path, limits: Limits, *, encoding: str = "", separator: str = ""
) -> CsvDialect:
    """Read the file once and tell how it is written; what the caller gives is taken as true.

    Without a byte-order mark, a file is UTF-8 when more of its non-ASCII lines are valid UTF-8
    than not (the others are then refused one by one), else Windows-1252.
    """
    if encoding.lower() not in ENCODINGS:
        raise TabularError("unreadable_file", value=encoding)
    guess, count = _guess_encoding(path, limits)
    encoding = ENCODINGS[encoding.lower()] or guess
    sample = []
    for line in decoded_lines(path, encoding, limits):
        if line.text.strip():
            sample.append(line.text)
        if len(sample) >= _SAMPLE_LINES:
            break
    if sample and sample[0].lower().startswith("sep=") and len(sample[0]) == 5:
        named = sample.pop(0)[4]
        separator = separator or named
    if not sample:
        raise TabularError("empty_file")
    separator, width = _guess_separator(sample, (separator,) if separator else SEPARATORS)
    # Stray separators may make most rows of a short file wider than its headings.
    headed = _cells_outside_quotes(sample[0], separator)
    least = min(width, headed) if headed > 1 else width
    return CsvDialect(encoding, separator, width, least, count)


def _guess_encoding(path: Path, limits: Limits) -> tuple[str, int]:
    with open_plain(path, limits) as source:
        start = source.read(4096)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name, _count_lines(path, limits)
        wide = _guess_utf16(start)
        if wide:
            return wide, _count_lines(path, limits)
    good = bad = count = 0
    for raw in raw_lines(path, limits):
        count += 1
        if raw.isascii():
            continue
        try:
            raw.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad += 1
    return ("utf-8-sig" if good >= bad else "cp1252"), count


def _guess_utf16(start: bytes) -> str:
    """Tell UTF-16 without a mark: nearly every second byte of Western text is zero."""
    if len(start) < 4:
        return ""
    half = len(start) // 2
    if start[1::2].count(0) > half * 0.4 and start[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if start[0::2].count(0) > half * 0.4 and start[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return ""


def _count_lines(path: Path, limits: Limits) -> int:
    with open_plain(path, limits) as source:
        return sum(piece.count(b"\n") for piece in iter(lambda: source.read(CHUNK), b""))


def _guess_separator(sample: list[str], candidates: tuple[str, ...]) -> tuple[str, int]:
    """Choose the separator that cuts most lines into the same number of cells, more than one."""
    best = (candidates[0], 1, 0)
    # A line with a mark left open is a part of a row: its cell goes on over the next lines.
    whole = [text for text in sample if text.count('"') % 2 == 0] or sample
    for separator in candidates:
        counts = Counter(_cells_outside_quotes(text, separator) for text in whole)
        width, lines = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width > 1 and (lines, width) > (best[2], best[1]):
            best = (separator, width, lines)
    return best[0], best[1]


def _cells_outside_quotes(text: str, separator: str) -> int:
    if '"' in text:
        text = "".join(text.split('"')[::2])
    return text.count(separator) + 1


def raw_lines(path: Path, limits: Limits) -> Iterator[bytes]:
    r"""Yield lines without their end, be it `\n`, `\r\n` or `\r`; TabularError when too long."""
    with open_plain(path, limits) as source:
        rest = b""
        number = 0
        while piece := source.read(CHUNK):
            piece = rest + piece
            # Half of a `\r\n` may stand at the edge of a piece: wait for the other half.
            held = piece.endswith(b"\r")
            lines = (piece[:-1] if held else piece).splitlines(keepends=False)
            ends = piece.endswith(b"\n")
            rest = b"" if ends or not lines else lines.pop()
            if held:
                rest += b"\r"
            for line in lines:
                number += 1
                yield line
            if len(rest) > limits.line_chars:
                raise TabularError("line_too_long", row=number + 1)
        yield from rest.splitlines()


def decoded_lines(path: Path, encoding: str, limits: Limits) -> Iterator[Line]:
    """Yield every physical line as text; one that cannot be decoded is marked, never dropped."""
    if encoding.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(path, encoding, limits)
        return
    codec = "utf-8" if encoding == "utf-8-sig" else encoding
    for number, raw in enumerate(raw_lines(path, limits), start=1):
        if number == 1 and codec == "utf-8":
            raw = raw.removeprefix(b"\xef\xbb\xbf")  # noqa: PLW2901 - the same line, unmarked
        try:
            yield Line(number, raw.decode(codec))
        except UnicodeDecodeError:
            yield Line(number, raw.decode(codec, errors="replace"), is_decoded=False)


def _wide_lines(path: Path, encoding: str, limits: Limits) -> Iterator[Line]:
    source: IO[bytes] = open_plain(path, limits)
    with io.TextIOWrapper(source, encoding, errors="replace", newline=None) as text:
        number = 0
        try:
            while line := text.readline(limits.line_chars + 1):
                number += 1
                if len(line) > limits.line_chars:
                    raise TabularError("line_too_long", row=number)
                line = line.removeprefix("\ufeff").rstrip("\n")
                yield Line(number, line, "\N{REPLACEMENT CHARACTER}" not in line)
        except UnicodeError as error:
            raise TabularError("unreadable_file") from error
