"""Sites, work areas and departments, with how much is filed under each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, null, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import NotFound
from modules.portfolio.enums import Grouping
from modules.portfolio.models import Area, Building, Department, Room, Site
from modules.portfolio.queries.scope import in_scope, in_use, visible_building_ids

Grouped = Area | Department | Site

MODELS: dict[Grouping, type[Grouped]] = {
    Grouping.AREA: Area,
    Grouping.DEPARTMENT: Department,
    Grouping.SITE: Site,
}
# Which rows are counted as filed under a grouping, and the column that says so.
_FILED: dict[Grouping, tuple[Any, Any, Any]] = {
    Grouping.AREA: (Building, Building.area_id, Building.id),
    Grouping.DEPARTMENT: (Room, Room.department_id, Room.building_id),
    Grouping.SITE: (Building, Building.site_id, Building.id),
}


def find_grouping(
    actor: Actor, session: Session, kind: Grouping, grouping_id: UUID
) -> Grouped | None:
    """Return a grouping, archived or not, or None.

    Work areas and departments are words of the whole house; a site is seen by those who see one of
    its buildings.
    """
    row: Grouped | None = session.get(cast("type[Area]", MODELS[kind]), grouping_id)
    if (
        isinstance(row, Site)
        and session.scalar(_seen_sites(actor).where(Site.id == row.id)) is None
    ):
        return None
    return row


def _seen_sites(actor: Actor) -> Select[Any]:
    visible = visible_building_ids(actor)
    sites: Select[Any] = select(Site.id)
    if visible is None:
        return sites
    built = select(Building.id).where(Building.site_id == Site.id, Building.id.in_(visible))
    return sites.where(built.exists())


def get_grouping(actor: Actor, session: Session, kind: Grouping, grouping_id: UUID) -> Grouped:
    """Return a grouping the actor may see, archived or not."""
    row = find_grouping(actor, session, kind, grouping_id)
    if row is None:
        raise NotFound
    return row


def select_groupings(actor: Actor, kind: Grouping) -> Select[Any]:
    """Return the groupings in use, each with how many buildings or rooms the actor sees in it."""
    model: Any = MODELS[kind]
    rows, filed_under, building_id = _FILED[kind]
    filed = select(func.count()).where(filed_under == model.id, rows.archived_at.is_(None))
    area = select(Area.code).where(Area.id == Site.area_id).scalar_subquery()
    found: Select[Any] = select(
        model.id,
        model.code,
        model.name,
        (area if kind is Grouping.SITE else null()).label("area"),
        in_scope(filed, actor, building_id).scalar_subquery().label("filed"),
    ).where(model.archived_at.is_(None))
    return found.where(Site.id.in_(_seen_sites(actor))) if kind is Grouping.SITE else found


def select_grouped(actor: Actor, kind: Grouping, *, is_archived: bool = False) -> Select[Any]:
    """Return the sites, work areas or departments in use, or the archived ones, as records."""
    model: Any = MODELS[kind]
    found: Select[Any] = select(model).where(in_use(model, is_archived=is_archived))
    return found.where(Site.id.in_(_seen_sites(actor))) if kind is Grouping.SITE else found


def list_departments(session: Session) -> Sequence[Department]:
    """Return the departments by code."""
    in_use = select(Department).where(Department.archived_at.is_(None))
    return session.scalars(in_use.order_by(Department.code)).all()


def department_options(_actor: Actor, session: Session) -> Iterable[tuple[str, str]]:
    """Return the departments as choices of a filter."""
    return [(str(row.id), str(row.name)) for row in list_departments(session)]
