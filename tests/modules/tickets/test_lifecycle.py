"""The state of a ticket is what its events add up to, whatever they are."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendar.service import Coverage
from app.calendar.working_time import AROUND_THE_CLOCK
from app.ids import new_id
from modules.tickets.enums import (
    ACTIVE_STATUSES,
    OPEN_STATUSES,
    PAUSING_REASONS,
    EventKind,
    TicketStatus,
    WaitingReason,
)
from modules.tickets.lifecycle import (
    TicketState,
    derive_state,
    may_follow,
    next_steps,
    read_deadline,
)
from tests.support.calendars import office_calendar

CALENDARS = {
    Coverage.AROUND_THE_CLOCK: AROUND_THE_CLOCK,
    Coverage.WORKING_HOURS: office_calendar(),
}
T0 = datetime(2026, 10, 23, 12, tzinfo=UTC)  # the Friday before the clocks go back
URGENT = {"priority": "urgent", "target_minutes": 1440, "coverage": "around_the_clock"}
NORMAL = {"priority": "normal", "target_minutes": 5100, "coverage": "working_hours"}


@dataclass
class Event:
    kind: EventKind
    at: datetime = T0
    actor_name: str = "Léa"
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def data_of(kind: EventKind, reason: WaitingReason = WaitingReason.TENANT) -> dict[str, Any]:
    return {
        EventKind.OPENED: URGENT,
        EventKind.REPRIORITISED: NORMAL,
        EventKind.WAITED: {"reason": reason.value},
        EventKind.DEFERRED: {"until": "2026-11-02"},
        EventKind.MARKED_DUPLICATE: {"of": str(new_id())},
    }.get(kind, {})


def story(*kinds: EventKind) -> list[Event]:
    return [
        Event(kind, T0 + timedelta(hours=hours), data=data_of(kind))
        for hours, kind in enumerate((EventKind.OPENED, *kinds))
    ]


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((), TicketStatus.NEW),
        ((EventKind.QUALIFIED,), TicketStatus.QUALIFIED),
        ((EventKind.STARTED,), TicketStatus.IN_PROGRESS),
        ((EventKind.STARTED, EventKind.WAITED), TicketStatus.WAITING),
        ((EventKind.STARTED, EventKind.WAITED, EventKind.RESUMED), TicketStatus.IN_PROGRESS),
        ((EventKind.WAITED, EventKind.DEFERRED, EventKind.RESUMED), TicketStatus.NEW),
        ((EventKind.COMPLETED, EventKind.RETURNED), TicketStatus.RETURNED),
        ((EventKind.COMPLETED, EventKind.CLOSED), TicketStatus.CLOSED),
        ((EventKind.COMPLETED, EventKind.CLOSED, EventKind.RETURNED), TicketStatus.RETURNED),
        ((EventKind.CANCELLED, EventKind.REOPENED), TicketStatus.QUALIFIED),
        ((EventKind.NOTED, EventKind.TOLD, EventKind.ALERT_STILL), TicketStatus.NEW),
    ],
)
def test_events_lead_to_a_status(kinds: tuple[EventKind, ...], status: TicketStatus) -> None:
    assert derive_state(story(*kinds)).status is status


def test_a_note_while_waiting_keeps_the_reason() -> None:
    state = derive_state(story(EventKind.WAITED, EventKind.NOTED, EventKind.REPRIORITISED))
    assert state.waiting_reason is WaitingReason.TENANT


def test_a_closed_ticket_remembers_when_it_was_completed() -> None:
    state = derive_state(story(EventKind.COMPLETED, EventKind.CLOSED))
    assert state.completed_at == T0 + timedelta(hours=1)
    assert state.closed_at == T0 + timedelta(hours=2)
    assert derive_state(story(EventKind.COMPLETED, EventKind.RETURNED)).completed_at is None


def test_finished_tickets_take_no_steps_but_their_own() -> None:
    assert next_steps(TicketStatus.CLOSED) == (EventKind.RETURNED,)
    assert set(next_steps(TicketStatus.COMPLETED)) == {EventKind.RETURNED, EventKind.CLOSED}
    assert set(next_steps(TicketStatus.CANCELLED)) == {EventKind.REOPENED}


@pytest.mark.parametrize("reason", list(WaitingReason))
def test_only_the_office_itself_does_not_stop_the_clock(reason: WaitingReason) -> None:
    log = [
        Event(EventKind.OPENED, data=URGENT),
        Event(EventKind.WAITED, T0 + timedelta(hours=1), data=data_of(EventKind.WAITED, reason)),
    ]
    deadline = read_deadline(log, CALENDARS, T0 + timedelta(hours=2))
    assert deadline is not None
    assert deadline.is_paused is (reason in PAUSING_REASONS)


def test_the_night_of_the_clock_change_keeps_24_real_hours() -> None:
    deadline = read_deadline(story(), CALENDARS, T0)
    assert deadline is not None
    assert deadline.due_at == T0 + timedelta(hours=24)


def test_a_lower_priority_counts_in_working_hours_from_the_start() -> None:
    deadline = read_deadline(story(EventKind.REPRIORITISED), CALENDARS, T0 + timedelta(hours=2))
    assert deadline is not None
    assert deadline.target.name == "normal"
    # 10 working days of 8 h 30 from Friday 14:00; All Saints (1 November) is a Sunday.
    assert deadline.due_at == datetime(2026, 11, 6, 13, 0, tzinfo=UTC)


@st.composite
def legal_stories(draw: st.DrawFn) -> list[Event]:
    """Return an opening and up to 14 events, each possible after the ones before it."""
    events = [Event(EventKind.OPENED, T0, data=URGENT)]
    at = T0
    for _ in range(draw(st.integers(0, 14))):
        state = derive_state(events)
        kinds = [kind for kind in EventKind if may_follow(state, kind)]
        kind = draw(st.sampled_from(kinds))
        at += timedelta(minutes=draw(st.integers(1, 3000)))
        data = data_of(kind, draw(st.sampled_from(list(WaitingReason))))
        events.append(Event(kind, at, data=data))
    return events


@settings(max_examples=200, deadline=None)
@given(legal_stories())
def test_every_legal_story_keeps_the_promises_of_its_state(events: list[Event]) -> None:
    state = derive_state(events)
    assert (state.waiting_reason is not None) is (state.status is TicketStatus.WAITING)
    assert (state.deferred_until is not None) is (state.status is TicketStatus.DEFERRED)
    assert (state.duplicate_of_id is not None) is (state.status is TicketStatus.DUPLICATE)
    assert (state.completed_at is not None) is (
        state.status in (TicketStatus.COMPLETED, TicketStatus.CLOSED)
    )
    assert (state.closed_at is not None) is (state.status is TicketStatus.CLOSED)
    assert state.returned_count == sum(e.kind is EventKind.RETURNED for e in events)
    assert state.last_active in ACTIVE_STATUSES


@settings(max_examples=200, deadline=None)
@given(legal_stories())
def test_the_clock_runs_exactly_while_the_office_holds_the_ticket(events: list[Event]) -> None:
    state = derive_state(events)
    now = events[-1].at + timedelta(hours=1)
    deadline = read_deadline(events, CALENDARS, now)
    assert deadline is not None
    assert (deadline.stopped_at is None) is (state.status in OPEN_STATUSES)
    held_by_others = state.status is TicketStatus.DEFERRED or (
        state.waiting_reason in PAUSING_REASONS
    )
    assert deadline.is_paused is held_by_others


@settings(max_examples=100, deadline=None)
@given(legal_stories())
def test_a_step_that_is_offered_is_possible(events: list[Event]) -> None:
    state = derive_state(events)
    assert all(may_follow(state, kind) for kind in next_steps(state.status))
    assert not may_follow(state, EventKind.OPENED)
    assert may_follow(state, EventKind.NOTED)
    assert derive_state([]) == TicketState()
