"""Import and export meters with their supply point and place; readings come by their own files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Change, Values
from app.tabular.kinds import Choice, Day, DecimalNumber, Ean, Integer, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.energy import errors
from modules.energy.commands import AddMeter, ChangeMeter
from modules.energy.enums import (
    FEEDS_LABELS,
    USUAL_DELIVERY_DELAY_HOURS,
    UTILITY_LABELS,
    FeedsKind,
    Utility,
)
from modules.energy.models import Meter
from modules.energy.policies import EnergyPermission
from modules.energy.queries.meters import select_meters
from modules.energy.services.meters import add_meter, change_meter
from modules.portfolio.api import (
    building_codes,
    find_building_by_code,
    find_installation_by_code,
    find_lot_by_reference,
    installation_codes,
    lot_references,
    seen_buildings,
    seen_installations,
    seen_lots,
)

_PLAIN = ("label", "installation_label", "digits", "installed_on", "removed_on", "feeds")

COLUMNS = (
    Column("serial", _l("Serial number"), Text(max_length=80), required=True, example="SAG0312"),
    Column("utility", _l("Utility"), Choice(enum=Utility, labels=UTILITY_LABELS), required=True),
    Column("label", _l("Name"), Text(max_length=120)),
    Column("ean", _l("EAN code"), Ean(), example="541448000000000011"),
    Column("building", _l("Building"), Lookup(noun=_l("the code of a building"), max_length=30),
           example="BLD-0042"),
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40),
           help=_l("When the meter feeds one lot only; its building needs no mention then.")),
    Column("feeds", _l("What it feeds"), Choice(enum=FeedsKind, labels=FEEDS_LABELS)),
    Column("installation", _l("Installation"),
           Lookup(noun=_l("the code of an installation"), max_length=30), example="INS-00012",
           help=_l("The plant it feeds; its building needs no mention then.")),
    Column("installation_label", _l("Plant or place"), Text(max_length=120)),
    Column("multiplier", _l("Multiplier"), DecimalNumber(places=4, low=Decimal("0.0001"),
           high=100_000)),
    Column("digits", _l("Whole digits of the counter"), Integer(low=1, high=12)),
    Column("installed_on", _l("Installed"), Day(low=date(1900, 1, 1))),
    Column("removed_on", _l("Removed"), Day(low=date(1900, 1, 1))),
    Column("delivery_delay_hours", _l("Usual delay of its data"), Integer(low=1, high=24 * 60)),
)  # fmt: skip


def _read(session: Session, statement: Select[Meter]) -> list[Stored]:
    """Read meters, and what their places are called in two more queries."""
    meters = session.scalars(statement.order_by(Meter.serial, Meter.utility)).all()
    buildings = building_codes(session, _ids(meter.building_id for meter in meters))
    lots = lot_references(session, _ids(meter.lot_id for meter in meters))
    plants = installation_codes(session, _ids(meter.installation_id for meter in meters))
    return [_stored(meter, buildings | lots | plants) for meter in meters]


def _ids(found: Iterable[UUID | None]) -> set[UUID]:
    return {one for one in found if one is not None}


def _stored(meter: Meter, codes: Mapping[UUID, str]) -> Stored:
    values = {name: getattr(meter, name) or None for name in _PLAIN}
    values |= {
        "serial": meter.serial,
        "utility": meter.utility,
        "ean": meter.supply_point.ean if meter.supply_point else None,
        "lot": codes.get(meter.lot_id) if meter.lot_id else None,
        "building": codes.get(meter.building_id) if meter.building_id else None,
        "installation": codes.get(meter.installation_id) if meter.installation_id else None,
        "multiplier": Decimal(repr(meter.multiplier)),
        "delivery_delay_hours": meter.delivery_delay_hours,
    }
    return Stored(meter.id, meter.version, values)


def load(actor: Actor, session: Session, keys: Sequence[Any]) -> dict[Any, Stored]:
    """Return meters by serial number and utility."""
    wanted = tuple_(Meter.serial, Meter.utility).in_(keys)
    found = _read(session, select_meters(actor).where(wanted))
    return {(one.values["serial"], one.values["utility"]): one for one in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return meters by identifier."""
    return {one.id: one for one in _read(session, select_meters(actor).where(Meter.id.in_(ids)))}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the meters the actor sees."""
    for stored in _read(session, select_meters(actor)):
        yield stored.values


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of unknown places, and of meters that stand where the actor does not look.

    The building of a lot or of a plant is known: it is filled in, so that naming it or not is no
    difference.
    """
    yield from _hidden(actor, session, rows)
    yield from _unknown_plants(actor, session, rows)
    buildings = {code for code in _named(rows, "building")
                 if find_building_by_code(actor, session, code)}  # fmt: skip
    lots = {
        reference: lot.building_id
        for reference in _named(rows, "lot")
        if (lot := find_lot_by_reference(actor, session, reference))
    }
    codes = building_codes(session, lots.values())
    for row in rows:
        building, lot = row.values.get("building"), row.values.get("lot")
        if lot and lot not in lots:
            yield Problem("not_found", row.number, field="lot", value=str(lot))
        elif lot and building not in (None, "", codes[lots[lot]]):
            yield _not_possible(row, "building", building, errors.LOT_ELSEWHERE)
        elif lot:
            row.values["building"] = codes[lots[lot]]
        elif building and building not in buildings:
            yield Problem("not_found", row.number, field="building", value=str(building))


