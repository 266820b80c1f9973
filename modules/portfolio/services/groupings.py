"""Sites, work areas and departments: what places are filed under in the whole office."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import refuse_formula
from app.errors import Forbidden, Invalid
from app.i18n import lazy as _l
from modules.portfolio.commands import Change, GroupingFacts
from modules.portfolio.enums import Grouping
from modules.portfolio.errors import still_used
from modules.portfolio.models import Area, Building, Department, LandParcel, Room, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.groupings import MODELS, Grouped, get_grouping
from modules.portfolio.services.common import (
    kept_reference,
    note,
    refuse_archived,
    refuse_taken,
    refuse_unknown,
)


def create_grouping(
    actor: Actor, kind: Grouping, facts: GroupingFacts, uow: UnitOfWork, clock: Clock
) -> Grouped:
    """Add a site, a work area or a department; Conflict when its code is taken."""
    _require(actor, PortfolioPermission.CHANGE)
    model: Any = MODELS[kind]
    refuse_formula("code", facts.code)
    refuse_taken(uow.session, model.code, facts.code)
    row: Grouped = model(**_values(uow.session, kind, facts))
    if not isinstance(row, Department):
        row.created_at = row.updated_at = clock.now()
    uow.session.add(row)
    uow.flush()
    note(uow, actor, clock, f"{kind}.create", _about(kind, row))
    return row


def change_grouping(
    actor: Actor,
    kind: Grouping,
    change: Change,
    facts: GroupingFacts,
    uow: UnitOfWork,
    clock: Clock,
) -> Grouped:
    """Change the code, the name or the work area; StaleVersion when somebody was first."""
    _require(actor, PortfolioPermission.CHANGE)
    row = get_grouping(actor, uow.session, kind, change.id)
    refuse_archived(row)
    row.require_version(change.version)
    model: Any = MODELS[kind]
    kept_reference(uow.session, model.code, facts.code, row)
    changes = changed_fields(row, _values(uow.session, kind, facts))
    if changes and not isinstance(row, Department):
        row.updated_at = clock.now()
    uow.flush()
    if changes:
        note(uow, actor, clock, f"{kind}.change", _about(kind, row), changes)
    return row


def archive_grouping(
    actor: Actor, kind: Grouping, change: Change, uow: UnitOfWork, clock: Clock
) -> Grouped:
    """Take a grouping out of the lists; Conflict while places are filed under it."""
    _require(actor, PortfolioPermission.ARCHIVE)
    row = get_grouping(actor, uow.session, kind, change.id)
    row.require_version(change.version)
    if count := _count_uses(uow.session, row):
        raise still_used(count)
    row.archive(actor.user_id, clock.now())
    uow.flush()
    note(uow, actor, clock, f"{kind}.archive", _about(kind, row))
    return row


def restore_grouping(
    actor: Actor, kind: Grouping, change: Change, uow: UnitOfWork, clock: Clock
) -> Grouped:
    """Bring a grouping back into the lists."""
    _require(actor, PortfolioPermission.ARCHIVE)
    row = get_grouping(actor, uow.session, kind, change.id)
    row.require_version(change.version)
    row.restore()
    uow.flush()
    note(uow, actor, clock, f"{kind}.restore", _about(kind, row))
    return row


def _require(actor: Actor, permission: PortfolioPermission) -> None:
    """Raise Forbidden also for whoever sees a part of the estate only: these hold for all."""
    require(actor, permission)
    if not actor.scope.everything:
        raise Forbidden(permission=str(permission))


def _values(session: Session, kind: Grouping, facts: GroupingFacts) -> dict[str, Any]:
    if not any(facts.name.values()):
        raise Invalid("name_needed", _l("Give the name in at least one language."), field="name_fr")
    values: dict[str, Any] = {"code": facts.code, "name": facts.name}
    if kind is Grouping.SITE:
        refuse_unknown(session, area_id=(Area, facts.area_id))
        values["area_id"] = facts.area_id
    return values


def _count_uses(session: Session, row: Grouped) -> int:
    """Count the places in use that are filed under a grouping."""
    return sum(
        session.scalar(select(func.count()).where(condition, model.archived_at.is_(None))) or 0
        for model, condition in _uses(row)
    )


def _uses(row: Grouped) -> list[tuple[Any, ColumnElement[bool]]]:
    if isinstance(row, Department):
        return [(Room, Room.department_id == row.id)]
    if isinstance(row, Site):
        return [(Building, Building.site_id == row.id)]
    return [
        (Building, Building.area_id == row.id),
        (LandParcel, LandParcel.area_id == row.id),
        (Site, Site.area_id == row.id),
    ]


def _about(kind: Grouping, row: Grouped) -> tuple[Subject, UUID | None]:
    return Subject(kind.value, row.id, row.code), None
