"""Import and export lots by their own columns, through the services.

The headings are those of the list, so that what it exports can be imported again; its composed
columns (address on one line, counts, state) are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import as_stored
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, DecimalNumber, Integer, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio import enums
from modules.portfolio.commands import Change, LotFacts
from modules.portfolio.importers.columns import (
    BUILDING,
    CAPAKEY,
    EMPTY,
    HEATING_COLUMNS,
    YEAR,
    filled,
)
from modules.portfolio.importers.remove import remove_lots
from modules.portfolio.importers.source import Source, measured, named, unknown
from modules.portfolio.models import Building, Entrance, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings, seen_lots
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services.lots import change_lot, create_lot

COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=40), required=True, example="LOT-000123"),
    Column("building", _l("Building"), BUILDING,
           example="BLD-0042"),
    Column("entrance", _l("Entrance"), Lookup(noun=_l("the code of an entrance of the building"),
           max_length=30)),
    Column("floor_level", _l("Floor"), Integer(low=-10, high=60)),
    Column("box", _l("Box"), Text(max_length=20)),
    Column("door", _l("Door"), Text(max_length=20)),
    Column("kind", _l("Kind"), Choice(enum=enums.LotKind, labels=enums.LOT_KIND_LABELS)),
    Column("category", _l("Category"),
           Choice(enum=enums.LotCategory, labels=enums.LOT_CATEGORY_LABELS)),
    Column("regime", _l("Regime"), Choice(enum=enums.Regime, labels=enums.REGIME_LABELS)),
    Column("funding", _l("Funding"), Choice(enum=enums.Funding, labels=enums.FUNDING_LABELS)),
    Column("bedrooms", _l("Bedrooms"), Integer(low=0, high=50, likely_high=8)),
    Column("rooms", _l("Rooms"), Integer(low=0, high=100, likely_high=15)),
    Column("area_m2", _l("Surface area"), DecimalNumber(places=2, rounds=True, low=Decimal("0.01"),
           high=100_000, likely_low=5, likely_high=1_000)),
    Column("accessibility", _l("Accessibility"),
           Choice(enum=enums.Accessibility, labels=enums.ACCESSIBILITY_LABELS)),
    *HEATING_COLUMNS,
    Column("built_year", _l("Built"), YEAR),
    Column("first_let_year", _l("First let"), YEAR),
    Column("cadastral_ref", _l("Cadastral number"), CAPAKEY),
    Column("external_ref", _l("Reference elsewhere"), Text(max_length=60)),
    Column("note", _l("Note"), Text(max_length=5_000, multiline=True)),
)  # fmt: skip


def _lots(actor: Actor) -> Select[Lot, str, str]:
    statement = (
        select(Lot, Building.code, Entrance.code)
        .join(Building, Lot.building_id == Building.id)
        .outerjoin(Entrance, Lot.entrance_id == Entrance.id)
        .where(Lot.archived_at.is_(None))
    )
    return in_scope(statement, actor, Lot.building_id)


def _stored_lot(lot: Lot, building: str, entrance: str | None) -> Stored:
    own = {c.name for c in COLUMNS} - {"building", "entrance"}
    values = {name: getattr(lot, name) for name in own}
    values |= {"building": building, "entrance": entrance, "area_m2": measured(lot.area_m2)}
    return Stored(lot.id, lot.version, values)


SOURCE = Source(_lots, _stored_lot, Lot.id, (Lot.reference,), ("reference",))


def _prepare_lots(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    wanted = named(rows, "building")
    if not wanted:
        return
    buildings = seen_buildings(actor, session, wanted)
    yield from unknown(rows, "building", buildings)
    statement = select(Entrance.building_id, Entrance.code)
    found = session.execute(statement.where(Entrance.building_id.in_(buildings.values())))
    doors: dict[UUID, set[str]] = {}
    for building_id, code in found:
        doors.setdefault(building_id, set()).add(code)
    for row in rows:
        door, building = row.values.get("entrance"), row.values.get("building")
        if not door or building not in buildings:
            continue
        stored = as_stored([door], doors.get(buildings[building], ()))
        if door in stored:
            row.values["entrance"] = stored[door]
        else:
            yield Problem("not_found", row.number, field="entrance", value=str(door))


def _lot_facts(actor: Actor, values: Values, session: Session) -> LotFacts:
    own = {f.name for f in fields(LotFacts)} - {"building_id", "entrance_id"}
    building_id = seen_buildings(actor, session, {str(values["building"])})[values["building"]]
    door = values.get("entrance")
    statement = select(Entrance.id).where(
        Entrance.building_id == building_id, Entrance.code == door
    )
    entrance_id = session.scalar(statement) if door else None
    return LotFacts(**filled(values, own), building_id=building_id, entrance_id=entrance_id)


def _create_lot(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return create_lot(actor, _lot_facts(actor, values, uow.session), uow, clock).id


def _change_lot(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _lot_facts(actor, values, uow.session)
    change_lot(actor, Change(stored.id, stored.version), facts, uow, clock)


LOTS = ServiceImporter(
    name="lots",
    title=_l("Lots"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="reference",
    needed=("building", "kind", "category", "regime"),
    empty={name: EMPTY[name] for name in ("funding", "accessibility", "heating", "heat_source")},
    codes={"reference": seen_lots, "building": seen_buildings},
    subject_type="lot",
    model=Lot,
    load=SOURCE.load,
    create=_create_lot,
    change=_change_lot,
    remove=remove_lots,
    find=SOURCE.find,
    prepare=_prepare_lots,
    records=SOURCE.records,
)
