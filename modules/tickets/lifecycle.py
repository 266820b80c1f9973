"""The life of a ticket as a pure function of its events: state, allowed next steps, deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from app.calendar.deadlines import ClockAction, ClockEvent, Deadline, Target, read_clock
from app.calendar.service import Coverage
from app.calendar.working_time import WorkingCalendar
from modules.tickets.enums import (
    ACTIVE_STATUSES,
    OPEN_STATUSES,
    PAUSING_REASONS,
    EventKind,
    TicketStatus,
    WaitingReason,
)

Calendars = Mapping[Coverage, WorkingCalendar]


class EventLike(Protocol):
    """What this reads of an event."""

    kind: EventKind
    at: datetime
    actor_name: str
    text: str
    data: Any


_S = TicketStatus
# From which states an event is possible, and where it leads; None keeps the state.
_STEPS: Mapping[EventKind, tuple[frozenset[TicketStatus], TicketStatus | None]] = {
    EventKind.QUALIFIED: (frozenset({_S.NEW, _S.RETURNED}), _S.QUALIFIED),
    EventKind.STARTED: (OPEN_STATUSES - {_S.IN_PROGRESS}, _S.IN_PROGRESS),
    EventKind.WAITED: (OPEN_STATUSES, _S.WAITING),
    EventKind.DEFERRED: (OPEN_STATUSES, _S.DEFERRED),
    EventKind.RESUMED: (frozenset({_S.WAITING, _S.DEFERRED}), None),
    EventKind.COMPLETED: (OPEN_STATUSES, _S.COMPLETED),
    EventKind.RETURNED: (frozenset({_S.COMPLETED, _S.CLOSED}), _S.RETURNED),
    EventKind.CLOSED: (frozenset({_S.COMPLETED}), _S.CLOSED),
    EventKind.CANCELLED: (OPEN_STATUSES, _S.CANCELLED),
    EventKind.MARKED_DUPLICATE: (OPEN_STATUSES, _S.DUPLICATE),
    EventKind.REOPENED: (frozenset({_S.CANCELLED, _S.DUPLICATE}), _S.QUALIFIED),
    EventKind.REPRIORITISED: (OPEN_STATUSES, None),
    EventKind.RECATEGORISED: (OPEN_STATUSES, None),
    EventKind.HANDED_OVER: (OPEN_STATUSES, None),
}


@dataclass(frozen=True)
class TicketState:
    """What the events add up to."""

    status: TicketStatus = TicketStatus.NEW
    waiting_reason: WaitingReason | None = None
    deferred_until: date | None = None
    duplicate_of_id: UUID | None = None
    completed_at: datetime | None = None
    closed_at: datetime | None = None
    returned_count: int = 0
    # Where RESUMED leads back to.
    last_active: TicketStatus = TicketStatus.NEW


def derive_state(events: Iterable[EventLike]) -> TicketState:
    """Add up events in the order in which they were recorded."""
    state = TicketState()
    for event in events:
        state = apply_event(state, event)
    return state


def apply_event(state: TicketState, event: EventLike) -> TicketState:
    """Return the state after one more event; an event that only tells something changes nothing."""
    step = _STEPS.get(event.kind)
    if step is None or (step[1] is None and event.kind is not EventKind.RESUMED):
        return state
    status = step[1] or state.last_active
    is_returned = event.kind is EventKind.RETURNED
    return replace(
        state,
        status=status,
        waiting_reason=_waiting_reason(event),
        deferred_until=_deferred_until(event),
        duplicate_of_id=_duplicate_of(event),
        completed_at=_completed_at(state, event),
        closed_at=event.at if event.kind is EventKind.CLOSED else None,
        returned_count=state.returned_count + is_returned,
        last_active=status if status in ACTIVE_STATUSES else state.last_active,
    )


def may_follow(state: TicketState, kind: EventKind) -> bool:
    """Say whether an event is possible in a state; telling, noting and linking always are."""
    if kind is EventKind.OPENED:
        return False
    step = _STEPS.get(kind)
    return step is None or state.status in step[0]


# What says something without changing what anybody would decide; a caller's word is not of these.
_SAYING = frozenset({EventKind.NOTED, EventKind.LINKED, EventKind.TOLD, EventKind.ALERT_STILL})


def bears_on_decisions(kind: EventKind) -> bool:
    """Say whether whoever decides on a ticket has to have seen an event."""
    return kind not in _SAYING


def next_steps(status: TicketStatus) -> tuple[EventKind, ...]:
    """Return the events that may change a ticket in this state, in the order of the buttons."""
    return tuple(kind for kind, (before, _) in _STEPS.items() if status in before)


def _waiting_reason(event: EventLike) -> WaitingReason | None:
    return WaitingReason(event.data["reason"]) if event.kind is EventKind.WAITED else None


def _deferred_until(event: EventLike) -> date | None:
    return date.fromisoformat(event.data["until"]) if event.kind is EventKind.DEFERRED else None


def _duplicate_of(event: EventLike) -> UUID | None:
    return UUID(event.data["of"]) if event.kind is EventKind.MARKED_DUPLICATE else None


def _completed_at(state: TicketState, event: EventLike) -> datetime | None:
    if event.kind is EventKind.COMPLETED:
        return event.at
    return state.completed_at if event.kind is EventKind.CLOSED else None


_STOPS = frozenset(
    {EventKind.COMPLETED, EventKind.CLOSED, EventKind.CANCELLED, EventKind.MARKED_DUPLICATE}
)
_RESUMES = frozenset(
    {
        EventKind.RESUMED,
        EventKind.STARTED,
        EventKind.QUALIFIED,
        EventKind.RETURNED,
        EventKind.REOPENED,
    }
)


def read_deadline(
    events: Sequence[EventLike], calendars: Calendars, now: datetime
) -> Deadline | None:
    """Compute the deadline from the events; it stands still while others hold the ticket.

    Waiting for a decision of the office itself does not stop it. A returned ticket goes on with
    the time that was left.
    """
    return read_clock(_clock_events(events, calendars), now)


def _clock_events(events: Iterable[EventLike], calendars: Calendars) -> list[ClockEvent]:
    return [
        ClockEvent(event.at, action, _target(event, calendars), event.text, event.actor_name)
        for event in events
        if (action := _clock_action(event)) is not None
    ]


def _clock_action(event: EventLike) -> ClockAction | None:
    if event.kind is EventKind.OPENED:
        return ClockAction.START
    if event.kind is EventKind.REPRIORITISED:
        return ClockAction.RETARGET
    if event.kind is EventKind.DEFERRED:
        return ClockAction.PAUSE
    if event.kind is EventKind.WAITED:
        is_pause = WaitingReason(event.data["reason"]) in PAUSING_REASONS
        return ClockAction.PAUSE if is_pause else ClockAction.RESUME
    if event.kind in _STOPS:
        return ClockAction.STOP
    return ClockAction.RESUME if event.kind in _RESUMES else None


def _target(event: EventLike, calendars: Calendars) -> Target | None:
    """Read the target that an event froze: a later change of the rules never moves it."""
    if "target_minutes" not in event.data:
        return None
    return Target(
        allowed=timedelta(minutes=event.data["target_minutes"]),
        calendar=calendars[Coverage(event.data["coverage"])],
        name=str(event.data["priority"]),
    )
