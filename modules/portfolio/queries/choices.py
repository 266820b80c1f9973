"""What an administrator can narrow a person's view to."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import get_locale
from modules.portfolio.models import Area, Building
from modules.portfolio.queries.places import list_areas


def area_choices(session: Session) -> Iterator[tuple[UUID, str]]:
    """Give every work area with its name."""
    for area in list_areas(session):
        yield area.id, f"{area.code} · {area.name.text(get_locale())}"


def building_choices(session: Session) -> Iterator[tuple[UUID, str]]:
    """Give every building in use with its code and address."""
    query = select(Building).where(Building.archived_at.is_(None)).order_by(Building.code)
    for building in session.scalars(query):
        yield building.id, f"{building.code} · {building.label()}"


def area_codes(session: Session) -> Iterator[tuple[UUID, str]]:
    """Yield the work areas by code."""
    yield from _codes(session, Area)


def building_codes(session: Session) -> Iterator[tuple[UUID, str]]:
    """Yield the buildings by code, also those out of use: an account may still name one."""
    yield from _codes(session, Building)


def _codes(session: Session, model: type[Area | Building]) -> Iterator[tuple[UUID, str]]:
    for row in session.execute(select(model.id, model.code).order_by(model.code)):
        yield row[0], row[1]
