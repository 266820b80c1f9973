"""Decide on an order as it was seen: two people who decide at once are told."""

from __future__ import annotations

from app.auth.actor import Actor
from app.db import UnitOfWork
from app.i18n import format_datetime
from modules.interventions.enums import STATUS_LABELS
from modules.interventions.errors import OrderMoved
from modules.interventions.models import WorkOrder
from modules.interventions.queries.orders import contractor_name, list_events
from modules.interventions.services.recording import Happening


def require_seen(order: WorkOrder, version: int | None, uow: UnitOfWork) -> None:
    """Raise OrderMoved, saying how the order stands, unless it is as it was seen (None: any)."""
    if version in (None, order.version):
        return
    planned = order.planned_start_at
    standing = (
        str(STATUS_LABELS[order.status]),
        order.technician.name if order.technician else contractor_name(uow.session, order),
        format_datetime(planned) if planned else "",
    )
    raise OrderMoved(order.number, ", ".join(filter(None, standing)), order.version)


def is_taken_already(
    order: WorkOrder, happening: Happening, version: int | None, actor: Actor, uow: UnitOfWork
) -> bool:
    """Tell whether the actor just took this very step, and sends it again for want of an answer.

    Raises OrderMoved when the order is not as it was seen for another reason (None: any).
    """
    if version in (None, order.version):
        return False
    last = list_events(uow.session, order.id)[-1]
    taken = (last.kind, last.actor_id, last.text)
    if taken == (happening.kind, actor.user_id, happening.text.strip()):
        return True
    require_seen(order, version, uow)
    return False
