"""What a caller asks of the energy module, after validation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from modules.energy.enums import (
    USUAL_DELIVERY_DELAY_HOURS,
    AlertEventKind,
    FeedsKind,
    ReadingSource,
    Utility,
)


@dataclass(frozen=True, slots=True)
class SendReadings:
    """Import a file somebody sends, by a job; `meter` and `utility` when it does not say them."""

    name: str
    content: IO[bytes]
    format: str
    meter: str = ""
    utility: Utility | None = None
    create_unknown: bool = False


@dataclass(frozen=True, slots=True)
class IngestFile:
    """Read a file of readings.

    `meter` names the meter (id, serial or label) of a file that does not, or overrides it.
    `supply_point` gives the EAN its meters hang on. `meters_file` is a table `meter_id, utility`.
    """

    format: str
    path: Path
    meter: str = ""
    supply_point: str = ""
    utility: Utility | None = None
    meters_file: Path | None = None
    create_unknown: bool = True
    shown_name: str = ""

    @property
    def file_name(self) -> str:
        """Return the name people know the file by."""
        return self.shown_name or self.path.name


@dataclass(frozen=True, slots=True)
class AddMeter:
    """Record a meter and what it feeds."""

    serial: str
    utility: Utility
    label: str = ""
    ean: str = ""
    multiplier: float = 1.0
    digits: int | None = None
    installed_on: date | None = None
    removed_on: date | None = None
    feeds: FeedsKind | None = None
    building_id: UUID | None = None
    lot_id: UUID | None = None
    installation_id: UUID | None = None
    installation_label: str = ""
    delivery_delay_hours: int = USUAL_DELIVERY_DELAY_HOURS


@dataclass(frozen=True, slots=True)
class ChangeMeter:
    """Change what is known of a meter; `version` is the one the person saw."""

    meter_id: UUID
    version: int
    label: str
    ean: str
    multiplier: float
    digits: int | None
    installed_on: date | None
    removed_on: date | None
    feeds: FeedsKind | None
    building_id: UUID | None
    lot_id: UUID | None
    installation_label: str
    delivery_delay_hours: int
    installation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ArchiveMeter:
    """Take a meter out of the lists or bring it back; `is_confirmed`: it counts no more."""

    meter_id: UUID
    version: int
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class DeclareMeterChange:
    """Say that the counter of a register was replaced, so that no consumption is lost."""

    register_id: UUID
    changed_at: datetime
    final_index: float
    start_index: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeReading:
    """Keep an index read on the counter of a meter, in kWh or m³ as the counter shows it."""

    meter_id: UUID
    read_at: datetime
    index: float
    source: ReadingSource = ReadingSource.TECHNICIAN
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CorrectReadings:
    """Replace an index, or the consumption of a period; no value marks it as wrong.

    `value` is in kWh or m³. `ends_at` is for consumption only and one slot when left out. A value
    that looks odd is refused until `is_confirmed`.
    """

    meter_id: UUID
    register_id: UUID
    begins_at: datetime
    ends_at: datetime | None
    value: float | None
    reason: str
    source: ReadingSource = ReadingSource.PERSON
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class HandleAlert:
    """Close an alert by hand: explained, false alarm or resolved, with a reason."""

    alert_id: UUID
    outcome: AlertEventKind
    reason: str
    # The version of the alert on which it was decided; None: whatever it is.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SetRule:
    """Set a threshold from a date on, for all meters, a utility or one meter."""

    parameter: str
    value: float
    valid_from: date
    source: str
    utility: Utility | None = None
    meter_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SetTariff:
    """Set a price from a date on: euros per kWh, or per m³ of water."""

    utility: Utility
    price_per_unit: float
    valid_from: date
    source: str
    kwh_per_m3: float | None = None
