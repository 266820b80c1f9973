"""Lots and their dated states."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import lazy as _l
from modules.portfolio.cadastre import read_capakey
from modules.portfolio.commands import Change, ChangeLotStatus, LotFacts
from modules.portfolio.enums import LOT_STATUS_LABELS, LotStatus
from modules.portfolio.errors import building_gone, elsewhere, lot_occupied, status_same_day
from modules.portfolio.events import LotMoved, LotStatusChanged, PlacesRenamed
from modules.portfolio.models import Building, Entrance, Lot, LotStatusEvent
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import get_building, get_lot
from modules.portfolio.services.common import (
    announce,
    count_lots,
    fresh_reference,
    kept_reference,
    lot_search_text,
    lot_subject,
    note,
    refuse_archived,
)
from modules.portfolio.services.facts import refresh_energy_class
from modules.portfolio.services.insides import ensure_floor

SERIES = ("LOT", 6)


def create_lot(actor: Actor, facts: LotFacts, uow: UnitOfWork, clock: Clock) -> Lot:
    """Add a lot to a building, vacant from today; Conflict when its reference is taken."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    values = _values(uow.session, facts)
    values["reference"] = fresh_reference(uow.session, Lot.reference, facts.reference, SERIES)
    now = clock.now()
    lot = Lot(**values, status=LotStatus.VACANT, created_at=now, updated_at=now)
    lot.status_since = clock.today()
    _settle(uow.session, lot, building)
    uow.session.add(lot)
    uow.flush()
    uow.session.add(
        LotStatusEvent(
            lot_id=lot.id,
            status=lot.status,
            starts_on=clock.today(),
            author_id=actor.user_id,
            recorded_at=now,
        )
    )
    count_lots(uow.session, building)
    announce(uow.session, lot)
    note(uow, actor, clock, "lot.create", lot_subject(lot))
    return lot


# What a lot is called by, besides what its building and its door are called by.
_CALLED_BY = frozenset({"reference", "entrance_id", "box"})


def change_lot(actor: Actor, change: Change, facts: LotFacts, uow: UnitOfWork, clock: Clock) -> Lot:
    """Change the facts of a lot; StaleVersion when somebody was first."""
    require(actor, PortfolioPermission.CHANGE)
    lot = get_lot(actor, uow.session, change.id)
    refuse_archived(lot)
    lot.require_version(change.version)
    left = lot.building
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    values = _values(uow.session, facts)
    values["reference"] = kept_reference(uow.session, Lot.reference, facts.reference, lot)
    changes = changed_fields(lot, values)
    if not changes:
        return lot
    lot.updated_at = clock.now()
    _settle(uow.session, lot, building)
    uow.flush()
    for touched in {left.id: left, building.id: building}.values():
        _sum_up(uow.session, touched, clock)
    announce(uow.session, lot)
    note(uow, actor, clock, "lot.change", lot_subject(lot), changes)
    if "building_id" in changes:
        uow.publish(LotMoved(lot.id, building.id), actor, clock)
    elif changes.keys() & _CALLED_BY:
        uow.publish(PlacesRenamed(frozenset({lot.id})), actor, clock)
    return lot


def _values(session: Session, facts: LotFacts) -> dict[str, Any]:
    """Turn what was written into columns, checking that the entrance is of the building."""
    values = asdict(facts)
    if facts.cadastral_ref:
        values["cadastral_ref"] = read_capakey(facts.cadastral_ref)
    if facts.entrance_id is not None:
        entrance = session.get(Entrance, facts.entrance_id)
        if entrance is None or entrance.building_id != facts.building_id:
            raise elsewhere("entrance_id")
    if facts.floor_level is not None:
        values["floor_id"] = ensure_floor(session, facts.building_id, facts.floor_level).id
    else:
        values["floor_id"] = None
    return values


def _settle(session: Session, lot: Lot, building: Building) -> None:
    """Tie a lot to its building and entrance, and spell its address for search."""
    lot.building = building
    lot.entrance = session.get(Entrance, lot.entrance_id) if lot.entrance_id else None
    door = lot.entrance.address if lot.entrance else None
    lot.search_text = lot_search_text(lot, door or building.address)


def _sum_up(session: Session, building: Building, clock: Clock) -> None:
    """Bring what a building shows of its lots in line with those it has now."""
    count_lots(session, building)
    refresh_energy_class(session, building, clock.today())


