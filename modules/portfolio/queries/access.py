"""Codes and keys of places: who needs them finds them, nobody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS
from app.errors import NotFound
from modules.portfolio.models import AccessCode, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.scope import in_scope

Place = tuple[UUID, UUID | None]
"""A building, and a lot in it or the building as a whole."""


def list_access_codes(
    actor: Actor, session: Session, building_id: UUID, lot_id: UUID | None = None
) -> Sequence[AccessCode]:
    """Return what opens a building with all its doors, or what one needs to reach a lot."""
    require(actor, PortfolioPermission.READ_ACCESS)
    statement = _in_use(select(AccessCode).where(AccessCode.building_id == building_id))
    codes = session.scalars(in_scope(statement, actor, AccessCode.building_id)).all()
    if lot_id is None:
        return codes
    entrances = _entrances(session, [lot_id])
    return [code for code in codes if _leads_to(code, lot_id, entrances)]


def get_access_code(actor: Actor, session: Session, code_id: UUID) -> AccessCode:
    """Return a code, archived or not; NotFound when its building is out of scope."""
    require(actor, PortfolioPermission.READ_ACCESS)
    statement = select(AccessCode).where(AccessCode.id == code_id)
    found = session.scalars(in_scope(statement, actor, AccessCode.building_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def access_to_places(
    session: Session, places: Collection[Place]
) -> Mapping[Place, Sequence[AccessCode]]:
    """Return what opens each place, in two queries; the caller decides who is given it."""
    buildings = {building_id for building_id, _lot_id in places}
    statement = _in_use(select(AccessCode).where(AccessCode.building_id.in_(buildings)))
    codes = session.scalars(statement).all() if buildings else ()
    entrances = _entrances(session, [lot_id for _building_id, lot_id in places if lot_id])
    return {
        (building_id, lot_id): [
            code
            for code in codes
            if code.building_id == building_id and _leads_to(code, lot_id, entrances)
        ]
        for building_id, lot_id in places
    }


def access_not_noted(
    actor: Actor, session: Session, code_ids: Collection[UUID], today: date
) -> Sequence[AccessCode]:
    """Return the codes among some of which it is not noted yet today that the actor read them."""
    midnight = datetime.combine(today, time(), BRUSSELS).astimezone(UTC)
    noted = select(AuditEntry.subject_id).where(
        AuditEntry.subject_type == "access_code",
        AuditEntry.subject_id.in_(code_ids),
        AuditEntry.action == "access_code.consulted",
        AuditEntry.actor_id == actor.user_id,
        AuditEntry.occurred_at >= midnight,
    )
    statement = select(AccessCode).where(AccessCode.id.in_(code_ids), AccessCode.id.not_in(noted))
    return session.scalars(statement.order_by(AccessCode.id)).all() if code_ids else ()


def _in_use(statement: Select[AccessCode]) -> Select[AccessCode]:
    """Leave out what was archived; the doors of the building come first."""
    order = (AccessCode.lot_id.is_not(None), AccessCode.created_at, AccessCode.id)
    return statement.where(AccessCode.archived_at.is_(None)).order_by(*order)


def _entrances(session: Session, lot_ids: Collection[UUID]) -> Mapping[UUID, UUID | None]:
    if not lot_ids:
        return {}
    rows = session.execute(select(Lot.id, Lot.entrance_id).where(Lot.id.in_(lot_ids)))
    return dict(rows.all())


def _leads_to(code: AccessCode, lot_id: UUID | None, entrances: Mapping[UUID, UUID | None]) -> bool:
    """Say whether a code helps to reach a lot; without a lot every common door may be needed."""
    if code.lot_id is not None:
        return code.lot_id == lot_id
    own = entrances.get(lot_id) if lot_id else None
    return code.entrance_id is None or own is None or code.entrance_id == own
