"""How tickets are found in the search box: by number, by telephone, by words of what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import format_date
from app.i18n import lazy as _l
from app.search.identifiers import Identifier, IdentifierKind, numbers_of
from app.search.providers import Hit
from app.search.statements import IDS, kept_for_readers
from modules.tickets.enums import OPEN_STATUSES, STATUS_LABELS
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import (
    find_ticket_by_number,
    list_of_phones,
    visible_tickets,
)
from modules.tickets.services.opening import SERIES

MOST = 20


@kept_for_readers
def _tickets(actor: Actor) -> Select[Any]:
    return visible_tickets(actor, select(Ticket).where(Ticket.id.in_(IDS)))


class TicketSearch:
    """Tickets."""

    kind = "ticket"
    label = _l("Tickets")
    permission = TicketPermission.READ
    icon = "ticket"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Find by the number of the ticket, or by the telephone of who reported it."""
        numbers = numbers_of(SERIES, identifiers)
        found = (find_ticket_by_number(actor, session, number) for number in numbers)
        phones = [f"+{one.value}" for one in identifiers if one.kind is IdentifierKind.PHONE]
        called = list_of_phones(actor, session, phones, MOST)
        return [_hit(ticket) for ticket in (*found, *called) if ticket is not None]

    def documents(self, session: Session, ids: Sequence[UUID] | None) -> Iterable[tuple[UUID, str]]:
        """Return the words of the open tickets; years of closed ones are searched in the list.

        Every worker holds these words in memory, and a caller asks about what is still open.
        """
        statement = select(Ticket.id, Ticket.search_text).where(Ticket.status.in_(OPEN_STATUSES))
        if ids is not None:
            statement = statement.where(Ticket.id.in_(ids))
        return [(key, text) for key, text in session.execute(statement)]

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return the tickets the actor may see."""
        return [_hit(ticket) for ticket in session.scalars(_tickets(actor), {"ids": ids})]


def _hit(ticket: Ticket) -> Hit:
    return Hit(
        id=ticket.id,
        title=ticket.title,
        detail=f"{ticket.number} · {format_date(ticket.opened_at)}",
        endpoint="tickets.ticket_detail",
        params={"ticket_id": str(ticket.id)},
        badge=str(STATUS_LABELS[ticket.status]),
    )
