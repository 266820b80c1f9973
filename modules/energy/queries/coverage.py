"""Which buildings are read automatically, which are not, and which loggers fell silent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from modules.energy.enums import AlertState, Rule
from modules.energy.models import BY_HAND, Alert, Meter, Register
from modules.energy.policies import EnergyPermission
from modules.portfolio.api import Building, BuildingKind, select_buildings

# Buildings the public enters or public services work in: those the region wants loggers in.
PUBLIC = (
    BuildingKind.OFFICE,
    BuildingKind.ADMINISTRATION,
    BuildingKind.BRANCH_OFFICE,
    BuildingKind.CARE_HOME,
    BuildingKind.SCHOOL,
    BuildingKind.WORKSHOP,
)

_logger = Register.is_main & (Register.code != BY_HAND)
# A logger or the grid operator counts it, not only people who read it.
IS_LOGGED = exists().where(Register.meter_id == Meter.id, _logger)
IS_SILENT = exists().where(
    Alert.meter_id == Meter.id, Alert.rule == Rule.SILENT, Alert.state == AlertState.OPEN
)
IN_USE = and_(Meter.archived_at.is_(None), Meter.removed_on.is_(None))


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


BY_BUILDING = (
    select(
        Meter.building_id.label("building_id"),
        func.count().label("meters"),
        _count_if(IS_LOGGED).label("logged"),
        _count_if(IS_LOGGED & IS_SILENT).label("silent"),
        func.max(case((IS_LOGGED, Meter.last_reading_at))).label("last_reading"),
    )
    .where(IN_USE, Meter.building_id.is_not(None))
    .group_by(Meter.building_id)
    .subquery("meters_of_building")
)
METERS = func.coalesce(BY_BUILDING.c.meters, 0)
LOGGED = func.coalesce(BY_BUILDING.c.logged, 0)
SILENT = func.coalesce(BY_BUILDING.c.silent, 0)


def select_coverage(actor: Actor) -> Select[Any]:
    """Return the buildings an actor sees, with what counts their energy."""
    require(actor, EnergyPermission.METER_READ)
    return (
        select_buildings(actor)
        .outerjoin(BY_BUILDING, BY_BUILDING.c.building_id == Building.id)
        .add_columns(
            METERS.label("meters"),
            LOGGED.label("logged"),
            SILENT.label("silent"),
            BY_BUILDING.c.last_reading,
        )
    )


def is_unread(utilities: Any) -> ColumnElement[bool]:
    """Return the condition that no logger counts any of these utilities in a building."""
    counted = exists().where(
        Meter.building_id == Building.id, IN_USE, IS_LOGGED, Meter.utility.in_(utilities)
    )
    return ~counted


def count_uncovered(actor: Actor, session: Session) -> tuple[int, int]:
    """Count the public buildings without automatic reading, and the buildings with silent ones."""
    rows = (
        select_coverage(actor)
        .with_only_columns(
            _count_if(Building.kind.in_(PUBLIC) & (LOGGED == 0)), _count_if(SILENT > 0),
            maintain_column_froms=True,
        )
        .order_by(None)
    )  # fmt: skip
    unread, silent = session.execute(rows).one()
    return unread or 0, silent or 0
