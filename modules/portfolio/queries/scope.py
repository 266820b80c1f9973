"""What an actor sees: everything, or the buildings of some areas and some single buildings."""

from __future__ import annotations

from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select

from app.auth.actor import Actor
from modules.portfolio.models import Building, LandParcel, Lot

Columns = TypeVarTuple("Columns")


def visible_building_ids(actor: Actor) -> Select[UUID] | None:
    """Return a query of the buildings an actor sees, or None when it sees all of them.

    Other modules restrict their own queries with it: `Meter.building_id.in_(visible)`.
    """
    if actor.scope.everything:
        return None
    conditions: list[ColumnElement[bool]] = []
    if actor.scope.area_ids:
        conditions.append(Building.area_id.in_(actor.scope.area_ids))
    if actor.scope.building_ids:
        conditions.append(Building.id.in_(actor.scope.building_ids))
    return select(Building.id).where(or_(*conditions) if conditions else false())


def visible_lot_ids(actor: Actor) -> Select[UUID] | None:
    """Return a query of the lots an actor sees, or None when it sees all of them."""
    visible = visible_building_ids(actor)
    return None if visible is None else select(Lot.id).where(Lot.building_id.in_(visible))


def in_use(model: Any, *, is_archived: bool = False) -> ColumnElement[bool]:
    """Return the condition that a row is in use, or that it is archived."""
    column = model.archived_at
    wanted: ColumnElement[bool] = column.is_not(None) if is_archived else column.is_(None)
    return wanted


def in_scope(statement: Select[*Columns], actor: Actor, column: Any) -> Select[*Columns]:
    """Keep the rows whose building an actor sees; `column` holds the building's identifier."""
    visible = visible_building_ids(actor)
    return statement if visible is None else statement.where(column.in_(visible))


def sees_building(actor: Actor, building: Building) -> bool:
    """Tell whether a building lies in the scope of an actor."""
    scope = actor.scope
    return (
        scope.everything
        or building.id in scope.building_ids
        or (building.area_id is not None and building.area_id in scope.area_ids)
    )


def parcels_in_scope(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Keep the parcels an actor sees: all, or those of its areas."""
    if actor.scope.everything:
        return statement
    return statement.where(LandParcel.area_id.in_(actor.scope.area_ids))
