"""Note which access codes a technician was given, on the tablet or on a page."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app.clock import BRUSSELS
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.portfolio.api import access_not_noted, note_access_given


def note_codes_given(given: Mapping[UUID, str]) -> None:
    """Note the codes shown, each with the number of its order; writes only what is new today."""
    actor, clock = current_actor(), current_clock()
    if access_not_noted(actor, reader(), given.keys(), clock.today(BRUSSELS)):
        with open_unit_of_work() as uow:
            note_access_given(actor, given, uow, clock)
