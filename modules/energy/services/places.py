"""What people type for a place, turned into the place: codes of buildings, lots and plants."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.energy import errors
from modules.energy.commands import AddMeter, ChangeMeter
from modules.energy.models import Meter
from modules.portfolio.api import (
    Installation,
    find_building,
    find_building_by_code,
    find_installation_by_code,
    find_lot,
    find_lot_by_reference,
    installation_codes,
)

# What people type for the place of a meter.
CODES = ("building_code", "lot_reference", "installation_code")


def place_codes(actor: Actor, session: Session, meter: Meter) -> dict[str, str]:
    """Return the codes of the building, the lot and the installation a meter feeds."""
    building = find_building(actor, session, meter.building_id) if meter.building_id else None
    lot = find_lot(actor, session, meter.lot_id) if meter.lot_id else None
    plants = [meter.installation_id] if meter.installation_id else []
    return {
        "building_code": building.code if building else "",
        "lot_reference": lot.reference if lot else "",
        "installation_code": "".join(installation_codes(session, plants).values()),
    }


def add_command(actor: Actor, session: Session, typed: dict[str, Any]) -> AddMeter:
    """Make the command that records a meter; Invalid when a place is not known."""
    return AddMeter(**_facts(actor, session, typed))


def change_command(
    actor: Actor, session: Session, meter_id: UUID, typed: dict[str, Any]
) -> ChangeMeter:
    """Make the command that changes a meter; Invalid when a place is not known."""
    return ChangeMeter(meter_id=meter_id, **_facts(actor, session, typed))


def _facts(actor: Actor, session: Session, typed: dict[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in typed.items() if name not in CODES}
    facts["multiplier"] = float(facts["multiplier"])
    building_id, lot_id = _place(actor, session, typed["building_code"], typed["lot_reference"])
    plant = _plant(actor, session, typed["installation_code"])
    if plant is not None and building_id not in (None, plant.building_id):
        raise errors.plant_elsewhere("installation_code")
    return facts | {
        "building_id": building_id,
        "lot_id": lot_id,
        "installation_id": plant.id if plant else None,
    }


def _plant(actor: Actor, session: Session, code: str) -> Installation | None:
    plant = find_installation_by_code(actor, session, code) if code else None
    if code and plant is None:
        raise errors.unknown_place("installation_code", code)
    return plant


def _place(
    actor: Actor, session: Session, building_code: str, lot_reference: str
) -> tuple[UUID | None, UUID | None]:
    building_id = _building(actor, session, building_code)
    if lot_reference:
        lot = find_lot_by_reference(actor, session, lot_reference)
        if lot is None:
            raise errors.unknown_place("lot_reference", lot_reference)
        if building_id not in (None, lot.building_id):
            raise errors.lot_elsewhere("building_code")
        return lot.building_id, lot.id
    return building_id, None


def _building(actor: Actor, session: Session, code: str) -> UUID | None:
    building = find_building_by_code(actor, session, code) if code else None
    if code and building is None:
        raise errors.unknown_place("building_code", code)
    return building.id if building else None
