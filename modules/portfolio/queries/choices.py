"""What an administrator can narrow a person's view to."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import get_locale
from modules.portfolio.models import Building
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
