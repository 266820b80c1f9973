"""What a technician reads on a counter reaches the meter once, doubted but never refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.db import Database
from app.ids import new_id
from modules.energy.models import Meter, ReadingEntry
from modules.interventions.models import OrderEntry, Visit, WorkOrder
from tests.factories.energy import create_meter
from tests.modules.interventions.test_field import Field, make_spot


@pytest.fixture
def spot(database: Database, clock: FixedClock) -> Field:
    return make_spot(database, clock)


@pytest.fixture
def meter_id(spot: Field) -> UUID:
    with spot.database.unit_of_work() as uow:
        building_id = uow.session.get_one(WorkOrder, spot.order_id).building_id
        meter = create_meter(uow, spot.clock, "W-7", building_id=building_id, digits=5)
        return meter.id


def read(spot: Field, meter_id: UUID, value: str, **options: Any) -> dict[str, Any]:
    payload = {
        "reading_id": str(options.pop("reading_id", new_id())),
        "meter_id": str(meter_id),
        "value": value,
        "read_at": options.pop("read_at", spot.clock.now()).isoformat(),
    }
    return spot.send("order.reading", payload, **options)


def kept(spot: Field) -> list[float | None]:
    entries = select(ReadingEntry).order_by(ReadingEntry.begins_at, ReadingEntry.value)
    return spot.read(lambda s: [entry.value for entry in s.scalars(entries)])


def test_a_reading_reaches_the_meter_with_the_order_it_was_read_for(
    spot: Field, meter_id: UUID
) -> None:
    assert read(spot, meter_id, "1204.3")["status"] == "accepted"
    assert kept(spot) == [1204300.0]
    number = spot.read(lambda s: s.get(WorkOrder, spot.order_id).number)
    assert spot.read(lambda s: s.scalars(select(ReadingEntry)).one().reason) == number


def test_a_reading_sent_again_is_passed_once(spot: Field, meter_id: UUID) -> None:
    payload = {
        "reading_id": str(new_id()),
        "meter_id": str(meter_id),
        "value": "1204.3",
        "read_at": spot.clock.now().isoformat(),
    }
    operation = spot.operation("order.reading", payload)
    answers = [spot.run(operation) for _ in range(3)]
    # The same reading in another envelope, as after a reinstallation, is the same reading.
    answers.append(spot.send("order.reading", payload, device="tablet-2"))
    assert [a["status"] for a in answers] == ["accepted", "duplicate", "duplicate", "accepted"]
    assert kept(spot) == [1204300.0]
    assert len(spot.read(lambda s: s.scalars(select(OrderEntry)).all())) == 1


def test_an_odd_reading_is_kept_and_the_technician_told(spot: Field, meter_id: UUID) -> None:
    read(spot, meter_id, "1204.3", read_at=spot.clock.now() - timedelta(days=2))
    answer = read(spot, meter_id, "204.3")
    assert answer["status"] == "accepted"
    assert answer["warning"]
    assert "about" not in answer
    assert kept(spot) == [1204300.0, 204300.0]
    doubts = spot.read(lambda s: {e.data["doubt"] for e in s.scalars(select(OrderEntry))})
    assert doubts == {"", "below_previous"}


def test_the_warning_comes_again_with_the_same_operation(spot: Field, meter_id: UUID) -> None:
    read(spot, meter_id, "1204.3", read_at=spot.clock.now() - timedelta(days=2))
    payload = {
        "reading_id": str(new_id()),
        "meter_id": str(meter_id),
        "value": "1",
        "read_at": spot.clock.now().isoformat(),
    }
    operation = spot.operation("order.reading", payload)
    first, second = spot.run(operation), spot.run(operation)
    assert first["warning"] == second["warning"]


def test_a_tablet_whose_clock_is_years_behind_read_it_now(spot: Field, meter_id: UUID) -> None:
    once = spot.clock.now() - timedelta(days=2000)
    assert read(spot, meter_id, "7", read_at=once, made_at=once)["warning"]
    entry = spot.read(lambda s: s.scalars(select(ReadingEntry)).one())
    assert entry.begins_at == spot.clock.now()


def test_a_tablet_whose_clock_is_ahead_read_it_now(spot: Field, meter_id: UUID) -> None:
    tomorrow = spot.clock.now() + timedelta(hours=24)
    answer = read(spot, meter_id, "7", read_at=tomorrow, made_at=tomorrow)
    assert answer["status"] == "accepted"
    read_at = spot.read(lambda s: s.scalars(select(ReadingEntry)).one().begins_at)
    assert read_at == spot.clock.now()


def test_a_meter_of_another_building_is_refused_and_says_why(spot: Field) -> None:
    with spot.database.unit_of_work() as uow:
        elsewhere: Meter = create_meter(uow, spot.clock, "W-8")
        elsewhere_id = elsewhere.id
    answer = read(spot, elsewhere_id, "7")
    assert (answer["status"], answer["code"]) == ("refused", "meter_not_here")
    assert kept(spot) == []


def test_a_finished_order_still_takes_the_reading_of_its_visit(spot: Field, meter_id: UUID) -> None:
    spot.send("order.start")
    spot.send("order.complete", {"outcome": "done"})
    assert read(spot, meter_id, "12")["status"] == "accepted"
    assert kept(spot) == [12000.0]


def test_what_is_added_during_a_visit_belongs_to_it(spot: Field, meter_id: UUID) -> None:
    spot.send("order.start")
    line = {"line_id": str(new_id()), "label": "joint", "quantity": "2.5", "unit": "m"}
    spot.send("order.material", line)
    read(spot, meter_id, str(Decimal("3.5")))
    visit_id = spot.read(lambda s: s.scalars(select(Visit.id)).one())
    assert spot.read(lambda s: set(s.scalars(select(OrderEntry.visit_id)))) == {visit_id}
