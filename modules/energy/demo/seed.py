"""Meters on the buildings of the demo, fed by real readings with three faults of this week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import Base, Database, UnitOfWork
from app.demo import Planting, Seed
from app.ean import check_digit
from modules.energy.commands import AddMeter, IngestFile
from modules.energy.demo.series import Fault, Series, read_wide, to_present, write_long
from modules.energy.enums import FeedsKind, Utility
from modules.energy.models import Meter
from modules.energy.services.ingest import ingest_file
from modules.energy.services.meters import add_meter
from modules.energy.services.tariffs import plant_default_tariffs

ELECTRICITY, GAS, WATER = Utility.ELECTRICITY, Utility.GAS, Utility.WATER
# Sibelga, the operator of the nineteen communes of Brussels.
EAN_PREFIX = "541448"
PUBLIC_KINDS = ("care_home", "administration", "office", "branch_office", "school")
# Which plant of its building a meter feeds, by what people call it.
PLANTS = {"Chaufferie / Stookplaats": "boiler_house", "Ventilation / Ventilatie": "ventilation"}


@dataclass(frozen=True, slots=True)
class DemoMeter:
    """A meter of the demo: whose readings it shows, where it stands, what goes wrong."""

    source: str
    column: str
    label: str
    utility: Utility
    place: int  # the how manyth building of the demo
    is_home: bool = False
    feeds: str = ""
    fault: Fault | None = None


METERS = (
    DemoMeter("estate.csv.gz", "XE05", "Électricité / Elektriciteit", ELECTRICITY, 0),
    DemoMeter("estate.csv.gz", "XG07", "Gaz / Gas", GAS, 0, feeds="Chaufferie / Stookplaats"),
    DemoMeter(
        "water.csv.gz",
        "DW01",
        "Eau / Water",
        WATER,
        0,
        feeds="Eau / Water",
        fault=Fault(timedelta(days=3, hours=9), extra=46.0),
    ),
    DemoMeter("estate.csv.gz", "XE03", "Électricité / Elektriciteit", ELECTRICITY, 1),
    DemoMeter("estate.csv.gz", "XG08", "Gaz / Gas", GAS, 1, feeds="Chaufferie / Stookplaats"),
    DemoMeter("water.csv.gz", "DW02", "Eau / Water", WATER, 1),
    DemoMeter(
        "estate.csv.gz",
        "XE01",
        "Bureaux / Kantoren",
        ELECTRICITY,
        2,
        feeds="Ventilation / Ventilatie",
        fault=Fault(timedelta(days=5, hours=12), extra=13.0, nights_only=True),
    ),
    DemoMeter("estate.csv.gz", "XG06", "Gaz / Gas", GAS, 2, feeds="Chaufferie / Stookplaats"),
    DemoMeter(
        "estate.csv.gz",
        "XE02",
        "Communs / Gemene delen",
        ELECTRICITY,
        3,
        feeds="Communs / Gemene delen",
    ),
    DemoMeter(
        "estate.csv.gz",
        "XE04",
        "Électricité / Elektriciteit",
        ELECTRICITY,
        4,
        fault=Fault(timedelta(days=2, hours=14), is_silent=True),
    ),
    DemoMeter("homes.csv.gz", "e1de", "Électricité / Elektriciteit", ELECTRICITY, 0, is_home=True),
    DemoMeter("homes.csv.gz", "b841", "Électricité / Elektriciteit", ELECTRICITY, 1, is_home=True),
    DemoMeter("homes.csv.gz", "9afa", "Électricité / Elektriciteit", ELECTRICITY, 2, is_home=True),
    DemoMeter("homes.csv.gz", "156e", "Électricité / Elektriciteit", ELECTRICITY, 3, is_home=True),
    DemoMeter("homes.csv.gz", "313b", "Gaz / Gas", GAS, 0, is_home=True),
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the meters of the demo go: public buildings, and homes as (lot, building)."""

    buildings: Sequence[UUID]
    homes: Sequence[tuple[UUID, UUID]]
    # The plant of a building, by building and kind.
    plants: Mapping[tuple[UUID, str], UUID] = field(default_factory=dict)


def is_planted(session: Session) -> bool:
    """Tell whether there are meters already, invented or real."""
    return (session.scalar(select(func.count()).select_from(Meter)) or 0) > 0


