"""Rows of orders and of what happened to them, as the bulk insert takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.auth.actor import SYSTEM_USER_ID
from app.db import JsonDict
from modules.interventions.enums import OrderEventKind


def assignment(at: datetime, who: dict[str, Any]) -> dict[str, Any]:
    """Tell that an order was given to somebody."""
    given = {"technician_id": str(who["id"]), "name": who["name"]}
    return told(OrderEventKind.ASSIGNED, at, who["name"], given)


def scheduled(at: datetime, start: datetime, end: datetime) -> dict[str, Any]:
    """Tell that a visit was planned."""
    plan = {"start": start.isoformat(), "end": end.isoformat()}
    return told(OrderEventKind.SCHEDULED, at, data=plan)


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
