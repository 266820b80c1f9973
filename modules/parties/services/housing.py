"""Who is in which lot, until leases say it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from app.audit import changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Invalid, NotFound
from app.i18n import lazy as _l
from modules.parties.commands import Occupy
from modules.parties.enums import OccupancyRole
from modules.parties.errors import overlapping_occupancy
from modules.parties.events import PartyMovedIn, PartyMovedOut
from modules.parties.models import Occupancy, Party
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import get_stay
from modules.parties.services.people import party_subject
from modules.portfolio.api import get_lot


def move_in(actor: Actor, command: Occupy, uow: UnitOfWork, clock: Clock) -> Occupancy:
    """Write that a party is in a lot from a day on; Conflict when it is there already.

    Whoever may house people sees a party by knowing it: a new tenant has no lot in scope yet.
    """
    require(actor, PartyPermission.OCCUPY)
    lot = get_lot(actor, uow.session, command.lot_id)
    party = uow.session.get(Party, command.party_id)
    if party is None or party.archived_at is not None:
        raise NotFound
    _check_days(command.starts_on, command.ends_on)
    occupancy = Occupancy(
        party_id=party.id,
        lot_id=lot.id,
        role=command.role,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        source=command.source,
    )
    _refuse_overlap(occupancy, command.ends_on, uow)
    uow.session.add(occupancy)
    uow.flush()
    record(
        uow, actor, clock,
        action="parties.occupancy.start", subject=party_subject(party),
        changes={"lot": (None, lot.reference)}, building_id=lot.building_id,
    )  # fmt: skip
    uow.publish(PartyMovedIn(party.id, lot.id, command.starts_on), actor, clock)
    return occupancy


def move_out(
    actor: Actor, occupancy_id: UUID, ends_on: date, uow: UnitOfWork, clock: Clock
) -> Occupancy:
    """Write the last day of a party in a lot."""
    require(actor, PartyPermission.OCCUPY)
    occupancy, lot, party = get_stay(actor, uow.session, occupancy_id)
    _check_days(occupancy.starts_on, ends_on)
    occupancy.ends_on = ends_on
    uow.flush()
    record(
        uow, actor, clock,
        action="parties.occupancy.end", subject=party_subject(party),
        changes={"lot": (lot.reference, None), "ends_on": (None, ends_on)},
        building_id=lot.building_id,
    )  # fmt: skip
    uow.publish(PartyMovedOut(party.id, lot.id, ends_on), actor, clock)
    return occupancy


def change_stay(
    actor: Actor,
    occupancy_id: UUID,
    role: OccupancyRole,
    ends_on: date | None,
    uow: UnitOfWork,
    clock: Clock,
) -> Occupancy:
    """Correct by what title a party is in a lot and until when; an end may be taken back."""
    require(actor, PartyPermission.OCCUPY)
    occupancy, lot, party = get_stay(actor, uow.session, occupancy_id)
    _check_days(occupancy.starts_on, ends_on)
    _refuse_overlap(occupancy, ends_on, uow)
    before = occupancy.ends_on
    changes = changed_fields(occupancy, {"role": role, "ends_on": ends_on})
    uow.flush()
    if changes:
        record(
            uow, actor, clock,
            action="parties.occupancy.change", subject=party_subject(party),
            changes=changes, building_id=lot.building_id,
        )  # fmt: skip
    if ends_on is not None and ends_on != before:
        uow.publish(PartyMovedOut(party.id, lot.id, ends_on), actor, clock)
    return occupancy


def _refuse_overlap(stay: Occupancy, ends_on: date | None, uow: UnitOfWork) -> None:
    """Refuse a stay, until that day, beside another of the same party in the same lot."""
    overlap = select(Occupancy.id).where(
        Occupancy.party_id == stay.party_id,
        Occupancy.lot_id == stay.lot_id,
        or_(Occupancy.ends_on.is_(None), Occupancy.ends_on >= stay.starts_on),
    )
    if ends_on is not None:
        overlap = overlap.where(Occupancy.starts_on <= ends_on)
    if stay in uow.session:
        overlap = overlap.where(Occupancy.id != stay.id)
    if uow.session.scalars(overlap).first() is not None:
        raise overlapping_occupancy()


def _check_days(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("occupancy_days", _l("The end lies before the start."), field="ends_on")
