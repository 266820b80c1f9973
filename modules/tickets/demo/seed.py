"""Plant a year of calls: tickets in every state with their whole stories, inserted in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.auth.actor import SYSTEM_USER_ID
from app.calendar.service import Coverage, OfficeCalendars
from app.calendar.working_time import BRUSSELS, WorkingCalendar
from app.db import Base, JsonDict
from app.demo import Planting, Seed, timed_id
from app.numbers import format_number, reserve_numbers
from app.search.changes import touch_documents
from app.search.normalise import index_text
from modules.parties.api import occupants_of_lots
from modules.tickets.demo.opinions import draw_opinion
from modules.tickets.demo.stories import Happened, draw_category, draw_words, tell_story
from modules.tickets.enums import TicketSource, Trade
from modules.tickets.lifecycle import derive_state, read_deadline
from modules.tickets.models import Ticket
from modules.tickets.rulebook import Category, Rules
from modules.tickets.rules import load_rules
from modules.tickets.services.opening import SERIES
from modules.tickets.services.recording import target_data

# Calls a lot and year: about 3,400 for an estate of 2,391 lots.
CALLS_A_LOT = 1.4
_YEAR = timedelta(days=365)
_SOURCES = {
    TicketSource.PHONE: 78,
    TicketSource.EMAIL: 8,
    TicketSource.DESK: 5,
    TicketSource.CARETAKER: 6,
    TicketSource.TECHNICIAN: 3,
}
_COMMON = ("common.", "plant.", "public.")
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Spot:
    """A lot that can be called about."""

    lot_id: UUID
    building_id: UUID
    entrance_id: UUID | None


def is_planted(session: Session) -> bool:
    """Tell whether there are tickets that people reported."""
    reported = select(Ticket.id).where(Ticket.source != TicketSource.ALERT).limit(1)
    return session.execute(reported).first() is not None


def plant_tickets(planting: Planting) -> None:
    """Plant a year of calls on the lots there are."""
    with planting.database.reader() as session:
        spots = _spots(session)
        count = round(len(spots) * CALLS_A_LOT)
        callers = occupants_of_lots(
            session, [spot.lot_id for spot in spots], planting.clock.today()
        )
        rules = load_rules(session, planting.clock.today())
        of_office = OfficeCalendars(session)
        calendars = {coverage: of_office[coverage] for coverage in Coverage}
    made = Calls(planting.chance, planting.clock.now(), rules, calendars, callers)
    made.invent(spots, count)
    with planting.database.unit_of_work("demo") as uow:
        made.number_with(uow.session)
    made.insert(planting)
    planting.say(f"{len(made.tickets)} tickets with {len(made.events)} events")


def _spots(session: Session) -> list[Spot]:
    lots = Base.metadata.tables["lots"]
    statement = select(lots.c.id, lots.c.building_id, lots.c.entrance_id).order_by(lots.c.reference)
    return [Spot(*row) for row in session.execute(statement)]


@dataclass(slots=True)
class Calls:
    """Makes the rows of tickets and events; the same chance makes the same year."""

    chance: Random
    now: datetime
    rules: Rules
    calendars: Mapping[Coverage, WorkingCalendar]
    callers: Mapping[UUID, Sequence[tuple[UUID, str]]]
    tickets: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    opinions: list[dict[str, Any]] = field(default_factory=list)
    # Of its own, so that the year stays the same whoever has an opinion.
    _second_thoughts: Random = field(default_factory=lambda: Random(69))
    _counts: dict[int, int] = field(default_factory=dict)

    def invent(self, spots: Sequence[Spot], count: int) -> None:
        """Invent so many calls, in the order in which they came."""
        if not spots:
            return
        seconds = int(_YEAR.total_seconds())
        moments = sorted(
            self.now - timedelta(seconds=self.chance.randrange(60, seconds)) for _ in range(count)
        )
        # A tenth of the homes call for a third of the tickets: repeats must be seen.
        often = self.chance.sample(spots, max(1, len(spots) // 10))
        for moment in moments:
            spot = self.chance.choice(often if self.chance.random() < 0.3 else spots)
            self._call(spot, moment.replace(microsecond=0))

    def insert(self, planting: Planting) -> None:
        """Insert in short transactions, so that nobody waits for the demo."""
        tables = Base.metadata.tables
        made = (self.tickets, self.events, self.opinions)
        names = ("tickets", "ticket_events", "ticket_opinions")
        for rows, name in zip(made, names, strict=True):
            for start in range(0, len(rows), _CHUNK):
                with planting.database.unit_of_work("demo") as uow:
                    uow.session.execute(insert(tables[name]), rows[start : start + _CHUNK])
        with planting.database.unit_of_work("demo") as uow:
            touch_documents(uow.session, "ticket")

    def number_with(self, session: Session) -> None:
        """Give the numbers, year by year, from the counters of the database."""
        for year, count in sorted(self._counts.items()):
            last = reserve_numbers(SERIES, year, count, session)
            first = last - count
            of_year = [row for row in self.tickets if _year(row["opened_at"]) == year]
            for position, row in enumerate(of_year, start=1):
                row["number"] = format_number(SERIES, year, first + position)
                row["search_text"] = f"{index_text(row['number'])} {row['search_text']}"[:500]

    def _call(self, spot: Spot, at: datetime) -> None:
        category = draw_category(self.chance, self.rules, at)
        locale = self.chance.choices(("fr", "nl"), (72, 28))[0]
        is_common = category.key.startswith(_COMMON)
        party_id, name = self._caller(spot)
        words = draw_words(self.chance, category, locale)
        ticket_id = timed_id(self.chance, at)
        row = {
            "id": ticket_id,
            "version": 1,
            "source": self._source(),
            "category_key": category.key,
            "priority_key": category.priority_key,
            "trade": category.trade or Trade.MULTI_SKILLED,
            "title": words[:160],
            "description": words,
            "safety": JsonDict({}),
            "building_id": spot.building_id,
            "entrance_id": spot.entrance_id,
            "lot_id": None if is_common else spot.lot_id,
            "caller_id": party_id,
            "caller_name": name,
            "caller_locale": locale,
            "alert": JsonDict({}),
            "opened_at": at,
            "opened_by_id": SYSTEM_USER_ID,
            "created_at": at,
            "affected_count": 1,
            "search_text": index_text(words, name)[:470],
        }
        self._live(row, category, at)
        self.tickets.append(row)
        self._counts[_year(at)] = self._counts.get(_year(at), 0) + 1

    def _live(self, row: dict[str, Any], category: Category, at: datetime) -> None:
        """Tell the story up to now and repeat on the row what it adds up to."""
        priority = self.rules.priorities[category.priority_key]
        opening = target_data(priority) | {"category": category.key}
        story = [
            event
            for event in tell_story(self.chance, at, priority.key, opening)
            if event.at <= self.now
        ]
        story = self._opine(row, story)
        state = derive_state(story)
        deadline = read_deadline(story, self.calendars, self.now)
        row |= {
            "opened_by_name": story[0].actor_name,
            "status": state.status,
            "waiting_reason": state.waiting_reason,
            "deferred_until": state.deferred_until,
            "due_at": deadline.due_at if deadline else None,
            "completed_at": state.completed_at,
            "closed_at": state.closed_at,
            "returned_count": state.returned_count,
            "updated_at": story[-1].at,
        }
        for position, event in enumerate(story, start=1):
            self.events.append(self._event_row(row["id"], position, event))

    def _opine(self, row: dict[str, Any], story: list[Happened]) -> list[Happened]:
        """Add to a story what the caller says of it, when asked."""
        drawn = draw_opinion(self._second_thoughts, row, story, self.now)
        if drawn is None:
            return story
        opinion, answered = drawn
        made = {"id": timed_id(self._second_thoughts, opinion["asked_at"])}
        self.opinions.append(made | opinion)
        told = [*story, answered] if answered else story
        return sorted(told, key=lambda event: event.at)

    def _event_row(self, ticket_id: UUID, position: int, event: Happened) -> dict[str, Any]:
        return {
            "id": timed_id(self.chance, event.at),
            "ticket_id": ticket_id,
            "position": position,
            "kind": event.kind,
            "at": event.at,
            "recorded_at": event.at,
            "actor_id": SYSTEM_USER_ID,
            "actor_name": event.actor_name,
            "text": event.text,
            "data": JsonDict(event.data),
        }

    def _caller(self, spot: Spot) -> tuple[UUID | None, str]:
        known = self.callers.get(spot.lot_id, ())
        if not known:
            return None, ""
        return self.chance.choice(list(known))

    def _source(self) -> TicketSource:
        return self.chance.choices(list(_SOURCES), list(_SOURCES.values()))[0]


def _year(at: datetime) -> int:
    return at.astimezone(BRUSSELS).year


SEED = Seed("a year of calls", plant_tickets, is_planted)
