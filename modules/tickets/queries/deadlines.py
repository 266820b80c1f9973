"""The deadline of a ticket, by the hours the office had announced when it was opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.calendar.deadlines import Deadline
from app.calendar.service import OfficeCalendars
from modules.tickets.lifecycle import read_deadline
from modules.tickets.models import TicketEvent


def deadline_of(session: Session, events: Sequence[TicketEvent], now: datetime) -> Deadline | None:
    """Return the deadline the events give, explained; hours decided since do not count."""
    calendars = OfficeCalendars(session, events[0].recorded_at if events else now)
    return read_deadline(events, calendars, now)
