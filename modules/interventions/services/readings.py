"""Pass what a technician reads on a counter to the meter, with the order it was read for."""

from __future__ import annotations

from uuid import UUID

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy.api import CounterFacts, TakeReading, counters_of_buildings, take_reading
from modules.interventions.commands import MeterReading
from modules.interventions.enums import EntryKind
from modules.interventions.errors import MeterNotHere
from modules.interventions.models import OrderEntry, WorkOrder
from modules.interventions.services.recording import as_house, find_entry, get_order_to_add_to
from modules.interventions.services.visits import Entry, add_entry


def record_reading(
    actor: Actor, order_id: UUID, command: MeterReading, uow: UnitOfWork, clock: Clock
) -> OrderEntry:
    """Add a reading to an order and pass it to the meter once; its doubt stays with the entry.

    A doubt never refuses. Raises MeterNotHere for a meter that does not feed the building.
    """
    order = get_order_to_add_to(actor, order_id, uow)
    known = find_entry(order, command.id, uow)
    if known is not None:
        return known
    counter = _counter(order, command.meter_id, uow)
    taken = take_reading(
        as_house(actor),
        TakeReading(
            counter.id,
            command.read_at,
            float(command.value),
            reason=" · ".join(filter(None, (order.number, command.reason))),
        ),
        uow,
        clock,
    )
    facts = {
        "meter_id": str(counter.id),
        "value": str(command.value),
        "unit": counter.unit,
        "read_at": command.read_at.isoformat(),
        "override_reason": command.reason,
        "doubt": taken.doubt.value if taken.doubt else "",
    }
    entry = Entry(command.id, EntryKind.READING, command.read_at, counter.label, data=facts)
    return add_entry(actor, order_id, entry, uow, clock)


def _counter(order: WorkOrder, meter_id: UUID, uow: UnitOfWork) -> CounterFacts:
    for counter in counters_of_buildings(uow.session, [order.building_id]):
        if counter.id == meter_id:
            return counter
    raise MeterNotHere
