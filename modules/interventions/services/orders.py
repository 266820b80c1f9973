"""What a dispatcher does: create, plan, hold, close and cancel orders; to assign, see assigning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.errors import Invalid
from app.i18n import format_date, format_datetime, format_time, use_locale
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.ids import new_id
from app.numbers import next_number
from modules.energy.api import title_to_read
from modules.interventions.commands import CreateOrder, ScheduleOrder
from modules.interventions.enums import OPEN_STATUSES, OrderEventKind
from modules.interventions.errors import BadPlan, PlannedInPast
from modules.interventions.models import OrderTicket, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import contractor_name, get_order, ticket_ids_of
from modules.interventions.services.overlaps import ask_about_overlap
from modules.interventions.services.recording import Happening, add_event
from modules.interventions.services.seeing import require_seen, take_step
from modules.interventions.services.telling import tell_assignee
from modules.portfolio.api import (
    get_building,
    get_installation,
    place_facts,
    refuse_plant_elsewhere,
)
from modules.tickets.api import (
    EventKind,
    Progress,
    TicketFacts,
    Trade,
    get_ticket_facts,
    list_ticket_facts,
    record_progress,
    tell_of_visit,
)

SERIES = "WO"
NORMAL = "normal"


def create_order(actor: Actor, command: CreateOrder, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Order work for one ticket, for several, or for none; its tickets are qualified by it."""
    require(actor, OrderPermission.CREATE)
    tickets = [get_ticket_facts(actor, uow.session, one) for one in command.ticket_ids]
    order = _new_order(actor, command, tickets, uow, clock)
    uow.session.add(order)
    uow.flush()
    for ticket in tickets:
        uow.session.add(OrderTicket(order_id=order.id, ticket_id=ticket.id))
    uow.flush()
    data = {"tickets": [ticket.number for ticket in tickets]}
    add_event(order, Happening(OrderEventKind.CREATED, data=data), actor, uow, clock)
    for ticket in tickets:
        record_progress(ticket.id, Progress(EventKind.QUALIFIED), actor, uow, clock)
        ordered = Progress(EventKind.ORDERED, text=order.number)
        record_progress(ticket.id, ordered, actor, uow, clock)
    return order


