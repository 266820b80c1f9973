"""Carry out what a tablet did while it was away, as `docs/offline_sync.md` says.

Each operation has an identifier made on the tablet and is done once. Additions never conflict;
the two shared texts are compared field by field; the clock of the tablet decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import AppError, NotFound
from app.i18n import format_datetime
from app.i18n import gettext as _
from app.i18n import lazy as _l
from modules.interventions.models import FieldOperation, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services.field import additions, steps
from modules.interventions.services.field.authors import require_author
from modules.interventions.services.field.operation import (
    TOLERANCE,
    Answer,
    Operation,
    Refused,
    refusal,
)
from modules.interventions.services.field.payloads import BadPayload

__all__ = ["Answer", "Operation", "apply_operation", "run_operation"]

_ABSENT = _l("This order does not exist any more, or is not in your area.")
_UNKNOWN_TYPE = _l("This version of the server does not know this operation.")
_UNREADABLE = _l("A part of what was sent cannot be read.")
_CODES = {"forbidden": "order_not_yours"}

_HANDLERS: Mapping[str, Callable[[Actor, Operation, UnitOfWork, Clock], WorkOrder]] = {
    "order.travel": steps.travel,
    "order.start": steps.start,
    "order.pause": steps.pause,
    "order.resume": steps.resume,
    "order.note": additions.note,
    "order.hours": additions.hours,
    "order.material": additions.material,
    "order.reading": additions.reading,
    "order.checklist": additions.checklist,
    "order.photo": additions.photo,
    "order.signature": additions.signature,
    "order.no_access": steps.no_access,
    "order.follow_on": steps.follow_on,
    "order.change": steps.change,
    "order.complete": steps.complete,
}


def apply_operation(actor: Actor, operation: Operation, uow: UnitOfWork, clock: Clock) -> Answer:
    """Carry out one operation in its own unit of work and return its answer.

    A refusal or a conflict is raised as Refused, so that the caller's transaction rolls back;
    `run_operation` turns it into the answer.
    """
    require(actor, OrderPermission.WORK)
    require_author(actor, operation.author, uow.session)
    known = uow.session.get(FieldOperation, operation.id)
    if known is not None:
        if known.user_id != actor.user_id:
            raise Refused(refusal(operation, "order_not_found", _ABSENT))
        return {**known.answer, "status": "duplicate"}
    handler = _HANDLERS.get(operation.type)
    if handler is None:
        raise Refused(refusal(operation, "unknown_type", _UNKNOWN_TYPE))
    taken = _at_a_possible_time(operation, uow, clock)
    order = handler(actor, taken, uow, clock)
    uow.flush()
    answer = {"id": str(operation.id), "status": "accepted", "order_version": order.version}
    answer |= additions.remarks(operation, uow) or _doubt(operation, taken)
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
    except Refused as refused:
        return refused.answer
    except BadPayload as bad:
        return {**refusal(operation, "invalid_payload", _UNREADABLE), "field": bad.field}
    except NotFound:
        return refusal(operation, "order_not_found", _ABSENT)
    except AppError as error:
        code = _CODES.get(error.code, error.code)
        return refusal(operation, code, error.message)


def _at_a_possible_time(operation: Operation, uow: UnitOfWork, clock: Clock) -> Operation:
    """Read the clock of the tablet by that of the server.

    What would still come from the future, or from before its order, gets the time of receipt. What
    the tablet said stays with the operation.
    """
    now, said = clock.now(), operation.corrected(operation.made_at)
    order = uow.session.get(WorkOrder, operation.order_id)
    made_at = said if order is None else max(said, order.created_at)
    is_possible = made_at - TOLERANCE <= said <= now + TOLERANCE
    return replace(operation, made_at=made_at if is_possible else now)


def _doubt(operation: Operation, taken: Operation) -> Answer:
    """Return what the technician should know of the clock of the tablet, when it is wrong."""
    if abs(taken.made_at - operation.made_at) <= TOLERANCE:
        return {}
    if operation.behind and taken.made_at == operation.corrected(operation.made_at):
        return {"warning": _corrected(operation.made_at, taken.made_at), "about": "clock"}
    warning = _(
        "The clock of this tablet said %(moment)s, which cannot be: the time at which the server "
        "got it was written. Set the clock.",
        moment=format_datetime(operation.made_at),
    )
    return {"warning": warning, "about": "clock"}


def _corrected(said: datetime, taken: datetime) -> str:
    return _(
        "The clock of this tablet is wrong: it said %(said)s, and %(taken)s was written, by the "
        "clock of the server. Set the clock.",
        said=format_datetime(said),
        taken=format_datetime(taken),
    )


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
