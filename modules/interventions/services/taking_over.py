"""Take work orders over from an older tool: as far as they came there, telling nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from modules.interventions.commands import NOBODY, TakeOver
from modules.interventions.enums import OrderEventKind, OrderStatus
from modules.interventions.errors import NotTakenOver
from modules.interventions.models import OrderEvent, OrderTicket, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services.assigning import assign_order, hand_over
from modules.interventions.services.orders import create_order, needed_reason
from modules.interventions.services.recording import Happening, add_event

ORDERS = cast("Table", WorkOrder.__table__)
OWN = tuple(cast("Table", model.__table__) for model in (OrderEvent, OrderTicket))
_DONE = frozenset({OrderStatus.COMPLETE, OrderStatus.CLOSED})


def take_over_order(actor: Actor, command: TakeOver, uow: UnitOfWork, clock: Clock) -> WorkOrder:
    """Make an order of an older tool with who has it and its plan, as far as it came there.

    Its tickets stay as they are. Raises NotTakenOver when what is given does not lead to the state.
    """
    order = create_order(actor, command.order, uow, clock)
    if command.assignee.contractor_id is not None:
        require(actor, OrderPermission.ASSIGN)
        hand_over(order, command.assignee, actor, uow, clock)
    elif command.assignee != NOBODY:
        assign_order(actor, order.id, command.assignee, uow, clock)
    if command.planned_at is not None:
        add_event(order, _visit(actor, command), actor, uow, clock)
    for happening in _ending(actor, command):
        add_event(order, happening, actor, uow, clock)
    if order.status is not command.status:
        raise NotTakenOver
    # Until somebody touches it, the import that brought it can be taken back.
    order.created_at = order.updated_at
    return order


def forget_taken_over(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove orders an import made; Conflict when touched since or something refers to them."""
    session = uow.session
    refuse_changed(session, ORDERS, dict.fromkeys(ids))
    refuse_dependents(session, ORDERS, ids, but=OWN)
    for model in (OrderEvent, OrderTicket):
        session.execute(delete(model).where(model.order_id.in_(ids)))
    delete_rows(session, ORDERS, ids)


def _visit(actor: Actor, command: TakeOver) -> Happening:
    """Plan the visit as it was planned there; whoever waits for it was told by the older office."""
    require(actor, OrderPermission.ASSIGN)
    start = cast("datetime", command.planned_at)
    end = start + timedelta(minutes=command.order.estimated_minutes)
    data = {"start": start.isoformat(), "end": end.isoformat()}
    return Happening(OrderEventKind.SCHEDULED, data=data)


def _ending(actor: Actor, command: TakeOver) -> Iterator[Happening]:
    """Yield the events that lead to the state it had there; nobody is told of them."""
    if command.status is OrderStatus.HOLD:
        require(actor, OrderPermission.ASSIGN)
        yield Happening(OrderEventKind.HELD, needed_reason(command.reason))
    elif command.status is OrderStatus.CANCELLED:
        require(actor, OrderPermission.CANCEL)
        yield Happening(OrderEventKind.CANCELLED, needed_reason(command.reason))
    if command.status not in _DONE:
        return
    require(actor, OrderPermission.ASSIGN)
    yield Happening(OrderEventKind.COMPLETED, command.reason, at=command.completed_at)
    if command.status is OrderStatus.CLOSED:
        require(actor, OrderPermission.CLOSE)
        yield Happening(OrderEventKind.CLOSED)
