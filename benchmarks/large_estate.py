"""Plant the demo estate in a scratch database, as large as a benchmark wants it."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from serving import ROOT  # noqa: F401  puts our folder on the path
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from app.auth.actor import system_actor
from app.calendar.service import Coverage, OfficeCalendars
from app.clock import SystemClock
from app.db import Base, Database
from app.demo import Planting, plant_accounts
from app.ids import new_id
from app.registry import find_modules
from app.search.changes import touch_documents
from modules.parties.api import occupants_of_lots
from modules.tickets.demo import SEED as CALLS
from modules.tickets.demo.calls import Calls
from modules.tickets.demo.places import private_spots
from modules.tickets.demo.reports import drawn_moments, tenants_reports
from modules.tickets.rules import load_rules

CLOCK = SystemClock()
ACTOR = system_actor("benchmark")


def plant(database: Database, lots: int, tickets: int) -> None:
    """Plant the demo with so many calls and their orders; copy lots up to a number."""
    plant_accounts(database, ACTOR, CLOCK)
    for module in find_modules():
        for seed in module.seeds:
            planting = Planting(database, CLOCK, ACTOR, Random(seed.name), 1.0, lambda _t: None)
            if seed is CALLS:
                with database.unit_of_work() as uow:
                    _copy_buildings(uow.session, lots)
                _plant_calls(planting, tickets)
            else:
                seed.run(planting)


def _copy_buildings(session: Session, lots_wanted: int) -> None:
    """Copy buildings with their lots until there are so many lots; the copies sort last."""
    buildings, lots = Base.metadata.tables["buildings"], Base.metadata.tables["lots"]
    houses = _rows(session, buildings)
    inside: dict[UUID, list[dict[str, Any]]] = {}
    for lot in _rows(session, lots):
        inside.setdefault(lot["building_id"], []).append(lot)
    count = sum(map(len, inside.values()))
    new_houses: list[dict[str, Any]] = []
    new_lots: list[dict[str, Any]] = []
    while count + len(new_lots) < lots_wanted:
        source = houses[len(new_houses) % len(houses)]
        copied = source | {"id": new_id(), "code": f"Z-{len(new_houses):06d}"}
        new_houses.append(copied)
        for lot in inside.get(source["id"], ()):
            reference = f"Z-{len(new_lots):06d}"
            outside = {"entrance_id": None, "floor_id": None}
            place = {"id": new_id(), "reference": reference, "building_id": copied["id"]}
            new_lots.append(lot | outside | place)
    for table, rows in ((buildings, new_houses), (lots, new_lots)):
        if rows:
            session.execute(insert(table), rows)
    touch_documents(session, "building")
    touch_documents(session, "lot")


def _rows(session: Session, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(table)).mappings()]


def _plant_calls(planting: Planting, count: int) -> None:
    """Plant so many calls."""
    with planting.database.reader() as session:
        spots = private_spots(session)
        rules = load_rules(session, planting.clock.today())
        of_office = OfficeCalendars(session)
        calendars = {coverage: of_office[coverage] for coverage in Coverage}
        ids = [spot.lot_id for spot in spots[:5000] if spot.lot_id]
        callers = occupants_of_lots(session, ids, planting.clock.today())
    made = Calls(planting.chance, planting.clock.now(), rules, calendars)
    moments = drawn_moments(planting.chance, planting.clock.now(), count)
    for report in tenants_reports(planting.chance, moments, spots, callers, rules):
        made.write(report)
    with planting.database.unit_of_work() as uow:
        made.number_with(uow.session)
    made.insert(planting)
