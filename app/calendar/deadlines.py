"""The clock of a deadline: computed from a log of events, and able to explain itself.

The whole log is read again each time under the target that holds at its end, so changing a
priority never loses a pause, and changing it back gives the first deadline again.

Worked example, target of 4 hours round the clock: start 10:00, pause 11:00 to 15:00. One hour
has run at 11:00, three are left at 15:00, so the deadline is 18:00.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.calendar.working_time import WorkingCalendar, add_working_time, working_time_between

NOTHING = timedelta(0)


class ClockAction(StrEnum):
    """What an event does to the clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RETARGET = "retarget"
    STOP = "stop"


@dataclass(frozen=True)
class Target:
    """How much time is allowed, and on which calendar it is counted."""

    allowed: timedelta
    calendar: WorkingCalendar
    name: str = ""


@dataclass(frozen=True)
class ClockEvent:
    """One event of the log; `reason` and `author` are kept for the explanation."""

    at: datetime
    action: ClockAction
    target: Target | None = None
    reason: str = ""
    author: str = ""


@dataclass(frozen=True)
class Stretch:
    """A piece of the story: the clock ran or stood still from `since` to `until`."""

    since: datetime
    until: datetime
    is_running: bool
    counted: timedelta
    reason: str = ""
    author: str = ""


@dataclass(frozen=True)
class Deadline:
    """The state of a deadline at an instant; `due_at` is None while the clock stands still."""

    started_at: datetime
    target: Target
    due_at: datetime | None
    elapsed: timedelta
    is_paused: bool
    stopped_at: datetime | None
    stretches: tuple[Stretch, ...]

    @property
    def remaining(self) -> timedelta:
        """Return the time left; negative when too late."""
        return self.target.allowed - self.elapsed

    @property
    def is_missed(self) -> bool:
        """Say whether more than the allowed time has run."""
        return self.remaining < NOTHING


def read_clock(events: Iterable[ClockEvent], now: datetime) -> Deadline | None:
    """Compute a deadline from its log as seen at `now`; None before the clock starts.

    Events may come in any order (a tablet sends late); later than `now` they are not known yet.
    Pausing twice or resuming a running clock changes nothing.
    """
    known = sorted((e for e in events if e.at <= now), key=lambda event: event.at)
    start = next((e for e in known if e.action is ClockAction.START), None)
    target = next((e.target for e in reversed(known) if e.target), None)
    if start is None or target is None:
        return None
    log = [e for e in known if e.at >= start.at]
    switches = _switches(log, start)
    stretches = _stretches(switches, target, now)
    last = switches[-1]
    return Deadline(
        started_at=start.at,
        target=target,
        due_at=_due_at(stretches, target),
        elapsed=sum((s.counted for s in stretches), NOTHING),
        is_paused=last.action is ClockAction.PAUSE,
        stopped_at=last.at if last.action is ClockAction.STOP else None,
        stretches=stretches,
    )


_MAY_FOLLOW = {
    ClockAction.START: {ClockAction.PAUSE, ClockAction.STOP},
    ClockAction.RESUME: {ClockAction.PAUSE, ClockAction.STOP},
    ClockAction.PAUSE: {ClockAction.RESUME, ClockAction.STOP},
    ClockAction.STOP: {ClockAction.RESUME},
}


def _switches(log: Sequence[ClockEvent], start: ClockEvent) -> list[ClockEvent]:
    """Return the events that really change whether the clock runs, the start first."""
    switches = [start]
    for event in log:
        if event.action in _MAY_FOLLOW[switches[-1].action]:
            switches.append(event)
    return switches


def _stretches(
    switches: Sequence[ClockEvent], target: Target, now: datetime
) -> tuple[Stretch, ...]:
    """Turn switches into stretches that tile the time from the start to the stop or to now."""
    ends = [switch.at for switch in switches[1:]]
    if switches[-1].action is not ClockAction.STOP:
        ends.append(now)
    return tuple(
        _stretch(switch, until, target) for switch, until in zip(switches, ends, strict=False)
    )


def _stretch(switch: ClockEvent, until: datetime, target: Target) -> Stretch:
    is_running = switch.action in (ClockAction.START, ClockAction.RESUME)
    counted = working_time_between(switch.at, until, target.calendar) if is_running else NOTHING
    return Stretch(switch.at, until, is_running, counted, switch.reason, switch.author)


def _due_at(stretches: Sequence[Stretch], target: Target) -> datetime | None:
    """Find the moment the allowed time is used up: in the past, or ahead while the clock runs."""
    left = target.allowed
    for position, stretch in enumerate(stretches):
        is_last = position + 1 == len(stretches)
        if stretch.is_running and (left <= stretch.counted or is_last):
            return add_working_time(stretch.since, left, target.calendar)
        left -= stretch.counted
    return None
