"""Carry out what a tablet did while it was away, as `docs/offline_sync.md` says.

Each operation has an identifier made on the tablet and is done once. Additions never conflict;
the two shared texts are compared field by field; the clock of the tablet decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import AppError, NotFound
from app.i18n import lazy as _l
from modules.interventions.commands import CompleteOrder, FollowOn, NoAccess
from modules.interventions.enums import (
    EntryKind,
    NoAccessReason,
    OrderEventKind,
    Outcome,
)
from modules.interventions.models import FieldOperation, OrderEntry, OrderFieldChange, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services.payloads import BadPayload, Payload
from modules.interventions.services.recording import (
    SHARED_FIELDS,
    Hand,
    Happening,
    get_order_to_work_on,
    write_shared_fields,
)
from modules.interventions.services.visits import (
    Entry,
    add_entry,
    ask_follow_on,
    complete_order,
    pause_visit,
    record_no_access,
    resume_visit,
    start_visit,
    travel_to,
)
from modules.tickets.api import Trade

_FUTURE_TOLERANCE = timedelta(minutes=5)
_LONGEST_SHIFT = 24 * 60
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing done on a tablet."""

    id: UUID
    device_id: str
    type: str
    order_id: UUID
    base_version: int
    payload: Mapping[str, Any]
    made_at: datetime


