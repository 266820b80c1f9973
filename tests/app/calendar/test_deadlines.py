"""A deadline is a function of its log, whatever order the log arrived in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendar.deadlines import ClockAction, ClockEvent, Target, read_clock
from app.calendar.working_time import AROUND_THE_CLOCK
from tests.support.calendars import office_calendar

T0 = datetime(2026, 3, 27, 9, tzinfo=UTC)  # the Friday before the clocks go forward
HOUR = timedelta(hours=1)
URGENT = Target(4 * HOUR, AROUND_THE_CLOCK, "urgent")
NORMAL = Target(40 * HOUR, office_calendar(), "normal")
LATER = T0 + timedelta(days=60)

START = ClockEvent(T0, ClockAction.START, URGENT)


def event(hours: float, action: ClockAction, target: Target | None = None) -> ClockEvent:
    return ClockEvent(T0 + hours * HOUR, action, target, reason="tenant", author="Léa")


def test_before_it_starts_there_is_no_deadline() -> None:
    assert read_clock([], T0) is None
    assert read_clock([START], T0 - HOUR) is None


def test_a_pause_moves_the_deadline_by_its_length() -> None:
    log = [START, event(1, ClockAction.PAUSE), event(5, ClockAction.RESUME)]
    deadline = read_clock(log, T0 + 6 * HOUR)
    assert deadline is not None
    assert deadline.due_at == T0 + 8 * HOUR
    assert deadline.elapsed == 2 * HOUR
    assert deadline.remaining == 2 * HOUR
    assert [s.until - s.since for s in deadline.stretches if not s.is_running] == [4 * HOUR]
    assert [s.is_running for s in deadline.stretches] == [True, False, True]
    assert deadline.stretches[1].reason == "tenant"
    assert deadline.stretches[1].author == "Léa"


def test_while_it_stands_still_there_is_time_left_and_no_moment() -> None:
    deadline = read_clock([START, event(1, ClockAction.PAUSE)], LATER)
    assert deadline is not None
    assert deadline.is_paused
    assert deadline.due_at is None
    assert deadline.remaining == 3 * HOUR
    assert not deadline.is_missed


def test_a_pause_after_the_deadline_does_not_undo_the_delay() -> None:
    deadline = read_clock([START, event(6, ClockAction.PAUSE)], LATER)
    assert deadline is not None
    assert deadline.due_at == T0 + 4 * HOUR
    assert deadline.is_missed


def test_a_change_of_priority_recounts_from_the_start_with_every_pause() -> None:
    log = [
        ClockEvent(T0, ClockAction.START, NORMAL),
        event(1, ClockAction.PAUSE),
        event(2, ClockAction.RESUME),
        event(3, ClockAction.RETARGET, URGENT),
    ]
    deadline = read_clock(log, T0 + 3 * HOUR)
    assert deadline is not None
    assert deadline.target.name == "urgent"
    assert deadline.due_at == T0 + 5 * HOUR


def test_a_stopped_clock_keeps_its_time_and_goes_on_when_the_work_comes_back() -> None:
    log = [START, event(3, ClockAction.STOP)]
    done = read_clock(log, LATER)
    assert done is not None
    assert done.stopped_at == T0 + 3 * HOUR
    assert done.elapsed == 3 * HOUR
    assert done.due_at == T0 + 4 * HOUR
    back = read_clock([*log, event(30, ClockAction.RESUME)], T0 + 30 * HOUR)
    assert back is not None
    assert back.stopped_at is None
    assert back.due_at == T0 + 31 * HOUR


def test_a_cancelled_pause_is_a_stopped_clock() -> None:
    deadline = read_clock([START, event(1, ClockAction.PAUSE), event(2, ClockAction.STOP)], LATER)
    assert deadline is not None
    assert deadline.stopped_at == T0 + 2 * HOUR
    assert not deadline.is_paused


@st.composite
def logs(draw: st.DrawFn) -> list[ClockEvent]:
    """Return a start and up to twelve events in random minutes of the three weeks after it."""
    actions = [ClockAction.PAUSE, ClockAction.RESUME, ClockAction.RETARGET, ClockAction.STOP]
    events = [ClockEvent(T0, ClockAction.START, draw(st.sampled_from([URGENT, NORMAL])))]
    minutes = draw(st.lists(st.integers(1, 60 * 24 * 21), max_size=12, unique=True))
    for minute in minutes:
        action = draw(st.sampled_from(actions))
        target = draw(st.sampled_from([URGENT, NORMAL]))
        is_retarget = action is ClockAction.RETARGET
        at = T0 + timedelta(minutes=minute)
        events.append(ClockEvent(at, action, target if is_retarget else None))
    return events


@settings(max_examples=150, deadline=None)
@given(logs(), st.randoms())
def test_the_order_of_arrival_does_not_matter(log: list[ClockEvent], random: Random) -> None:
    shuffled = list(log)
    random.shuffle(shuffled)
    assert read_clock(shuffled, LATER) == read_clock(log, LATER)


@settings(max_examples=150, deadline=None)
@given(logs())
def test_stretches_tile_the_time_and_their_sum_is_the_elapsed_time(log: list[ClockEvent]) -> None:
    deadline = read_clock(log, LATER)
    assert deadline is not None
    stretches = deadline.stretches
    assert all(a.until == b.since for a, b in pairwise(stretches))
    assert all(a.is_running or b.is_running for a, b in pairwise(stretches)) or _has_stop(log)
    assert sum((s.counted for s in stretches), timedelta(0)) == deadline.elapsed
    assert deadline.elapsed + deadline.remaining == deadline.target.allowed
    assert (stretches[-1].until if stretches else T0) == (deadline.stopped_at or LATER)


@settings(max_examples=150, deadline=None)
@given(logs())
def test_the_deadline_is_missed_exactly_when_it_lies_behind(log: list[ClockEvent]) -> None:
    deadline = read_clock(log, LATER)
    assert deadline is not None
    seen_until = deadline.stopped_at or LATER
    passed = deadline.due_at is not None and deadline.due_at < seen_until
    assert deadline.is_missed is (passed and deadline.remaining != timedelta(0))


@settings(max_examples=100, deadline=None)
@given(logs(), st.integers(0, 60 * 24 * 14), st.integers(0, 2000))
def test_one_more_pause_never_makes_a_deadline_earlier(
    log: list[ClockEvent], minute: int, length: int
) -> None:
    running = [e for e in log if e.action in (ClockAction.START, ClockAction.RETARGET)]
    since = T0 + timedelta(minutes=minute, seconds=30)
    pause = [
        ClockEvent(since, ClockAction.PAUSE),
        ClockEvent(since + timedelta(minutes=length), ClockAction.RESUME),
    ]
    plain, paused = _due(running), _due([*running, *pause])
    assert paused >= plain


@settings(max_examples=100, deadline=None)
@given(logs())
def test_changing_the_priority_and_back_changes_nothing(log: list[ClockEvent]) -> None:
    before = read_clock(log, LATER)
    assert before is not None
    other = NORMAL if before.target is URGENT else URGENT
    late = LATER - timedelta(days=1)
    there_and_back = [
        ClockEvent(late, ClockAction.RETARGET, other),
        ClockEvent(late + HOUR, ClockAction.RETARGET, before.target),
    ]
    assert read_clock([*log, *there_and_back], LATER) == before


def _due(log: Sequence[ClockEvent]) -> datetime:
    deadline = read_clock(log, LATER)
    assert deadline is not None
    assert deadline.due_at is not None
    return deadline.due_at


def _has_stop(log: Sequence[ClockEvent]) -> bool:
    return any(e.action is ClockAction.STOP for e in log)
