"""Works as an actor sees them: those on at least one parcel of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, with_expression

from app.auth.actor import Actor
from app.auth.roles import Role
from app.db.codes import has_code
from app.errors import NotFound
from modules.land.enums import WorkStatus
from modules.land.models import LandWork, LandWorkParcel
from modules.parties.api import organisation_name_sql
from modules.portfolio.api import visible_parcel_ids

Columns = TypeVarTuple("Columns")
SHOWN = 8


def visible_works(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    """Keep the works an actor sees."""
    visible = visible_parcel_ids(actor)
    if visible is None:
        return statement
    seen = select(LandWorkParcel.work_id).where(LandWorkParcel.parcel_id.in_(visible))
    return statement.where(LandWork.id.in_(seen))


def select_works(actor: Actor, *, is_archived: bool = False) -> Select[LandWork]:
    """Return the works in use, or the archived ones, with the parcels the actor sees."""
    left = LandWork.archived_at.is_not(None)
    statement = select(LandWork).where(left if is_archived else ~left)
    return visible_works(actor, with_parcels(actor, statement))


def work_ids(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return the works in use an actor sees by reference, whatever the capitals asked for."""
    living = select(LandWork.reference, LandWork.id).where(
        has_code(LandWork.reference, references), LandWork.archived_at.is_(None)
    )
    return {row[0]: row[1] for row in session.execute(visible_works(actor, living))}


def with_parcels(actor: Actor, statement: Select[LandWork]) -> Select[LandWork]:
    """Read works with their permit and contractor, and the parcels an actor sees of theirs."""
    visible, links = visible_parcel_ids(actor), LandWork.links
    seen = links if visible is None else links.and_(LandWorkParcel.parcel_id.in_(visible))
    return statement.options(
        selectinload(seen).selectinload(LandWorkParcel.parcel),
        joinedload(LandWork.permit),
        with_expression(LandWork.contractor, organisation_name_sql(LandWork.contractor_id)),
    )


def get_work(actor: Actor, session: Session, work_id: UUID) -> LandWork:
    """Return works, also archived ones; NotFound when absent or hidden."""
    statement = visible_works(actor, select(LandWork).where(LandWork.id == work_id))
    fresh = with_parcels(actor, statement).execution_options(populate_existing=True)
    found = session.scalars(fresh).first()
    if found is None:
        raise NotFound
    return found


def parcel_ids_of_work(session: Session, work_id: UUID) -> set[UUID]:
    """Return every parcel works are done on, seen or not."""
    links = select(LandWorkParcel.parcel_id).where(LandWorkParcel.work_id == work_id)
    return set(session.scalars(links))


def list_works_of_parcel(actor: Actor, session: Session, parcel_id: UUID) -> Sequence[LandWork]:
    """Return the works on a parcel, the latest first."""
    about = select(LandWorkParcel.work_id).where(LandWorkParcel.parcel_id == parcel_id)
    statement = select_works(actor).where(LandWork.id.in_(about))
    return session.scalars(statement.order_by(LandWork.created_at.desc(), LandWork.id)).all()


def list_works_of_permit(actor: Actor, session: Session, permit_id: UUID) -> Sequence[LandWork]:
    """Return the works that follow a permit, by reference."""
    statement = select_works(actor).where(LandWork.permit_id == permit_id)
    return session.scalars(statement.order_by(LandWork.reference)).all()


def list_works_of_contractor(actor: Actor, session: Session, party_id: UUID) -> Sequence[LandWork]:
    """Return the works an organisation does or did, by reference."""
    statement = select_works(actor).where(LandWork.contractor_id == party_id)
    return session.scalars(statement.order_by(LandWork.reference)).all()


def stands_at(statuses: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that works are at one of some stages, by their dates."""
    conditions = {
        WorkStatus.PLANNED: LandWork.begun_on.is_(None) & LandWork.done_on.is_(None),
        WorkStatus.BEGUN: LandWork.begun_on.is_not(None) & LandWork.done_on.is_(None),
        WorkStatus.DONE: LandWork.done_on.is_not(None),
    }
    return or_(*(conditions[WorkStatus(status)] for status in statuses))


def list_unfinished(actor: Actor, session: Session, limit: int = SHOWN) -> Sequence[LandWork]:
    """Return works not done yet: those nobody has been given first, then the day they begin."""
    is_awarded = LandWork.contractor_id.is_not(None)
    statement = (
        select_works(actor)
        .where(stands_at([WorkStatus.PLANNED, WorkStatus.BEGUN]))
        .order_by(is_awarded, LandWork.planned_on.is_(None), LandWork.planned_on)
        .order_by(LandWork.reference)
        .limit(limit)
    )
    return session.scalars(statement).all()


def works_wait(actor: Actor, session: Session) -> bool:
    """Tell whether there are works for who leads or awards them to begin the day with."""
    is_theirs = not actor.roles.isdisjoint((Role.WORKS_PROJECT_LEAD, Role.PURCHASING_AGENT))
    return is_theirs and bool(list_unfinished(actor, session, limit=1))
