"""What people type for a place, turned into the place: building codes and lot references."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.energy import errors
from modules.energy.commands import AddMeter, ChangeMeter
from modules.energy.models import Meter
from modules.portfolio.api import (
    find_building,
    find_building_by_code,
    find_lot,
    find_lot_by_reference,
)


def place_codes(actor: Actor, session: Session, meter: Meter) -> dict[str, str]:
    """Return the building code and the lot reference of what a meter feeds."""
    building = find_building(actor, session, meter.building_id) if meter.building_id else None
    lot = find_lot(actor, session, meter.lot_id) if meter.lot_id else None
    return {
        "building_code": building.code if building else "",
        "lot_reference": lot.reference if lot else "",
    }


def add_command(actor: Actor, session: Session, typed: dict[str, Any]) -> AddMeter:
    """Make the command that records a meter; Invalid when a place is not known."""
    building_id, lot_id = _place(actor, session, typed["building_code"], typed["lot_reference"])
    facts = {k: v for k, v in typed.items() if k not in ("building_code", "lot_reference")}
    facts["multiplier"] = float(facts["multiplier"])
    return AddMeter(building_id=building_id, lot_id=lot_id, **facts)


def change_command(
    actor: Actor, session: Session, meter_id: UUID, typed: dict[str, Any]
) -> ChangeMeter:
    """Make the command that changes a meter; Invalid when a place is not known."""
    building_id, lot_id = _place(actor, session, typed["building_code"], typed["lot_reference"])
    facts = {k: v for k, v in typed.items() if k not in ("building_code", "lot_reference")}
    facts["multiplier"] = float(facts["multiplier"])
    return ChangeMeter(meter_id=meter_id, building_id=building_id, lot_id=lot_id, **facts)


def _place(
    actor: Actor, session: Session, building_code: str, lot_reference: str
) -> tuple[UUID | None, UUID | None]:
    if lot_reference:
        lot = find_lot_by_reference(actor, session, lot_reference)
        if lot is None:
            raise errors.unknown_place("lot_reference", lot_reference)
        return lot.building_id, lot.id
    if building_code:
        building = find_building_by_code(actor, session, building_code)
        if building is None:
            raise errors.unknown_place("building_code", building_code)
        return building.id, None
    return None, None
