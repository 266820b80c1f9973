"""The time, always passed as an argument so that rules can be tested on any day."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


class Clock(Protocol):
    """What a service needs to know of time."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    def today(self, zone: ZoneInfo = BRUSSELS) -> date:
        """Return the civil date in a zone."""
        ...


class SystemClock:
    """The real time; the only place that reads it."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)  # noqa: TID251 # the one place

    def today(self, zone: ZoneInfo = BRUSSELS) -> date:
        """Return today's date in a zone."""
        return self.now().astimezone(zone).date()


class FixedClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, instant: datetime) -> None:
        """Start at an aware instant; ValueError when it is naive."""
        if instant.tzinfo is None:
            raise ValueError("a fixed clock needs an aware instant")
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant the clock stands at."""
        return self._instant

    def today(self, zone: ZoneInfo = BRUSSELS) -> date:
        """Return the date of that instant in a zone."""
        return self._instant.astimezone(zone).date()

    def advance(self, step: timedelta) -> None:
        """Move the clock by a step."""
        self._instant += step
