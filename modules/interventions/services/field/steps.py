"""What moves an order along from a tablet, and the texts both sides may write."""

from __future__ import annotations

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from modules.interventions.commands import CompleteOrder, FollowOn, NoAccess
from modules.interventions.enums import EntryKind, NoAccessReason, OrderEventKind, Outcome
from modules.interventions.errors import ORDER_FINISHED
from modules.interventions.models import OrderEntry, WorkOrder
from modules.interventions.services.field.conflicts import refuse_conflict
from modules.interventions.services.field.operation import Operation, Refused, refusal
from modules.interventions.services.field.payloads import BadPayload, Payload
from modules.interventions.services.recording import (
    SHARED_FIELDS,
    Hand,
    Happening,
    get_order_to_work_on,
    write_shared_fields,
)
from modules.interventions.services.visits import (
    ask_follow_on,
    complete_order,
    pause_visit,
    record_no_access,
    resume_visit,
    start_visit,
    travel_to,
)
from modules.tickets.api import Trade

_SIGN_FIRST = _l("This order needs a signature, or the reason why there is none.")


def start(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Start the visit."""
    _refuse_finished(actor, operation, uow)
    return start_visit(actor, operation.order_id, operation.made_at, uow, clock)


def travel(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Say that the technician is on the way."""
    _refuse_finished(actor, operation, uow)
    return travel_to(actor, operation.order_id, operation.made_at, uow, clock)


def pause(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Interrupt the work."""
    _refuse_finished(actor, operation, uow)
    reason = Payload(operation.payload).text("reason")
    happening = Happening(OrderEventKind.PAUSED, reason, at=operation.made_at)
    return pause_visit(actor, operation.order_id, happening, uow, clock)


def resume(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Go on with the work."""
    _refuse_finished(actor, operation, uow)
    return resume_visit(actor, operation.order_id, operation.made_at, uow, clock)


def no_access(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """End the visit because nobody could get in."""
    _refuse_finished(actor, operation, uow)
    payload = Payload(operation.payload)
    command = NoAccess(
        reason=payload.choice("reason", NoAccessReason),
        card_left=payload.flag("card_left"),
        call_attempted=payload.flag("call_attempted"),
        proposed_slot=payload.text("proposed_slot"),
        text=payload.text("text"),
    )
    at = operation.made_at
    return record_no_access(actor, operation.order_id, command, uow, clock, at=at)


def follow_on(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Ask for further work."""
    payload = Payload(operation.payload)
    command = FollowOn(
        text=payload.text("text", needed=True),
        trade=payload.maybe("trade", Trade),
        urgent=payload.flag("urgent"),
        two_people=payload.flag("two_people"),
        material=payload.text("material"),
    )
    request = payload.uuid("request_id")
    ask_follow_on(actor, operation.order_id, request, command, uow, clock)
    return get_order_to_work_on(actor, operation.order_id, uow)


def change(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Write the texts both sides may write."""
    order = get_order_to_work_on(actor, operation.order_id, uow)
    fields = Payload(operation.payload).object("fields")
    values = {name: fields.text(name) for name in SHARED_FIELDS if name in fields.values}
    if not values:
        raise BadPayload("fields")
    refuse_conflict(order, values, actor, operation, uow)
    hand = Hand(actor, operation.device_id)
    write_shared_fields(order, values, hand, uow, operation.made_at)
    return order


def complete(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """End the visit: the work is done, or could not be finished."""
    order = _refuse_finished(actor, operation, uow)
    payload = Payload(operation.payload)
    outcome = payload.choice("outcome", Outcome, Outcome.DONE)
    values = {name: payload.text(name) for name in SHARED_FIELDS if payload.text(name)}
    refuse_conflict(order, values, actor, operation, uow)
    if outcome is Outcome.DONE and order.needs_signature and not _is_signed(order, uow):
        raise Refused(refusal(operation, "signature_required", _SIGN_FIRST))
    command = CompleteOrder(
        is_done=outcome is Outcome.DONE, device_id=operation.device_id, **values
    )
    at = operation.made_at
    return complete_order(actor, operation.order_id, command, uow, clock, at=at)


def _refuse_finished(actor: Actor, operation: Operation, uow: UnitOfWork) -> WorkOrder:
    order = get_order_to_work_on(actor, operation.order_id, uow)
    if not order.is_open:
        raise Refused(refusal(operation, "order_closed", ORDER_FINISHED))
    return order


def _is_signed(order: WorkOrder, uow: UnitOfWork) -> bool:
    query = select(OrderEntry.id).where(
        OrderEntry.order_id == order.id, OrderEntry.kind == EntryKind.SIGNATURE
    )
    return uow.session.execute(query.limit(1)).first() is not None
