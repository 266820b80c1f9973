"""Tickets for programs: the same services and rights as the screens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView
from sqlalchemy import select

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.search.normalise import normalise
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.tickets import services
from modules.tickets.commands import CallAgain, OpenTicket
from modules.tickets.models import Ticket, TicketEvent
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import get_ticket, list_events, visible_tickets
from modules.tickets.schemas_api import (
    CallAgainApiIn,
    EventOut,
    TicketApiIn,
    TicketApiQuery,
    TicketOut,
)

blueprint = ApiBlueprint(
    "tickets_api", __name__, url_prefix="/api/v1/tickets", description="What was said: tickets."
)


@blueprint.route("")
class Tickets(MethodView):
    """All tickets."""

    @needs(TicketPermission.READ)
    @blueprint.arguments(TicketApiQuery, location="query")
    @blueprint.paged(TicketOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Ticket]:
        """List tickets, the latest first."""
        statement = visible_tickets(current_actor(), select(Ticket))
        for name in ("building_id", "lot_id", "room_id", "caller_id"):
            if query[name] is not None:
                statement = statement.where(getattr(Ticket, name) == query[name])
        if query["status"]:
            statement = statement.where(Ticket.status.in_(query["status"]))
        if query["category_key"]:
            start = query["category_key"]
            statement = statement.where(Ticket.category_key.startswith(start, autoescape=True))
        for word in normalise(query["q"]).split():
            statement = statement.where(Ticket.search_text.contains(word, autoescape=True))
        if query["updated_since"] is not None:
            statement = statement.where(Ticket.updated_at >= query["updated_since"])
        return paginate(reader(), statement.order_by(Ticket.opened_at.desc(), Ticket.id), page)

    @needs(TicketPermission.OPEN)
    @blueprint.arguments(TicketApiIn)
    @blueprint.response(201, TicketOut)
    @blueprint.versioned
    def post(self, command: OpenTicket) -> Ticket:
        """Open a ticket; its number, priority and deadline are given here."""
        with open_unit_of_work() as uow:
            return services.open_ticket(current_actor(), command, uow, current_clock())


@blueprint.route("/<uuid:ticket_id>")
class TicketById(MethodView):
    """One ticket."""

    @needs(TicketPermission.READ)
    @blueprint.response(200, TicketOut)
    @blueprint.versioned
    def get(self, ticket_id: UUID) -> Ticket:
        """Show a ticket."""
        return get_ticket(current_actor(), reader(), ticket_id)


@blueprint.route("/<uuid:ticket_id>/events")
class TicketEvents(MethodView):
    """What happened to a ticket."""

    @needs(TicketPermission.READ)
    @blueprint.response(200, EventOut(many=True))
    def get(self, ticket_id: UUID) -> Sequence[TicketEvent]:
        """List the events of a ticket in the order in which they were recorded."""
        return list_events(current_actor(), reader(), ticket_id)


@blueprint.route("/<uuid:ticket_id>/calls")
class TicketCalls(MethodView):
    """Further calls about the same thing."""

    @needs(TicketPermission.NOTE)
    @blueprint.arguments(CallAgainApiIn)
    @blueprint.response(200, TicketOut)
    def post(self, command: CallAgain, ticket_id: UUID) -> Ticket:
        """Note that somebody reports the same thing again."""
        with open_unit_of_work() as uow:
            return services.call_again(current_actor(), ticket_id, command, uow, current_clock())
