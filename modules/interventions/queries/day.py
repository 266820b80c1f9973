"""A technician's coming days, as the tablet and the plain pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS
from app.i18n import use_locale
from modules.interventions.enums import (
    NO_ACCESS_LABELS,
    OPEN_STATUSES,
    OUTCOME_LABELS,
    STATUS_LABELS,
)
from modules.interventions.models import OrderEntry, Technician, Visit, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.board import place_labels
from modules.interventions.queries.orders import find_technician
from modules.portfolio.api import building_labels, installation_labels, list_warnings
from modules.tickets.api import TRADE_LABELS, Rules, load_rules

_HISTORY = 5


def list_day(
    actor: Actor, session: Session, now: datetime, days: int
) -> tuple[Technician | None, Sequence[WorkOrder]]:
    """Return the signed-in technician and their open orders up to so many days ahead.

    Orders without a planned day and unfinished older ones are among them, in the order to do them.
    """
    require(actor, OrderPermission.WORK)
    technician = find_technician(session, actor.user_id)
    if technician is None:
        return None, []
    last_day = now.astimezone(BRUSSELS).date() + timedelta(days=days)
    until = datetime.combine(last_day, time(), BRUSSELS).astimezone(UTC)
    start = WorkOrder.planned_start_at
    statement = (
        select(WorkOrder)
        .where(
            WorkOrder.technician_id == technician.id,
            WorkOrder.status.in_(OPEN_STATUSES),
            or_(start.is_(None), start < until),
        )
        .order_by(start.is_(None), start, WorkOrder.due_at.is_(None), WorkOrder.due_at)
    )
    return technician, session.scalars(statement).all()


def describe_day(actor: Actor, session: Session, now: datetime, days: int = 3) -> dict[str, Any]:
    """Return the document `GET /api/v1/field/day` answers, without its token and its instant."""
    technician, orders = list_day(actor, session, now, days)
    rules = load_rules(session, now.astimezone(BRUSSELS).date())
    locale = technician.locale if technician else actor.locale
    with use_locale(locale):
        return {
            "server_version": "1",
            "technician": {
                "id": str(technician.id) if technician else str(actor.user_id),
                "name": technician.name if technician else actor.display_name,
                "locale": locale,
            },
            "orders": _orders(session, orders, now),
            "lookups": _lookups(rules),
        }


@dataclass(frozen=True, slots=True)
class _Around:
    """What is read once for all orders of the day."""

    places: Mapping[UUID, str]
    buildings: Mapping[UUID, str]
    plants: Mapping[UUID, str]
    history: Mapping[UUID, list[dict[str, Any]]]
    photos: Mapping[UUID, list[dict[str, Any]]]


def _orders(session: Session, orders: Sequence[WorkOrder], now: datetime) -> list[dict[str, Any]]:
    plants = [order.installation_id for order in orders if order.installation_id]
    around = _Around(
        places=place_labels(session, orders),
        buildings=building_labels(session, [order.building_id for order in orders]),
        plants=installation_labels(session, plants),
        history=_history(session, orders),
        photos=_photos(session, orders),
    )
    day = now.astimezone(BRUSSELS).date()
    return [
        _task(order, position)
        | _spot(order, around)
        | {
            "warnings": _warnings(session, order, day),
            "photos": around.photos.get(order.id, []),
            "history": around.history.get(order.building_id, []),
        }
        for position, order in enumerate(orders, start=1)
    ]


def _task(order: WorkOrder, position: int) -> dict[str, Any]:
    """Say what is to be done and when."""
    return {
        "id": str(order.id),
        "number": order.number,
        "version": order.version,
        "title": order.title,
        "description": order.description,
        "status": order.status.value,
        "priority": order.priority_key,
        "trade": order.trade.value,
        "planned_start_at": instant(order.planned_start_at),
        "planned_end_at": instant(order.planned_end_at),
        "due_at": instant(order.due_at),
        "started_at": instant(order.started_at),
        "sequence": position,
        "planner_note": order.planner_note,
        "requires": {"signature": order.needs_signature, "photo": False, "checklist": []},
        "contact": _contact(order),
        "fields": {
            "diagnosis": order.diagnosis,
            "outcome": None,
            "follow_on": None,
            "work_done": order.work_done,
        },
    }


def _spot(order: WorkOrder, around: _Around) -> dict[str, Any]:
    """Say where, and on which plant."""
    place = around.places[order.id]
    plant = order.installation_id
    label = around.plants.get(plant, "") if plant else ""
    return {
        "location": {
            "building_id": str(order.building_id),
            "building_label": around.buildings.get(order.building_id, ""),
            "lot_id": str(order.lot_id) if order.lot_id else None,
            "lot_label": place if order.lot_id else "",
            "address": dict.fromkeys(("fr", "nl", "en"), _address(place)),
        },
        "installation": {"id": str(plant), "label": label, "kind": "", "documents": []}
        if plant
        else None,
    }


def _warnings(session: Session, order: WorkOrder, day: date) -> list[dict[str, Any]]:
    found = list_warnings(session, day, building_id=order.building_id, lot_id=order.lot_id)
    return [
        {"id": str(w.id), "kind": w.kind.value, "severity": "warning", "text": w.reason}
        for w in found
    ]


def _contact(order: WorkOrder) -> dict[str, Any] | None:
    if not order.contact_name and not order.contact_phone:
        return None
    return {
        "name": order.contact_name,
        "phone": order.contact_phone,
        "language": order.contact_locale,
        "availability": order.availability,
    }


def _history(session: Session, orders: Sequence[WorkOrder]) -> Mapping[UUID, list[dict[str, Any]]]:
    """Return the last visits to each building, in one query."""
    buildings = {order.building_id for order in orders}
    if not buildings:
        return {}
    statement = (
        select(Visit, WorkOrder)
        .join(WorkOrder, WorkOrder.id == Visit.order_id)
        .where(WorkOrder.building_id.in_(buildings), Visit.ended_at.is_not(None))
        .order_by(Visit.started_at.desc())
        .limit(_HISTORY * max(len(buildings), 1) * 4)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for visit, order in session.execute(statement):
        lines = found.setdefault(order.building_id, [])
        if len(lines) < _HISTORY:
            lines.append(
                {
                    "at": instant(visit.started_at),
                    "kind": "visit",
                    "number": order.number,
                    "text": visit.report or order.title,
                    "by": visit.actor_name,
                }
            )
    return found


def _photos(session: Session, orders: Sequence[WorkOrder]) -> Mapping[UUID, list[dict[str, Any]]]:
    statement = select(OrderEntry).where(
        OrderEntry.order_id.in_([order.id for order in orders]), OrderEntry.kind == "photo"
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for entry in session.scalars(statement):
        found.setdefault(entry.order_id, []).append(
            {
                "id": str(entry.id),
                "caption": entry.text,
                "url": f"/files/{entry.id}",
                "taken_at": entry.data.get("taken_at"),
            }
        )
    return found


def _lookups(rules: Rules) -> dict[str, Any]:
    return {
        "outcomes": _choices(OUTCOME_LABELS.items()),
        "no_access_reasons": _choices(NO_ACCESS_LABELS.items()),
        "trades": _choices(TRADE_LABELS.items()),
        "statuses": _choices(STATUS_LABELS.items()),
        "priorities": _choices((key, rule.name) for key, rule in rules.priorities.items()),
        "materials": [],
    }


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[dict[str, str]]:
    return [{"key": str(key), "label": str(label)} for key, label in pairs]


def _address(label: str) -> str:
    return label.partition(" · ")[2] or label


def instant(value: datetime | None) -> str | None:
    """Write an instant as the tablet reads it: ISO 8601 in UTC with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
