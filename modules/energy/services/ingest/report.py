"""What an import says of its file: how each row ended, what was refused, what should be known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.i18n import lazy as _l
from modules.energy.formats.base import Refusal
from modules.energy.models import Meter

WARNINGS = {
    "ean_check": _l("The EAN fails its check digit: the meter is known by its serial number only."),
    "meter_added": _l("A new meter was recorded; say which building it feeds."),
    "other_ean": _l("The meter hangs on another supply point; nothing moved."),
    "index_fell": _l(
        "The index fell. Its consumption waits until the index rises again, or until you declare "
        "that the meter was replaced."
    ),
}


@dataclass(slots=True)
class IngestResult:
    """How each row of the file ended, and what should be known about it."""

    batch_id: UUID
    format: str
    file_name: str
    file_hash: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    readings: int = 0
    missing: int = 0
    conflicts: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    meters: dict[str, dict[str, str]] = field(default_factory=dict)
    _warned: set[tuple[str, str]] = field(default_factory=set, repr=False)

    @property
    def is_clean(self) -> bool:
        """Tell whether no row was refused."""
        return self.refused == 0 and not self.refusals

    def warn(self, code: str, value: str) -> None:
        """Say something that should be known, once."""
        if (code, value) not in self._warned:
            self._warned.add((code, value))
            self.warnings.append({"code": code, "value": value})

    def add_meter(self, meter: Meter) -> None:
        """Name a meter whose readings stand in the file."""
        self.meters[str(meter.id)] = {
            "id": str(meter.id),
            "serial": meter.serial,
            "utility": meter.utility.value,
            "attached": "yes" if meter.is_attached else "no",
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the report, with texts in the present language."""
        return {
            "batch": str(self.batch_id),
            "format": self.format,
            "file": self.file_name,
            "sha256": self.file_hash,
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "readings": self.readings,
            "missing": self.missing,
            "conflicts": self.conflicts,
            "errors": [refusal.as_dict() for refusal in self.refusals],
            "warnings": [{**w, "text": str(WARNINGS[w["code"]])} for w in self.warnings],
            "meters": list(self.meters.values()),
        }
