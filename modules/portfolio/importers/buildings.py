"""Import and export buildings by their own columns, through the services.

The headings are those of the list, so that what it exports can be imported again; its composed
columns (address on one line, counts, state) are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.columns import Column
from app.tabular.importer import Change as RowChange
from app.tabular.importer import Values
from app.tabular.kinds import Choice, DecimalNumber, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio import enums
from modules.portfolio.commands import AddressFacts, BuildingFacts, Change
from modules.portfolio.heritage import EXAMPLE, WEB_ADDRESS
from modules.portfolio.importers.columns import (
    ACQUISITION_COLUMNS,
    ADDRESS,
    ADDRESS_COLUMNS,
    AREA,
    CAPAKEY,
    EMPTY,
    HEATING_COLUMNS,
    YEAR,
    filled,
)
from modules.portfolio.importers.positions import (
    POSITION,
    POSITION_COLUMNS,
    position_values,
    prepare_positions,
    shape_of,
)
from modules.portfolio.importers.remove import remove_buildings
from modules.portfolio.importers.source import Source, by_code, codes_of, measured, named, unknown
from modules.portfolio.models import Area, Building, Site
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services.buildings import change_building, create_building, place_building
from modules.portfolio.services.findable import FOUND_BY, refuse_unfindable
from modules.portfolio.services.years import YEARS, refuse_impossible_years

_SQUARE_METRES = DecimalNumber(places=2, rounds=True, low=Decimal("0.01"), high=1_000_000)

COLUMNS = (
    Column("code", _l("Code"), Text(max_length=30), required=True, example="BLD-0042"),
    Column("name", _l("Name"), Text(max_length=160)),
    Column("kind", _l("Kind"), Choice(enum=enums.BuildingKind, labels=enums.BUILDING_KIND_LABELS)),
    Column("site", _l("Site"), Lookup(noun=_l("the code of a site"), max_length=20)),
    AREA,
    *ADDRESS_COLUMNS,
    Column("built_year", _l("Built"), YEAR),
    Column("renovated_year", _l("Renovated"), YEAR),
    Column("area_m2", _l("Floor area"), _SQUARE_METRES),
    *HEATING_COLUMNS,
    Column("heritage", _l("Heritage"), Choice(enum=enums.Heritage, labels=enums.HERITAGE_LABELS)),
    Column("heritage_ref", _l("Number in the heritage inventory"), Text(max_length=60)),
    Column(
        "heritage_url",
        _l("Page of the heritage inventory"),
        Text(max_length=300, pattern=WEB_ADDRESS, example=EXAMPLE),
        example="https://inventory.example/2043",
    ),
    Column("cadastral_ref", _l("Cadastral number"), CAPAKEY, example="11004A0479/00N000"),
    Column("external_ref", _l("Reference elsewhere"), Text(max_length=60)),
    Column("sector_code", _l("Statistical sector"), Text(max_length=12)),
    *ACQUISITION_COLUMNS,
    *POSITION_COLUMNS,
    Column("note", _l("Note"), Text(max_length=5_000, multiline=True)),
)


def _buildings(actor: Actor) -> Select[Building, str, str]:
    statement = (
        select(Building, Site.code, Area.code)
        .outerjoin(Site, Building.site_id == Site.id)
        .outerjoin(Area, Building.area_id == Area.id)
        .where(Building.archived_at.is_(None))
    )
    return in_scope(statement, actor, Building.id)


def _stored_building(building: Building, site: str | None, area: str | None) -> Stored:
    own = {c.name for c in COLUMNS} - {"site", "area", *ADDRESS, *POSITION}
    values = {name: getattr(building, name) for name in own}
    values |= {name: getattr(building.address, name) for name in ADDRESS}
    values |= {"site": site, "area": area, "area_m2": measured(building.area_m2)}
    values |= position_values(building)
    return Stored(building.id, building.version, values)


SOURCE = Source(_buildings, _stored_building, Building.id, (Building.code,), ("code",))


def _prepare_buildings(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    for name, model in (("site", Site), ("area", Area)):
        if wanted := named(rows, name):
            yield from unknown(rows, name, by_code(session, model, wanted))
    yield from prepare_positions(session, rows)


def _check_facts(change: RowChange, now: datetime) -> Iterator[Problem]:
    """Refuse what the services would, of what the row changes: old rows may lack it."""
    today = now.astimezone(BRUSSELS).date()
    yield from _refused(change, YEARS, lambda values: refuse_impossible_years(values, today))
    yield from _refused(change, FOUND_BY, refuse_unfindable)


def _refused(
    change: RowChange, names: Sequence[str], refuse: Callable[[Values], None]
) -> Iterator[Problem]:
    before, given = change.before or {}, change.row.values
    values = {**before, **given}
    if change.before and all(values.get(name) == before.get(name) for name in names):
        return
    try:
        refuse(values)
    except Invalid as error:
        text = error.message if isinstance(error.message, LazyText) else None
        name = error.field or ""
        said = str(given.get(name) or "")
        yield Problem("not_possible", change.row.number, field=name, value=said, text=text)


def _building_facts(values: Values, session: Session) -> BuildingFacts:
    own = {f.name for f in fields(BuildingFacts)} - {"address", "site_id", "area_id"}
    site, area = values.get("site"), values.get("area")
    return BuildingFacts(
        **filled(values, own),
        address=AddressFacts(**filled(values, ADDRESS)),
        site_id=by_code(session, Site, {site}).get(site) if site else None,
        area_id=by_code(session, Area, {area}).get(area) if area else None,
    )


def _create_building(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    building = create_building(actor, _building_facts(values, uow.session), uow, clock)
    if (shape := shape_of(values)) is not None:
        place_building(actor, Change(building.id, building.version), shape, uow, clock)
    return building.id


def _change_building(
    actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock
) -> None:
    facts = _building_facts(values, uow.session)
    building = change_building(actor, Change(stored.id, stored.version), facts, uow, clock)
    if any(values.get(name) != stored.values[name] for name in POSITION):
        about = Change(building.id, building.version)
        is_settled = values.get("sector_code") != stored.values["sector_code"]
        place_building(actor, about, shape_of(values), uow, clock, is_settled=is_settled)


BUILDINGS = ServiceImporter(
    name="buildings",
    title=_l("Buildings"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="code",
    needed=("kind", "postcode"),
    empty={name: EMPTY[name] for name in ("heating", "heat_source", "heritage", "acquisition")},
    codes={"code": seen_buildings, "site": codes_of(Site), "area": codes_of(Area)},
    subject_type="building",
    model=Building,
    load=SOURCE.load,
    create=_create_building,
    change=_change_building,
    remove=remove_buildings,
    find=SOURCE.find,
    prepare=_prepare_buildings,
    check_at=_check_facts,
    records=SOURCE.records,
)