def plant_meters(planting: Planting) -> None:
    """Plant the meters on what the estate of the demo offers."""
    with planting.database.reader() as session:
        places = find_places(session)
    if not places.buildings:
        planting.say("no building to hang meters on")
        return
    seed_demo(planting.actor, planting.database, planting.clock, places)
    planting.say(f"{len(METERS)} meters with real readings; three of them need somebody")


def find_places(session: Session) -> Places:
    """Return the largest public buildings and the first let homes, the same ones every time."""
    building, lot = Base.metadata.tables["buildings"], Base.metadata.tables["lots"]
    public = select(building.c.id).where(building.c.kind.in_(PUBLIC_KINDS))
    largest = public.order_by(building.c.area_m2.desc().nulls_last(), building.c.code)
    found = list(session.scalars(largest.limit(5)))
    if not found:
        found = list(session.scalars(select(building.c.id).order_by(building.c.code).limit(5)))
    homes = select(lot.c.id, lot.c.building_id).where(lot.c.kind == "home")
    rows = session.execute(homes.order_by(lot.c.reference).limit(5)).all()
    plant = Base.metadata.tables["installations"]
    plants = session.execute(
        select(plant.c.building_id, plant.c.kind, plant.c.id)
        .where(plant.c.building_id.in_(found), plant.c.kind.in_(PLANTS.values()))
        .order_by(plant.c.code)
    )
    return Places(
        found,
        [(lot_id, building_id) for lot_id, building_id in rows],
        {(building_id, kind): plant_id for building_id, kind, plant_id in plants},
    )


def seed_demo(actor: Actor, database: Database, clock: Clock, places: Places) -> None:
    """Add the meters and import their readings the usual way; the next scan finds the faults.

    It does not scan: an alert opens a ticket, and the demo has no tickets before its people.
    """
    with database.unit_of_work("demo") as uow:
        plant_default_tariffs(uow.session)
        planted = [
            meter
            for number, meter in enumerate(METERS, 1)
            if _add(actor, meter, number, places, uow, clock)
        ]
    by_source: dict[tuple[str, Utility], dict[str, Series]] = {}
    sources = {name: read_wide(name) for name in {meter.source for meter in planted}}
    for number, meter in enumerate(METERS, 1):
        if meter in planted:
            series = to_present(sources[meter.source][meter.column], clock.now())
            if meter.fault:
                series = meter.fault.applied(series, clock.now())
            group = by_source.setdefault((meter.source, meter.utility), {})
            group[_serial(meter, number)] = series
    with TemporaryDirectory() as folder:
        for (source, utility), group in by_source.items():
            name = f"{source.partition('.')[0]}-{utility.value}.csv"
            path = write_long(Path(folder) / name, group)
            ingest_file(database, actor, IngestFile("cambridge", path, utility=utility), clock)


def _add(
    actor: Actor, meter: DemoMeter, number: int, places: Places, uow: UnitOfWork, clock: Clock
) -> bool:
    home = places.homes[meter.place] if meter.is_home and len(places.homes) > meter.place else None
    if meter.is_home and home is None:
        return False
    building = home[1] if home else places.buildings[meter.place % len(places.buildings)]
    first_17 = f"{EAN_PREFIX}{number:011d}"
    command = AddMeter(
        serial=_serial(meter, number),
        utility=meter.utility,
        label=meter.label,
        ean="" if meter.utility is WATER else first_17 + str(check_digit(first_17)),
        feeds=FeedsKind.LOT if home else _feeds(meter),
        building_id=building,
        lot_id=home[0] if home else None,
        installation_id=places.plants.get((building, PLANTS.get(meter.feeds, ""))),
        installation_label=meter.feeds,
    )
    add_meter(actor, command, uow, clock)
    return True


def _feeds(meter: DemoMeter) -> FeedsKind:
    return FeedsKind.INSTALLATION if meter.feeds else FeedsKind.BUILDING


def _serial(meter: DemoMeter, number: int) -> str:
    letter = {ELECTRICITY: "E", GAS: "G", WATER: "W"}[meter.utility]
    return f"{letter}{20_260_000 + number}"


SEED = Seed("meters", plant_meters, is_planted)
