"""At which hours people call and work: a leak has no hours, a letterbox waits for the morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.calendar.working_time import BRUSSELS

# Priorities for which somebody may be called out of bed, or call from it.
NIGHT_TOO = frozenset({"immediate", "breakdown", "urgent"})
_AWAKE = range(7, 21)
_AT_WORK = range(7, 19)
# Even of what cannot wait, two in three wait until they are awake.
_ONE_IN = 3


def is_night(at: datetime) -> bool:
    """Say whether most people sleep."""
    return at.astimezone(BRUSSELS).hour not in _AWAKE


def when_called(at: datetime, priority: str) -> datetime:
    """Return when somebody who noticed it at a moment of the night called: by day, before it."""
    local = at.astimezone(BRUSSELS)
    if not is_night(at) or (priority in NIGHT_TOO and local.minute % _ONE_IN == 0):
        return at
    day = local - timedelta(days=1) if local.hour < _AWAKE.start else local
    return day.replace(hour=8 + local.second % 11).astimezone(UTC)


def when_worked(at: datetime, priority: str) -> datetime:
    """Return when somebody does what falls at a moment: what can wait, in the morning after it."""
    local = at.astimezone(BRUSSELS)
    if priority in NIGHT_TOO or local.hour in _AT_WORK:
        return at
    day = local if local.hour < _AT_WORK.start else local + timedelta(days=1)
    return day.replace(hour=8 + local.second % 6).astimezone(UTC)
