"""Two people changed the same text: compare field by field, and show both sides."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from app.auth.actor import Actor
from app.db import UnitOfWork
from modules.interventions.models import OrderFieldChange, WorkOrder
from modules.interventions.services.field.operation import Answer, Operation, Refused


def refuse_conflict(
    order: WorkOrder,
    values: Mapping[str, str],
    actor: Actor,
    operation: Operation,
    uow: UnitOfWork,
) -> None:
    """Refuse the whole operation when a text was changed by both sides to different values."""
    changes = list(
        uow.session.scalars(
            select(OrderFieldChange)
            .where(OrderFieldChange.order_id == order.id)
            .order_by(OrderFieldChange.version)
        )
    )
    mine = (actor.user_id, operation.device_id)
    clashing: dict[str, OrderFieldChange] = {}
    for name, value in values.items():
        of_field = [change for change in changes if change.field == name]
        before = [c.value for c in of_field if c.version <= operation.base_version]
        since = [c for c in of_field if c.version > operation.base_version]
        others = [c for c in since if (c.actor_id, c.device_id) != mine]
        base = before[-1] if before else ""
        if others and value not in (getattr(order, name), base):
            clashing[name] = others[-1]
    if clashing:
        raise Refused(_conflict(order, clashing, operation))


def _conflict(
    order: WorkOrder, clashing: Mapping[str, OrderFieldChange], operation: Operation
) -> Answer:
    last = max(clashing.values(), key=lambda change: change.version)
    return {
        "id": str(operation.id),
        "status": "conflict",
        "order_version": order.version,
        "current": {
            "version": order.version,
            "status": order.status.value,
            "fields": fields_of(order),
            "changed_by": last.actor_name,
            "changed_at": last.at.isoformat().replace("+00:00", "Z"),
        },
        "conflicting_fields": sorted(clashing),
    }


def fields_of(order: WorkOrder) -> dict[str, str | None]:
    """Return the fields a tablet may change, as it knows them."""
    return {
        "diagnosis": order.diagnosis,
        "outcome": None,
        "follow_on": None,
        "work_done": order.work_done,
    }
