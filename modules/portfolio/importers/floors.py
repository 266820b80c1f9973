"""Import and export floors, named by their building and their level; 0 is the ground floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import DecimalNumber, Integer
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import Change, FloorFacts
from modules.portfolio.importers.columns import BUILDING, name_columns, names_read, names_stored
from modules.portfolio.importers.source import Source, measured, named, unknown
from modules.portfolio.models import Building, Floor
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services import add_floor, change_floor

COLUMNS = (
    Column("building", _l("Building"), BUILDING, required=True, example="BLD-0042"),
    Column("level", _l("Level"), Integer(low=-10, high=60), required=True, example="0",
           help=_l("0 is the ground floor, -1 the first basement.")),
    *name_columns("Rez-de-chaussée", "Gelijkvloers", "Ground floor"),
    Column("area_m2", _l("Surface area"),
           DecimalNumber(places=2, rounds=True, low=0, high=1_000_000)),
)  # fmt: skip


def _floors(actor: Actor) -> Select[Floor, str]:
    statement = select(Floor, Building.code).join(Building, Floor.building_id == Building.id)
    return in_scope(statement, actor, Floor.building_id)


def _stored_floor(floor: Floor, building: str) -> Stored:
    values = {"building": building, "level": floor.level, "area_m2": measured(floor.area_m2)}
    return Stored(floor.id, floor.version, values | names_stored(floor.name))


SOURCE = Source(
    _floors, _stored_floor, Floor.id, (Building.code, Floor.level), ("building", "level")
)


def _prepare_floors(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    buildings = seen_buildings(actor, session, named(rows, "building"))
    yield from unknown(rows, "building", buildings)


def _floor_facts(actor: Actor, values: Values, session: Session) -> FloorFacts:
    code, surface = str(values["building"]), values.get("area_m2")
    return FloorFacts(
        building_id=seen_buildings(actor, session, {code})[code],
        level=values["level"],
        name=names_read(values) or None,
        area_m2=None if surface is None else float(surface),
    )


def _create_floor(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return add_floor(actor, _floor_facts(actor, values, uow.session), uow, clock).id


def _change_floor(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _floor_facts(actor, values, uow.session)
    change_floor(actor, Change(stored.id, stored.version), facts, uow, clock)


def _remove_floors(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    remove_untouched(uow.session, Floor, ids)


FLOORS = ServiceImporter(
    name="floors",
    title=_l("Floors"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=("building", "level"),
    needed=(),
    codes={"building": seen_buildings},
    subject_type="floor",
    model=Floor,
    load=SOURCE.load,
    create=_create_floor,
    change=_change_floor,
    remove=_remove_floors,
    find=SOURCE.find,
    prepare=_prepare_floors,
    records=SOURCE.records,
)
