"""What the tablet takes along: the coming days with everything around each order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import BRUSSELS
from app.i18n import DEFAULT_LOCALE, LOCALES, use_locale
from app.phones import dial
from modules.energy.api import CounterFacts, counters_of_buildings
from modules.interventions.checklists import Checklists, load_checklists
from modules.interventions.enums import NO_ACCESS_LABELS, OUTCOME_LABELS, STATUS_LABELS
from modules.interventions.models import OrderEntry, Visit, WorkOrder
from modules.interventions.queries.board import place_labels
from modules.interventions.queries.day import list_day
from modules.interventions.queries.elsewhere import describe_elsewhere
from modules.portfolio.api import (
    ACCESS_KIND_LABELS,
    WARNING_KIND_LABELS,
    AccessCode,
    Place,
    PlaceWarning,
    WarningKind,
    access_to_places,
    building_labels,
    installation_labels,
    warnings_of_places,
)
from modules.tickets.api import TRADE_LABELS, Rules, load_rules

_HISTORY = 5


def describe_day(
    actor: Actor, session: Session, now: datetime, days: int = 3, held: Collection[UUID] = ()
) -> dict[str, Any]:
    """Return the document `GET /api/v1/field/day` answers, without its token and its instant.

    Its words are in the language the person reads the page in, which they may change any day.
    `held` are the orders the tablet keeps unsent work of: of those that left the list it says why.
    """
    technician, orders = list_day(actor, session, now, days)
    left = set(held).difference(order.id for order in orders)
    rules = load_rules(session, now.astimezone(BRUSSELS).date())
    with use_locale(actor.locale):
        return {
            "server_version": "1",
            "technician": {
                "id": str(technician.id) if technician else str(actor.user_id),
                "account_id": str(actor.user_id),
                "name": technician.name if technician else actor.display_name,
                "locale": actor.locale,
            },
            "orders": _orders(session, orders, now),
            "elsewhere": describe_elsewhere(actor, session, technician, sorted(left))
            if technician
            else [],
            "lookups": _lookups(rules),
        }


@dataclass(frozen=True, slots=True)
class _Around:
    """What is read once for all orders of the day."""

    # By language: in Brussels a street has two names.
    places: Mapping[str, Mapping[UUID, str]]
    buildings: Mapping[UUID, str]
    plants: Mapping[UUID, str]
    warnings: Sequence[PlaceWarning]
    counters: Sequence[CounterFacts]
    history: Mapping[UUID, list[dict[str, Any]]]
    photos: Mapping[UUID, list[dict[str, Any]]]
    checklists: Checklists
    codes: Mapping[Place, Sequence[AccessCode]]

    def warnings_of(self, order: WorkOrder) -> list[PlaceWarning]:
        """Return the warnings about the building or the lot of an order."""
        places = {order.building_id, order.lot_id}
        return [w for w in self.warnings if (w.lot_id or w.building_id) in places]


def _orders(session: Session, orders: Sequence[WorkOrder], now: datetime) -> list[dict[str, Any]]:
    day = now.astimezone(BRUSSELS).date()
    plants = [order.installation_id for order in orders if order.installation_id]
    buildings = {order.building_id for order in orders}
    lots = {order.lot_id for order in orders if order.lot_id}
    around = _Around(
        places=_places(session, orders),
        buildings=building_labels(session, buildings),
        plants=installation_labels(session, plants),
        warnings=warnings_of_places(session, day, buildings, lots),
        counters=counters_of_buildings(session, buildings),
        history=_history(session, orders),
        photos=_photos(session, orders),
        checklists=load_checklists(session),
        codes=access_to_places(session, {(o.building_id, o.lot_id) for o in orders}),
    )
    return [
        _task(order, position)
        | _spot(order, around)
        | {
            "checklist": _checklist(order, around.checklists, now),
            "access": _access(order, around),
            "warnings": _warnings(order, around),
            "meters": _meters(order, around),
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
        "description": order.told,
        "status": order.status.value,
        "priority": order.priority_key,
        "trade": order.trade.value,
        "planned_start_at": instant(order.planned_start_at),
        "planned_end_at": instant(order.planned_end_at),
        "due_at": instant(order.due_at),
        "started_at": instant(order.started_at),
        "sequence": position,
        "planner_note": order.planner_note,
        "requires": {"signature": order.needs_signature, "photo": False},
        "contact": _contact(order),
        "fields": {
            "diagnosis": order.diagnosis,
            "outcome": None,
            "follow_on": None,
            "work_done": order.work_done,
        },
    }


def _places(session: Session, orders: Sequence[WorkOrder]) -> dict[str, dict[UUID, str]]:
    found = {}
    for locale in LOCALES:
        with use_locale(locale):
            found[locale] = place_labels(session, orders)
    return found


def _spot(order: WorkOrder, around: _Around) -> dict[str, Any]:
    """Say where, and on which plant."""
    places = {locale: found[order.id] for locale, found in around.places.items()}
    plant = order.installation_id
    label = around.plants.get(plant, "") if plant else ""
    return {
        "location": {
            "building_id": str(order.building_id),
            "building_label": around.buildings.get(order.building_id, ""),
            "lot_id": str(order.lot_id) if order.lot_id else None,
            "lot_label": _reference(places[DEFAULT_LOCALE]) if order.lot_id else "",
            "address": {locale: _address(place) for locale, place in places.items()},
        },
        "installation": {"id": str(plant), "label": label, "kind": "", "documents": []}
        if plant
        else None,
    }


def _access(order: WorkOrder, around: _Around) -> dict[str, Any] | None:
    """Say how to get in: the codes and keys of the place, and what is noted about the way."""
    notes = [w.reason for w in around.warnings_of(order) if w.kind is WarningKind.ACCESS]
    codes = around.codes[order.building_id, order.lot_id]
    if not notes and not codes:
        return None
    return {"instructions": "\n".join(notes), "codes": [_code(one) for one in codes]}


def _code(code: AccessCode) -> dict[str, str]:
    kind = str(ACCESS_KIND_LABELS[code.kind])
    return {
        "id": str(code.id),
        "label": f"{kind} ({code.location})" if code.location else kind,
        "code": code.code,
        "note": code.note,
    }


def codes_in(document: Mapping[str, Any]) -> dict[UUID, str]:
    """Return the codes a day document gives away, each with the number of an order for it."""
    return {
        UUID(code["id"]): order["number"]
        for order in document["orders"]
        for code in (order["access"] or {}).get("codes", ())
    }


def _warnings(order: WorkOrder, around: _Around) -> list[dict[str, Any]]:
    return [
        {
            "id": str(warning.id),
            "kind": warning.kind.value,
            "severity": "warning",
            "text": f"{WARNING_KIND_LABELS[warning.kind]}: {warning.reason}",
            "ends_on": warning.ends_on.isoformat() if warning.ends_on else None,
        }
        for warning in around.warnings_of(order)
        if warning.kind is not WarningKind.ACCESS
    ]


def _meters(order: WorkOrder, around: _Around) -> list[dict[str, Any]]:
    """Return the counters of the building, but not those of other homes."""
    return [
        {
            "id": str(counter.id),
            "label": counter.label,
            "unit": counter.unit,
            "last_value": None if counter.last_value is None else f"{counter.last_value:.3f}",
            "last_read_at": instant(counter.last_read_at),
        }
        for counter in around.counters
        if counter.building_id == order.building_id and counter.lot_id in (None, order.lot_id)
    ]


def _checklist(order: WorkOrder, checklists: Checklists, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "label": str(item.label),
            "kind": item.kind.value,
            "required": item.is_required,
        }
        for item in checklists.of_order(order, now)
    ]


def _contact(order: WorkOrder) -> dict[str, Any] | None:
    if not order.contact_name and not order.contact_phone:
        return None
    return {
        "name": order.contact_name,
        "phone": dial(order.contact_phone),
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
        "priorities": [
            {"key": key, "label": rules.priority_of(key), "tone": rules.tone_of(key)}
            for key in rules.priorities
        ],
        "materials": [],
    }


def _choices(pairs: Iterable[tuple[Any, Any]]) -> list[dict[str, str]]:
    return [{"key": str(key), "label": str(label)} for key, label in pairs]


def _reference(label: str) -> str:
    return label.partition(" · ")[0]


def _address(label: str) -> str:
    return label.partition(" · ")[2] or label


def instant(value: datetime | None) -> str | None:
    """Write an instant as the tablet reads it: ISO 8601 in UTC with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
