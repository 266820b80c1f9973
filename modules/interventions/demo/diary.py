"""Who of the demo's crew is where at which hour, so that nobody is at two places at once."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Diary:
    """The hours each technician is taken; no two of them meet."""

    _taken: dict[UUID, list[Span]] = field(default_factory=dict)

    def taken_until(self, technician_id: UUID, span: Span) -> datetime | None:
        """Return when a technician who is taken in a span is free again, None when free in it."""
        start, end = span
        taken = self._taken.get(technician_id, [])
        place = bisect_left(taken, span)
        if place < len(taken) and taken[place][0] < end:
            return taken[place][1]
        if place and taken[place - 1][1] > start:
            return taken[place - 1][1]
        return None

    def take(self, technician_id: UUID, span: Span) -> None:
        """Note that a technician is taken; ValueError when taken already."""
        if self.taken_until(technician_id, span) is not None:
            raise ValueError(technician_id, span)
        insort(self._taken.setdefault(technician_id, []), span)