def change_lot_status(
    actor: Actor, command: ChangeLotStatus, uow: UnitOfWork, clock: Clock
) -> LotStatusEvent:
    """Write that a lot is in another state from a day on, also in the past or the future.

    The event before it ends that day; the next one ends this one. Repeating the state a lot is
    in already is refused, as is a second change on one day.
    """
    require(actor, PortfolioPermission.CHANGE_STATUS)
    lot = get_lot(actor, uow.session, command.lot_id)
    refuse_archived(lot)
    before, after = _around(uow.session, command)
    if before is not None and before.status is command.status:
        raise Invalid(
            "status_unchanged",
            _l("This lot is already “%(status)s”.", status=LOT_STATUS_LABELS[command.status]),
            field="status",
        )
    event = LotStatusEvent(
        lot_id=lot.id,
        status=command.status,
        starts_on=command.starts_on,
        ends_on=after.starts_on if after else None,
        reason=command.reason,
        author_id=actor.user_id,
        recorded_at=clock.now(),
    )
    if before is not None:
        before.ends_on = command.starts_on
    uow.session.add(event)
    uow.flush()
    refresh_status(uow.session, lot, clock)
    change = {"status": (before.status if before else None, command.status)}
    note(uow, actor, clock, "lot.change_status", lot_subject(lot), change)
    uow.publish(
        LotStatusChanged(lot.id, lot.building_id, command.status, command.starts_on), actor, clock
    )
    return event


def _around(
    session: Session, command: ChangeLotStatus
) -> tuple[LotStatusEvent | None, LotStatusEvent | None]:
    """Return the events just before and just after the new one."""
    statement = select(LotStatusEvent).where(LotStatusEvent.lot_id == command.lot_id)
    events = session.scalars(statement.order_by(LotStatusEvent.starts_on)).all()
    if any(event.starts_on == command.starts_on for event in events):
        raise status_same_day()
    earlier = [event for event in events if event.starts_on < command.starts_on]
    later = [event for event in events if event.starts_on > command.starts_on]
    return (earlier[-1] if earlier else None), (later[0] if later else None)


def refresh_status(session: Session, lot: Lot, clock: Clock) -> None:
    """Bring the state shown in lists in line with the history, as of today."""
    today = clock.today()
    statement = (
        select(LotStatusEvent)
        .where(LotStatusEvent.lot_id == lot.id, LotStatusEvent.starts_on <= today)
        .order_by(LotStatusEvent.starts_on.desc())
    )
    current = session.scalars(statement.limit(1)).one_or_none()
    if current is None:
        return
    lot.status, lot.status_since = current.status, current.starts_on
    lot.updated_at = clock.now()
    count_lots(session, lot.building)


def archive_lot(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Lot:
    """Take a lot out of the estate; Conflict while it is let."""
    require(actor, PortfolioPermission.ARCHIVE)
    lot = get_lot(actor, uow.session, change.id)
    lot.require_version(change.version)
    if lot.status in {LotStatus.LET, LotStatus.NOTICE}:
        raise lot_occupied()
    lot.archive(actor.user_id, clock.now())
    statement = select(LotStatusEvent).where(
        LotStatusEvent.lot_id == lot.id, LotStatusEvent.ends_on.is_(None)
    )
    for event in uow.session.scalars(statement):
        # The lot stops counting in "the estate on a day" from tomorrow's question on.
        event.ends_on = max(clock.today(), event.starts_on)
    _sum_up(uow.session, lot.building, clock)
    announce(uow.session, lot)
    note(uow, actor, clock, "lot.archive", lot_subject(lot))
    return lot


def restore_lot(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Lot:
    """Bring an archived lot back, in the state it left in; Conflict while its building is gone."""
    require(actor, PortfolioPermission.ARCHIVE)
    lot = get_lot(actor, uow.session, change.id)
    lot.require_version(change.version)
    if lot.building.archived_at is not None:
        raise building_gone()
    lot.restore()
    latest = select(LotStatusEvent).where(LotStatusEvent.lot_id == lot.id)
    last = uow.session.scalars(latest.order_by(LotStatusEvent.starts_on.desc())).first()
    if last is not None:
        # Archiving had ended it.
        last.ends_on = None
    refresh_status(uow.session, lot, clock)
    _sum_up(uow.session, lot.building, clock)
    announce(uow.session, lot)
    note(uow, actor, clock, "lot.restore", lot_subject(lot))
    return lot
