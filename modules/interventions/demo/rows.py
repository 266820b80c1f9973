"""Rows of orders and of what happened to them, as the bulk insert takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.auth.actor import SYSTEM_USER_ID
from app.db import JsonDict
from modules.interventions.enums import NoAccessReason, OrderEventKind
from modules.tickets.api import TicketStatus, Trade, WaitingReason


def assignment(at: datetime, who: dict[str, Any]) -> dict[str, Any]:
    """Tell that an order was given to somebody."""
    given = {"technician_id": str(who["id"]), "name": who["name"]}
    return told(OrderEventKind.ASSIGNED, at, who["name"], given)


def scheduled(at: datetime, start: datetime, end: datetime) -> dict[str, Any]:
    """Tell that a visit was planned."""
    plan = {"start": start.isoformat(), "end": end.isoformat()}
    return told(OrderEventKind.SCHEDULED, at, data=plan)


def told_no_access(at: datetime, text: str) -> dict[str, Any]:
    """Tell that somebody stood before a closed door and left a card."""
    closed = {
        "reason": NoAccessReason.NOBODY.value,
        "card_left": True,
        "call_attempted": True,
        "proposed_slot": "",
    }
    return told(OrderEventKind.NO_ACCESS, at, text, closed)


# What an order waits for while its ticket does.
_HELD_UP = {
    WaitingReason.PART: (OrderEventKind.AWAITED_MATERIAL, "Pièce commandée, livraison annoncée."),
    WaitingReason.TENANT: (OrderEventKind.HELD, "Wachten op een antwoord van de huurder."),
    WaitingReason.CONTRACTOR: (OrderEventKind.HELD, "Attendre l’échafaudage."),
    WaitingReason.DECISION: (OrderEventKind.HELD, "Remplacer ou réparer : à trancher."),
}


def held_up(ticket: dict[str, Any]) -> dict[str, Any] | None:
    """Tell what holds up the order of a ticket that waits; None when it does not wait."""
    if ticket["status"] is TicketStatus.DEFERRED:
        return told(OrderEventKind.HELD, ticket["updated_at"], "Samen met andere werken te doen.")
    reason = ticket["waiting_reason"]
    if reason is WaitingReason.ACCESS:
        return told_no_access(ticket["updated_at"], "Personne n’a ouvert, carte laissée.")
    if reason is None:
        return None
    kind, text = _HELD_UP[reason]
    return told(kind, ticket["updated_at"], text)


def about_work(
    place: Place, trade: Trade, title: str, locale: str, due_at: datetime
) -> dict[str, Any]:
    """Say what an order without a report is about, in the fields of a ticket."""
    return {
        "title": title,
        "description": "",
        "priority_key": "normal",
        "trade": trade,
        "building_id": place.building_id,
        "area_id": place.area_id,
        "lot_id": None,
        "caller_name": "",
        "caller_phone": "",
        "contact_name": "",
        "contact_phone": "",
        "caller_locale": locale,
        "due_at": due_at,
    }


@dataclass(frozen=True, slots=True)
class Place:
    """A building, and where it lies."""

    building_id: UUID
    area_id: UUID | None
    lon: float
    lat: float


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
        elif event["kind"] is OrderEventKind.TRAVELLED:
            continue
        elif event["kind"] is OrderEventKind.STARTED:
            yield told(OrderEventKind.ACCEPTED, event["at"])
        elif event["kind"] is OrderEventKind.AWAITED_MATERIAL:
            yield told(OrderEventKind.HELD, event["at"], event["text"])
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
