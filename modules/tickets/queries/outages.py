"""Known failures: one, or those that touch a place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from modules.portfolio.api import in_scope, plant_serving_seen, visible_building_ids
from modules.tickets.models import Outage
from modules.tickets.policies import TicketPermission


def get_outage(actor: Actor, session: Session, outage_id: UUID) -> Outage:
    """Return an outage; NotFound when it is absent, or touches nothing one sees."""
    require(actor, TicketPermission.READ)
    statement = select(Outage).where(Outage.id == outage_id)
    found = session.scalars(_touching_seen(actor, statement)).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_outages(actor: Actor, session: Session, *, ended: bool = False) -> Sequence[Outage]:
    """Return the outages that go on, or the last hundred that ended."""
    require(actor, TicketPermission.READ)
    statement = select(Outage).where(
        Outage.ended_at.is_not(None) if ended else Outage.ended_at.is_(None)
    )
    ordered = in_scope(statement, actor, Outage.building_id).order_by(Outage.started_at.desc())
    return session.scalars(ordered.limit(100)).all()


def outages_of_place(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID,
    installation_ids: Collection[UUID] = (),
    category_key: str = "",
) -> Sequence[Outage]:
    """Return the outages that go on in a building or on a plant serving it, wherever that stands.

    With a category only those of its kind: an outage of `common.lift` matches
    `common.lift.stopped`.
    """
    require(actor, TicketPermission.READ)
    where = or_(Outage.building_id == building_id, Outage.installation_id.in_(installation_ids))
    statement = select(Outage).where(where, Outage.ended_at.is_(None))
    found = session.scalars(_touching_seen(actor, statement)).all()
    return [
        outage
        for outage in found
        if not category_key or category_key.startswith(outage.category_key)
    ]


def _touching_seen(actor: Actor, statement: Select[Outage]) -> Select[Outage]:
    """Keep the outages of buildings the actor sees, and of plant that serves one of them."""
    buildings, plants = visible_building_ids(actor), plant_serving_seen(actor)
    if buildings is None or plants is None:
        return statement
    return statement.where(
        or_(Outage.building_id.in_(buildings), Outage.installation_id.in_(plants))
    )
