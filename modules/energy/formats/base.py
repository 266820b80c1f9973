"""What every format reader gives back: series, readings in file order, refused values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.typed_text import clean_text
from modules.energy.enums import Direction, RegisterKind, Unit, Utility
from modules.energy.readings.blocks import Bytes, Longs

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RegisterSpec:
    """A register as a file describes it. `interval_minutes` 0: an index kept as a check only."""

    code: str
    unit: Unit
    interval_minutes: int
    kind: RegisterKind = RegisterKind.INTERVAL
    direction: Direction = Direction.OFFTAKE
    utility: Utility | None = None


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """Whose register it is, as far as the file says."""

    register: RegisterSpec
    ean: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that was not taken: where it stood, what it was, what was expected."""

    row: int
    field: str
    value: str
    expected: str | LazyText
    code: str

    def as_dict(self) -> dict[str, object]:
        """Return the refusal for a report, in the present language."""
        return {
            "row": self.row,
            "field": self.field,
            "value": clean_text(self.value),
            "expected": str(self.expected),
            "code": self.code,
        }


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings in file order, as parallel arrays; `series` points into `Part.series`."""

    row: Longs
    series: Longs
    at: Longs  # UTC seconds: start of the slot, or instant of the index
    value: Doubles  # canonical unit; NaN when the source has none
    quality: Bytes

    def __len__(self) -> int:
        """Return the number of readings."""
        return len(self.row)

    @staticmethod
    def joined(parts: list[Readings]) -> Readings:
        """Join several and order them by row (stable: columns of one row keep their order)."""
        if len(parts) == 1:
            return parts[0]
        row = np.concatenate([p.row for p in parts])
        order = np.argsort(row, kind="stable")
        return Readings(
            row[order],
            np.concatenate([p.series for p in parts])[order],
            np.concatenate([p.at for p in parts])[order],
            np.concatenate([p.value for p in parts])[order],
            np.concatenate([p.quality for p in parts])[order],
        )


@dataclass(slots=True)
class Part:
    """Some rows of a file. Each of `rows` has at least one reading or one refusal."""

    rows: Longs
    readings: Readings
    series: list[SeriesKey]
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user or the known meters add to a file that does not say everything."""

    utility: Utility | None = None
    utilities: dict[str, tuple[Utility, Unit]] = field(default_factory=dict)  # by serial
    intervals: dict[str, int] = field(default_factory=dict)  # by serial, where there is only one


class UnreadableFile(Exception):
    """The file as a whole is not what was announced; nothing was read."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep what was found and what was expected."""
        super().__init__(refusal.code)
        self.refusal = refusal


Reader = Callable[[Path, Hints], Iterator[Part]]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file, by the name used on the command line."""

    name: str
    title: LazyText
    read: Reader
    names_meter: bool  # False: the file does not say whose readings it holds
    aliases: tuple[str, ...] = ()


MISSING_COLUMN = _l("a column of this name; the header was not recognised")
NUMBER = _l("a number")
LOCAL_TIME = _l("a clock time that exists (it falls in the hour skipped in spring)")
ON_GRID = _l("the start of a slot of the interval of this register")
IN_RANGE = _l("a consumption a slot can hold: between 0 and 16 777 216 Wh or litres")
