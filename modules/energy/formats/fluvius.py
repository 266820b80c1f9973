"""Mijn Fluvius "Verbruikshistoriek": one row per register and quarter-hour or hour.

Layouts of 2021 to 2025, Dutch and English, in any letter case. Times are Belgian clock times; the
double hour of autumn comes interleaved. An empty volume ("Geen verbruik") is missing, not zero.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.ean import bare
from app.i18n import lazy as _l
from modules.energy.enums import Direction, Unit, Utility
from modules.energy.formats.base import (
    IN_RANGE,
    ON_GRID,
    Doubles,
    Hints,
    Part,
    Readings,
    Refusal,
    RegisterSpec,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.columns import (
    NOT_A_TIME,
    BelgianTimes,
    clock_seconds,
    comma_numbers,
    find_column,
    need_column,
    refuse_numbers,
    refuse_times,
    refuse_where,
    square,
)
from modules.energy.formats.text import Rows, read_table
from modules.energy.readings.blocks import INTERVALS, Bytes, Longs
from modules.energy.readings.quality import Quality

Mask = NDArray[np.bool_]
QUALITIES = {
    "uitgelezen": Quality.READ,
    "read": Quality.READ,
    "lu": Quality.READ,
    "gevalideerd": Quality.VALIDATED,
    "validated": Quality.VALIDATED,
    "validé": Quality.VALIDATED,
    "geschat": Quality.ESTIMATED,
    "estimated": Quality.ESTIMATED,
    "estimé": Quality.ESTIMATED,
    "geen verbruik": Quality.MISSING,
    "no consumption": Quality.MISSING,
    "pas de consommation": Quality.MISSING,
}
UNITS = {
    "kwh": (Unit.WH, 1_000.0),
    "mwh": (Unit.WH, 1_000_000.0),
    "wh": (Unit.WH, 1.0),
    "m³": (Unit.LITRE, 1_000.0),
    "m3": (Unit.LITRE, 1_000.0),
    "kvarh": (Unit.VARH, 1_000.0),
    "kw": (Unit.WATT, 1_000.0),
}
WORDS = {
    "afname": "offtake",
    "offtake": "offtake",
    "prélèvement": "offtake",
    "injectie": "injection",
    "injection": "injection",
    "dag": "day",
    "day": "day",
    "jour": "day",
    "nacht": "night",
    "night": "night",
    "nuit": "night",
    "actief": "active",
    "active": "active",
    "capacitief": "capacitive",
    "inductief": "inductive",
    "piekvermogen": "peak",
}
COLUMNS: dict[str, tuple[str, ...]] = {
    "from_date": ("Van (datum)", "Van datum", "From (date)", "Du (date)"),
    "from_time": ("Van (tijdstip)", "Van tijdstip", "From (time)", "De (heure)"),
    "to_date": ("Tot (datum)", "Tot datum", "Until (date)", "To (date)", "Au (date)"),
    "to_time": ("Tot (tijdstip)", "Tot tijdstip", "Until (time)", "To (time)", "À (heure)"),
    "register": ("Register", "Registre"),
    "volume": ("Volume",),
    "unit": ("Eenheid", "Unit", "Unité"),
    "status": ("Validatiestatus", "Validation status", "Statut de validation"),
}
EAN = ("EAN-code", "EAN", "EAN code", "Code EAN")
METER = ("Meter", "Compteur")
STATUS = _l("one of the known statuses: Read, Validated, Estimated, No consumption")
UNIT = _l("kWh, m³, kVArh or kW")
LENGTH = _l("a slot as long as the others of the file")
INTERVAL = _l("an export of quarter-hours or hours (1, 5, 10, 15, 30 or 60 minutes)")


def read(path: Path, hints: Hints) -> Iterator[Part]:
    """Read an export in parts."""
    header, parts = read_table(path)
    places = {key: need_column(header, *names) for key, names in COLUMNS.items()}
    file = _File(places, find_column(header, *EAN), find_column(header, *METER), len(header))
    for numbers, rows in parts:
        yield file.part(numbers, rows)


def register_code(name: str) -> str:
    """Return the stable code of a register name: "Afname Dag" is `offtake.day`."""
    words = re.split(r"[\s/]+", name.strip().casefold())
    code = ".".join(WORDS.get(word, word) for word in words if word)
    return f"{code}.total" if code in ("offtake", "injection") else code or "offtake.total"


class _File:
    """What must be remembered from part to part of one file."""

    def __init__(
        self, places: dict[str, int], ean: int | None, meter: int | None, width: int
    ) -> None:
        self.places = places
        self.ean, self.meter = ean, meter
        self.width = max(places.values()) + 1
        self.interval = 0
        self.times = BelgianTimes()
        self.series: list[SeriesKey] = []
        self.known: dict[tuple[str, ...], int] = {}

    def part(self, numbers: list[int], rows: Rows) -> Part:
        """Turn rows into readings and refusals."""
        refusals: list[Refusal] = []
        row, rows = square(numbers, rows, self.width, refusals)
        everything = np.array(numbers, dtype=np.int64)
        if not rows:
            return Part(everything, _nothing(), self.series, refusals)
        column = {key: [cells[place] for cells in rows] for key, place in self.places.items()}
        start = clock_seconds(column["from_date"], column["from_time"])
        bad = self._check_lengths(row, start, column, refusals)
        series, factor, unknown_unit = self._series(rows, column)
        refuse_where(unknown_unit, row, "unit", column["unit"], UNIT, "unknown_unit", refusals)
        at, never = self.times.instants(series, start)
        shown = [f"{d} {t}" for d, t in zip(column["from_date"], column["from_time"], strict=True)]
        refuse_times(never, start, row, "from", shown, refusals, "29/10/2023 02:15")
        value, wrong = comma_numbers(column["volume"])
        refuse_numbers(wrong, row, "volume", column["volume"], refusals)
        value = np.round(value * factor, 3)
        impossible = ~wrong & ((value < 0) | (value > 2**24))
        refuse_where(
            impossible, row, "volume", column["volume"], IN_RANGE, "out_of_range", refusals
        )
        quality, strange = self._quality(column["status"], value)
        refuse_where(strange, row, "status", column["status"], STATUS, "unknown_status", refusals)
        off = ~never & (at % (self.interval * 60) != 0)
        refuse_where(off, row, "from", shown, ON_GRID, "off_grid", refusals)
        keep = ~(bad | unknown_unit | never | wrong | impossible | strange | off)
        readings = Readings(row[keep], series[keep], at[keep], value[keep], quality[keep])
        return Part(everything, readings, self.series, refusals)

    def _check_lengths(
        self,
        row: Longs,
        start: Longs,
        column: dict[str, list[str]],
        refusals: list[Refusal],
    ) -> Mask:
        end = clock_seconds(column["to_date"], column["to_time"])
        known = (start != NOT_A_TIME) & (end != NOT_A_TIME)
        minutes = np.where(known, (end - start) // 60, 0)
        if not self.interval:
            self.interval = _common_interval(minutes[known])
        # Clock changes move an end by whole hours: 02:45 -> 02:00 and 01:45 -> 03:00 are quarters.
        bad: Mask = ~known | ((minutes - self.interval) % 60 != 0)
        texts = [f"{d} {t}" for d, t in zip(column["to_date"], column["to_time"], strict=True)]
        shown = bad & (start != NOT_A_TIME)
        refuse_where(shown, row, "until", texts, LENGTH, "slot_length", refusals)
        return bad

    def _series(self, rows: Rows, column: dict[str, list[str]]) -> tuple[Longs, Doubles, Mask]:
        count = len(rows)
        eans = [cells[self.ean] for cells in rows] if self.ean is not None else [""] * count
        meters = [cells[self.meter] for cells in rows] if self.meter is not None else [""] * count
        series = np.empty(count, dtype=np.int64)
        factor = np.empty(count)
        for place, key in enumerate(
            zip(eans, meters, column["register"], column["unit"], strict=True)
        ):
            found = self.known.get(key)
            if found is None:
                found = self.known[key] = self._add(*key)
            series[place] = found
            factor[place] = UNITS.get(key[3].strip().casefold(), (None, np.nan))[1]
        return np.maximum(series, 0), factor, np.isnan(factor)

    def _add(self, ean: str, meter: str, register: str, unit: str) -> int:
        known = UNITS.get(unit.strip().casefold())
        if known is None:
            return -1
        code = register_code(register)
        direction = Direction.INJECTION if code.startswith("injection") else Direction.OFFTAKE
        gas = self._is_gas(meter, code, known[0])
        spec = RegisterSpec(
            code=code,
            unit=known[0],
            interval_minutes=self.interval,
            direction=direction,
            utility=Utility.GAS if gas else Utility.ELECTRICITY,
        )
        self.series.append(SeriesKey(spec, ean=bare(ean), serial=meter.strip()))
        return len(self.series) - 1

    @staticmethod
    def _is_gas(meter: str, code: str, unit: Unit) -> bool:
        # Gas exports name no utility: cubic metres, or kWh of one plain "Afname" register.
        return unit is Unit.LITRE or code == "offtake.total"

    @staticmethod
    def _quality(status: list[str], value: Doubles) -> tuple[Bytes, Mask]:
        ranks = [int(QUALITIES.get(text.strip().casefold(), 255)) for text in status]
        quality = np.array(ranks, dtype=np.uint8)
        strange = quality == 255
        quality[np.isnan(value)] = Quality.MISSING
        quality[(quality == Quality.MISSING) & ~np.isnan(value)] = Quality.READ
        return quality, strange


def _common_interval(minutes: Longs) -> int:
    usual = Counter(minutes.tolist()).most_common(1)
    interval = int(usual[0][0]) if usual else 0
    if interval not in INTERVALS:
        shown = _l("%(count)s minutes", count=interval)
        raise UnreadableFile(Refusal(2, "until", str(shown), INTERVAL, "interval"))
    return interval


def _nothing() -> Readings:
    none = np.empty(0, dtype=np.int64)
    return Readings(none, none, none, np.empty(0), np.empty(0, dtype=np.uint8))
