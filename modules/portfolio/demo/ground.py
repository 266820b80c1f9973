"""What every part of the demo estate is made with: chance, a moment, rows and references."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any


@dataclass(slots=True)
class Rows:
    """Rows by table name, ready for bulk insertion in this order."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        """Append a row and return it: it may still be completed until it is inserted."""
        self.tables.setdefault(table, []).append(row)
        return row


@dataclass(frozen=True, slots=True)
class Moment:
    """When the estate is planted."""

    now: datetime
    today: date


class Ground:
    """An estate under construction: the rows so far, and the references given."""

    def __init__(self, chance: Random, moment: Moment) -> None:
        """Start with nothing."""
        self.chance = chance
        self.moment = moment
        self.rows = Rows()
        self.counts = {"BLD": 0, "LOT": 0, "INS": 0}

    def reference(self, series: str, width: int) -> str:
        """Count on in a series."""
        self.counts[series] += 1
        return f"{series}-{self.counts[series]:0{width}d}"

    def stamps(self) -> dict[str, Any]:
        """Return the columns every editable row has."""
        now = self.moment.now
        return {"version": 1, "created_at": now, "updated_at": now}
