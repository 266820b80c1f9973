"""What somebody reports, before anything happens to it; and a year of what tenants report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from modules.tickets.demo.hours import is_night, when_called
from modules.tickets.demo.places import Spot
from modules.tickets.demo.stories import draw_category, draw_words
from modules.tickets.enums import TicketSource
from modules.tickets.rulebook import Rules

# Calls a lot and year: with those of the staff about 3,400 for an estate of 2,391 lots.
CALLS_A_LOT = 1.25
_YEAR = timedelta(days=365)
_SOURCES = {
    TicketSource.PHONE: 78,
    TicketSource.EMAIL: 8,
    TicketSource.DESK: 5,
    TicketSource.CARETAKER: 6,
    TicketSource.TECHNICIAN: 3,
}

Callers = Mapping[UUID, Sequence[tuple[UUID, str]]]
"""Who lives in each lot, with their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was said, when, about which place, by whom."""

    spot: Spot
    at: datetime
    category_key: str
    locale: str
    words: str
    source: TicketSource = TicketSource.PHONE
    caller_id: UUID | None = None
    caller_name: str = ""
    room_id: UUID | None = None


def drawn_moments(chance: Random, now: datetime, count: int) -> list[datetime]:
    """Draw so many moments of the past year, the first one first."""
    seconds = int(_YEAR.total_seconds())
    drawn = (now - timedelta(seconds=chance.randrange(60, seconds)) for _ in range(count))
    return sorted(moment.replace(microsecond=0) for moment in drawn)


def tenants_reports(
    chance: Random,
    moments: Sequence[datetime],
    spots: Sequence[Spot],
    callers: Callers,
    rules: Rules,
) -> Iterator[Report]:
    """Invent what is reported at some moments about homes, shops and offices."""
    if not spots:
        return
    # A tenth of the homes call for a third of the tickets: repeats must be seen.
    often = chance.sample(spots, max(1, len(spots) // 10))
    for at in moments:
        spot = chance.choice(often if chance.random() < 0.3 else spots)
        category = draw_category(chance, rules, at, has_lift=spot.lift_id is not None)
        locale = chance.choices(("fr", "nl"), (72, 28))[0]
        caller_id, name = draw_caller(chance, spot, callers)
        source = chance.choices(list(_SOURCES), list(_SOURCES.values()))[0]
        called_at = when_called(at, category.priority_key)
        yield Report(
            spot=spot,
            at=called_at,
            category_key=category.key,
            locale=locale,
            words=draw_words(chance, category.key, locale),
            # Nobody is at the desk at night.
            source=TicketSource.PHONE if is_night(called_at) else source,
            caller_id=caller_id,
            caller_name=name,
        )


def draw_caller(chance: Random, spot: Spot, callers: Callers) -> tuple[UUID | None, str]:
    """Draw one of those who live there; nobody for an empty lot."""
    known = callers.get(spot.lot_id, ()) if spot.lot_id else ()
    return chance.choice(list(known)) if known else (None, "")
