"""Add events to a ticket: the only place where a ticket's state changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.db import JsonDict, UnitOfWork
from app.search.normalise import index_text
from modules.tickets.enums import STATUS_LABELS, EventKind
from modules.tickets.errors import StepNotPossible
from modules.tickets.events import TicketChanged
from modules.tickets.lifecycle import bears_on_decisions, derive_state, may_follow
from modules.tickets.models import Ticket, TicketEvent
from modules.tickets.queries.deadlines import deadline_of
from modules.tickets.rulebook import Category, Priority
from modules.tickets.rules import load_rules


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened: `at` is by default now, and a time in the future counts as now."""

    kind: EventKind
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def add_event(
    ticket: Ticket, happening: Happening, actor: Actor, uow: UnitOfWork, clock: Clock
) -> TicketEvent:
    """Append an event, derive the state anew, audit it and tell the other modules.

    Raises StepNotPossible when the state of the ticket does not allow the event.
    """
    earlier = [] if ticket in uow.session.new else events_of(uow.session, ticket.id)
    if earlier and not may_follow(derive_state(earlier), happening.kind):
        raise StepNotPossible(ticket.number, str(STATUS_LABELS[ticket.status]))
    now = clock.now()
    event = TicketEvent(
        ticket_id=ticket.id,
        position=len(earlier) + 1,
        kind=happening.kind,
        at=min(happening.at or now, now),
        recorded_at=now,
        actor_id=actor.user_id,
        actor_name=actor.display_name,
        text=happening.text.strip(),
        data=JsonDict(dict(happening.data)),
    )
    _derive(ticket, [*earlier, event], uow, now)
    uow.session.add(event)
    _audit(ticket, event, actor, uow, clock)
    uow.publish(TicketChanged(ticket.id, ticket.number, event.kind, ticket.status), actor, clock)
    return event


def events_of(session: Session, ticket_id: UUID) -> list[TicketEvent]:
    """Return the events of a ticket in the order in which they were recorded."""
    query = (
        select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.position)
    )
    return list(session.scalars(query))


def target_data(priority: Priority) -> dict[str, Any]:
    """Freeze a priority's promise as event data."""
    return {
        "priority": priority.key,
        "target_minutes": priority.target_minutes,
        "coverage": priority.coverage.value,
    }


def describe_for_search(ticket: Ticket) -> str:
    """Return the normalised text the list's filter looks in."""
    return index_text(
        ticket.number,
        ticket.external_ref or "",
        ticket.stored_title,
        ticket.caller_name,
        ticket.contact_name,
        ticket.place_note,
    )[:500]


def _derive(ticket: Ticket, events: Sequence[TicketEvent], uow: UnitOfWork, now: datetime) -> None:
    """Write what the events add up to, in one statement."""
    with uow.session.no_autoflush:
        deadline = deadline_of(uow.session, events, now)
    ticket.take_state(derive_state(events))
    if bears_on_decisions(events[-1].kind):
        ticket.mark_decided()
    ticket.due_at = deadline.due_at if deadline else None
    ticket.updated_at = now
    uow.flush()


def _changes(event: TicketEvent, session: Session, clock: Clock) -> dict[str, tuple[Any, Any]]:
    """Return the data of an event as people read it: names the rules have today, no identifiers.

    Who called stays with the ticket, which forgets in time; the trail does not.
    """
    left_out = {"of", "name", "email"}
    said = {name: value for name, value in event.data.items() if name not in left_out}
    if "alert" in said:
        said["alert"] = said["alert"]["number"]
    was = said.pop("was", "")
    changes: dict[str, tuple[Any, Any]] = {name: (None, value) for name, value in said.items()}
    if said.keys() & {"category", "priority"}:
        rules = load_rules(session, clock.today(BRUSSELS))
        for name, known in (("category", rules.categories), ("priority", rules.priorities)):
            if name in said:
                changes[name] = (_name_of(was, known), _name_of(said[name], known))
    return changes


def _name_of(key: str, known: Mapping[str, Category | Priority]) -> Any:
    return known[key].name if key in known else key


def _audit(ticket: Ticket, event: TicketEvent, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    record(
        uow,
        actor,
        clock,
        action=f"tickets.ticket.{event.kind.value}",
        subject=Subject("ticket", ticket.id, ticket.number),
        changes=_changes(event, uow.session, clock),
        building_id=ticket.building_id,
    )
