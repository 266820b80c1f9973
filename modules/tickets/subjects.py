"""Tickets as records that take files, comments and a history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.subjects import Subject, SubjectKind
from modules.tickets.enums import EVENT_LABELS, WAITING_LABELS
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import visible_tickets


def find_ticket_subject(actor: Actor, session: Session, ticket_id: UUID) -> Subject | None:
    """Return a ticket as an actor sees it, None outside their scope or rights."""
    if not actor.can(TicketPermission.READ):
        return None
    found = visible_tickets(actor, select(Ticket).where(Ticket.id == ticket_id))
    ticket = session.scalars(found).one_or_none()
    if ticket is None:
        return None
    return Subject(
        type="ticket",
        id=ticket.id,
        label=ticket.number,
        url=f"/tickets/{ticket.id}",
        building_id=ticket.building_id,
        can_write=actor.can(TicketPermission.NOTE),
        can_comment=actor.can(TicketPermission.NOTE),
    )


TICKET = SubjectKind(
    type="ticket",
    label=_l("Ticket"),
    find=find_ticket_subject,
    actions={f"tickets.ticket.{kind.value}": label for kind, label in EVENT_LABELS.items()},
    fields={
        "category": _l("Category"),
        "priority": _l("Priority"),
        "reason": _l("Reason"),
        "text": _l("Text"),
    },
    values={"reason": WAITING_LABELS},
)
