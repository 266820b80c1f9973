"""Import and export land parcels by their own columns, through the services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, DecimalNumber, Integer, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio import enums
from modules.portfolio.commands import Change, ParcelFacts
from modules.portfolio.importers.columns import ACQUISITION_COLUMNS, AREA, CAPAKEY, NIS
from modules.portfolio.importers.source import Source, by_code, codes_of, measured, named, unknown
from modules.portfolio.models import Area, LandParcel
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_parcels
from modules.portfolio.queries.scope import parcels_in_scope
from modules.portfolio.services.land import change_parcel, create_parcel

_YEAR = Integer(low=1000, high=2100, likely_low=1950)
_DAY = Day(low=date(1800, 1, 1))
_CENT = Decimal("0.01")

COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=30), required=True, example="PAR-0001"),
    Column("capakey", _l("Cadastral number"),
           CAPAKEY, example="11004A0479/00N000"),
    Column("region", _l("Region"), Choice(enum=enums.Region, labels=enums.REGION_LABELS)),
    Column("use", _l("Use"), Choice(enum=enums.LandUse, labels=enums.LAND_USE_LABELS)),
    Column("commune", _l("Commune"), Text(max_length=80)),
    Column("commune_nis", _l("NIS code of the commune"), NIS),
    AREA,
    Column("area_m2", _l("Area in the deeds (m²)"),
           DecimalNumber(places=2, rounds=True, low=_CENT, high=100_000_000)),
    Column("cadastral_income", _l("Cadastral income (€)"),
           DecimalNumber(places=2, low=0, high=10_000_000)),
    Column("farm_region", _l("Agricultural region"), Text(max_length=60)),
    Column("crop", _l("Crop"), Text(max_length=80)),
    Column("crop_year", _l("Crop of the year"), _YEAR),
    Column("farm_ref", _l("Farm reference"), Text(max_length=40)),
    Column("valid_from", _l("Valid from"), _DAY),
    Column("valid_to", _l("Valid to"), _DAY),
    *ACQUISITION_COLUMNS,
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True)),
)  # fmt: skip
_OWN = tuple(
    f.name
    for f in fields(ParcelFacts)
    if f.name not in {"area_id", "predecessor_id", "cadastral_income_cents"}
)


def _parcels(actor: Actor) -> Select[LandParcel, str]:
    statement = (
        select(LandParcel, Area.code)
        .outerjoin(Area, LandParcel.area_id == Area.id)
        .where(LandParcel.archived_at.is_(None))
    )
    return parcels_in_scope(statement, actor)


def _stored(parcel: LandParcel, area: str | None) -> Stored:
    values = {name: getattr(parcel, name) for name in _OWN}
    surface, cents = parcel.area_m2, parcel.cadastral_income_cents
    values["area"] = area
    values["area_m2"] = measured(surface)
    values["cadastral_income"] = None if cents is None else Decimal(cents) * _CENT
    return Stored(parcel.id, parcel.version, values)


SOURCE = Source(_parcels, _stored, LandParcel.id, (LandParcel.reference,), ("reference",))


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of an area that is not there."""
    yield from unknown(rows, "area", by_code(session, Area, named(rows, "area")))


def _facts(values: Values, session: Session) -> ParcelFacts:
    own = {name: values[name] for name in _OWN if values.get(name) not in (None, "")}
    surface, income, area = (values.get(n) for n in ("area_m2", "cadastral_income", "area"))
    own |= {"area_m2": None if surface is None else float(surface)}
    return ParcelFacts(
        **own,
        area_id=by_code(session, Area, {area}).get(area) if area else None,
        cadastral_income_cents=None if income is None else int(income * 100),
    )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Add a parcel."""
    return create_parcel(actor, _facts(values, uow.session), None, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change a parcel."""
    facts = _facts(values, uow.session)
    change_parcel(actor, Change(stored.id, stored.version), facts, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove parcels an import made; Conflict when touched since."""
    remove_untouched(uow.session, LandParcel, ids)
    touch_documents(uow.session, "parcel")


PARCELS = ServiceImporter(
    name="parcels",
    title=_l("Land"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="reference",
    needed=("region", "use"),
    empty={"acquisition": enums.Acquisition.UNKNOWN},
    codes={"reference": seen_parcels, "area": codes_of(Area)},
    subject_type="parcel",
    model=LandParcel,
    load=SOURCE.load,
    create=create,
    change=change,
    remove=remove,
    find=SOURCE.find,
    prepare=prepare,
    records=SOURCE.records,
)