class _Refused(Exception):
    """The operation will never succeed as it stands; the transaction is rolled back."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.get("code", answer["status"])))
        self.answer = answer


def apply_operation(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> Answer:
    """Carry out one operation in its own unit of work and return its answer.

    A refusal or a conflict is raised as OperationRefused so that the caller's transaction rolls
    back; `run_operation` turns it into the answer.
    """
    require(actor, OrderPermission.WORK)
    known = uow.session.get(FieldOperation, operation.id)
    if known is not None:
        if known.user_id != actor.user_id:
            raise _Refused(_refusal(operation, "order_not_found", _ABSENT))
        return {**known.answer, "status": "duplicate"}
    handler = _HANDLERS.get(operation.type)
    if handler is None:
        raise _Refused(_refusal(operation, "unknown_type", _UNKNOWN_TYPE))
    order = handler(actor, _at_a_possible_time(operation, clock), uow, clock)
    uow.flush()
    answer = {"id": str(operation.id), "status": "accepted", "order_version": order.version}
    _remember(operation, actor, answer, uow, clock)
    return answer


def run_operation(
    actor: Actor,
    operation: Operation,
    open_unit: Callable[[], UnitOfWork],
    clock: Clock,
) -> Answer:
    """Open a unit of work, carry out an operation, and answer whatever happens to it."""
    try:
        with open_unit() as uow:
            return apply_operation(actor, operation, uow, clock)
    except _Refused as refused:
        return refused.answer
    except BadPayload as bad:
        return {**_refusal(operation, "invalid_payload", _UNREADABLE), "field": bad.field}
    except NotFound:
        return _refusal(operation, "order_not_found", _ABSENT)
    except AppError as error:
        code = _CODES.get(error.code, error.code)
        return _refusal(operation, code, error.message)


_ABSENT = _l("This order does not exist any more, or is not in your area.")
_UNKNOWN_TYPE = _l("This version of the server does not know this operation.")
_UNREADABLE = _l("A part of what was sent cannot be read.")
_FINISHED = _l("This order was closed or cancelled meanwhile.")
_SIGN_FIRST = _l("This order needs a signature, or the reason why there is none.")
_CODES = {"forbidden": "order_not_yours"}


def _start(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    _refuse_finished(actor, operation, uow)
    return start_visit(actor, operation.order_id, operation.made_at, uow, clock)


def _travel(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    _refuse_finished(actor, operation, uow)
    return travel_to(actor, operation.order_id, operation.made_at, uow, clock)


def _pause(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    _refuse_finished(actor, operation, uow)
    reason = Payload(operation.payload).text("reason")
    happening = Happening(OrderEventKind.PAUSED, reason, at=operation.made_at)
    return pause_visit(actor, operation.order_id, happening, uow, clock)


def _resume(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    _refuse_finished(actor, operation, uow)
    return resume_visit(actor, operation.order_id, operation.made_at, uow, clock)


def _note(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    text = payload.text("text", needed=True)
    entry = Entry(payload.uuid("note_id"), EntryKind.NOTE, operation.made_at, text)
    return _add(actor, operation, entry, uow, clock)


def _hours(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    kind = payload.text("kind") or "work"
    if kind not in ("work", "travel"):
        raise BadPayload("kind")
    entry = Entry(
        payload.uuid("entry_id"),
        EntryKind.HOURS,
        operation.made_at,
        minutes=payload.whole("minutes", 1, _LONGEST_SHIFT),
        data={"kind": kind},
    )
    return _add(actor, operation, entry, uow, clock)


def _material(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    quantity = payload.decimal("quantity")
    if quantity <= 0:
        raise BadPayload("quantity")
    material_id = payload.text("material_id")
    label = payload.text("label", needed=not material_id)
    data = {"material_id": material_id, "quantity": str(quantity), "unit": payload.text("unit")}
    line = payload.uuid("line_id")
    entry = Entry(line, EntryKind.MATERIAL, operation.made_at, label, data=data)
    return _add(actor, operation, entry, uow, clock)


def _reading(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    data = {
        "meter_id": str(payload.uuid("meter_id")),
        "value": str(payload.decimal("value")),
        "read_at": payload.instant("read_at").isoformat(),
        "override_reason": payload.text("override_reason"),
    }
    reading = payload.uuid("reading_id")
    entry = Entry(reading, EntryKind.READING, operation.made_at, data=data)
    return _add(actor, operation, entry, uow, clock)


def _checklist(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    if "value" not in payload.values:
        raise BadPayload("value")
    data = {"item_id": payload.text("item_id", needed=True), "value": payload.values["value"]}
    text = payload.text("remark")
    answer = payload.uuid("answer_id")
    entry = Entry(answer, EntryKind.CHECKLIST, operation.made_at, text, data=data)
    return _add(actor, operation, entry, uow, clock)


def _photo(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    data = {
        "kind": payload.text("kind") or "other",
        "taken_at": payload.instant("taken_at").isoformat(),
        "size": payload.whole("size", 1, 20 * 1024 * 1024),
        "sha256": payload.text("sha256", needed=True),
    }
    photo = payload.uuid("photo_id")
    caption = payload.text("caption")
    entry = Entry(photo, EntryKind.PHOTO, operation.made_at, caption, data=data)
    return _add(actor, operation, entry, uow, clock)


def _signature(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    payload = Payload(operation.payload)
    refused = payload.text("refused_reason")
    strokes = payload.values.get("strokes", [])
    if not isinstance(strokes, list) or not (strokes or refused):
        raise BadPayload("strokes")
    name = payload.text("signer_name", needed=not refused)
    data = {"strokes": strokes, "refused_reason": refused}
    signature = payload.uuid("signature_id")
    entry = Entry(signature, EntryKind.SIGNATURE, operation.made_at, name, data=data)
    return _add(actor, operation, entry, uow, clock)


def _no_access(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
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


def _follow_on(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
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


def _change(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    order = get_order_to_work_on(actor, operation.order_id, uow)
    fields = Payload(operation.payload).object("fields")
    values = {name: fields.text(name) for name in SHARED_FIELDS if name in fields.values}
    if not values:
        raise BadPayload("fields")
    _refuse_conflict(order, values, actor, operation, uow)
    hand = Hand(actor, operation.device_id)
    write_shared_fields(order, values, hand, uow, operation.made_at)
    return order


def _complete(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    order = _refuse_finished(actor, operation, uow)
    payload = Payload(operation.payload)
    outcome = payload.choice("outcome", Outcome, Outcome.DONE)
    values = {name: payload.text(name) for name in SHARED_FIELDS if payload.text(name)}
    _refuse_conflict(order, values, actor, operation, uow)
    if outcome is Outcome.DONE and order.needs_signature and not _is_signed(order, uow):
        raise _Refused(_refusal(operation, "signature_required", _SIGN_FIRST))
    command = CompleteOrder(
        is_done=outcome is Outcome.DONE, device_id=operation.device_id, **values
    )
    at = operation.made_at
    return complete_order(actor, operation.order_id, command, uow, clock, at=at)


_HANDLERS: Mapping[str, Callable[[Actor, Operation, UnitOfWork, Clock], WorkOrder]] = {
    "order.travel": _travel,
    "order.start": _start,
    "order.pause": _pause,
    "order.resume": _resume,
    "order.note": _note,
    "order.hours": _hours,
    "order.material": _material,
    "order.reading": _reading,
    "order.checklist": _checklist,
    "order.photo": _photo,
    "order.signature": _signature,
    "order.no_access": _no_access,
    "order.follow_on": _follow_on,
    "order.change": _change,
    "order.complete": _complete,
}


def _add(
    actor: Actor, operation: Operation, entry: Entry, uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    add_entry(actor, operation.order_id, entry, uow, clock)
    return get_order_to_work_on(actor, operation.order_id, uow)


def _at_a_possible_time(operation: Operation, clock: Clock) -> Operation:
    """Take the time of receipt for an operation that claims to come from the future."""
    now = clock.now()
    if operation.made_at <= now + _FUTURE_TOLERANCE:
        return operation
    return Operation(
        operation.id,
        operation.device_id,
        operation.type,
        operation.order_id,
        operation.base_version,
        operation.payload,
        now,
    )


def _refuse_finished(actor: Actor, operation: Operation, uow: UnitOfWork) -> WorkOrder:
    order = get_order_to_work_on(actor, operation.order_id, uow)
    if not order.is_open:
        raise _Refused(_refusal(operation, "order_closed", _FINISHED))
    return order


def _refuse_conflict(
    order: WorkOrder,
    values: Mapping[str, str],
    actor: Actor,
    operation: Operation,
    uow: UnitOfWork,
) -> None:
    """Refuse the whole operation when a text was changed by both sides to different values."""
    changes = list(
        uow.session.scalars(
            select(OrderFieldChange)
            .where(OrderFieldChange.order_id == order.id)
            .order_by(OrderFieldChange.version)
        )
    )
    mine = (actor.user_id, operation.device_id)
    clashing: dict[str, OrderFieldChange] = {}
    for name, value in values.items():
        of_field = [change for change in changes if change.field == name]
        before = [c.value for c in of_field if c.version <= operation.base_version]
        since = [c for c in of_field if c.version > operation.base_version]
        others = [c for c in since if (c.actor_id, c.device_id) != mine]
        base = before[-1] if before else ""
        if others and value not in (getattr(order, name), base):
            clashing[name] = others[-1]
    if clashing:
        raise _Refused(_conflict(order, clashing, operation))


def _conflict(
    order: WorkOrder, clashing: Mapping[str, OrderFieldChange], operation: Operation
) -> Answer:
    last = max(clashing.values(), key=lambda change: change.version)
    return {
        "id": str(operation.id),
        "status": "conflict",
        "order_version": order.version,
        "current": {
            "version": order.version,
            "status": order.status.value,
            "fields": fields_of(order),
            "changed_by": last.actor_name,
            "changed_at": last.at.isoformat().replace("+00:00", "Z"),
        },
        "conflicting_fields": sorted(clashing),
    }


def fields_of(order: WorkOrder) -> dict[str, str | None]:
    """Return the fields a tablet may change, as it knows them."""
    return {
        "diagnosis": order.diagnosis,
        "outcome": None,
        "follow_on": None,
        "work_done": order.work_done,
    }


def _is_signed(order: WorkOrder, uow: UnitOfWork) -> bool:
    query = select(OrderEntry.id).where(
        OrderEntry.order_id == order.id, OrderEntry.kind == EntryKind.SIGNATURE
    )
    return uow.session.execute(query.limit(1)).first() is not None


def _refusal(operation: Operation, code: str, message: object) -> Answer:
    return {
        "id": str(operation.id),
        "status": "refused",
        "code": code,
        "message": str(message),
    }


def _remember(
    operation: Operation, actor: Actor, answer: Answer, uow: UnitOfWork, clock: Clock
) -> None:
    uow.session.add(
        FieldOperation(
            id=operation.id,
            device_id=operation.device_id,
            user_id=actor.user_id,
            type=operation.type,
            order_id=operation.order_id,
            made_at=operation.made_at,
            received_at=clock.now(),
            answer=JsonDict(answer),
        )
    )
    uow.flush()