def _unknown_plants(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse installations that are not known, or stand in another building than the one named."""
    plants = {
        code: plant.building_id
        for code in _named(rows, "installation")
        if (plant := find_installation_by_code(actor, session, code))
    }
    codes = building_codes(session, plants.values())
    for row in rows:
        code = row.values.get("installation")
        if code and code not in plants:
            yield Problem("not_found", row.number, field="installation", value=str(code))
        elif code and row.values.get("building") not in (None, "", codes[plants[code]]):
            yield _not_possible(row, "installation", code, errors.PLANT_ELSEWHERE)
        elif code and not row.values.get("lot"):
            row.values["building"] = codes[plants[code]]


def check(change: Change) -> Iterator[Problem]:
    """Refuse another building while the meter feeds a plant or a lot of the one it stands in.

    And a removal before the installation, whichever of both the file names.
    """
    row, before = change.row, change.before or {}
    for field, text in (("installation", errors.PLANT_ELSEWHERE), ("lot", errors.LOT_ELSEWHERE)):
        fed = before.get(field)
        if fed and "building" in change.differences and field not in row.values:
            yield _not_possible(row, "building", fed, text)
    installed, removed = (
        row.values.get(name, before.get(name)) for name in ("installed_on", "removed_on")
    )
    if installed and removed and removed < installed:
        yield _not_possible(row, "removed_on", removed, errors.REMOVED_FIRST)


def _not_possible(row: Row, field: str, value: object, text: LazyText) -> Problem:
    return Problem("not_possible", row.number, field=field, value=str(value), text=text)


def _hidden(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    seen = select_meters(actor).with_only_columns(Meter.id).order_by(None)
    serials = _named(rows, "serial")
    statement = select(Meter.serial, Meter.utility).where(
        Meter.serial.in_(serials), Meter.id.not_in(seen)
    )
    hidden = {(serial, utility) for serial, utility in session.execute(statement)}
    for row in rows:
        if (row.values.get("serial"), row.values.get("utility")) in hidden:
            value = str(row.values["serial"])
            yield Problem("not_found", row.number, field="serial", value=value)


def _named(rows: Sequence[Row], name: str) -> set[str]:
    return {str(row.values[name]) for row in rows if row.values.get(name)}


def _facts(actor: Actor, values: Values, session: Session) -> dict[str, Any]:
    """Return what both commands take: texts never None, the place by its identifiers."""
    lot = find_lot_by_reference(actor, session, values["lot"]) if values.get("lot") else None
    code = values.get("building")
    building = find_building_by_code(actor, session, code) if code and lot is None else None
    plant = values.get("installation")
    found = find_installation_by_code(actor, session, plant) if plant else None
    return {
        **{name: values.get(name) for name in _PLAIN},
        "label": values.get("label") or "",
        "installation_label": values.get("installation_label") or "",
        "ean": values.get("ean") or "",
        "multiplier": float(values.get("multiplier") or 1),
        "delivery_delay_hours": values.get("delivery_delay_hours") or USUAL_DELIVERY_DELAY_HOURS,
        "lot_id": lot.id if lot else None,
        "installation_id": found.id if found else None,
        "building_id": lot.building_id if lot else building.id if building else None,
    }


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Add a meter."""
    facts = _facts(actor, values, uow.session)
    serial, utility = str(values["serial"]), values["utility"]
    return add_meter(actor, AddMeter(serial, utility, **facts), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change a meter."""
    facts = _facts(actor, values, uow.session)
    change_meter(actor, ChangeMeter(stored.id, stored.version, **facts), uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove meters an import made; Conflict when touched since or when they have readings."""
    remove_untouched(uow.session, Meter, ids)


METERS = ServiceImporter(
    name="meters",
    title=_l("Meters"),
    permission=EnergyPermission.METER_CHANGE,
    export_permission=EnergyPermission.METER_READ,
    columns=COLUMNS,
    key=("serial", "utility"),
    needed=(),
    empty={"multiplier": Decimal(1), "delivery_delay_hours": USUAL_DELIVERY_DELAY_HOURS},
    codes={
        "building": seen_buildings,
        "lot": seen_lots,
        "installation": seen_installations,
    },
    subject_type="meter",
    model=Meter,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    check=check,
    records=records,
)
IMPORTERS = (METERS,)
