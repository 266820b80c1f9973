"""Dwellings made from the register, inserted column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.i18n import gettext as _
from app.ids import new_ids
from app.tabular.bulk import insert_columns
from modules.portfolio.enums import (
    Accessibility,
    Funding,
    Heating,
    HeatSource,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
)
from modules.portfolio.models import Lot, LotStatusEvent

# Columns of a lot that are what the file says, or nothing.
_AS_READ = (
    "floor_level", "door", "rooms", "area_m2", "built_year", "first_let_year", "energy_class",
)  # fmt: skip
LOTS = cast("Table", Lot.__table__)
EVENTS = cast("Table", LotStatusEvent.__table__)


@dataclass(frozen=True, slots=True)
class NewLot:
    """A dwelling to be made, and where."""

    id: UUID
    reference: str
    building_id: UUID
    entrance_id: UUID
    floor_id: UUID | None
    search_text: str
    values: Mapping[str, Any]


def insert_lots(session: Session, actor: Actor, clock: Clock, lots: Sequence[NewLot]) -> None:
    """Insert dwellings, column by column, and the first event of their history."""
    if not lots:
        return
    now, today, count = clock.now(), clock.today(), len(lots)
    constant = {
        "kind": LotKind.HOME,
        "category": LotCategory.ORDINARY,
        "funding": Funding.UNKNOWN,
        "accessibility": Accessibility.UNKNOWN,
        "heating": Heating.UNKNOWN,
        "heat_source": HeatSource.UNKNOWN,
        "note": "",
        "status": LotStatus.LET,
        "status_since": today,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    ids = [lot.id for lot in lots]
    columns: dict[str, list[Any]] = {
        "id": ids,
        "reference": [lot.reference for lot in lots],
        "building_id": [lot.building_id for lot in lots],
        "entrance_id": [lot.entrance_id for lot in lots],
        "floor_id": [lot.floor_id for lot in lots],
        "search_text": [lot.search_text for lot in lots],
        "box": [lot.values.get("box") or "" for lot in lots],
        "regime": [lot.values.get("regime") or Regime.SUBSIDISED for lot in lots],
        **{name: [lot.values.get(name) for lot in lots] for name in _AS_READ},
        **{name: [value] * count for name, value in constant.items()},
    }
    insert_columns(session, LOTS, columns)
    events: dict[str, list[Any]] = {
        "id": new_ids(count),
        "lot_id": ids,
        "status": [LotStatus.LET] * count,
        "starts_on": [today] * count,
        "reason": [_("Taken as let: the register does not say who lives here.")] * count,
        "author_id": [actor.user_id] * count,
        "recorded_at": [now] * count,
    }
    insert_columns(session, EVENTS, events)
