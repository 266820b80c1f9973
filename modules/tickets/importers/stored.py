"""Tickets as a file shows them: read by number, by identifier, and all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import get_locale
from app.tabular.kinds import moment_of
from app.tabular.service_importer import Stored
from modules.portfolio.api import building_codes, lot_references, room_codes
from modules.tickets.enums import EventKind
from modules.tickets.importers.columns import CallerLanguage
from modules.tickets.models import Ticket, TicketEvent
from modules.tickets.queries.tickets import visible_tickets
from modules.tickets.rule_names import load_rule_names

_PLAIN = ("number", "external_ref", "status", "waiting_reason", "deferred_until", "trade",
          "place_note", "source", "caller_phone", "caller_email", "contact_name", "contact_phone",
          "availability")  # fmt: skip
_AT_ONCE = 500


def load(actor: Actor, session: Session, numbers: Sequence[str]) -> dict[str, Stored]:
    """Return the tickets the actor sees by number."""
    found = _read(actor, session, select(Ticket).where(Ticket.number.in_(numbers)))
    return {str(one.values["number"]): one for one in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return the tickets the actor sees by identifier."""
    return {one.id: one for one in _read(actor, session, select(Ticket).where(Ticket.id.in_(ids)))}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the tickets the actor sees, priorities and problems by their names."""
    rules = load_rule_names(session).rules
    for stored in _read(actor, session, select(Ticket).order_by(Ticket.number)):
        yield stored.values | {
            "priority": rules.priority_of(stored.values["priority"]),
            "category": rules.label_of(stored.values["category"], get_locale()),
        }


def _read(actor: Actor, session: Session, statement: Select[Ticket]) -> Iterator[Stored]:
    """Read tickets, with their places and latest notes in five more queries a block."""
    visible = visible_tickets(actor, statement).execution_options(yield_per=_AT_ONCE)
    for block in session.scalars(visible).partitions():
        buildings = building_codes(session, _ids(one.building_id for one in block))
        lots = lot_references(session, _ids(one.lot_id for one in block))
        rooms = room_codes(session, _ids(one.room_id for one in block))
        notes = _latest_notes(session, [one.id for one in block])
        originals = _numbers(session, _ids(one.duplicate_of_id for one in block))
        for ticket in block:
            values = _values(ticket) | {
                "building": buildings.get(ticket.building_id) if ticket.building_id else None,
                "lot": lots.get(ticket.lot_id) if ticket.lot_id else None,
                "room": rooms.get(ticket.room_id) if ticket.room_id else None,
                "note": notes.get(ticket.id),
                "duplicate_of": originals.get(ticket.duplicate_of_id),
            }
            yield Stored(ticket.id, ticket.version, values)


def _ids(found: Iterable[UUID | None]) -> set[UUID]:
    return {one for one in found if one is not None}


def _values(ticket: Ticket) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in _PLAIN} | {
        "title": one_line_end(ticket.title),
        "description": one_line_end(ticket.description),
        "priority": ticket.priority_key,
        "category": ticket.category_key,
        "caller": ticket.caller_name,
        "caller_locale": CallerLanguage(ticket.caller_locale),
        "opened": moment_of(ticket.opened_at),
        "completed": moment_of(ticket.completed_at),
        "closed": moment_of(ticket.closed_at),
    }


def _numbers(session: Session, ids: Collection[UUID]) -> dict[UUID | None, str]:
    if not ids:
        return {}
    rows = session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _latest_notes(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    statement = (
        select(TicketEvent.ticket_id, TicketEvent.text)
        .where(TicketEvent.ticket_id.in_(ids), TicketEvent.kind == EventKind.NOTED)
        .order_by(TicketEvent.position)
    )
    return {row[0]: one_line_end(row[1]) for row in session.execute(statement)}


def one_line_end(text: str) -> str:
    """Write line ends as spreadsheets do."""
    return text.replace("\r\n", "\n").strip()
