"""Orders a tablet still holds work of, and that are not on its technician's list any more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import LazyText, format_datetime
from app.i18n import lazy as _l
from modules.interventions.errors import ORDER_FINISHED, OrderNotYours
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.queries.orders import contractor_name, was_sent_to


def holder_name(session: Session, order: WorkOrder) -> str:
    """Return the name of the technician or the firm that has an order; empty for nobody."""
    if order.technician_id is None:
        return contractor_name(session, order)
    return session.get_one(Technician, order.technician_id).name


def describe_elsewhere(
    actor: Actor, session: Session, technician: Technician, order_ids: Collection[UUID]
) -> list[dict[str, Any]]:
    """Say of each order the technician was once sent to where it stands and whose it is now."""
    sent = [one for one in order_ids if was_sent_to(actor, session, one)]
    found = [session.get_one(WorkOrder, one) for one in sent]
    return [
        {
            "id": str(order.id),
            "status": order.status.value,
            "is_yours": order.is_open and order.technician_id == technician.id,
            "text": str(_why(session, order, technician)),
        }
        for order in found
    ]


def _why(session: Session, order: WorkOrder, technician: Technician) -> LazyText | str:
    if not order.is_open:
        return ORDER_FINISHED
    if order.technician_id != technician.id:
        return OrderNotYours(holder_name(session, order)).message
    start = order.planned_start_at
    return (
        _l("This order is planned for %(moment)s.", moment=format_datetime(start)) if start else ""
    )
