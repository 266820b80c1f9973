"""Who comes for a ticket, and when: one line for whoever has the caller on the line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.i18n import format_date, format_time
from app.i18n import gettext as _
from modules.interventions.enums import OPEN_STATUSES, STATUS_LABELS, UNDER_WAY, OrderStatus
from modules.interventions.models import OrderTicket, Technician, WorkOrder
from modules.interventions.queries.orders import visible_orders
from modules.parties.api import party_labels


@dataclass(frozen=True, slots=True)
class _Booked:
    """An order still to do, as far as a caller asks about it."""

    status: OrderStatus
    starts_at: datetime | None
    who: str

    def rank(self, now: datetime) -> tuple[int, float]:
        """Put somebody on the spot first, then the next visit, the last one missed, the rest."""
        if self.status in UNDER_WAY:
            return (0, 0)
        if self.starts_at is None:
            return (3 if self.who else 4, 0)
        moment = self.starts_at.timestamp()
        return (1, moment) if self.starts_at >= now else (2, -moment)


def booked_visits(
    actor: Actor, session: Session, ticket_ids: Collection[UUID], clock: Clock
) -> Mapping[UUID, str]:
    """Return who comes for each ticket and when, of its orders still to do, in two queries."""
    now = clock.now()
    found: dict[UUID, list[_Booked]] = {}
    for ticket_id, booked in _orders(actor, session, ticket_ids):
        found.setdefault(ticket_id, []).append(booked)
    return {
        key: _line(min(orders, key=lambda one: one.rank(now)), now) for key, orders in found.items()
    }


def _orders(
    actor: Actor, session: Session, ticket_ids: Collection[UUID]
) -> list[tuple[UUID, _Booked]]:
    statement = (
        select(
            OrderTicket.ticket_id,
            WorkOrder.status,
            WorkOrder.planned_start_at,
            WorkOrder.contractor_id,
            Technician.name,
        )
        .join(WorkOrder, WorkOrder.id == OrderTicket.order_id)
        .outerjoin(Technician, Technician.id == WorkOrder.technician_id)
        .where(OrderTicket.ticket_id.in_(ticket_ids), WorkOrder.status.in_(OPEN_STATUSES))
    )
    rows: list[Any] = list(session.execute(visible_orders(actor, statement)))
    firms = party_labels(session, (row.contractor_id for row in rows if row.contractor_id))
    return [
        (
            row.ticket_id,
            _Booked(row.status, row.planned_start_at, row.name or firms.get(row.contractor_id, "")),
        )
        for row in rows
    ]


def _line(booked: _Booked, now: datetime) -> str:
    state = str(STATUS_LABELS[booked.status])
    told = _("%(state)s: %(who)s", state=state, who=booked.who) if booked.who else state
    if booked.status in UNDER_WAY:
        return told
    if booked.starts_at is None:
        return _("%(told)s, no visit planned", told=told)
    moment = _(
        "%(day)s at %(hour)s",
        day=format_date(booked.starts_at, "full"),
        hour=format_time(booked.starts_at),
    )
    if booked.starts_at < now:
        return _("%(told)s, the visit was planned for %(moment)s", told=told, moment=moment)
    return _("%(told)s, visit on %(moment)s", told=told, moment=moment)
