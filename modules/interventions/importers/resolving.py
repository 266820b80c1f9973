"""What a row of orders means: which order, whose, where, for which tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.tabular.numbered import identify, named, read_numbers
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.energy.api import read_titles
from modules.interventions.enums import OrderStatus
from modules.interventions.errors import NOT_ACTIVE
from modules.interventions.importers.columns import BETWEEN
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.orders import visible_orders
from modules.parties.api import named_organisations, organisation_facts
from modules.portfolio.api import find_row_places
from modules.tickets.api import load_rule_names, ticket_numbers

PLANNED = frozenset({OrderStatus.OPEN, OrderStatus.ASSIGNED, OrderStatus.SCHEDULED})
OURS = re.compile(r"WO-\d{4}-\d{6,}")


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find the order of each row by our number or the older tool's, and what the row names.

    An empty cell says nothing about an order.
    """
    yield from read_numbers(rows, OURS)
    known = known_orders(actor, session, rows)
    yield from identify(rows, {key: order.number for key, order in known.items()})
    read_titles(rows, known)
    _forget_planned(rows, known)
    yield from _name_priorities(session, rows)
    yield from _find_technicians(session, rows, known)
    yield from _find_contractors(actor, session, rows, known)
    yield from _find_tickets(actor, session, rows)
    yield from find_row_places(actor, session, rows)


def split(text: str) -> list[str]:
    """Return the numbers of a cell."""
    return [part.strip() for part in text.split(BETWEEN.strip()) if part.strip()]


def technicians_called(session: Session, names: set[str]) -> dict[str, Technician]:
    """Return the technician of each name: who is active before who is not, none when two could be.

    Whoever an order can be given to is meant before who left.
    """
    found: dict[str, list[Technician]] = {}
    for one in session.scalars(select(Technician).where(Technician.name.in_(names))):
        found.setdefault(one.name, []).append(one)
    meant = {name: [one for one in ones if one.is_active] or ones for name, ones in found.items()}
    return {name: ones[0] for name, ones in meant.items() if len(ones) == 1}


def technician_names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of technicians, those who left too."""
    rows = session.execute(select(Technician.id, Technician.name).where(Technician.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _forget_planned(rows: Sequence[Row], known: Mapping[str, WorkOrder]) -> None:
    """Leave out a status that follows from who comes and when: those columns say it."""
    for row in rows:
        order = known.get(row.values.get("number", ""))
        if order and {order.status, row.values.get("status")} <= PLANNED:
            del row.values["status"]


def known_orders(actor: Actor, session: Session, rows: Sequence[Row]) -> dict[str, WorkOrder]:
    """Return the orders the rows name, by our number and by the older tool's."""
    wanted = named(rows, "number") | named(rows, "external_ref")
    statement = select(WorkOrder).where(
        or_(WorkOrder.number.in_(wanted), WorkOrder.external_ref.in_(wanted))
    )
    statement = statement.options(joinedload(WorkOrder.technician))
    found = session.scalars(visible_orders(actor, statement)).all()
    return {key: one for one in found for key in (one.number, one.external_ref) if key}


def _name_priorities(session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    names = load_rule_names(session)
    for row in rows:
        text = row.values.get("priority")
        key = names.priority(text) if text else None
        if text and key is None:
            yield Problem("not_found", row.number, field="priority", value=text)
        elif key:
            row.take_to_mean("priority", key)


def _find_technicians(
    session: Session, rows: Sequence[Row], known: Mapping[str, WorkOrder]
) -> Iterator[Problem]:
    """Refuse who is unknown, and who left; whoever has the order already keeps it."""
    called = technicians_called(session, named(rows, "technician"))
    ids = {one.technician_id for one in known.values() if one.technician_id}
    held = technician_names(session, ids)
    for row in rows:
        name = row.values.get("technician")
        order = known.get(row.values.get("number", ""))
        own = held.get(order.technician_id) if order and order.technician_id else None
        if not name or name == own:
            continue
        found = called.get(name)
        if found is None:
            yield Problem("not_found", row.number, field="technician", value=name)
        elif not found.is_active:
            yield Problem(
                "not_possible", row.number, field="technician", value=name, text=NOT_ACTIVE
            )


def _find_contractors(
    actor: Actor, session: Session, rows: Sequence[Row], known: Mapping[str, WorkOrder]
) -> Iterator[Problem]:
    """Write the reference of the organisation a row names; a name that two bear needs it.

    Whoever has the order already is meant first, as in a file we wrote.
    """
    living = named_organisations(actor, session, named(rows, "contractor"))
    ids = (one.contractor_id for one in known.values())
    held = organisation_facts(session, (key for key in ids if key))
    for row in rows:
        said = row.values.get("contractor")
        if not said:
            continue
        order = known.get(row.values.get("number", ""))
        own = held.get(order.contractor_id) if order and order.contractor_id else None
        if own and said in (own.name, own.reference):
            row.take_to_mean("contractor", own.reference)
            continue
        found = living.get(said, [])
        if len(found) == 1:
            row.take_to_mean("contractor", found[0].reference)
        else:
            yield Problem("not_found", row.number, field="contractor", value=said)


def _find_tickets(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Write our numbers for the tickets a row names."""
    wanted = {number for cell in named(rows, "tickets") for number in split(cell)}
    known = ticket_numbers(actor, session, wanted) if wanted else {}
    for row in rows:
        numbers = split(row.values.get("tickets", ""))
        unknown = [number for number in numbers if number not in known]
        if unknown:
            yield Problem("not_found", row.number, field="tickets", value=BETWEEN.join(unknown))
        elif numbers:
            row.values["tickets"] = BETWEEN.join(sorted({known[one][1] for one in numbers}))
