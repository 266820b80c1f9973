"""Open another ticket for an alert that goes on after its ticket came to an end."""

from __future__ import annotations

from uuid import UUID

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.energy.api import sentence_to_keep
from modules.energy.events import BREAKDOWN
from modules.tickets.commands import LinkTickets, OpenTicket, Place
from modules.tickets.enums import STATUS_LABELS, LinkKind, TicketSource
from modules.tickets.errors import AlertOver, StepNotPossible
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import get_ticket
from modules.tickets.services.opening import open_ticket
from modules.tickets.services.steps import link_tickets


def renew_ticket(actor: Actor, ticket_id: UUID, uow: UnitOfWork, clock: Clock) -> Ticket:
    """Open a ticket like the one an alert opened, due from now; the alert is told there henceforth.

    Raises StepNotPossible while the earlier one, or the one it repeats, is open, AlertOver when its
    alert is over or has another ticket already.
    """
    require(actor, TicketPermission.OPEN)
    earlier = get_ticket(actor, uow.session, ticket_id)
    if earlier.is_open:
        raise StepNotPossible(earlier.number, str(STATUS_LABELS[earlier.status]))
    if earlier.duplicate_of_id is not None:
        original = uow.session.get_one(Ticket, earlier.duplicate_of_id)
        if original.is_open:  # somebody works on it there
            raise StepNotPossible(original.number, str(STATUS_LABELS[original.status]))
    if not earlier.has_open_alert:
        raise AlertOver
    alert_id, earlier.alert_id = earlier.alert_id, None
    uow.flush()  # an alert has one ticket: the earlier one lets go first
    command = OpenTicket(
        place=Place(
            lot_id=earlier.lot_id,
            building_id=earlier.building_id,
            installation_id=earlier.installation_id,
            room_id=earlier.room_id,
            note=earlier.place_note,
        ),
        category_key=earlier.category_key,
        title=earlier.stored_title,
        description=sentence_to_keep(earlier.alert["sentence"]),
        source=TicketSource.ALERT,
        trade=earlier.trade,
        priority_key=BREAKDOWN,
        priority_reason=earlier.alert["number"],
        alert_id=alert_id,
        alert=earlier.alert,
    )
    ticket = open_ticket(actor, command, uow, clock)
    return link_tickets(actor, ticket.id, LinkTickets(earlier.id, LinkKind.SAME_CAUSE), uow, clock)
