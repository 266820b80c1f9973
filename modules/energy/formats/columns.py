"""Columns of text turned into arrays, value by value only where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.i18n import lazy as _l
from modules.energy.formats.base import (
    LOCAL_TIME,
    MISSING_COLUMN,
    NUMBER,
    Doubles,
    Refusal,
    UnreadableFile,
)
from modules.energy.formats.text import Broken, Rows
from modules.energy.readings.blocks import DAY_S, Longs
from modules.energy.readings.localtime import OccurrenceCounter, to_utc

NOT_A_TIME = np.iinfo(np.int64).min
_PLAIN = re.compile(r"[^0-9a-z]+")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
_EPOCH = date(1970, 1, 1).toordinal()


def plain(name: str) -> str:
    """Return a header without case, accents of units, spaces or punctuation."""
    return _PLAIN.sub("", name.casefold())


def find_column(header: Sequence[str], *names: str) -> int | None:
    """Return the place of the first header that is one of the names, written in any way."""
    wanted = {plain(name) for name in names}
    return next((i for i, name in enumerate(header) if plain(name) in wanted), None)


def need_column(header: Sequence[str], *names: str) -> int:
    """Return the place of a column; UnreadableFile when the header lacks it."""
    place = find_column(header, *names)
    if place is None:
        raise UnreadableFile(
            Refusal(1, names[0], ", ".join(header)[:200], MISSING_COLUMN, "missing_column")
        )
    return place


def square(
    numbers: list[int], rows: Rows, width: int, refusals: list[Refusal]
) -> tuple[Longs, Rows]:
    """Keep rows with at least `width` cells; refuse the others, and those that are broken."""
    if all(len(row) >= width for row in rows):
        return np.array(numbers, dtype=np.int64), rows
    kept_numbers, kept = [], []
    for number, row in zip(numbers, rows, strict=True):
        if isinstance(row, Broken):
            refusals.append(Refusal(number, "row", row[0][:200], row.expected, row.code))
        elif len(row) >= width:
            kept_numbers.append(number)
            kept.append(row)
        else:
            expected = _l("%(count)s columns, as in the header", count=width)
            refusals.append(Refusal(number, "row", ";".join(row)[:200], expected, "missing_cells"))
    return np.array(kept_numbers, dtype=np.int64), kept


def numbers(texts: Sequence[str]) -> tuple[Doubles, NDArray[np.bool_]]:
    """Return the values and a mask of texts that are no number; an empty text is NaN, not wrong."""
    try:
        values = np.array(
            ",".join([text or "nan" for text in texts]).replace(" ", "").split(","), dtype="S"
        ).astype(np.float64)
        if len(values) == len(texts) and not _suspicious(values, texts):
            return values, np.zeros(len(texts), dtype=bool)
    except ValueError:
        pass
    return _numbers_slowly(texts)


def comma_numbers(texts: Sequence[str]) -> tuple[Doubles, NDArray[np.bool_]]:
    """Do the same for decimal commas."""
    return numbers("\0".join(texts).replace(",", ".").split("\0") if texts else [])


def _suspicious(values: Doubles, texts: Sequence[str]) -> bool:
    unknown = ~np.isfinite(values)
    return any(texts[i].strip() for i in np.flatnonzero(unknown).tolist())


def _numbers_slowly(texts: Sequence[str]) -> tuple[Doubles, NDArray[np.bool_]]:
    values = np.full(len(texts), np.nan)
    wrong = np.zeros(len(texts), dtype=bool)
    for place, text in enumerate(texts):
        bare = text.strip()
        if _NUMBER.match(bare) and np.isfinite(float(bare)):
            values[place] = float(bare)
        elif bare:
            wrong[place] = True
    return values, wrong


class _Dates(dict[str, int]):
    """Dates already seen, as seconds of their midnight; both 2023-10-29 and 29/10/2023."""

    def __missing__(self, text: str) -> int:
        found = NOT_A_TIME
        parts = re.split(r"[-/.]", text.strip())
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            year, month, day = (int(p) for p in (parts if len(parts[0]) == 4 else parts[::-1]))
            try:
                found = (date(year, month, day).toordinal() - _EPOCH) * DAY_S
            except ValueError:
                found = NOT_A_TIME
        self[text] = found
        return found


class _Times(dict[str, int]):
    """Times of day already seen, as seconds; 02:15 and 02:15:00."""

    def __missing__(self, text: str) -> int:
        found = NOT_A_TIME
        parts = text.strip().split(":")
        if len(parts) in (2, 3) and all(p.isdigit() and len(p) == 2 for p in parts):
            hour, minute, second = (int(p) for p in [*parts, "0"][:3])
            if hour < 24 and minute < 60 and second < 60:
                found = hour * 3600 + minute * 60 + second
        self[text] = found
        return found


_dates, _times = _Dates(), _Times()


def clock_seconds(dates: Iterable[str], times: Iterable[str]) -> Longs:
    """Return clock seconds of dates and times; NOT_A_TIME where either is no such thing."""
    day = np.array([_dates[text] for text in dates], dtype=np.int64)
    second = np.array([_times[text] for text in times], dtype=np.int64)
    return np.where((day == NOT_A_TIME) | (second == NOT_A_TIME), NOT_A_TIME, day + second)


class Moments(dict[str, int]):
    """Times of one file already seen, such as 2023-10-29 02:15, as clock seconds."""

    def __missing__(self, text: str) -> int:
        day, second = _dates[text[:10]], _times[text[11:].removesuffix("Z")]
        known = NOT_A_TIME not in (day, second)
        self[text] = day + second if known else NOT_A_TIME
        return self[text]

    def seconds(self, texts: Sequence[str]) -> Longs:
        """Return clock seconds; NOT_A_TIME where a text is no time."""
        return np.array(list(map(self.__getitem__, texts)), dtype=np.int64)


def offset_seconds(texts: Sequence[str]) -> Longs:
    """Return UTC seconds of ISO times with an offset; NOT_A_TIME where it is no such thing."""
    local = clock_seconds([t[:10] for t in texts], [t[11:19] for t in texts])
    offset = np.array([_offset(t[19:]) for t in texts], dtype=np.int64)
    return np.where((local == NOT_A_TIME) | (offset == NOT_A_TIME), NOT_A_TIME, local - offset)


_offsets: dict[str, int] = {}


def _offset(text: str) -> int:
    if text not in _offsets:
        try:
            zone = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").utcoffset()
        except ValueError:
            zone = None
        _offsets[text] = NOT_A_TIME if zone is None else int(zone.total_seconds())
    return _offsets[text]


class BelgianTimes:
    """Turns clock times of one file into instants, remembering the double hour."""

    def __init__(self) -> None:
        """Begin a file."""
        self._occurrences = OccurrenceCounter()

    def instants(self, series: Longs, local: Longs) -> tuple[Longs, NDArray[np.bool_]]:
        """Return UTC seconds and the mask of times that never happened or are no times."""
        unread = local == NOT_A_TIME
        safe = np.where(unread, 0, local)
        utc, never = to_utc(safe, self._occurrences.second_time(series, safe))
        return utc, never | unread


def refuse_where(
    wrong: NDArray[np.bool_],
    rows: Longs,
    field: str,
    texts: Sequence[str],
    expected: Any,
    code: str,
    refusals: list[Refusal],
) -> None:
    """Add a refusal for every marked row."""
    refusals.extend(
        Refusal(int(rows[place]), field, texts[place], expected, code)
        for place in np.flatnonzero(wrong).tolist()
    )


def refuse_times(
    wrong: NDArray[np.bool_],
    local: Longs,
    rows: Longs,
    field: str,
    texts: Sequence[str],
    refusals: list[Refusal],
    example: str = "2023-10-29 02:15",
) -> None:
    """Add a refusal for every time that is no time, or that the clocks skipped."""
    for place in np.flatnonzero(wrong).tolist():
        unread = local[place] == NOT_A_TIME
        expected = (
            _l("a date and time such as %(example)s", example=example) if unread else LOCAL_TIME
        )
        code = "not_a_time" if unread else "skipped_hour"
        refusals.append(Refusal(int(rows[place]), field, texts[place], expected, code))


def refuse_numbers(
    wrong: NDArray[np.bool_], rows: Longs, field: str, texts: Sequence[str], refusals: list[Refusal]
) -> None:
    """Add a refusal for every text that is no number."""
    refuse_where(wrong, rows, field, texts, NUMBER, "not_a_number", refusals)
