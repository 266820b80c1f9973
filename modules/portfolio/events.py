"""What happened to places, for the other modules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from modules.portfolio.enums import LotStatus


@dataclass(frozen=True, slots=True)
class LotStatusChanged:
    """From a day on, a lot is in another state."""

    lot_id: UUID
    building_id: UUID
    status: LotStatus
    starts_on: date


@dataclass(frozen=True, slots=True)
class LotMoved:
    """A lot turned out to stand in another building than the one it was written in."""

    lot_id: UUID
    building_id: UUID


@dataclass(frozen=True, slots=True)
class PlacesRenamed:
    """A building, or lots, are called or addressed otherwise from now on."""

    lot_ids: frozenset[UUID] = frozenset()
    building_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BuildingArchived:
    """A building left the estate."""

    building_id: UUID
