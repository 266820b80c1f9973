"""Meters, supply points and registers: found, added, changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import ean as ean_numbers
from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.search.changes import touch_documents
from modules.energy import errors
from modules.energy.commands import AddMeter, ChangeMeter, DeclareMeterChange
from modules.energy.enums import RegisterKind, Utility
from modules.energy.models import READ_UNIT, Meter, MeterChangeRecord, Register, SupplyPoint
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import get_meter
from modules.energy.services import registers
from modules.energy.services.alerts import tell_of_place
from modules.portfolio.api import get_installation, installation_codes, place_facts

# What a person writes about a meter and is kept as it stands.
_WRITTEN = (
    "label",
    "multiplier",
    "digits",
    "installed_on",
    "removed_on",
    "feeds",
    "lot_id",
    "installation_id",
    "installation_label",
    "delivery_delay_hours",
)


def add_meter(actor: Actor, command: AddMeter, uow: UnitOfWork, clock: Clock) -> Meter:
    """Record a meter; Conflict if its serial is known, Invalid if its EAN fails the check."""
    require(actor, EnergyPermission.METER_CHANGE)
    registers.lock_catalogue(uow.session)
    if find_by_serial(uow.session, command.serial, command.utility):
        raise errors.duplicate_meter(command.serial)
    point = _supply_point(uow.session, command.ean, command.utility, clock) if command.ean else None
    building_id = _building_of(actor, command, uow.session)
    _refuse_removed_first(command)
    now = clock.now()
    meter = Meter(
        serial=command.serial,
        label=command.label,
        utility=command.utility,
        supply_point=point,
        multiplier=command.multiplier,
        digits=command.digits,
        installed_on=command.installed_on,
        removed_on=command.removed_on,
        feeds=command.feeds,
        building_id=building_id,
        lot_id=command.lot_id,
        installation_id=command.installation_id,
        installation_label=command.installation_label,
        place_label=_place_label(actor, uow.session, building_id, command.lot_id),
        delivery_delay_hours=command.delivery_delay_hours,
        created_at=now,
        updated_at=now,
    )
    uow.session.add(meter)
    uow.flush()
    touch_documents(uow.session, "meter", [meter.id])
    record(
        uow,
        actor,
        clock,
        action="energy.meter.add",
        subject=subject_of(meter),
        building_id=meter.building_id,
    )
    return meter


def note_change(
    actor: Actor,
    meter: Meter,
    changes: Mapping[str, tuple[Any, Any]],
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    """Tell the search and the trail what changed of a meter, in words rather than identifiers."""
    if not changes:
        return
    meter.updated_at = clock.now()
    touch_documents(uow.session, "meter", [meter.id])
    record(
        uow,
        actor,
        clock,
        action="energy.meter.change",
        subject=subject_of(meter),
        changes={name: pair for name, pair in changes.items() if not name.endswith("_id")},
        building_id=meter.building_id,
    )


def change_meter(actor: Actor, command: ChangeMeter, uow: UnitOfWork, clock: Clock) -> Meter:
    """Change what is known of a meter; StaleVersion if somebody changed it meanwhile."""
    require(actor, EnergyPermission.METER_CHANGE)
    meter = get_meter(actor, uow.session, command.meter_id)
    meter.require_version(command.version)
    if meter.archived_at is not None:
        raise errors.archived()
    point = _supply_point(uow.session, command.ean, meter.utility, clock) if command.ean else None
    changes = changed_fields(meter, _values_of(actor, command, uow.session))
    if "installation_id" in changes:
        codes = installation_codes(uow.session, filter(None, changes["installation_id"]))
        before, after = (codes.get(key) for key in changes["installation_id"])
        changes["installation"] = (before, after)
    if meter.supply_point is not point:
        before = meter.supply_point.ean if meter.supply_point else None
        changes["ean"] = (before, point.ean if point else None)
        meter.supply_point = point
    note_change(actor, meter, changes, uow, clock)
    uow.flush()
    if changes.get("building_id", (None, None))[1] is not None:
        tell_of_place(actor, meter, uow, clock)
    if "digits" in changes:
        for register in meter.registers:
            if register.kind is RegisterKind.INDEX:
                registers.derive(uow.session, register, register.id)
    return meter


def _values_of(actor: Actor, command: ChangeMeter, session: Session) -> dict[str, Any]:
    """Turn what was written into columns, with the place it leads to."""
    building_id = _building_of(actor, command, session)
    _refuse_removed_first(command)
    return {name: getattr(command, name) for name in _WRITTEN} | {
        "building_id": building_id,
        "place_label": _place_label(actor, session, building_id, command.lot_id),
    }


def declare_meter_change(
    actor: Actor, command: DeclareMeterChange, uow: UnitOfWork, clock: Clock
) -> MeterChangeRecord:
    """Record that a counter was replaced and recompute the consumption cut from it."""
    require(actor, EnergyPermission.METER_CHANGE)
    register = uow.session.get(Register, command.register_id)
    if register is None or register.kind is not RegisterKind.INDEX:
        raise NotFound
    get_meter(actor, uow.session, register.meter_id)
    registers.lock_registers(uow.session, [register.id])
    change = MeterChangeRecord(
        register_id=register.id,
        changed_at=command.changed_at,
        final_index=command.final_index,
        start_index=command.start_index,
        reason=command.reason,
        declared_by=actor.display_name,
    )
    uow.session.add(change)
    uow.flush()
    registers.derive(uow.session, register, change.id)
    record(
        uow,
        actor,
        clock,
        action="energy.meter.replace_counter",
        subject=subject_of(register.meter),
        changes={"index": (command.final_index, command.start_index)},
        building_id=register.meter.building_id,
    )
    return change


def counter_command(
    actor: Actor, session: Session, meter_id: UUID, shown: Mapping[str, Any]
) -> DeclareMeterChange:
    """Read what counters show, in kWh or m³; NotFound for a register of another meter."""
    meter = get_meter(actor, session, meter_id)
    if shown["register_id"] not in {register.id for register in meter.registers}:
        raise NotFound
    indexes = {name: float(shown[name]) * READ_UNIT for name in ("final_index", "start_index")}
    return DeclareMeterChange(**{**shown, **indexes})


def _building_of(actor: Actor, command: AddMeter | ChangeMeter, session: Session) -> UUID | None:
    """Return the building of a meter: that of the lot or the plant it feeds, else the one named."""
    named = command.building_id
    if command.lot_id is not None:
        of_lot = place_facts(actor, session, building_id=None, lot_id=command.lot_id).building_id
        if named not in (None, of_lot):
            raise errors.lot_elsewhere()
        named = of_lot
    if command.installation_id is None:
        return named
    plant = get_installation(actor, session, command.installation_id)
    if named not in (None, plant.building_id):
        raise errors.plant_elsewhere()
    return plant.building_id


def _refuse_removed_first(command: AddMeter | ChangeMeter) -> None:
    if command.installed_on and command.removed_on and command.removed_on < command.installed_on:
        raise errors.removed_first()


def _place_label(
    actor: Actor, session: Session, building_id: UUID | None, lot_id: UUID | None
) -> str:
    if building_id is None and lot_id is None:
        return ""
    return place_facts(actor, session, building_id=building_id, lot_id=lot_id).label[:200]


def subject_of(meter: Meter) -> Subject:
    """Name a meter for the audit trail."""
    return Subject("meter", meter.id, meter.name)


def find_by_serial(session: Session, serial: str, utility: Utility | None) -> Meter | None:
    """Return the meter of a serial number, of a utility when one is given."""
    query = select(Meter).where(Meter.serial == serial)
    if utility is not None:
        query = query.where(Meter.utility == utility)
    return session.scalars(query.order_by(Meter.created_at)).first()


def find_by_reference(session: Session, reference: str, utility: Utility | None) -> Meter | None:
    """Return the meter a person means by an identifier, a serial, a label or an EAN."""
    try:
        return session.get(Meter, UUID(reference))
    except ValueError:
        pass
    found = find_by_serial(session, reference, utility) or find_by_ean(session, reference, utility)
    if found is None:
        query = select(Meter).where(Meter.label == reference)
        if utility is not None:
            query = query.where(Meter.utility == utility)
        found = session.scalars(query.order_by(Meter.created_at)).first()
    return found


def find_by_ean(session: Session, ean: str, utility: Utility | None) -> Meter | None:
    """Return the meter that hangs on a supply point now: the last one installed.

    An archived one stands behind those in use, and before a second meter would be made for it.
    """
    query = select(Meter).join(SupplyPoint).where(SupplyPoint.ean == ean_numbers.bare(ean))
    if utility is not None:
        query = query.where(Meter.utility == utility)
    newest = query.where(Meter.removed_on.is_(None)).order_by(
        Meter.archived_at.is_not(None), Meter.created_at.desc()
    )
    return session.scalars(newest).first()


def _supply_point(session: Session, ean: str, utility: Utility, clock: Clock) -> SupplyPoint:
    bare = ean_numbers.bare(ean)
    if not ean_numbers.is_valid(bare):
        raise errors.wrong_ean(ean)
    return supply_point_of(session, bare, utility, clock)


def supply_point_of(session: Session, ean: str, utility: Utility, clock: Clock) -> SupplyPoint:
    """Return the supply point of a valid EAN, made if it is new."""
    query = select(SupplyPoint).where(SupplyPoint.ean == ean)
    point = session.scalars(query).first()
    if point is None:
        registers.lock_catalogue(session)
        point = session.scalars(query).first()
    if point is None:
        now = clock.now()
        point = SupplyPoint(ean=ean, utility=utility, created_at=now, updated_at=now)
        session.add(point)
        session.flush()
    return point
