"""Work orders as a file shows them: read by number, by identifier, and all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.tabular.kinds import moment_of
from app.tabular.service_importer import Stored
from modules.interventions.importers.columns import BETWEEN
from modules.interventions.importers.resolving import technician_names
from modules.interventions.models import OrderTicket, WorkOrder
from modules.interventions.queries.contractors import contractor_facts
from modules.interventions.queries.orders import visible_orders
from modules.parties.api import organisation_facts
from modules.portfolio.api import building_codes, lot_references
from modules.tickets.api import list_ticket_facts, load_rule_names

_PLAIN = ("number", "external_ref", "title", "status", "trade", "work_class",
          "estimated_minutes")  # fmt: skip
_TEXTS = ("description", "planner_note")
_AT_ONCE = 500


def load(actor: Actor, session: Session, numbers: Sequence[str]) -> dict[str, Stored]:
    """Return the orders the actor sees by number."""
    found = _read(actor, session, select(WorkOrder).where(WorkOrder.number.in_(numbers)))
    return {str(one.values["number"]): one for one in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return the orders the actor sees by identifier."""
    found = _read(actor, session, select(WorkOrder).where(WorkOrder.id.in_(ids)))
    return {one.id: one for one in found}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the orders the actor sees, priorities and contractors by their names."""
    rules = load_rule_names(session).rules
    firms = {one.reference: one.name for one in contractor_facts(session)}
    for stored in _read(actor, session, select(WorkOrder).order_by(WorkOrder.number)):
        yield stored.values | {
            "priority": rules.priority_of(stored.values["priority"]),
            "contractor": firms.get(stored.values["contractor"]),
        }


def _read(actor: Actor, session: Session, statement: Select[WorkOrder]) -> Iterator[Stored]:
    """Read orders, with what they refer to in six more queries a block."""
    visible = visible_orders(actor, statement).execution_options(yield_per=_AT_ONCE)
    for block in session.scalars(visible).partitions():
        buildings = building_codes(session, (one.building_id for one in block))
        lots = lot_references(session, _ids(one.lot_id for one in block))
        firms = organisation_facts(session, _ids(one.contractor_id for one in block))
        names = technician_names(session, _ids(one.technician_id for one in block))
        tickets = _tickets(actor, session, [one.id for one in block])
        for order in block:
            values = _values(order) | {
                "building": buildings[order.building_id],
                "lot": lots.get(order.lot_id) if order.lot_id else None,
                "technician": names.get(order.technician_id) if order.technician_id else None,
                "contractor": firms[order.contractor_id].reference if order.contractor_id else None,
                "tickets": BETWEEN.join(sorted(tickets[order.id])),
            }
            yield Stored(order.id, order.version, values)


def _ids(found: Iterable[UUID | None]) -> set[UUID]:
    return {one for one in found if one is not None}


def _values(order: WorkOrder) -> dict[str, Any]:
    texts = {name: getattr(order, name).replace("\r\n", "\n").strip() for name in _TEXTS}
    # Why it stands there; beside another state a file's reason tells of the step, not of the order.
    reason = {"reason": order.reason} if order.reason else {}
    return {name: getattr(order, name) for name in _PLAIN} | texts | reason | {
        "priority": order.priority_key,
        "planned": moment_of(order.planned_start_at),
        "due": moment_of(order.due_at),
        "completed": moment_of(order.completed_at),
    }  # fmt: skip


def _tickets(actor: Actor, session: Session, ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    """Return the numbers of the tickets of orders, those the actor sees."""
    links = session.execute(
        select(OrderTicket.order_id, OrderTicket.ticket_id).where(OrderTicket.order_id.in_(ids))
    ).all()
    facts = list_ticket_facts(actor, session, (link[1] for link in links))
    numbers = {ticket.id: ticket.number for ticket in facts}
    found: dict[UUID, list[str]] = defaultdict(list)
    for order_id, ticket_id in links:
        if ticket_id in numbers:
            found[order_id].append(numbers[ticket_id])
    return found
