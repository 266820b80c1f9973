"""Plant the work behind the demo's tickets: who did it, when, with what, in bulk.

Orders follow the events of their tickets, so that both tell one story.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.demo import Planting, Seed
from modules.interventions.demo.agenda import plan_days
from modules.interventions.demo.called_off import call_some_off
from modules.interventions.demo.crew import make_crew
from modules.interventions.demo.firms import Contracts, find_firms, plan_firms
from modules.interventions.demo.rows import Firm, Place
from modules.interventions.demo.works import Works
from modules.interventions.models import Technician
from modules.tickets.api import (
    OPEN_STATUSES,
    EventKind,
    TicketSource,
    TicketStatus,
    WaitingReason,
)

_ENDS = (TicketStatus.CANCELLED, TicketStatus.DUPLICATE)


def is_planted(session: Session) -> bool:
    """Tell whether there are orders or technicians already."""
    return session.execute(select(Technician.id).limit(1)).first() is not None


def plant_orders(planting: Planting) -> None:
    """Plant the crew, and an order for nine tickets in ten that somebody worked on."""
    with planting.database.reader() as session:
        crew = make_crew(session, planting)
        firms = find_firms(session)
        tickets = list(_tickets(session))
        places = list(_places(session))
    made = Works(planting.chance, planting.clock.now(), crew)
    contracts = Contracts(firms)
    # Who is somewhere now is there whatever they did before.
    tickets.sort(key=lambda ticket: ticket["status"] not in OPEN_STATUSES)
    for ticket in tickets:
        if planting.chance.random() < 0.9 or ticket["status"] in OPEN_STATUSES:
            made.order(ticket, _firm(ticket, contracts))
    plan_days(made, places)
    call_some_off(made, places)
    plan_firms(made, firms, places)
    with planting.database.unit_of_work("demo") as uow:
        made.number_with(uow.session)
    made.insert(planting)
    planting.say(f"{len(crew)} technicians, {len(made.rows['work_orders'])} work orders")


def _firm(ticket: dict[str, Any], contracts: Contracts) -> Firm | None:
    """Return the firm that takes the order of a ticket; a part is what our own crew waits for."""
    if ticket["waiting_reason"] is WaitingReason.PART:
        return None
    return contracts.next_for(ticket["trade"])


def _tickets(session: Session) -> Iterator[dict[str, Any]]:
    """Give each reported ticket with the moments of its events, in two queries."""
    tables = Base.metadata.tables
    tickets, events, buildings = (tables[n] for n in ("tickets", "ticket_events", "buildings"))
    areas = dict(session.execute(select(buildings.c.id, buildings.c.area_id)).all())
    story: dict[UUID, list[tuple[EventKind, datetime]]] = {}
    for row in session.execute(
        select(events.c.ticket_id, events.c.kind, events.c.at).order_by(events.c.position)
    ):
        story.setdefault(row.ticket_id, []).append((row.kind, row.at))
    statement = (
        select(tickets)
        .where(
            tickets.c.source != TicketSource.ALERT.value,
            tickets.c.building_id.is_not(None),
            tickets.c.status.not_in([status.value for status in _ENDS]),
        )
        .order_by(tickets.c.opened_at)
    )
    for found in session.execute(statement).mappings():
        moments = story.get(found["id"], [])
        yield {**found, "story": moments, "area_id": areas.get(found["building_id"])}


def _places(session: Session) -> Iterator[Place]:
    """Give the buildings with their work area and where they lie."""
    buildings = Base.metadata.tables["buildings"].c
    wanted = (buildings.id, buildings.area_id, buildings.lon, buildings.lat)
    for row in session.execute(select(*wanted).order_by(buildings.code)):
        yield Place(row.id, row.area_id, row.lon or 0.0, row.lat or 0.0)


SEED = Seed("work orders and visits", plant_orders, is_planted)
