"""Orders at contractors: whose, and whether the contractor was reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.auth.actor import Actor
from app.mail import MailState, OutboxMail, mails_about
from modules.interventions.enums import OPEN_STATUSES, OrderEventKind
from modules.interventions.models import ABOUT, WorkOrder
from modules.interventions.queries.orders import list_events, visible_orders
from modules.parties.api import (
    Contact,
    OrganisationFacts,
    contact_of,
    organisation_facts,
    party_labels,
)

MOST = 100
_NOT_LEFT = (MailState.FAILED, MailState.OUTDATED)


@dataclass(frozen=True, slots=True)
class AtContractor:
    """How to reach the contractor of an order, what was mailed of it, and what they answered."""

    contact: Contact
    mails: Sequence[OutboxMail]
    has_accepted: bool

    @property
    def needs_call(self) -> bool:
        """Say whether no mail reaches them, so that somebody has to call or print."""
        return not self.contact.email or any(mail.state in _NOT_LEFT for mail in self.mails[:1])


def describe_contractor(session: Session, order: WorkOrder) -> AtContractor | None:
    """Gather what the sheet of an order says of its contractor; None when no firm has it."""
    contact = contact_of(session, order.contractor_id) if order.contractor_id else None
    if contact is None:
        return None
    mails = mails_about(session, ABOUT, order.id)
    return AtContractor(
        contact,
        [mail for mail in mails if mail.to_address in contact.emails],
        _has_accepted(session, order),
    )


def _has_accepted(session: Session, order: WorkOrder) -> bool:
    """Say whether they accepted since the order was given to them."""
    for event in reversed(list_events(session, order.id)):
        if event.kind in (OrderEventKind.ACCEPTED, OrderEventKind.ASSIGNED):
            return event.kind is OrderEventKind.ACCEPTED
    return False


def contractor_names(session: Session, orders: Iterable[WorkOrder]) -> dict[UUID, str]:
    """Return the names of the contractors of orders, in one query."""
    return party_labels(session, [one.contractor_id for one in orders if one.contractor_id])


def list_contractors(session: Session) -> list[tuple[UUID, str]]:
    """Return the organisations that have or had an order, by name."""
    names = [(one.id, one.name) for one in contractor_facts(session)]
    return sorted(names, key=lambda item: (item[1].casefold(), item[0]))


def contractor_facts(session: Session) -> Collection[OrganisationFacts]:
    """Return name and reference of the organisations that have or had an order."""
    held = select(WorkOrder.contractor_id).where(WorkOrder.contractor_id.is_not(None)).distinct()
    return organisation_facts(session, [key for key in session.scalars(held) if key]).values()


def list_orders_of_contractor(
    actor: Actor, session: Session, party_id: UUID
) -> Sequence[WorkOrder]:
    """Return the orders given to an organisation: open ones first, those due first among them."""
    is_over = WorkOrder.status.not_in(OPEN_STATUSES)
    statement = (
        select(WorkOrder)
        .where(WorkOrder.contractor_id == party_id)
        .options(joinedload(WorkOrder.technician))
        .order_by(is_over, WorkOrder.due_at.is_(None), WorkOrder.due_at, WorkOrder.number.desc())
        .limit(MOST)
    )
    return session.scalars(visible_orders(actor, statement)).all()
