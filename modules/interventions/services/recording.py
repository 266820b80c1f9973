"""Add events to an order: the only place where an order's state changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.audit import Subject, record
from app.auth.actor import Actor, system_actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import NotFound
from modules.interventions.enums import STATUS_LABELS, OrderEventKind
from modules.interventions.errors import EntryElsewhere, OrderNotYours, OrderStepNotPossible
from modules.interventions.events import OrderChanged
from modules.interventions.lifecycle import bears_on_decisions, derive_state, may_follow
from modules.interventions.models import OrderEntry, OrderEvent, OrderFieldChange, WorkOrder
from modules.interventions.policies import can_work_on_order
from modules.interventions.queries.elsewhere import holder_name
from modules.interventions.queries.orders import (
    find_technician,
    get_order,
    list_events,
    was_sent_to,
)

_CHANGE_HANDS = frozenset({OrderEventKind.ASSIGNED, OrderEventKind.REFUSED})
SHARED_FIELDS = ("diagnosis", "work_done")


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened: `at` is by default now, and a time in the future counts as now."""

    kind: OrderEventKind
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def add_event(
    order: WorkOrder, happening: Happening, actor: Actor, uow: UnitOfWork, clock: Clock
) -> OrderEvent:
    """Append an event, derive the state anew, audit it and tell the other modules.

    Raises OrderStepNotPossible when the order does not allow it.
    """
    earlier = list(list_events(uow.session, order.id))
    if earlier and not may_follow(derive_state(earlier), happening.kind):
        raise OrderStepNotPossible(order.number, str(STATUS_LABELS[order.status]))
    now = clock.now()
    event = OrderEvent(
        order_id=order.id,
        position=len(earlier) + 1,
        kind=happening.kind,
        at=min(happening.at or now, now),
        recorded_at=now,
        actor_id=actor.user_id,
        actor_name=actor.display_name,
        text=happening.text.strip(),
        data=JsonDict(dict(happening.data)),
    )
    uow.session.add(event)
    _take_state(order, [*earlier, event], now)
    uow.flush()
    _audit(order, event, actor, uow, clock)
    uow.publish(OrderChanged(order.id, order.number, order.status), actor, clock)
    return event


def get_order_to_work_on(actor: Actor, order_id: UUID, uow: UnitOfWork) -> WorkOrder:
    """Return an order the actor may record work on; OrderNotYours for somebody else's.

    Who was sent to it before is told whose it is, wherever it lies.
    """
    try:
        order = get_order(actor, uow.session, order_id)
    except NotFound:
        if not was_sent_to(actor, uow.session, order_id):
            raise
        order = uow.session.get_one(WorkOrder, order_id)
    technician = find_technician(uow.session, actor.user_id)
    if not can_work_on_order(actor, technician, order):
        raise OrderNotYours(holder_name(uow.session, order))
    return order


def get_order_to_add_to(actor: Actor, order_id: UUID, uow: UnitOfWork) -> WorkOrder:
    """Return an order the actor may add to: one to work on, or one they were sent to before.

    Who had no network learns late that the order went to a colleague; what they noted and
    photographed there conflicts with nothing and must not be lost.
    """
    if was_sent_to(actor, uow.session, order_id):
        return uow.session.get_one(WorkOrder, order_id)
    return get_order_to_work_on(actor, order_id, uow)


def find_entry(order: WorkOrder, entry_id: UUID, uow: UnitOfWork) -> OrderEntry | None:
    """Return an entry the tablet sent before, or None; EntryElsewhere if another order has it."""
    known = uow.session.get(OrderEntry, entry_id)
    if known is not None and known.order_id != order.id:
        raise EntryElsewhere
    return known


def as_house(actor: Actor) -> Actor:
    """Do what follows from a technician's own order under their name with the house's rights.

    A technician may not create orders or read every ticket, but what the office planned for the
    case that they report something happens all the same.
    """
    return replace(system_actor(actor.display_name), user_id=actor.user_id)


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand wrote a shared text: which person, on which tablet (empty for a page)."""

    actor: Actor
    device_id: str = ""


def write_shared_fields(
    order: WorkOrder, values: Mapping[str, str], hand: Hand, uow: UnitOfWork, at: datetime
) -> dict[str, tuple[str, str]]:
    """Set the texts two people may write; each new value is kept with the version it made.

    Returns the differences as {field: (old, new)}.
    """
    changes: dict[str, tuple[str, str]] = {}
    for name, value in values.items():
        old = getattr(order, name)
        if name not in SHARED_FIELDS or old == value:
            continue
        setattr(order, name, value)
        changes[name] = (old, value)
        uow.session.add(
            OrderFieldChange(
                order_id=order.id,
                field=name,
                version=order.version + 1,
                value=value,
                actor_id=hand.actor.user_id,
                actor_name=hand.actor.display_name,
                device_id=hand.device_id,
                at=at,
            )
        )
    if changes:
        order.updated_at = at
        uow.flush()
    return changes


def _take_state(order: WorkOrder, events: list[OrderEvent], now: datetime) -> None:
    state = derive_state(events)
    if bears_on_decisions(events[-1].kind):
        order.mark_decided()
    order.status = state.status
    order.reason = state.reason
    order.technician_id = state.technician_id
    if events[-1].kind in _CHANGE_HANDS:
        # Two parties that were merged are one here, while events stay as they were written.
        order.contractor_id = state.contractor_id
    order.planned_start_at = state.planned_start_at
    order.planned_end_at = state.planned_end_at
    order.started_at = state.started_at
    order.completed_at = state.completed_at
    order.updated_at = now


def _audit(
    order: WorkOrder, event: OrderEvent, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    is_taken_back = event.kind is OrderEventKind.ASSIGNED and not event.text
    record(
        uow,
        actor,
        clock,
        action=f"interventions.order.{'taken_back' if is_taken_back else event.kind.value}",
        subject=Subject("work_order", order.id, order.number),
        changes={
            name: (None, value) for name, value in event.data.items() if not name.endswith("_id")
        },
        building_id=order.building_id,
    )
