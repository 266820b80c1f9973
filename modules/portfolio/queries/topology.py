"""Who is served by what, and who lives above, below and beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.db.codes import has_code
from app.errors import NotFound
from modules.portfolio.models import (
    Address,
    Building,
    Installation,
    Lot,
    ServiceLink,
    StackLink,
)
from modules.portfolio.queries.labels import street_sql
from modules.portfolio.queries.scope import in_scope, visible_building_ids


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The lots around a lot, by identifier, and the installations that serve it."""

    above: tuple[UUID, ...]
    below: tuple[UUID, ...]
    same_landing: tuple[UUID, ...]
    same_entrance: tuple[UUID, ...]
    installations: tuple[Installation, ...]
    # Of the lot in the middle: what is written above and below it is written on it.
    version: int


def neighbours(session: Session, lot: Lot) -> Neighbours:
    """Return what surrounds a lot, in three queries.

    Written links (this lot lies above that one) win. Without them, above means the next
    occupied floor of the same entrance, the same door if doors are known, else every lot there.
    """
    around = _lots_of_entrance(session, lot)
    written_above, written_below = written_stack(session, lot.id)
    return Neighbours(
        above=written_above or _next_floor(lot, around, 1),
        below=written_below or _next_floor(lot, around, -1),
        same_landing=tuple(
            o.id for o in around if o.id != lot.id and o.floor_level == lot.floor_level
        ),
        same_entrance=tuple(o.id for o in around if o.id != lot.id),
        installations=tuple(installations_serving(session, lot)),
        version=lot.version,
    )


def _lots_of_entrance(session: Session, lot: Lot) -> Sequence[Lot]:
    statement = select(Lot).where(Lot.building_id == lot.building_id, Lot.archived_at.is_(None))
    if lot.entrance_id is not None:
        statement = statement.where(Lot.entrance_id == lot.entrance_id)
    return session.scalars(statement.order_by(Lot.floor_level, Lot.box)).all()


def _next_floor(lot: Lot, around: Iterable[Lot], direction: int) -> tuple[UUID, ...]:
    """Find the lots on the nearest floor up (1) or down (-1), behind the same door if known."""
    here = lot.floor_level
    if here is None:
        return ()
    beyond = [
        (abs(o.floor_level - here), o)
        for o in around
        if o.floor_level is not None and (o.floor_level - here) * direction > 0
    ]
    if not beyond:
        return ()
    nearest = min(step for step, _ in beyond)
    found = [o for step, o in beyond if step == nearest]
    same_door = [o for o in found if lot.door and o.door == lot.door]
    return tuple(o.id for o in same_door or found)


def installations_serving(session: Session, lot: Lot) -> Sequence[Installation]:
    """Return the installations that serve a lot, directly or through entrance or building."""
    served = [ServiceLink.lot_id == lot.id, ServiceLink.building_id == lot.building_id]
    if lot.entrance_id is not None:
        served.append(ServiceLink.entrance_id == lot.entrance_id)
    statement = (
        select(Installation)
        .where(
            Installation.id.in_(select(ServiceLink.installation_id).where(or_(*served))),
            Installation.archived_at.is_(None),
        )
        .order_by(Installation.kind, Installation.code)
    )
    return session.scalars(statement).all()


def lots_served_by(actor: Actor, session: Session, installation: Installation) -> Sequence[UUID]:
    """Return the lots an actor sees that an installation serves: everybody an outage concerns."""
    links = select(ServiceLink).where(ServiceLink.installation_id == installation.id).subquery()
    statement = (
        select(Lot.id)
        .where(
            Lot.archived_at.is_(None),
            or_(
                Lot.id.in_(select(links.c.lot_id)),
                Lot.entrance_id.in_(select(links.c.entrance_id)),
                Lot.building_id.in_(select(links.c.building_id)),
            ),
        )
        .order_by(Lot.reference)
    )
    return session.scalars(in_scope(statement, actor, Lot.building_id)).all()


