"""What an administrator can narrow a person's view to."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import get_locale
from modules.portfolio.models import Area, Building
from modules.portfolio.queries.labels import street_sql
from modules.portfolio.queries.places import list_areas
from modules.portfolio.queries.scope import in_scope


def area_choices(session: Session) -> Iterator[tuple[UUID, str]]:
    """Give every work area with its name."""
    for area in list_areas(session):
        yield area.id, f"{area.code} · {area.name.text(get_locale())}"


def building_choices(session: Session) -> Iterator[tuple[UUID, str]]:
    """Give every building in use with its code and address."""
    query = select(Building).where(Building.archived_at.is_(None)).order_by(Building.code)
    for building in session.scalars(query):
        yield building.id, f"{building.code} · {building.label()}"


def building_options(actor: Actor, session: Session, *, except_id: UUID) -> list[tuple[str, str]]:
    """Return the buildings in use an actor sees, with code and street, but one."""
    query = select(Building.id, Building.code, street_sql()).join(Building.address)
    living = query.where(Building.archived_at.is_(None), Building.id != except_id)
    rows = session.execute(in_scope(living, actor, Building.id).order_by(Building.code))
    return [(str(row[0]), f"{row[1]} · {row[2]}") for row in rows]


def area_codes(session: Session) -> Iterator[tuple[UUID, str]]:
    """Yield the work areas by code."""
    yield from _codes(session, Area)


def building_codes(session: Session) -> Iterator[tuple[UUID, str]]:
    """Yield the buildings by code, also those out of use: an account may still name one."""
    yield from _codes(session, Building)


def _codes(session: Session, model: type[Area | Building]) -> Iterator[tuple[UUID, str]]:
    for row in session.execute(select(model.id, model.code).order_by(model.code)):
        yield row[0], row[1]
