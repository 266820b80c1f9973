"""Procedures as an actor sees them: those about at least one parcel of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, selectinload

from app.auth.actor import Actor
from app.db.codes import has_code
from app.errors import NotFound
from modules.land.enums import AWAITED, PermitStatus
from modules.land.models import Permit, PermitParcel, PermitStep
from modules.portfolio.api import visible_parcel_ids

Columns = TypeVarTuple("Columns")
# A decision due within a month, a permit that lapses within three: time to do something.
DECISION_NEAR = timedelta(days=30)
LAPSE_NEAR = timedelta(days=90)


def visible_permits(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    """Keep the procedures an actor sees."""
    visible = visible_parcel_ids(actor)
    if visible is None:
        return statement
    seen = select(PermitParcel.permit_id).where(PermitParcel.parcel_id.in_(visible))
    return statement.where(Permit.id.in_(seen))


def select_permits(actor: Actor, *, is_archived: bool = False) -> Select[Permit]:
    """Return the procedures in use, or the archived ones, with the parcels the actor sees."""
    left = Permit.archived_at.is_not(None)
    statement = select(Permit).where(left if is_archived else ~left)
    return visible_permits(actor, with_parcels(actor, statement))


def permit_ids(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return the procedures in use an actor sees by reference, whatever the capitals asked for."""
    living = select(Permit.reference, Permit.id).where(
        has_code(Permit.reference, references), Permit.archived_at.is_(None)
    )
    return {row[0]: row[1] for row in session.execute(visible_permits(actor, living))}


def with_parcels(actor: Actor, statement: Select[Permit]) -> Select[Permit]:
    """Read procedures with those of their parcels an actor sees, in two more queries."""
    visible, links = visible_parcel_ids(actor), Permit.links
    seen = links if visible is None else links.and_(PermitParcel.parcel_id.in_(visible))
    return statement.options(selectinload(seen).selectinload(PermitParcel.parcel))


def get_permit(actor: Actor, session: Session, permit_id: UUID) -> Permit:
    """Return a procedure, also an archived one; NotFound when absent or hidden."""
    statement = visible_permits(actor, select(Permit).where(Permit.id == permit_id))
    fresh = with_parcels(actor, statement).execution_options(populate_existing=True)
    found = session.scalars(fresh).first()
    if found is None:
        raise NotFound
    return found


def parcel_ids_of(session: Session, permit_id: UUID) -> set[UUID]:
    """Return every parcel a procedure is about, seen or not."""
    links = select(PermitParcel.parcel_id).where(PermitParcel.permit_id == permit_id)
    return set(session.scalars(links))


def list_steps(session: Session, permit_id: UUID) -> Sequence[PermitStep]:
    """Return the steps of a procedure, the latest first, those taken back among them."""
    statement = (
        select(PermitStep)
        .where(PermitStep.permit_id == permit_id)
        .order_by(PermitStep.happened_on.desc(), PermitStep.position.desc())
    )
    return session.scalars(statement).all()


def get_step(actor: Actor, session: Session, step_id: UUID) -> tuple[PermitStep, Permit]:
    """Return a step and its procedure; NotFound when absent or hidden."""
    step = session.get(PermitStep, step_id)
    if step is None:
        raise NotFound
    return step, get_permit(actor, session, step.permit_id)


def counted_steps(session: Session, permit_id: UUID) -> list[PermitStep]:
    """Return the steps that count."""
    return [step for step in list_steps(session, permit_id) if step.taken_back_at is None]


def list_permits_of_parcel(actor: Actor, session: Session, parcel_id: UUID) -> Sequence[Permit]:
    """Return the procedures about a parcel, the latest first."""
    about = select(PermitParcel.permit_id).where(PermitParcel.parcel_id == parcel_id)
    statement = select_permits(actor).where(Permit.id.in_(about))
    return session.scalars(statement.order_by(Permit.created_at.desc(), Permit.reference)).all()


def permit_options(
    actor: Actor, session: Session, also: UUID | None = None
) -> list[tuple[str, str]]:
    """Return the procedures in use an actor sees, the latest first, and the one in `also`."""
    living = or_(Permit.archived_at.is_(None), Permit.id == also)
    statement = select(Permit.id, Permit.reference, Permit.subject).where(living)
    rows = session.execute(visible_permits(actor, statement).order_by(Permit.reference.desc()))
    return [(str(row[0]), f"{row[1]} · {row[2]}") for row in rows]


def awaits_decision(day: date) -> ColumnElement[bool]:
    """Return the condition that a decision is due by about a month after a day, or was."""
    return Permit.status.in_(AWAITED) & (Permit.due_on <= day + DECISION_NEAR)


def is_about_to_lapse(day: date) -> ColumnElement[bool]:
    """Return the condition that a permit nobody used yet lapses within about three months."""
    return (Permit.status == PermitStatus.GRANTED) & Permit.lapses_on.between(day, day + LAPSE_NEAR)


def is_due_by(day: date) -> ColumnElement[bool]:
    """Return the condition that something is to be done: a decision, or works to begin."""
    return or_(awaits_decision(day), is_about_to_lapse(day))
