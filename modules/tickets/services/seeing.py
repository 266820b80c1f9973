"""Decide on a ticket as it was seen: two people who decide at once are told."""

from __future__ import annotations

from app.auth.actor import Actor
from app.db import UnitOfWork
from app.deciding import is_step_of
from modules.tickets.enums import STATUS_LABELS, EventKind
from modules.tickets.errors import TicketMoved
from modules.tickets.lifecycle import bears_on_decisions
from modules.tickets.models import Ticket
from modules.tickets.services.recording import Happening, events_of

# What a step itself adds after its own event.
_FOLLOWS = {EventKind.RECATEGORISED: {EventKind.REPRIORITISED}}


def is_taken_already(
    ticket: Ticket, happening: Happening, version: int | None, actor: Actor, uow: UnitOfWork
) -> bool:
    """Tell whether the actor just took this very step, and sends it again for want of an answer.

    Raises TicketMoved when the ticket is not as it was seen for another reason (None: any).
    """
    if ticket.is_as_seen(version):
        return False
    follows = _FOLLOWS.get(happening.kind, set())
    events = reversed(events_of(uow.session, ticket.id))
    last = next(e for e in events if bears_on_decisions(e.kind) and e.kind not in follows)
    if is_step_of(actor, last, happening):
        return True
    raise TicketMoved(ticket.number, str(STATUS_LABELS[ticket.status]), ticket.version)
