"""Make the rows of tickets and of all that happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.auth.actor import SYSTEM_USER_ID
from app.calendar.service import Coverage
from app.calendar.working_time import BRUSSELS, WorkingCalendar
from app.db import Base, JsonDict
from app.demo import Planting, timed_id
from app.numbers import format_number, reserve_numbers
from app.phones import show_phone
from app.search.changes import touch_documents
from app.search.normalise import index_text
from modules.tickets.demo.opinions import draw_opinion
from modules.tickets.demo.reports import Report
from modules.tickets.demo.stories import Happened, tell_story
from modules.tickets.enums import Trade
from modules.tickets.lifecycle import derive_state, read_deadline
from modules.tickets.rulebook import Category, Rules
from modules.tickets.services.opening import SERIES
from modules.tickets.services.recording import target_data

# What is reported about a building, not about one of its lots.
COMMON = ("common.", "plant.", "public.")
_LIFT = "common.lift."
_CHUNK = 5_000

Story = Callable[[Mapping[str, Any]], Iterable[Happened]]
"""Tells the life of a ticket from what its opening event holds."""


@dataclass(slots=True)
class Calls:
    """Makes the rows."""

    chance: Random
    now: datetime
    rules: Rules
    calendars: Mapping[Coverage, WorkingCalendar]
    # The number each caller is reached by first.
    phones: Mapping[UUID, str] = field(default_factory=dict)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    opinions: list[dict[str, Any]] = field(default_factory=list)
    outages: list[dict[str, Any]] = field(default_factory=list)
    outage_calls: list[dict[str, Any]] = field(default_factory=list)
    # What happened to each ticket, in the order of time.
    _stories: dict[UUID, list[Happened]] = field(default_factory=dict)
    # Of its own, so that the year stays the same whoever has an opinion.
    _second_thoughts: Random = field(default_factory=lambda: Random(69))
    _unnumbered: list[tuple[dict[str, Any], str, dict[str, Any]]] = field(default_factory=list)

    def write(self, report: Report, story: Story | None = None) -> dict[str, Any]:
        """Write a ticket with its story up to now, invented unless one is given."""
        category = self.rules.categories[report.category_key]
        row = self._row(report, category)
        priority = self.rules.priorities[category.priority_key]
        opening = target_data(priority) | {"category": category.key}
        told = (
            story(opening) if story else tell_story(self.chance, report.at, priority.key, opening)
        )
        events = self._opine(row, [event for event in told if event.at <= self.now])
        state = derive_state(events)
        deadline = read_deadline(events, self.calendars, self.now)
        row |= {
            "opened_by_name": events[0].actor_name,
            "status": state.status,
            "waiting_reason": state.waiting_reason,
            "deferred_until": state.deferred_until,
            "duplicate_of_id": state.duplicate_of_id,
            "due_at": deadline.due_at if deadline else None,
            "completed_at": state.completed_at,
            "closed_at": state.closed_at,
            "returned_count": state.returned_count,
            "updated_at": events[-1].at,
        }
        self.tickets.append(row)
        self._stories[row["id"]] = events
        return row

    def add_event(self, row: dict[str, Any], event: Happened) -> None:
        """Add what happened to a ticket and leaves it in its state."""
        self._stories[row["id"]].append(event)
        self._stories[row["id"]].sort(key=lambda one: one.at)

    def when_numbered(self, data: dict[str, Any], name: str, row: dict[str, Any]) -> None:
        """Put the number of a ticket into the data of an event once it is known."""
        self._unnumbered.append((data, name, row))

    def number_with(self, session: Session) -> None:
        """Give the numbers, year by year, from the counters of the database."""
        self.tickets.sort(key=lambda row: row["opened_at"])
        by_year: dict[int, list[dict[str, Any]]] = {}
        for row in self.tickets:
            by_year.setdefault(row["opened_at"].astimezone(BRUSSELS).year, []).append(row)
        for year, rows in by_year.items():
            first = reserve_numbers(SERIES, year, len(rows), session) - len(rows)
            for position, row in enumerate(rows, start=1):
                row["number"] = format_number(SERIES, year, first + position)
                row["search_text"] = f"{index_text(row['number'])} {row['search_text']}"[:500]
        for data, name, row in self._unnumbered:
            data[name] = row["number"]

    def insert(self, planting: Planting) -> int:
        """Insert in short transactions, so that nobody waits for the demo; return the events."""
        events = [
            self._event_row(row["id"], position, event)
            for row in self.tickets
            for position, event in enumerate(self._stories[row["id"]], start=1)
        ]
        made = {
            "ticket_outages": self.outages,
            "tickets": self.tickets,
            "ticket_events": events,
            "ticket_opinions": self.opinions,
            "ticket_outage_calls": self.outage_calls,
        }
        for name, rows in made.items():
            for start in range(0, len(rows), _CHUNK):
                with planting.database.unit_of_work("demo") as uow:
                    uow.session.execute(
                        insert(Base.metadata.tables[name]), rows[start : start + _CHUNK]
                    )
        with planting.database.unit_of_work("demo") as uow:
            touch_documents(uow.session, "ticket")
        return len(events)

    def _row(self, report: Report, category: Category) -> dict[str, Any]:
        spot, key = report.spot, category.key
        phone = self.phones.get(report.caller_id) if report.caller_id else None
        return {
            "id": timed_id(self.chance, report.at),
            "version": 1,
            "source": report.source,
            "category_key": key,
            "priority_key": category.priority_key,
            "trade": category.trade or Trade.MULTI_SKILLED,
            "title": report.words[:160],
            "description": report.words,
            "safety": JsonDict({}),
            "building_id": spot.building_id,
            "entrance_id": spot.entrance_id,
            "lot_id": None if key.startswith(COMMON) else spot.lot_id,
            "installation_id": spot.lift_id if key.startswith(_LIFT) else None,
            "room_id": report.room_id,
            "caller_id": report.caller_id,
            "caller_name": report.caller_name,
            "caller_phone": show_phone(phone) if phone else "",
            "caller_e164": phone,
            "caller_locale": report.locale,
            "outage_id": None,
            "alert": JsonDict({}),
            "opened_at": report.at,
            "opened_by_id": SYSTEM_USER_ID,
            "created_at": report.at,
            "affected_count": 1,
            "search_text": index_text(report.words, report.caller_name)[:470],
        }

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
