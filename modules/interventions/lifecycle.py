"""The life of a work order as a pure function of its events.

What a technician does on a tablet may arrive late and in any order, so an event of the field is
never refused while the order is open: it is kept, and changes the state only when it can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from app.clock import BRUSSELS
from modules.interventions.enums import FINISHED, OPEN_STATUSES, OrderEventKind, OrderStatus


class EventLike(Protocol):
    """What this reads of an event."""

    kind: OrderEventKind
    at: datetime
    text: str
    data: Any


@dataclass(frozen=True)
class OrderState:
    """What the events add up to."""

    status: OrderStatus = OrderStatus.OPEN
    reason: str = ""
    technician_id: UUID | None = None
    contractor_id: UUID | None = None
    planned_start_at: datetime | None = None
    planned_end_at: datetime | None = None
    # When the visit was agreed on: after somebody stood there it is the next one.
    planned_on: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_given(self) -> bool:
        """Say whether somebody has it, one of ours or a firm."""
        return self.technician_id is not None or self.contractor_id is not None


_S = OrderStatus
_K = OrderEventKind
# From which states an event is possible and where it leads.
_STEPS: Mapping[OrderEventKind, tuple[frozenset[OrderStatus], OrderStatus]] = {
    _K.ASSIGNED: (OPEN_STATUSES, _S.ASSIGNED),
    _K.REFUSED: (OPEN_STATUSES, _S.OPEN),
    _K.SCHEDULED: (OPEN_STATUSES, _S.SCHEDULED),
    _K.TRAVELLED: (OPEN_STATUSES, _S.TRAVELLING),
    _K.STARTED: (OPEN_STATUSES, _S.IN_PROGRESS),
    _K.PAUSED: (OPEN_STATUSES, _S.HOLD),
    _K.RESUMED: (OPEN_STATUSES, _S.IN_PROGRESS),
    _K.NO_ACCESS: (OPEN_STATUSES, _S.NO_ACCESS),
    _K.AWAITED_MATERIAL: (OPEN_STATUSES, _S.PENDING_MATERIAL),
    _K.HELD: (OPEN_STATUSES, _S.HOLD),
    _K.COMPLETED: (OPEN_STATUSES, _S.COMPLETE),
    _K.CLOSED: (frozenset({_S.COMPLETE}), _S.CLOSED),
    _K.CANCELLED: (OPEN_STATUSES, _S.CANCELLED),
    _K.REOPENED: (FINISHED, _S.OPEN),
}
# A technician at work is not set back by a plan or an assignment that arrives meanwhile.
_AT_WORK = frozenset({_S.TRAVELLING, _S.IN_PROGRESS})
_PLANNING = frozenset({_K.ASSIGNED, _K.SCHEDULED})


def derive_state(events: Iterable[EventLike]) -> OrderState:
    """Add up events in the order in which the server recorded them."""
    state = OrderState()
    for event in events:
        state = apply_event(state, event)
    return state


def visit_called_off(events: Iterable[EventLike]) -> datetime | None:
    """Return when a visit was planned that a refusal took away, unless another is planned since."""
    state, called_off = OrderState(), None
    for event in events:
        before, state = state, apply_event(state, event)
        if state.planned_start_at is not None:
            called_off = None
        elif before.planned_start_at is not None and event.kind is _K.REFUSED:
            called_off = before.planned_start_at
    return called_off


def may_follow(state: OrderState, kind: OrderEventKind) -> bool:
    """Say whether an event changes an order in this state; notes and changes always may."""
    step = _STEPS.get(kind)
    return step is None or state.status in step[0]


def bears_on_decisions(kind: OrderEventKind) -> bool:
    """Say whether whoever decides on an order has to have seen an event; a note says something."""
    return kind in _STEPS or kind is _K.ACCEPTED


def apply_event(state: OrderState, event: EventLike) -> OrderState:
    """Return the state after one more event; one that is not possible changes nothing."""
    step = _STEPS.get(event.kind)
    if step is None or state.status not in step[0]:
        return state
    state = _take_plan(state, event)
    keeps_status = event.kind in _PLANNING and state.status in _AT_WORK
    reopened = event.kind is _K.REOPENED
    return replace(
        state,
        status=state.status if keeps_status else _status_after(state, event.kind, step[1]),
        reason=event.text[:300] if step[1] in _EXPLAINED else "",
        started_at=_started_at(state, event),
        completed_at=None
        if reopened
        else event.at
        if event.kind is _K.COMPLETED
        else state.completed_at,
    )


_EXPLAINED = frozenset({_S.HOLD, _S.NO_ACCESS, _S.PENDING_MATERIAL, _S.CANCELLED})


def _status_after(state: OrderState, kind: OrderEventKind, after: OrderStatus) -> OrderStatus:
    if kind is _K.ASSIGNED and not state.is_given:
        return OrderStatus.OPEN
    if kind is _K.ASSIGNED and state.planned_start_at is not None:
        return OrderStatus.SCHEDULED
    return after


def _take_plan(state: OrderState, event: EventLike) -> OrderState:
    if event.kind is _K.ASSIGNED:
        technician, contractor = (_id(event, name) for name in ("technician_id", "contractor_id"))
        given = replace(state, technician_id=technician, contractor_id=contractor)
        # A visit that found nobody is over: whoever gets the order now plans another.
        return _without_past_plan(given, event) if state.status is _S.NO_ACCESS else given
    if event.kind is _K.REFUSED:
        # What they agreed with the occupant goes with them: nobody else said to come then.
        return replace(state, contractor_id=None, planned_start_at=None, planned_end_at=None)
    if event.kind is _K.NO_ACCESS and state.contractor_id is not None:
        # They came and went; a technician's tablet keeps the hour to come back to.
        return _without_visit_of_that_day(state, event)
    if event.kind is _K.SCHEDULED:
        return replace(
            state,
            planned_start_at=datetime.fromisoformat(event.data["start"]),
            planned_end_at=datetime.fromisoformat(event.data["end"]),
            planned_on=event.at,
        )
    return state


def _without_past_plan(state: OrderState, event: EventLike) -> OrderState:
    """Forget the visit that was to begin by then; one agreed on for later stands."""
    if state.planned_start_at is None or state.planned_start_at > event.at:
        return state
    return replace(state, planned_start_at=None, planned_end_at=None)


def _without_visit_of_that_day(state: OrderState, event: EventLike) -> OrderState:
    """Forget the visit they came for: that of the day too, unless it was agreed on afterwards.

    Who comes at ten to ten for ten o'clock came for that visit, and is not expected again.
    """
    start, planned_on = state.planned_start_at, state.planned_on
    if start is None or planned_on is None or planned_on > event.at:
        return _without_past_plan(state, event)
    if start.astimezone(BRUSSELS).date() == event.at.astimezone(BRUSSELS).date():
        return replace(state, planned_start_at=None, planned_end_at=None)
    return _without_past_plan(state, event)


def _id(event: EventLike, name: str) -> UUID | None:
    text = event.data.get(name)
    return UUID(text) if text else None


def _started_at(state: OrderState, event: EventLike) -> datetime | None:
    """Stamp the first start; nothing moves it later."""
    if event.kind is _K.STARTED and state.started_at is None:
        return event.at
    return state.started_at
