"""Decide on an order as it was seen: two people who decide at once are told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.deciding import is_step_of
from app.i18n import format_datetime
from modules.interventions.enums import STATUS_LABELS
from modules.interventions.errors import OrderMoved
from modules.interventions.lifecycle import bears_on_decisions
from modules.interventions.models import WorkOrder
from modules.interventions.queries.orders import contractor_name, get_order, list_events
from modules.interventions.services.recording import Happening, add_event


def require_seen(order: WorkOrder, version: int | None, uow: UnitOfWork) -> None:
    """Raise OrderMoved, saying how the order stands, unless it is as it was seen (None: any)."""
    if order.is_as_seen(version):
        return
    planned = order.planned_start_at
    standing = (
        str(STATUS_LABELS[order.status]),
        order.technician.name if order.technician else contractor_name(uow.session, order),
        format_datetime(planned) if planned else "",
    )
    raise OrderMoved(order.number, ", ".join(filter(None, standing)), order.version)


def is_taken_already(
    order: WorkOrder, happening: Happening, version: int | None, actor: Actor, uow: UnitOfWork
) -> bool:
    """Tell whether the actor just took this very step, and sends it again for want of an answer.

    Raises OrderMoved when the order is not as it was seen for another reason (None: any).
    """
    if order.is_as_seen(version):
        return False
    events = reversed(list_events(uow.session, order.id))
    if is_step_of(actor, next(e for e in events if bears_on_decisions(e.kind)), happening):
        return True
    require_seen(order, version, uow)
    return False


def take_step(
    actor: Actor,
    order_id: UUID,
    step: Happening,
    version: int | None,
    uow: UnitOfWork,
    clock: Clock,
    *,
    refuse: Callable[[WorkOrder], None] | None = None,
) -> tuple[WorkOrder, bool]:
    """Take a step on an order as it was seen; False with it when the actor took it just now.

    `refuse` raises when the order allows no such step for another reason than its state.
    """
    order = get_order(actor, uow.session, order_id)
    if is_taken_already(order, step, version, actor, uow):
        return order, False
    if refuse is not None:
        refuse(order)
    add_event(order, step, actor, uow, clock)
    return order, True
