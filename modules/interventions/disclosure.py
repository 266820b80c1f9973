"""What a person is shown of work orders: when somebody came to them, and what was written of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.privacy import PersonRef
from app.privacy.attached import disclose_attached
from app.privacy.own_words import names_in, own_words, without_own, words_of_others
from app.privacy.owned_files import Owned
from modules.interventions.enums import (
    NO_ACCESS_LABELS,
    OUTCOME_LABELS,
    STATUS_LABELS,
    EntryKind,
    OrderEventKind,
)
from modules.interventions.models import (
    ABOUT,
    OrderEntry,
    OrderEvent,
    OrderTicket,
    Visit,
    WorkOrder,
)
from modules.interventions.own_calls import orders_about
from modules.tickets.api import others_in_calls

_NO_HANG: dict[str, Any] = {"comments": [], "files": []}


def disclose(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> list[Any]:
    """Return the orders for a person's calls or home, and those given to them to carry out.

    Names and numbers of other callers are taken out of what was written; what hangs on an order
    for several of them is not given, since it may show any of them.
    """
    session = uow.session
    about, shared = orders_about(person, session)
    given = session.scalars(select(WorkOrder).where(WorkOrder.contractor_id == person.id))
    known = {order.id: order for order in (*about, *given)}
    owned = Owned(ABOUT, [order.id for order in about if order.id not in shared])
    hung = disclose_attached(owned, session)
    parts = _Parts(person, session, list(known))
    mine = {order.id for order in about}
    return [
        parts.tell(order, hung[order.id] if order.id in owned.ids else _NO_HANG)
        if order.id in mine
        else parts.tell_work(order)
        for order in sorted(known.values(), key=lambda order: order.number)
    ]


class _Parts:
    """What belongs to some orders, read once, without the words of anybody else."""

    def __init__(self, person: PersonRef, session: Session, ids: Sequence[UUID]) -> None:
        self._person, self._own = person, own_words(person)
        self._visits = _by_order(Visit, session, ids, Visit.started_at)
        self._events = _by_order(OrderEvent, session, ids, OrderEvent.position)
        self._entries = _by_order(OrderEntry, session, ids, OrderEntry.made_at)
        served = select(OrderTicket).where(OrderTicket.order_id.in_(ids))
        tickets: dict[UUID, list[UUID]] = defaultdict(list)
        for one in session.scalars(served):
            tickets[one.order_id].append(one.ticket_id)
        self._others = {one: others_in_calls(person, tickets[one], session) for one in ids}

    def tell(self, order: WorkOrder, hung: dict[str, Any]) -> dict[str, Any]:
        """Return all of an order that is about the person."""
        entries = self._entries[order.id]
        told = self._work(order) | {
            "contact": f"{order.contact_name} {order.contact_phone}".strip()
            if self._names(f"{order.contact_name} {order.contact_phone}")
            else "",
            "description": order.told,
            "availability": order.availability,
            "planning": order.planner_note,
            "reason": order.reason,
            "diagnosis": order.diagnosis,
            "work_done": order.work_done,
            "notes": [
                {"text": one.text, "written": one.at.isoformat()}
                for one in self._events[order.id]
                # Of an assignment only the name of a colleague is written.
                if one.text and one.kind is not OrderEventKind.ASSIGNED
            ]
            + [
                {"text": one.text, "written": one.made_at.isoformat()}
                for one in entries
                if one.kind is EntryKind.NOTE
            ],
            "signed_by": [
                one.text
                for one in entries
                if one.kind is EntryKind.SIGNATURE
                and (hung is not _NO_HANG or self._names(one.text))
            ],
        }
        return self._without_others(order, told | hung)

    def tell_work(self, order: WorkOrder) -> dict[str, Any]:
        """Return of an order what is about who carries it out, and not whose home it is."""
        return self._without_others(order, self._work(order))

    def _work(self, order: WorkOrder) -> dict[str, Any]:
        planned = (order.planned_start_at, order.planned_end_at)
        return {
            "number": order.number,
            "title": order.title,
            "status": str(STATUS_LABELS[order.status]),
            "contractor": order.contractor_id == self._person.id,
            "planned": [moment.isoformat() for moment in planned if moment],
            "visits": [_visit(one) for one in self._visits[order.id]],
        }

    def _names(self, text: str) -> bool:
        return self._own is not None and self._own.search(text) is not None

    def _without_others(self, order: WorkOrder, told: dict[str, Any]) -> dict[str, Any]:
        others = [*self._others[order.id]]
        if order.contact_name and not self._names(f"{order.contact_name} {order.contact_phone}"):
            others.append(_as_people(order))
        pattern: re.Pattern[str] | None = words_of_others(self._person, others)
        return without_own(pattern, told) if pattern else told


def _as_people(order: WorkOrder) -> PersonRef:
    return PersonRef(ABOUT, order.id, "", names=names_in(order.contact_name))


def _visit(visit: Visit) -> dict[str, Any]:
    reason = visit.no_access_reason
    return {
        "from": visit.started_at.isoformat(),
        "until": visit.ended_at.isoformat() if visit.ended_at else "",
        "outcome": str(OUTCOME_LABELS[visit.outcome]) if visit.outcome else "",
        "no_access": str(NO_ACCESS_LABELS[reason]) if reason else "",
        "report": visit.report,
    }


def _by_order(
    model: Any, session: Session, ids: Sequence[UUID], order: Any
) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.scalars(select(model).where(model.order_id.in_(ids)).order_by(order)):
        found[row.order_id].append(row)
    return found
