"""What happens to a ticket, for programs: every step of its sheet, links, and the letter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.api import Step, TextApiIn, offer_step, with_text
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work
from app.web.downloads import download
from app.web.letterhead import letterhead_desk
from modules.tickets import services
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.printed import print_letter
from modules.tickets.routes_api.tickets import TicketById, blueprint
from modules.tickets.schemas_api import (
    CategoryApiIn,
    DeferApiIn,
    DuplicateApiIn,
    HoldApiIn,
    LinkApiIn,
    PriorityApiIn,
    TicketOut,
)


def _start(
    actor: Actor, ticket_id: UUID, data: dict[str, int], uow: UnitOfWork, clock: Clock
) -> Ticket:
    return services.start_ticket(actor, ticket_id, uow, clock, version=data["version"])


def _duplicate(
    actor: Actor, ticket_id: UUID, data: dict[str, Any], uow: UnitOfWork, clock: Clock
) -> Ticket:
    original, version = data["of_id"], data["version"]
    return services.mark_duplicate(actor, ticket_id, original, uow, clock, version=version)


def _renew(actor: Actor, ticket_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Ticket:
    return services.renew_ticket(actor, ticket_id, uow, clock)


P = TicketPermission
TICKET = "/<uuid:ticket_id>"
STEPS = (
    Step(f"{TICKET}/notes", P.NOTE, with_text(services.note_ticket), "Add a note.", TextApiIn),
    Step(
        f"{TICKET}/qualification",
        P.HANDLE,
        with_text(services.qualify_ticket),
        "Say that a ticket was looked at and is complete.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/start",
        P.HANDLE,
        _start,
        "Say that work on a ticket has begun.",
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/hold",
        P.HANDLE,
        services.put_on_hold,
        "Put a ticket on hold; the deadline stands still unless the office is the reason.",
        HoldApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/deferral",
        P.HANDLE,
        services.defer_ticket,
        "Take a ticket up again on a later day.",
        DeferApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/resumption",
        P.HANDLE,
        with_text(services.resume_ticket),
        "Go on with a ticket that waited.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/completion",
        P.HANDLE,
        with_text(services.complete_ticket),
        "Say that the work on a ticket is done; the caller is told.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/return",
        P.NOTE,
        with_text(services.return_ticket),
        "Say that the problem is not solved; asks for what is still wrong.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/closure",
        P.CLOSE,
        with_text(services.close_ticket),
        "Close.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/cancellation",
        P.CANCEL,
        with_text(services.cancel_ticket),
        "Cancel a ticket; asks for the reason.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/reopening",
        P.HANDLE,
        with_text(services.reopen_ticket),
        "Open a finished ticket again; asks for the reason.",
        TextApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/renewal",
        P.OPEN,
        _renew,
        "Open another ticket for the alert of one that has ended; the answer is the new one.",
    ),
    Step(
        f"{TICKET}/priority",
        P.PRIORITISE,
        services.change_priority,
        "Give another priority, with the reason; the deadline is counted again.",
        PriorityApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/category",
        P.HANDLE,
        services.change_category,
        "Give another kind of problem, and its priority when asked.",
        CategoryApiIn,
        decides_on=TicketById,
    ),
    Step(
        f"{TICKET}/links",
        P.NOTE,
        services.link_tickets,
        "Say that another ticket belongs to this one.",
        LinkApiIn,
    ),
    Step(
        f"{TICKET}/duplicate",
        P.HANDLE,
        _duplicate,
        "Say that a ticket repeats another, which keeps the work.",
        DuplicateApiIn,
        decides_on=TicketById,
    ),
)
for _each in STEPS:
    offer_step(blueprint, _each, TicketOut)


@blueprint.route(f"{TICKET}/letter")
class TicketLetter(MethodView):
    """The letter to a caller."""

    @needs(TicketPermission.HANDLE)
    @blueprint.response(200, content_type="application/pdf")
    def post(self, ticket_id: UUID) -> Response:
        """Write to the caller where the report stands: a PDF, noted as told by letter."""
        with open_unit_of_work() as uow:
            letter = services.write_letter(current_actor(), ticket_id, uow, current_clock())
        printed = print_letter(letter, letterhead_desk().kept())
        return download(printed, f"{letter.number}.pdf", "application/pdf")
