"""What the tablet takes along: access, warnings, checklist and counters, in so many queries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import BRUSSELS, FixedClock
from app.db import Database, UnitOfWork
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.day_document import describe_day
from modules.portfolio.commands import GiveWarning
from modules.portfolio.enums import WarningKind
from modules.portfolio.models import Building, Lot
from modules.portfolio.services import give_warning
from tests.factories.energy import create_meter
from tests.factories.interventions import (
    DISPATCHER,
    make_order,
    make_technician,
    technician_actor,
)
from tests.factories.portfolio import make_building, make_lot
from tests.factories.tickets import make_ticket
from tests.support.databases import QueryCounter


def warn(uow: UnitOfWork, clock: FixedClock, kind: WarningKind, reason: str, **place: Any) -> None:
    command = GiveWarning(kind=kind, reason=reason, starts_on=clock.today(BRUSSELS), **place)
    give_warning(DISPATCHER, command, uow, clock)


def order_in_home(uow: UnitOfWork, clock: FixedClock, technician: Technician) -> Lot:
    lot = make_lot(uow, clock, make_building(uow, clock), box="7")
    ticket = make_ticket(uow, clock, lot)
    make_order(uow, clock, technician, ticket_ids=(ticket.id,))
    return lot


def the_day(database: Database, clock: FixedClock, technician: Technician) -> dict[str, Any]:
    with database.reader() as session:
        return describe_day(technician_actor(technician), session, clock.now())


@pytest.fixture
def technician(database: Database, clock: FixedClock) -> Technician:
    with database.unit_of_work() as uow:
        return make_technician(uow, clock)


def test_the_tablet_knows_how_to_get_in_and_what_to_look_out_for(
    database: Database, clock: FixedClock, technician: Technician
) -> None:
    with database.unit_of_work() as uow:
        lot = order_in_home(uow, clock, technician)
        warn(uow, clock, WarningKind.ACCESS, "Ring at the concierge's", building_id=lot.building_id)
        warn(uow, clock, WarningKind.DOG, "Large dog", lot_id=lot.id)
        create_meter(uow, clock, "W-7", building_id=lot.building_id, lot_id=lot.id)
        other = make_lot(uow, clock, uow.session.get_one(Building, lot.building_id), box="8")
        create_meter(uow, clock, "W-8", building_id=lot.building_id, lot_id=other.id)
    (order,) = the_day(database, clock, technician)["orders"]
    assert order["access"] == {"instructions": "Ring at the concierge's", "codes": []}
    assert [w["text"].endswith("Large dog") for w in order["warnings"]] == [True]
    assert [m["label"] for m in order["meters"]] == ["W-7"]
    assert [item["id"] for item in order["checklist"]] == [
        "plumbing.tight",
        "plumbing.stopcock",
        "any.clean",
        "any.informed",
    ]


def test_the_address_is_said_once(
    database: Database, clock: FixedClock, technician: Technician
) -> None:
    with database.unit_of_work() as uow:
        lot = order_in_home(uow, clock, technician)
        reference = lot.reference
    (order,) = the_day(database, clock, technician)["orders"]
    assert order["location"]["lot_label"] == reference
    assert reference not in order["location"]["address"]["fr"]


def test_the_address_is_written_in_each_language(
    database: Database, clock: FixedClock, technician: Technician
) -> None:
    with database.unit_of_work() as uow:
        order_in_home(uow, clock, technician)
    (order,) = the_day(database, clock, technician)["orders"]
    address = order["location"]["address"]
    assert {language: text.partition(" ")[0] for language, text in address.items()} == {
        "fr": "Rue",
        "nl": "Hoogstraat",
        "en": "Rue",
    }
    assert address["nl"].endswith("1000 Brussel")


def test_ten_orders_take_as_many_queries_as_one(
    database: Database, clock: FixedClock, technician: Technician, count_queries: QueryCounter
) -> None:
    with database.unit_of_work() as uow:
        order_in_home(uow, clock, technician)
    with count_queries() as one:
        the_day(database, clock, technician)
    with database.unit_of_work() as uow:
        for _ in range(9):
            lot = order_in_home(uow, clock, technician)
            warn(uow, clock, WarningKind.DOG, "Large dog", lot_id=lot.id)
            create_meter(uow, clock, f"W-{lot.reference}", building_id=lot.building_id)
    with count_queries() as ten:
        assert len(the_day(database, clock, technician)["orders"]) == 10
    # The registers of meters come in one query more, when there are meters.
    assert ten.count <= one.count + 1


def test_the_day_speaks_the_language_the_page_is_read_in(
    database: Database, clock: FixedClock, technician: Technician
) -> None:
    with database.unit_of_work() as uow:
        order_in_home(uow, clock, technician)
    spoken = {}
    for locale in ("fr", "nl"):
        reader = replace(technician_actor(technician), locale=locale)
        with database.reader() as session:
            day = describe_day(reader, session, clock.now())
        assert day["technician"]["locale"] == locale
        spoken[locale] = str(day["lookups"])
    assert spoken["fr"] != spoken["nl"]


def test_what_is_dangerous_stands_before_what_is_planned_and_says_its_rank(
    database: Database, clock: FixedClock, technician: Technician
) -> None:
    with database.unit_of_work() as uow:
        lot = make_lot(uow, clock, make_building(uow, clock), box="7")
        for key in ("normal", "immediate"):
            ticket = make_ticket(uow, clock, lot)
            make_order(uow, clock, technician, ticket_ids=(ticket.id,), priority_key=key)
        planned = uow.session.scalars(select(WorkOrder).filter_by(priority_key="normal")).one()
        planned.planned_start_at = clock.now()
    document = the_day(database, clock, technician)
    assert [order["priority"] for order in document["orders"]] == ["immediate", "normal"]
    tones = {one["key"]: one["tone"] for one in document["lookups"]["priorities"]}
    assert (tones["immediate"], tones["urgent"], tones["normal"]) == (
        "critical",
        "warning",
        "neutral",
    )