def get_installation(actor: Actor, session: Session, installation_id: UUID) -> Installation:
    """Return an installation; NotFound when absent or out of scope."""
    statement = select(Installation).where(Installation.id == installation_id)
    found = session.scalars(in_scope(statement, actor, Installation.building_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def find_installation_by_code(actor: Actor, session: Session, code: str) -> Installation | None:
    """Return an installation by its code, the one written just so before another, or None."""
    written = code.strip()
    statement = (
        select(Installation)
        .where(has_code(Installation.code, [written]), Installation.archived_at.is_(None))
        .order_by(Installation.code != written, Installation.code)
    )
    return session.scalars(in_scope(statement, actor, Installation.building_id)).first()


def seen_installations(actor: Actor, session: Session, codes: set[str]) -> dict[str, UUID]:
    """Return the plant an actor sees by code as stored, whatever the capitals asked for."""
    statement = select(Installation.code, Installation.id).where(has_code(Installation.code, codes))
    rows = session.execute(in_scope(statement, actor, Installation.building_id))
    return {row[0]: row[1] for row in rows}


def home_of_installation(actor: Actor, session: Session, installation_id: UUID) -> UUID | None:
    """Return the building an installation stands in; None when it is absent or not seen."""
    home = select(Installation.building_id).where(Installation.id == installation_id)
    return session.scalar(in_scope(home, actor, Installation.building_id))


def plant_serving_seen(actor: Actor) -> Select[UUID] | None:
    """Select the plant elsewhere that serves buildings an actor sees; None: they see everything."""
    visible = visible_building_ids(actor)
    if visible is None:
        return None
    return select(ServiceLink.installation_id).where(ServiceLink.building_id.in_(visible))


def installation_codes(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the codes of installations, in one query."""
    statement = select(Installation.id, Installation.code).where(Installation.id.in_(set(ids)))
    rows = session.execute(statement)
    return {row.id: row.code for row in rows}


def select_installations(actor: Actor) -> Select[Any]:
    """Return the installations of the estate with the code and street of their building."""
    columns: tuple[Any, ...] = (
        Installation.id,
        Installation.building_id,
        Installation.code,
        Installation.kind,
        Installation.name,
        Installation.location,
        Installation.commissioned_on,
        Installation.is_in_service,
        Building.code.label("building"),
        street_sql().label("address"),
    )
    statement = (
        select(*columns)
        .join(Building, Installation.building_id == Building.id)
        .join(Address, Building.address_id == Address.id)
        .where(Installation.archived_at.is_(None), Building.archived_at.is_(None))
    )
    return in_scope(statement, actor, Installation.building_id)


def seen_links_of(
    actor: Actor, session: Session, installation: Installation
) -> Sequence[ServiceLink]:
    """Return what an installation serves, as written, but the buildings an actor does not see."""
    statement = select(ServiceLink).where(ServiceLink.installation_id == installation.id)
    home = func.coalesce(ServiceLink.building_id, installation.building_id)
    return session.scalars(in_scope(statement, actor, home).order_by(ServiceLink.id)).all()


def links_of(session: Session, installation_id: UUID) -> Sequence[ServiceLink]:
    """Return what an installation serves, as written."""
    statement = select(ServiceLink).where(ServiceLink.installation_id == installation_id)
    return session.scalars(statement.order_by(ServiceLink.id)).all()


def written_stack(session: Session, lot_id: UUID) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Return the lots written to lie above and below a lot."""
    links = session.scalars(
        select(StackLink)
        .where(or_(StackLink.upper_lot_id == lot_id, StackLink.lower_lot_id == lot_id))
        .order_by(StackLink.id)
    ).all()
    above = tuple(link.upper_lot_id for link in links if link.lower_lot_id == lot_id)
    below = tuple(link.lower_lot_id for link in links if link.upper_lot_id == lot_id)
    return above, below


def installations_for(session: Session, building_id: UUID) -> Sequence[Installation]:
    """Return the installations that stand in a building or serve it from elsewhere."""
    serving = select(ServiceLink.installation_id).where(ServiceLink.building_id == building_id)
    statement = select(Installation).where(
        or_(Installation.building_id == building_id, Installation.id.in_(serving)),
        Installation.archived_at.is_(None),
    )
    return session.scalars(statement.order_by(Installation.kind, Installation.code)).all()


def lots_served_counts(
    actor: Actor, session: Session, installations: Sequence[Installation]
) -> dict[UUID, int]:
    """Count the lots an actor sees that each installation serves, in two queries."""
    ids = [one.id for one in installations]
    links = session.scalars(select(ServiceLink).where(ServiceLink.installation_id.in_(ids))).all()
    buildings = {one.building_id for one in installations}
    buildings |= {link.building_id for link in links if link.building_id}
    there = select(Lot.id, Lot.entrance_id, Lot.building_id).where(
        Lot.building_id.in_(buildings), Lot.archived_at.is_(None)
    )
    lots = session.execute(in_scope(there, actor, Lot.building_id)).all()
    served: dict[UUID, set[UUID]] = {}
    for link in links:
        here = {
            lot_id
            for lot_id, entrance_id, home in lots
            if home == link.building_id
            or lot_id == link.lot_id
            or (entrance_id is not None and entrance_id == link.entrance_id)
        }
        served.setdefault(link.installation_id, set()).update(here)
    return {installation: len(found) for installation, found in served.items()}
