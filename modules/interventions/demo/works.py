"""Make the rows of orders and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.auth.actor import SYSTEM_USER_ID
from app.clock import BRUSSELS
from app.db import Base, JsonDict
from app.demo import Planting, timed_id
from app.numbers import format_number, reserve_numbers
from modules.interventions.demo.diary import Diary, Span
from modules.interventions.demo.rows import (
    Firm,
    PastEvent,
    assignment,
    at_firm,
    held_up,
    scheduled,
    told,
)
from modules.interventions.enums import (
    EntryKind,
    NoAccessReason,
    OrderEventKind,
    OrderStatus,
    Outcome,
    WorkClass,
)
from modules.interventions.lifecycle import derive_state
from modules.interventions.services.orders import SERIES
from modules.tickets.api import IMMEDIATE, EventKind, TicketStatus, Trade

MATERIAL = (
    ('Joint 1/2"', "1", "pce"),
    ("Flexible 50 cm", "1", "pce"),
    ("Cylindre 30/30", "1", "pce"),
    ("Disjoncteur 16 A", "1", "pce"),
    ("Silicone", "0.5", "tube"),
    ("Ampoule LED E27", "2", "pce"),
)
REPORTS = (
    "Pièce remplacée, essai concluant.",
    "Onderdeel vervangen, getest en in orde.",
    "Débouché et rincé.",
    "Losgemaakt, gereinigd en opnieuw afgesteld.",
    "Raccord resserré, plus de fuite.",
)
_CHUNK = 5_000
# How the visit ended of an order in a state.
_OUTCOMES = {
    OrderStatus.COMPLETE: Outcome.DONE,
    OrderStatus.CLOSED: Outcome.DONE,
    OrderStatus.NO_ACCESS: Outcome.NO_ACCESS,
    OrderStatus.PENDING_MATERIAL: Outcome.UNFINISHED,
}
_AT_THE_DOOR = timedelta(minutes=15)
# From the order to the road, and the least somebody who is there now still needs.
_SETS_OUT, _STILL_THERE = timedelta(minutes=4), timedelta(minutes=30)
# What is only known once somebody stood there.
_SEEN = frozenset({OrderEventKind.NO_ACCESS, OrderEventKind.AWAITED_MATERIAL})
_NOBODY = {"id": "", "name": ""}


def _is_on_the_way(ticket: dict[str, Any]) -> bool:
    """Say whether somebody left for a ticket that cannot wait and was just read."""
    return ticket["priority_key"] == IMMEDIATE and ticket["status"] is TicketStatus.QUALIFIED


@dataclass(slots=True)
class Works:
    """Makes the rows of orders and what hangs on them."""

    chance: Random
    now: datetime
    crew: Sequence[dict[str, Any]]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=dict)
    diary: Diary = field(default_factory=Diary)
    # How many events each order has.
    _told: dict[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put the crew in first."""
        skills, areas, people = [], [], []
        for one in self.crew:
            people.append({k: v for k, v in one.items() if k not in ("trades", "area_id")})
            skills += [
                {"technician_id": one["id"], "trade": trade, "level": 2} for trade in one["trades"]
            ]
            if one["area_id"] is not None:
                areas.append({"technician_id": one["id"], "area_id": one["area_id"]})
        self.rows = {
            "technicians": people,
            "technician_skills": skills,
            "technician_areas": areas,
            "work_orders": [],
            "work_order_tickets": [],
            "work_order_events": [],
            "work_order_entries": [],
            "visits": [],
        }

    def order(self, ticket: dict[str, Any], firm: Firm | None = None) -> None:
        """Make the order of a ticket that was qualified, given to a firm if one is named."""
        moments = dict(reversed(ticket["story"]))  # the first of each kind
        qualified = moments.get(EventKind.QUALIFIED)
        if qualified is None:
            return
        if firm is not None:
            given = list(at_firm(self._events(ticket, qualified, moments, _NOBODY), firm))
            row = self.add_at_firm(ticket, qualified, given, firm)
        else:
            span = self._span(ticket, qualified, moments)
            technician = self._technician(ticket, span)
            if technician is None:
                return
            if span is not None:
                self.diary.take(technician["id"], span)
            events = list(self._events(ticket, qualified, moments, technician))
            row = self.add(ticket, qualified, events, technician)
        self.rows["work_order_tickets"].append({"order_id": row["id"], "ticket_id": ticket["id"]})

    def add(
        self,
        about: dict[str, Any],
        made_at: datetime,
        events: Sequence[dict[str, Any]],
        technician: dict[str, Any],
    ) -> dict[str, Any]:
        """Add an order about something, with what happened to it up to now and its visit."""
        order_id = timed_id(self.chance, made_at)
        past = [event for event in events if event["at"] <= self.now]
        for event in past:
            self._tell(order_id, event)
        row = self._row(order_id, about, made_at, past)
        self.rows["work_orders"].append(row)
        if technician and (row["started_at"] is not None or row["status"] in _OUTCOMES):
            self._visit(row, technician)
        year = made_at.astimezone(BRUSSELS).year
        self._counts[year] = self._counts.get(year, 0) + 1
        return row

    def add_at_firm(
        self,
        about: dict[str, Any],
        made_at: datetime,
        events: Sequence[dict[str, Any]],
        firm: Firm,
    ) -> dict[str, Any]:
        """Add an order that a firm has or had, with the visit the office wrote down."""
        row = self.add(about, made_at, events, {})
        if row["status"] in _OUTCOMES:
            self._add_visit(row, None, firm.name, row["completed_at"] or row["updated_at"])
        return row

    def schedule(self, row: dict[str, Any], start: datetime, end: datetime) -> None:
        """Plan the visit of an order that was assigned."""
        event = scheduled(row["updated_at"] + timedelta(minutes=2), start, end)
        if event["at"] > self.now:
            return
        self._tell(row["id"], event)
        row |= {"planned_start_at": start, "planned_end_at": end, "updated_at": event["at"]}
        row["status"] = OrderStatus.SCHEDULED

    def _tell(self, order_id: UUID, event: dict[str, Any]) -> None:
        position = self._told.get(order_id, 0) + 1
        self._told[order_id] = position
        event |= {"id": timed_id(self.chance, event["at"]), "order_id": order_id}
        event |= {"position": position, "recorded_at": event["at"]}
        self.rows["work_order_events"].append(event)

    def number_with(self, session: Session) -> None:
        """Give the numbers, year by year, from the counters of the database."""
        for year, count in sorted(self._counts.items()):
            first = reserve_numbers(SERIES, year, count, session) - count
            of_year = sorted(
                (
                    row
                    for row in self.rows["work_orders"]
                    if row["created_at"].astimezone(BRUSSELS).year == year
                ),
                key=lambda row: row["created_at"],
            )
            for position, row in enumerate(of_year, start=1):
                row["number"] = format_number(SERIES, year, first + position)

    def insert(self, planting: Planting) -> None:
        """Insert in short transactions, in the order the foreign keys allow."""
        for name, rows in self.rows.items():
            for start in range(0, len(rows), _CHUNK):
                with planting.database.unit_of_work("demo") as uow:
                    uow.session.execute(
                        insert(Base.metadata.tables[name]), rows[start : start + _CHUNK]
                    )

    def _technician(self, ticket: dict[str, Any], span: Span | None) -> dict[str, Any] | None:
        """Choose who is free and has the trade, best of the area; None when everybody is taken."""
        able = [one for one in self.crew if ticket["trade"] in one["trades"]]
        others = [one for one in self.crew if Trade.MULTI_SKILLED in one["trades"]]
        near = [one for one in able if one["area_id"] == ticket["area_id"]]
        for group in (near, able, others):
            free = [
                one
                for one in group
                if span is None or self.diary.taken_until(one["id"], span) is None
            ]
            if free:
                return self.chance.choice(free)
        return None

    def _span(
        self, ticket: dict[str, Any], qualified: datetime, moments: dict[EventKind, datetime]
    ) -> Span | None:
        """Return when somebody is on the way to an order of ours or there; None: not yet."""
        if started := moments.get(EventKind.STARTED):
            return started, moments.get(EventKind.COMPLETED) or self.now + _STILL_THERE
        if _is_on_the_way(ticket):
            return qualified + _SETS_OUT, self.now + _STILL_THERE
        end = held_up(ticket)
        if end is not None and end["kind"] in _SEEN:
            return end["at"] - _AT_THE_DOOR, end["at"]
        return None

    def _events(
        self,
        ticket: dict[str, Any],
        qualified: datetime,
        moments: dict[EventKind, datetime],
        who: dict[str, Any],
    ) -> Iterator[dict[str, Any]]:
        """Tell the order's story along the ticket's."""
        yield told(OrderEventKind.CREATED, qualified)
        started = moments.get(EventKind.STARTED)
        if started is None:
            yield from self._not_begun(ticket, qualified, who)
            return
        within = min(started - qualified, timedelta(hours=1))
        yield assignment(qualified + within * self.chance.uniform(0.1, 0.9), who)
        yield told(OrderEventKind.STARTED, started)
        if completed := moments.get(EventKind.COMPLETED):
            yield told(OrderEventKind.COMPLETED, completed, self.chance.choice(REPORTS))
            if closed := moments.get(EventKind.CLOSED):
                yield told(OrderEventKind.CLOSED, max(closed, completed))

    def _not_begun(
        self, ticket: dict[str, Any], qualified: datetime, who: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Tell what became of an order nobody works on: somebody is on the way, or it waits."""
        end = held_up(ticket)
        if _is_on_the_way(ticket):
            yield assignment(qualified + _SETS_OUT / 2, who)
            yield told(OrderEventKind.TRAVELLED, qualified + _SETS_OUT)
        elif end is not None:
            yield assignment(qualified + timedelta(minutes=1), who)
            yield end
        # Half of the rest is still to be assigned.
        elif self.chance.random() < 0.5:
            yield assignment(qualified + timedelta(minutes=self.chance.randint(5, 60)), who)

    def _row(
        self,
        order_id: UUID,
        ticket: dict[str, Any],
        qualified: datetime,
        events: Sequence[dict[str, Any]],
    ) -> dict[str, Any]:
        state = derive_state(
            PastEvent(**{k: e[k] for k in ("kind", "at", "text", "data")}) for e in events
        )
        is_done = state.status in (OrderStatus.COMPLETE, OrderStatus.CLOSED)
        report = next((e["text"] for e in events if e["kind"] is OrderEventKind.COMPLETED), "")
        return {
            "id": order_id,
            "version": 1,
            "title": ticket["title"],
            "description": ticket["description"],
            "work_class": WorkClass.RESPONSIVE,
            "priority_key": ticket["priority_key"],
            "trade": ticket["trade"],
            "building_id": ticket["building_id"],
            "area_id": ticket["area_id"],
            "lot_id": ticket["lot_id"],
            "contact_name": ticket["contact_name"] or ticket["caller_name"],
            "contact_phone": ticket["contact_phone"] or ticket["caller_phone"],
            "contact_locale": ticket["caller_locale"],
            "due_at": ticket["due_at"],
            "estimated_minutes": self.chance.choice((30, 45, 60, 90, 120)),
            "status": state.status,
            "reason": state.reason,
            "technician_id": state.technician_id,
            "contractor_id": state.contractor_id,
            "planned_start_at": state.planned_start_at,
            "planned_end_at": state.planned_end_at,
            "started_at": state.started_at,
            "completed_at": state.completed_at,
            "work_done": report if is_done else "",
            "created_at": qualified,
            "updated_at": events[-1]["at"],
        }

    def _visit(self, order: dict[str, Any], who: dict[str, Any]) -> None:
        start = order["started_at"] or order["updated_at"] - _AT_THE_DOOR
        self._add_visit(order, who["id"], who["name"], start)
        if order["completed_at"] is not None:
            self._entries(order, who)

    def _add_visit(
        self, order: dict[str, Any], technician_id: UUID | None, name: str, start: datetime
    ) -> None:
        outcome = _OUTCOMES.get(order["status"])
        is_locked = outcome is Outcome.NO_ACCESS
        self.rows["visits"].append(
            {
                "id": timed_id(self.chance, start),
                "order_id": order["id"],
                "technician_id": technician_id,
                "actor_name": name,
                "started_at": start,
                "ended_at": order["completed_at"] or (order["updated_at"] if outcome else None),
                "outcome": outcome,
                "no_access_reason": NoAccessReason.NOBODY if is_locked else None,
                "report": order["work_done"] or order["reason"],
            }
        )

    def _entries(self, order: dict[str, Any], who: dict[str, Any]) -> None:
        common = {
            "order_id": order["id"],
            "actor_id": who["user_id"] or SYSTEM_USER_ID,
            "actor_name": who["name"],
            "made_at": order["completed_at"],
            "received_at": order["completed_at"],
        }
        hours: dict[str, Any] = {
            "kind": EntryKind.HOURS,
            "minutes": order["estimated_minutes"],
            "text": "",
        }
        hours |= {"data": JsonDict({"kind": "work"})}
        entries = [hours]
        if self.chance.random() < 0.4:
            label, quantity, unit = self.chance.choice(MATERIAL)
            used: dict[str, Any] = {"kind": EntryKind.MATERIAL, "minutes": None, "text": label}
            used |= {"data": JsonDict({"quantity": quantity, "unit": unit})}
            entries.append(used)
        for entry in entries:
            row = {"id": timed_id(self.chance, order["completed_at"]), **entry, **common}
            self.rows["work_order_entries"].append(row)