def schedule_order(
    actor: Actor, order_id: UUID, command: ScheduleOrder, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Plan the visit and tell whoever reported the problem when somebody comes.

    A visit that would be over is refused, but for one a file tells of: of that nobody is told.
    """
    require(actor, OrderPermission.ASSIGN)
    if command.end <= command.start:
        raise BadPlan
    if command.end <= clock.now() and not command.is_taken_over:
        raise PlannedInPast
    order = get_order(actor, uow.session, order_id)
    require_seen(order, command.version, uow)
    if not command.is_confirmed:
        slot = command.start, command.end
        ask_about_overlap(order, order.technician_id, slot, actor, uow, clock)
    data = {"start": command.start.isoformat(), "end": command.end.isoformat()}
    add_event(order, Happening(OrderEventKind.SCHEDULED, data=data), actor, uow, clock)
    if command.end <= clock.now():
        return order
    planned = _l(
        "Order %(number)s is planned on %(moment)s: %(title)s",
        number=order.number,
        moment=format_datetime(command.start),
        title=title_to_read(order.stored_title),
    )
    tell_assignee(order, planned, actor, uow, clock, with_order=True)
    firm = contractor_name(uow.session, order)
    for ticket in _tickets(order, actor, uow):
        with use_locale(ticket.contact_locale):
            sentence = _visit_sentence(command, firm)
        tell_of_visit(ticket.id, sentence, actor, uow, clock)
    return order


def hold_order(
    actor: Actor,
    order_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> WorkOrder:
    """Put an order on hold; asks for the reason."""
    require(actor, OrderPermission.ASSIGN)
    step = Happening(OrderEventKind.HELD, needed_reason(reason))
    order, is_new = take_step(actor, order_id, step, version, uow, clock)
    if not is_new:
        return order
    named = {"number": order.number}
    said = _l("Order %(number)s is on hold: %(reason)s", reason=reason.strip(), **named)
    wait = _l("Order %(number)s is on hold. Please wait until you hear from us.", **named)
    tell_assignee(order, said, actor, uow, clock, to_firm=wait)
    return order


def close_order(
    actor: Actor,
    order_id: UUID,
    note: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> WorkOrder:
    """Close an order whose work is done: the office has checked it."""
    require(actor, OrderPermission.CLOSE)
    step = Happening(OrderEventKind.CLOSED, note)
    order, _is_new = take_step(actor, order_id, step, version, uow, clock)
    return order


def cancel_order(
    actor: Actor,
    order_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> WorkOrder:
    """Cancel an order; its tickets stay open and need another one."""
    require(actor, OrderPermission.CANCEL)
    step = Happening(OrderEventKind.CANCELLED, needed_reason(reason))
    order, is_new = take_step(actor, order_id, step, version, uow, clock)
    if not is_new:
        return order
    named = {"number": order.number}
    said = _l("Order %(number)s is cancelled: %(reason)s", reason=reason.strip(), **named)
    stop = _l("Order %(number)s is cancelled. Please do not carry it out.", **named)
    tell_assignee(order, said, actor, uow, clock, to_firm=stop)
    return order


def reopen_order(
    actor: Actor,
    order_id: UUID,
    reason: str,
    uow: UnitOfWork,
    clock: Clock,
    *,
    version: int | None = None,
) -> WorkOrder:
    """Open a finished order again; asks for the reason."""
    require(actor, OrderPermission.ASSIGN)
    step = Happening(OrderEventKind.REOPENED, needed_reason(reason))
    order, is_new = take_step(actor, order_id, step, version, uow, clock)
    if not is_new:
        return order
    named = {"number": order.number}
    said = _l("Order %(number)s is open again: %(reason)s", reason=reason.strip(), **named)
    again = _l("Order %(number)s is open again. We ask you to carry it out.", **named)
    tell_assignee(order, said, actor, uow, clock, to_firm=again, with_order=True)
    return order


def note_order(actor: Actor, order_id: UUID, text: str, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Add a note of the office to an order."""
    require(actor, OrderPermission.CREATE)
    order = get_order(actor, uow.session, order_id)
    add_event(order, Happening(OrderEventKind.NOTED, needed_reason(text)), actor, uow, clock)
    return order


def has_open_orders(uow: UnitOfWork, ticket_id: UUID, besides: UUID) -> bool:
    """Say whether another order still works on a ticket."""
    query = (
        select(WorkOrder.id)
        .join(OrderTicket, OrderTicket.order_id == WorkOrder.id)
        .where(
            OrderTicket.ticket_id == ticket_id,
            WorkOrder.id != besides,
            WorkOrder.status.in_(OPEN_STATUSES),
        )
        .limit(1)
    )
    return uow.session.execute(query).first() is not None


def _new_order(
    actor: Actor,
    command: CreateOrder,
    tickets: Sequence[TicketFacts],
    uow: UnitOfWork,
    clock: Clock,
) -> WorkOrder:
    first = tickets[0] if tickets else None
    installation_id = command.installation_id or (first.installation_id if first else None)
    building_id = command.building_id or (first.building_id if first else None)
    lot_id = command.lot_id or (first.lot_id if first else None)
    asked, is_named = command.installation_id, bool(building_id or lot_id)
    if asked is not None and not is_named:
        building_id = get_installation(actor, uow.session, asked).building_id
    facts = place_facts(actor, uow.session, building_id=building_id, lot_id=lot_id)
    if asked is not None and is_named and asked not in _carried_plants(command, first, uow):
        refuse_plant_elsewhere(actor, uow.session, asked, facts)
    title = _title(command, first)
    now = clock.now()
    return WorkOrder(
        id=new_id(),
        number=next_number(SERIES, uow, clock),
        external_ref=command.external_ref.strip() or None,
        stored_title=title[:160],
        description=_description(command, first),
        work_class=command.work_class,
        priority_key=command.priority_key or _most_urgent(tickets),
        trade=command.trade or (first.trade if first else Trade.MULTI_SKILLED),
        building_id=facts.building_id,
        area_id=get_building(actor, uow.session, facts.building_id).area_id,
        lot_id=facts.lot_id,
        installation_id=installation_id,
        parent_id=command.parent_id,
        contact_name=first.contact_name if first else "",
        contact_phone=first.contact_phone if first else "",
        contact_locale=first.contact_locale if first else "fr",
        availability=first.availability if first else "",
        planner_note=command.planner_note.strip(),
        due_at=command.due_at or _earliest_due(tickets),
        estimated_minutes=command.estimated_minutes,
        needs_signature=command.needs_signature,
        needs_two=command.needs_two,
        created_at=now,
        updated_at=now,
    )


def _carried_plants(
    command: CreateOrder, first: TicketFacts | None, uow: UnitOfWork
) -> set[UUID | None]:
    """Return the installations that need no check: its ticket's and that of its parent."""
    parent = uow.session.get(WorkOrder, command.parent_id) if command.parent_id else None
    return {one.installation_id for one in (first, parent) if one is not None}


def _title(command: CreateOrder, first: TicketFacts | None) -> str:
    """Return the words typed, or the ticket's as stored: read in any language from then on."""
    typed = command.title.strip()
    if first is not None and typed in ("", first.title):
        return first.stored_title
    if not typed:
        raise Invalid("title_needed", _l("Say in a few words what must be done."), field="title")
    return typed


def _description(command: CreateOrder, first: TicketFacts | None) -> str:
    """Return what was given, empty included: what a caller said is not for every contractor.

    The ticket's own words are kept as stored: an alert is read in any language from then on.
    """
    if command.description is None:
        return first.stored_told if first else ""
    typed = command.description.strip()
    is_same = first is not None and typed.splitlines() == first.told.strip().splitlines()
    return first.stored_told if first is not None and is_same else typed


def _most_urgent(tickets: Sequence[TicketFacts]) -> str:
    due = sorted(tickets, key=lambda ticket: (ticket.due_at is None, ticket.due_at))
    return due[0].priority_key if due else NORMAL


def _earliest_due(tickets: Sequence[TicketFacts]) -> datetime | None:
    return min((ticket.due_at for ticket in tickets if ticket.due_at), default=None)


def _tickets(order: WorkOrder, actor: Actor, uow: UnitOfWork) -> Sequence[TicketFacts]:
    return list_ticket_facts(actor, uow.session, ticket_ids_of(uow.session, order.id))


def _visit_sentence(visit: ScheduleOrder, firm: str) -> str:
    moment = {
        "day": format_date(visit.start.astimezone(BRUSSELS).date(), "full"),
        "start": format_time(visit.start),
        "end": format_time(visit.end),
    }
    if firm:
        return _(
            "%(firm)s comes for us on %(day)s between %(start)s and %(end)s.", firm=firm, **moment
        )
    return _("A technician comes on %(day)s between %(start)s and %(end)s.", **moment)


def needed_reason(text: str) -> str:
    """Return the reason of a step; Invalid when none is given."""
    if not text.strip():
        raise Invalid("reason_needed", _l("Give the reason in a few words."), field="reason")
    return text
