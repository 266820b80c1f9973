"""What a technician does on the spot: travel, start, add, end, or find a closed door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import Invalid
from app.i18n import lazy as _l
from app.ids import new_id
from modules.energy.api import watch_alert
from modules.interventions.commands import (
    CompleteOrder,
    CreateOrder,
    FollowOn,
    NoAccess,
    ReportNoAccess,
    ReportWork,
)
from modules.interventions.enums import (
    NO_ACCESS_LABELS,
    EntryKind,
    OrderEventKind,
    OrderStatus,
    Outcome,
)
from modules.interventions.errors import (
    DoneBeforeOrdered,
    DoneBeforePlanned,
    ReportedAhead,
    VisitBeforeOrdered,
)
from modules.interventions.events import OrderCompleted
from modules.interventions.models import OrderEntry, Visit, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import (
    contractor_name,
    find_technician,
    get_order,
    ticket_ids_of,
)
from modules.interventions.services.assigning import require_at_contractor
from modules.interventions.services.orders import create_order, has_open_orders
from modules.interventions.services.recording import (
    Hand,
    Happening,
    add_event,
    as_house,
    find_entry,
    get_order_to_add_to,
    get_order_to_work_on,
    write_shared_fields,
)
from modules.interventions.services.seeing import is_taken_already
from modules.tickets.api import (
    EventKind,
    Progress,
    WaitingReason,
    list_ticket_facts,
    record_progress,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to add to an order; the identifier is made on the tablet."""

    id: UUID
    kind: EntryKind
    made_at: datetime
    text: str = ""
    minutes: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def travel_to(
    actor: Actor, order_id: UUID, at: datetime | None, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Say that the technician is on the way."""
    order = get_order_to_work_on(actor, order_id, uow)
    add_event(order, Happening(OrderEventKind.TRAVELLED, at=at), actor, uow, clock)
    return order


def start_visit(
    actor: Actor, order_id: UUID, at: datetime | None, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Open the visit and stamp its start once; starting again while it is open changes nothing."""
    order = get_order_to_work_on(actor, order_id, uow)
    if _open_visit(order, uow) is not None and order.status is OrderStatus.IN_PROGRESS:
        return order
    event = add_event(order, Happening(OrderEventKind.STARTED, at=at), actor, uow, clock)
    if _open_visit(order, uow) is None:
        _new_visit(order, event.at, actor, uow)
    for ticket_id in ticket_ids_of(uow.session, order.id):
        progress = Progress(EventKind.STARTED, text=order.number, at=event.at)
        record_progress(ticket_id, progress, actor, uow, clock)
    return order


def pause_visit(
    actor: Actor, order_id: UUID, happening: Happening, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Interrupt the work; the visit stays open."""
    order = get_order_to_work_on(actor, order_id, uow)
    add_event(order, happening, actor, uow, clock)
    return order


def resume_visit(
    actor: Actor, order_id: UUID, at: datetime | None, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Go on with the work."""
    order = get_order_to_work_on(actor, order_id, uow)
    add_event(order, Happening(OrderEventKind.RESUMED, at=at), actor, uow, clock)
    return order


def await_material(
    actor: Actor, order_id: UUID, text: str, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Say that material is missing: the visit ends unfinished, the tickets wait for a part."""
    order = get_order_to_work_on(actor, order_id, uow)
    event = add_event(order, Happening(OrderEventKind.AWAITED_MATERIAL, text), actor, uow, clock)
    _end_visit(order, event.at, Outcome.UNFINISHED, text, actor, uow)
    for ticket_id in ticket_ids_of(uow.session, order.id):
        progress = Progress(EventKind.WAITED, text=text, reason=WaitingReason.PART)
        record_progress(ticket_id, progress, actor, uow, clock)
    return order


def record_no_access(
    actor: Actor,
    order_id: UUID,
    command: NoAccess,
    uow: UnitOfWork,
    clock: Clock,
    *,
    at: datetime | None = None,
) -> WorkOrder:
    """End the visit because nobody could get in; the tickets wait for access."""
    order = get_order_to_work_on(actor, order_id, uow)
    text = _no_access_text(command)
    data = {
        "reason": command.reason.value,
        "card_left": command.card_left,
        "call_attempted": command.call_attempted,
        "proposed_slot": command.proposed_slot,
    }
    happening = Happening(OrderEventKind.NO_ACCESS, text, data, at)
    event = add_event(order, happening, actor, uow, clock)
    visit = _end_visit(order, event.at, Outcome.NO_ACCESS, command.text, actor, uow)
    visit.no_access_reason = command.reason
    for ticket_id in ticket_ids_of(uow.session, order.id):
        progress = Progress(EventKind.WAITED, text, event.at, WaitingReason.ACCESS)
        record_progress(ticket_id, progress, actor, uow, clock)
    return order


def add_entry(
    actor: Actor, order_id: UUID, entry: Entry, uow: UnitOfWork, clock: Clock
) -> OrderEntry:
    """Add a note, hours, material… to an order, finished or not; the same identifier is once."""
    order = get_order_to_add_to(actor, order_id, uow)
    known = find_entry(order, entry.id, uow)
    if known is not None:
        return known
    visit = _open_visit(order, uow)
    row = OrderEntry(
        id=entry.id,
        order_id=order.id,
        visit_id=visit.id if visit else None,
        kind=entry.kind,
        actor_id=actor.user_id,
        actor_name=actor.display_name,
        made_at=entry.made_at,
        received_at=clock.now(),
        minutes=entry.minutes,
        text=entry.text.strip(),
        data=JsonDict(dict(entry.data)),
    )
    uow.session.add(row)
    uow.flush()
    return row


def ask_follow_on(
    actor: Actor, order_id: UUID, entry_id: UUID, command: FollowOn, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Ask for further work: a new order at the same place that keeps its parent and tickets."""
    order = get_order_to_work_on(actor, order_id, uow)
    known = find_entry(order, entry_id, uow)
    if known is not None:
        return uow.session.get_one(WorkOrder, UUID(str(known.data["order_id"])))
    if not command.text.strip():
        raise Invalid("text_needed", _l("Say what else must be done."), field="text")
    follow_on = create_order(
        as_house(actor),
        CreateOrder(
            ticket_ids=tuple(ticket_ids_of(uow.session, order.id)),
            title=command.text.strip().partition("\n")[0][:160],
            description=_follow_on_text(command),
            trade=command.trade or order.trade,
            priority_key="urgent" if command.urgent else order.priority_key,
            building_id=order.building_id,
            lot_id=order.lot_id,
            installation_id=order.installation_id,
            parent_id=order.id,
            due_at=order.due_at,
            needs_two=command.two_people,
        ),
        uow,
        clock,
    )
    data = {"order_id": str(follow_on.id), "number": follow_on.number}
    entry = Entry(entry_id, EntryKind.FOLLOW_ON, clock.now(), command.text, data=data)
    add_entry(actor, order_id, entry, uow, clock)
    happening = Happening(OrderEventKind.FOLLOWED_ON, follow_on.number, data)
    add_event(order, happening, actor, uow, clock)
    return follow_on


def complete_order(
    actor: Actor,
    order_id: UUID,
    command: CompleteOrder,
    uow: UnitOfWork,
    clock: Clock,
    *,
    at: datetime | None = None,
) -> WorkOrder:
    """End the visit with the work done, or not: then the order goes back to the dispatcher.

    A done order completes its tickets unless another order works on them, and the energy alerts
    behind them are watched from now on.
    """
    order = get_order_to_work_on(actor, order_id, uow)
    now = clock.now()
    texts = {"work_done": command.work_done, "diagnosis": command.diagnosis}
    filled = {name: text.strip() for name, text in texts.items() if text.strip()}
    write_shared_fields(order, filled, Hand(actor, command.device_id), uow, now)
    if not command.is_done:
        held = Happening(OrderEventKind.HELD, command.work_done or command.diagnosis, at=at)
        event = add_event(order, held, actor, uow, clock)
        _end_visit(order, event.at, Outcome.UNFINISHED, command.work_done, actor, uow)
        return order
    done = Happening(
        OrderEventKind.COMPLETED, command.work_done, at=_not_before_start(order, at, uow)
    )
    event = add_event(order, done, actor, uow, clock)
    _end_visit(order, event.at, Outcome.DONE, command.work_done, actor, uow)
    _complete_tickets(order, event.at, actor, uow, clock)
    return order


def report_work(
    actor: Actor, order_id: UUID, command: ReportWork, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Write down what a contractor says they did, by phone or note: they do not report it here."""
    require(actor, OrderPermission.ASSIGN)
    order = get_order(actor, uow.session, order_id)
    reported = Happening(OrderEventKind.COMPLETED, command.work_done)
    if is_taken_already(order, reported, command.version, actor, uow):
        return order
    if order.is_open:
        require_at_contractor(order)
    if _is_too_early(order, command.done_at):
        raise DoneBeforeOrdered(order.created_at)
    _refuse_future(command.done_at, "done_at", clock)
    planned = order.planned_start_at
    if (
        planned is not None
        and not command.is_confirmed
        and (command.done_at or clock.now()) < planned
    ):
        raise DoneBeforePlanned(planned)
    done = CompleteOrder(work_done=command.work_done, diagnosis=command.diagnosis)
    return complete_order(actor, order_id, done, uow, clock, at=command.done_at)


def report_no_access(
    actor: Actor, order_id: UUID, command: ReportNoAccess, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Write down that a contractor stood before a closed door: the visit is to be planned again.

    The tickets wait for access and their callers are told, as after a technician's visit.
    """
    require(actor, OrderPermission.ASSIGN)
    order = get_order(actor, uow.session, order_id)
    reported = Happening(OrderEventKind.NO_ACCESS, _no_access_text(command))
    if is_taken_already(order, reported, command.version, actor, uow):
        return order
    require_at_contractor(order)
    if _is_too_early(order, command.visited_at):
        raise VisitBeforeOrdered(order.created_at)
    _refuse_future(command.visited_at, "visited_at", clock)
    return record_no_access(actor, order_id, command, uow, clock, at=command.visited_at)


def _no_access_text(command: NoAccess) -> str:
    return f"{NO_ACCESS_LABELS[command.reason]}. {command.text}".strip()


def _is_too_early(order: WorkOrder, at: datetime | None) -> bool:
    """Say whether something came before its order; one of an older tool was made elsewhere."""
    # A page tells the minute, not the second.
    made_at = order.created_at.replace(second=0, microsecond=0)
    return at is not None and at < made_at and not order.external_ref


def _refuse_future(at: datetime | None, field: str, clock: Clock) -> None:
    if at is not None and at > clock.now():
        raise ReportedAhead(field)


def _complete_tickets(
    order: WorkOrder, at: datetime, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    ids = ticket_ids_of(uow.session, order.id)
    for ticket_id in ids:
        if not has_open_orders(uow, ticket_id, besides=order.id):
            progress = Progress(EventKind.COMPLETED, text=order.number, at=at)
            record_progress(ticket_id, progress, actor, uow, clock)
    found = list_ticket_facts(as_house(actor), uow.session, ids)
    alerts = tuple(ticket.alert_id for ticket in found if ticket.alert_id)
    for alert_id in alerts:
        watch_alert(actor, alert_id, order.number, uow, clock)
    completed = OrderCompleted(
        order_id=order.id,
        number=order.number,
        building_id=order.building_id,
        lot_id=order.lot_id,
        installation_id=order.installation_id,
        alert_ids=alerts,
        completed_at=at,
    )
    uow.publish(completed, actor, clock)


def _open_visit(order: WorkOrder, uow: UnitOfWork) -> Visit | None:
    statement = select(Visit).where(Visit.order_id == order.id, Visit.ended_at.is_(None))
    return uow.session.scalars(statement).first()


def _not_before_start(order: WorkOrder, at: datetime | None, uow: UnitOfWork) -> datetime | None:
    """Keep the end of a visit behind its start: the clock of a tablet may be put back meanwhile."""
    visit = _open_visit(order, uow)
    return max(at, visit.started_at) if at is not None and visit is not None else at


def _new_visit(order: WorkOrder, at: datetime, actor: Actor, uow: UnitOfWork) -> Visit:
    firm = contractor_name(uow.session, order)
    technician = None if firm else find_technician(uow.session, actor.user_id)
    visit = Visit(
        id=new_id(),
        order_id=order.id,
        technician_id=technician.id if technician else order.technician_id,
        actor_name=(firm or actor.display_name)[:120],
        started_at=at,
    )
    uow.session.add(visit)
    uow.flush()
    return visit


def _end_visit(
    order: WorkOrder, at: datetime, outcome: Outcome, report: str, actor: Actor, uow: UnitOfWork
) -> Visit:
    """End the open visit, or record one that was never started on the tablet."""
    visit = _open_visit(order, uow) or _new_visit(order, at, actor, uow)
    visit.ended_at = max(at, visit.started_at)
    visit.outcome = outcome
    visit.report = report.strip()
    uow.flush()
    return visit


def _follow_on_text(command: FollowOn) -> str:
    return "\n".join(part for part in (command.text.strip(), command.material.strip()) if part)
