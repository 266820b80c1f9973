"""Who called stays in the lists of people while a ticket of theirs is open."""

from __future__ import annotations

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.parties.api import PartyArchived, has_open_work
from modules.tickets.enums import OPEN_STATUSES
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import visible_tickets


def keep_open_callers(event: PartyArchived, actor: Actor, uow: UnitOfWork, _clock: Clock) -> None:
    """Refuse to archive who waits for an answer."""
    waiting = (
        select(Ticket.number)
        .where(Ticket.caller_id == event.party_id, Ticket.status.in_(OPEN_STATUSES))
        .order_by(Ticket.number)
        .limit(1)
    )
    if uow.session.scalar(waiting) is None:
        return
    may_read = actor.can(TicketPermission.READ)
    raise has_open_work(uow.session.scalar(visible_tickets(actor, waiting)) if may_read else None)
