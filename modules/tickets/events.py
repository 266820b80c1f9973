"""What tickets tells the other modules."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.i18n import LazyText
from app.privacy import PersonRef
from modules.tickets.enums import EventKind, TicketStatus, Trade


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """Something happened to a ticket; `status` is where it stands now."""

    ticket_id: UUID
    number: str
    kind: EventKind
    status: TicketStatus


@dataclass(frozen=True, slots=True)
class DangerReported:
    """A ticket has become immediate, by a report or a new priority: somebody must leave now."""

    ticket_id: UUID
    number: str
    title: LazyText | str
    building_id: UUID


@dataclass(frozen=True, slots=True)
class GivenToTeam:
    """A ticket is a team's from now on, of those of a trade: another's than before, or new."""

    ticket_id: UUID
    number: str
    title: LazyText | str
    trade: Trade
    building_id: UUID | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class OutageEnded:
    """A known failure is over; everybody who called about it is told."""

    outage_id: UUID


@dataclass(frozen=True, slots=True)
class CallsForgotten:
    """A person is forgotten in their own calls: what was made of these forgets their words too.

    `person` has the numbers and addresses under which they called among the words.
    """

    ticket_ids: tuple[UUID, ...]
    person: PersonRef
