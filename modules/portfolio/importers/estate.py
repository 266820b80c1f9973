"""Import and export buildings and lots by their own columns, through the services.

The headings are those of the lists, so that what a list exports can be imported again; a list's
composed columns (address on one line, counts, state) are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, DecimalNumber, Integer, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio import enums
from modules.portfolio.commands import AddressFacts, BuildingFacts, Change, LotFacts
from modules.portfolio.importers.remove import remove_buildings, remove_lots
from modules.portfolio.importers.source import by_code, measured, named, seen_buildings, unknown
from modules.portfolio.models import Area, Building, Entrance, Lot, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services.buildings import change_building, create_building
from modules.portfolio.services.lots import change_lot, create_lot

_ADDRESS = tuple(f.name for f in fields(AddressFacts))
_YEAR = Integer(low=1000, high=2100, likely_low=1700, likely_high=2035)
_SQUARE_METRES = DecimalNumber(places=2, rounds=True, low=Decimal("0.01"), high=1_000_000)
_CAPAKEY = Text(max_length=17, pattern=r"\d{5}[A-Za-z]\d{4}[/-]\d{2}[A-Za-z_]\d{3}")


def _choice(enum: Any, labels: Mapping[Any, Any]) -> Choice:
    return Choice(enum=enum, labels=labels)


BUILDING_COLUMNS = (
    Column("code", _l("Code"), Text(max_length=30), required=True, example="BLD-0042"),
    Column("name", _l("Name"), Text(max_length=160)),
    Column("kind", _l("Kind"), _choice(enums.BuildingKind, enums.BUILDING_KIND_LABELS)),
    Column("site", _l("Site"), Lookup(noun=_l("the code of a site"), max_length=20)),
    Column("area", _l("Work area"), Lookup(noun=_l("the code of a work area"), max_length=20)),
    Column("street_fr", _l("Street in French"), Text(max_length=120), example="Rue Haute"),
    Column("street_nl", _l("Street in Dutch"), Text(max_length=120), example="Hoogstraat"),
    Column("number", _l("Number"), Text(max_length=20), example="296A"),
    Column("postcode", _l("Postcode"), Text(max_length=10), example="1000"),
    Column("commune_fr", _l("Commune in French"), Text(max_length=80)),
    Column("commune_nl", _l("Commune in Dutch"), Text(max_length=80)),
    Column("commune_nis", _l("NIS code of the commune"), Text(max_length=5, pattern=r"\d{5}")),
    Column("built_year", _l("Built"), _YEAR),
    Column("renovated_year", _l("Renovated"), _YEAR),
    Column("area_m2", _l("Floor area"), _SQUARE_METRES),
    Column("heating", _l("Heating"), _choice(enums.Heating, enums.HEATING_LABELS)),
    Column("heat_source", _l("Heat source"), _choice(enums.HeatSource, enums.HEAT_SOURCE_LABELS)),
    Column("heritage", _l("Heritage"), _choice(enums.Heritage, enums.HERITAGE_LABELS)),
    Column("cadastral_ref", _l("Cadastral number"), _CAPAKEY, example="11004A0479/00N000"),
    Column("external_ref", _l("Reference elsewhere"), Text(max_length=60)),
    Column("sector_code", _l("Statistical sector"), Text(max_length=12)),
    Column("note", _l("Note"), Text(max_length=5_000, multiline=True)),
)

LOT_COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=40), required=True, example="LOT-000123"),
    Column("building", _l("Building"), Lookup(noun=_l("the code of a building"), max_length=30),
           example="BLD-0042"),
    Column("entrance", _l("Entrance"), Lookup(noun=_l("the code of an entrance of the building"),
           max_length=30)),
    Column("floor_level", _l("Floor"), Integer(low=-10, high=60)),
    Column("box", _l("Box"), Text(max_length=20)),
    Column("door", _l("Door"), Text(max_length=20)),
    Column("kind", _l("Kind"), _choice(enums.LotKind, enums.LOT_KIND_LABELS)),
    Column("category", _l("Category"), _choice(enums.LotCategory, enums.LOT_CATEGORY_LABELS)),
    Column("regime", _l("Regime"), _choice(enums.Regime, enums.REGIME_LABELS)),
    Column("funding", _l("Funding"), _choice(enums.Funding, enums.FUNDING_LABELS)),
    Column("bedrooms", _l("Bedrooms"), Integer(low=0, high=50, likely_high=8)),
    Column("rooms", _l("Rooms"), Integer(low=0, high=100, likely_high=15)),
    Column("area_m2", _l("Surface area"), DecimalNumber(places=2, rounds=True, low=Decimal("0.01"),
           high=100_000, likely_low=5, likely_high=1_000)),
    Column("accessibility", _l("Accessibility"),
           _choice(enums.Accessibility, enums.ACCESSIBILITY_LABELS)),
    Column("heating", _l("Heating"), _choice(enums.Heating, enums.HEATING_LABELS)),
    Column("heat_source", _l("Heat source"), _choice(enums.HeatSource, enums.HEAT_SOURCE_LABELS)),
    Column("built_year", _l("Built"), _YEAR),
    Column("first_let_year", _l("First let"), _YEAR),
    Column("cadastral_ref", _l("Cadastral number"), _CAPAKEY),
    Column("external_ref", _l("Reference elsewhere"), Text(max_length=60)),
    Column("note", _l("Note"), Text(max_length=5_000, multiline=True)),
)  # fmt: skip

# Columns of the database that are never null: an empty cell stands for these.
_EMPTY: dict[str, Any] = {
    "heating": enums.Heating.UNKNOWN,
    "heat_source": enums.HeatSource.UNKNOWN,
    "heritage": enums.Heritage.NONE,
    "funding": enums.Funding.UNKNOWN,
    "accessibility": enums.Accessibility.UNKNOWN,
}
_TEXTS = ("name", "note", "box", "door", *_ADDRESS[:-1])


def _filled(values: Values, names: Iterable[str]) -> dict[str, Any]:
    """Take the values of a command; what is empty becomes what the database calls empty."""
    filled: dict[str, Any] = {}
    for name in names:
        value = values.get(name)
        if value in (None, ""):
            value = "" if name in _TEXTS else _EMPTY.get(name)
        filled[name] = float(value) if isinstance(value, Decimal) else value
    return filled


# ------------------------------------------------------------------------------- buildings


def _buildings(actor: Actor) -> Select[Building, str, str]:
    statement = (
        select(Building, Site.code, Area.code)
        .outerjoin(Site, Building.site_id == Site.id)
        .outerjoin(Area, Building.area_id == Area.id)
        .where(Building.archived_at.is_(None))
    )
    return in_scope(statement, actor, Building.id)


def _stored_building(building: Building, site: str | None, area: str | None) -> Stored:
    own = {c.name for c in BUILDING_COLUMNS} - {"site", "area", *_ADDRESS}
    values = {name: getattr(building, name) for name in own}
    values |= {name: getattr(building.address, name) for name in _ADDRESS}
    values |= {"site": site, "area": area, "area_m2": measured(building.area_m2)}
    return Stored(building.id, building.version, values)


def _load_buildings(actor: Actor, session: Session, codes: Sequence[str]) -> dict[str, Stored]:
    rows = session.execute(_buildings(actor).where(Building.code.in_(codes)))
    return {building.code: _stored_building(building, site, area) for building, site, area in rows}


def _find_buildings(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    rows = session.execute(_buildings(actor).where(Building.id.in_(ids)))
    return {building.id: _stored_building(building, site, area) for building, site, area in rows}


def _all_buildings(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    for building, site, area in session.execute(_buildings(actor).order_by(Building.code)):
        yield _stored_building(building, site, area).values


def _prepare_buildings(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    for name, model in (("site", Site), ("area", Area)):
        if wanted := named(rows, name):
            yield from unknown(rows, name, by_code(session, model, wanted))


def _building_facts(values: Values, session: Session) -> BuildingFacts:
    own = {f.name for f in fields(BuildingFacts)} - {"address", "site_id", "area_id"}
    site, area = values.get("site"), values.get("area")
    return BuildingFacts(
        **_filled(values, own),
        address=AddressFacts(**_filled(values, _ADDRESS)),
        site_id=by_code(session, Site, {site}).get(site) if site else None,
        area_id=by_code(session, Area, {area}).get(area) if area else None,
    )


def _create_building(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return create_building(actor, _building_facts(values, uow.session), uow, clock).id


def _change_building(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _building_facts(values, uow.session)
    change_building(actor, Change(stored.id, stored.version), facts, uow, clock)


# ------------------------------------------------------------------------------------ lots


def _lots(actor: Actor) -> Select[Lot, str, str]:
    statement = (
        select(Lot, Building.code, Entrance.code)
        .join(Building, Lot.building_id == Building.id)
        .outerjoin(Entrance, Lot.entrance_id == Entrance.id)
        .where(Lot.archived_at.is_(None))
    )
    return in_scope(statement, actor, Lot.building_id)


def _stored_lot(lot: Lot, building: str, entrance: str | None) -> Stored:
    own = {c.name for c in LOT_COLUMNS} - {"building", "entrance"}
    values = {name: getattr(lot, name) for name in own}
    values |= {"building": building, "entrance": entrance, "area_m2": measured(lot.area_m2)}
    return Stored(lot.id, lot.version, values)


def _load_lots(actor: Actor, session: Session, references: Sequence[str]) -> dict[str, Stored]:
    rows = session.execute(_lots(actor).where(Lot.reference.in_(references)))
    return {lot.reference: _stored_lot(lot, building, door) for lot, building, door in rows}


def _find_lots(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    rows = session.execute(_lots(actor).where(Lot.id.in_(ids)))
    return {lot.id: _stored_lot(lot, building, door) for lot, building, door in rows}


def _all_lots(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    statement = _lots(actor).order_by(Lot.reference).execution_options(yield_per=1_000)
    for lot, building, door in session.execute(statement):
        yield _stored_lot(lot, building, door).values


def _prepare_lots(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    wanted = named(rows, "building")
    if not wanted:
        return
    buildings = seen_buildings(actor, session, wanted)
    yield from unknown(rows, "building", buildings)
    statement = select(Entrance.building_id, Entrance.code)
    found = session.execute(statement.where(Entrance.building_id.in_(buildings.values())))
    doors = {(row[0], row[1]) for row in found}
    for row in rows:
        door, building = row.values.get("entrance"), row.values.get("building")
        if door and building in buildings and (buildings[building], door) not in doors:
            yield Problem("not_found", row.number, field="entrance", value=str(door))


def _lot_facts(actor: Actor, values: Values, session: Session) -> LotFacts:
    own = {f.name for f in fields(LotFacts)} - {"building_id", "entrance_id"}
    building_id = seen_buildings(actor, session, {str(values["building"])})[values["building"]]
    door = values.get("entrance")
    statement = select(Entrance.id).where(
        Entrance.building_id == building_id, Entrance.code == door
    )
    entrance_id = session.scalar(statement) if door else None
    return LotFacts(**_filled(values, own), building_id=building_id, entrance_id=entrance_id)


def _create_lot(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    return create_lot(actor, _lot_facts(actor, values, uow.session), uow, clock).id


def _change_lot(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _lot_facts(actor, values, uow.session)
    change_lot(actor, Change(stored.id, stored.version), facts, uow, clock)


BUILDINGS = ServiceImporter(
    name="buildings",
    title=_l("Buildings"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=BUILDING_COLUMNS,
    key="code",
    needed=("kind", "postcode"),
    empty={name: _EMPTY[name] for name in ("heating", "heat_source", "heritage")},
    subject_type="building",
    load=_load_buildings,
    create=_create_building,
    change=_change_building,
    remove=remove_buildings,
    find=_find_buildings,
    prepare=_prepare_buildings,
    records=_all_buildings,
)
LOTS = ServiceImporter(
    name="lots",
    title=_l("Lots"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=LOT_COLUMNS,
    key="reference",
    needed=("building", "kind", "category", "regime"),
    empty={name: _EMPTY[name] for name in ("funding", "accessibility", "heating", "heat_source")},
    subject_type="lot",
    load=_load_lots,
    create=_create_lot,
    change=_change_lot,
    remove=remove_lots,
    find=_find_lots,
    prepare=_prepare_lots,
    records=_all_lots,
)
