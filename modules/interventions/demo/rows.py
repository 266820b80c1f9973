"""Rows of orders and of what happened to them, as the bulk insert takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.auth.actor import SYSTEM_USER_ID
from app.db import JsonDict
from modules.interventions.enums import OrderEventKind
from modules.tickets.api import Trade


def assignment(at: datetime, who: dict[str, Any]) -> dict[str, Any]:
    """Tell that an order was given to somebody."""
    given = {"technician_id": str(who["id"]), "name": who["name"]}
    return told(OrderEventKind.ASSIGNED, at, who["name"], given)


def scheduled(at: datetime, start: datetime, end: datetime) -> dict[str, Any]:
    """Tell that a visit was planned."""
    plan = {"start": start.isoformat(), "end": end.isoformat()}
    return told(OrderEventKind.SCHEDULED, at, data=plan)


@dataclass(frozen=True, slots=True)
class Firm:
    """A contractor of the demo, as the rows of orders name it."""

    id: UUID
    name: str
    trade: Trade


def at_firm(events: Iterable[dict[str, Any]], firm: Firm) -> Iterator[dict[str, Any]]:
    """Retell the story of an order as it goes with a firm: nobody here sees it start."""
    for event in events:
        if event["kind"] is OrderEventKind.ASSIGNED:
            given = {"contractor_id": str(firm.id), "name": firm.name}
            yield told(OrderEventKind.ASSIGNED, event["at"], firm.name, given)
        elif event["kind"] is OrderEventKind.STARTED:
            yield told(OrderEventKind.ACCEPTED, event["at"])
        else:
            yield event


@dataclass(slots=True)
class PastEvent:
    """An event in the form the life cycle reads."""

    kind: OrderEventKind
    at: datetime
    text: str
    data: Any


def told(
    kind: OrderEventKind, at: datetime, text: str = "", data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Make the row of an event, but for its order and its place in it."""
    return {
        "kind": kind,
        "at": at,
        "text": text,
        "data": JsonDict(data or {}),
        "actor_id": SYSTEM_USER_ID,
        "actor_name": "Dispatching",
    }
