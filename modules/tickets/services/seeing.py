"""Decide on a ticket as it was seen: two people who decide at once are told."""

from __future__ import annotations

from app.auth.actor import Actor
from app.db import UnitOfWork
from modules.tickets.enums import STATUS_LABELS, EventKind
from modules.tickets.errors import TicketMoved
from modules.tickets.models import Ticket
from modules.tickets.services.recording import Happening, events_of

# What a step itself adds after its own event.
_FOLLOWS = {EventKind.RECATEGORISED: {EventKind.REPRIORITISED, EventKind.TOLD}}


def is_taken_already(
    ticket: Ticket, happening: Happening, version: int | None, actor: Actor, uow: UnitOfWork
) -> bool:
    """Tell whether the actor just took this very step, and sends it again for want of an answer.

    Raises TicketMoved when the ticket is not as it was seen for another reason (None: any).
    """
    if version in (None, ticket.version):
        return False
    follows = _FOLLOWS.get(happening.kind, {EventKind.TOLD})
    events = reversed(events_of(uow.session, ticket.id))
    last = next(event for event in events if event.kind not in follows)
    taken = (last.kind, last.actor_id, last.text)
    is_same = taken == (happening.kind, actor.user_id, happening.text.strip())
    if is_same and happening.data.items() <= last.data.items():
        return True
    raise TicketMoved(ticket.number, str(STATUS_LABELS[ticket.status]), ticket.version)
