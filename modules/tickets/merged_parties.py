"""When two parties turn out to be one, their tickets and calls follow; undone, they go back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.parties.events import PartyMerged, PartyMergeUndone
from modules.tickets.models import OutageCall, Ticket

_LINKS: tuple[tuple[str, Any, Any], ...] = (
    ("tickets.caller_id", Ticket, Ticket.caller_id),
    ("ticket_outage_calls.party_id", OutageCall, OutageCall.party_id),
)


def follow_merge(event: PartyMerged, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Point tickets and calls at the party that is kept, and note which ones."""
    for name, model, column in _LINKS:
        ids = uow.session.scalars(select(model.id).where(column == event.merged_id)).all()
        _point(uow.session, model, column, (ids, event.kept_id))
        if ids:
            event.moved[name] = [str(one) for one in ids]


def follow_undo(event: PartyMergeUndone, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Point the tickets and calls noted back at the party that was merged."""
    for name, model, column in _LINKS:
        ids = [UUID(one) for one in event.moved.get(name, ())]
        _point(uow.session, model, column, (ids, event.merged_id))


def _point(session: Session, model: Any, column: Any, move: tuple[Any, UUID]) -> None:
    ids, target = move
    if ids:
        session.execute(
            update(model).where(model.id.in_(ids)).values({column.key: target}),
            execution_options={"synchronize_session": False},
        )
