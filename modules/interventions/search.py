"""Work orders in the search box: by number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.search.identifiers import Identifier, numbers_of
from app.search.providers import Hit
from modules.interventions.enums import STATUS_LABELS
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import find_order_by_number, visible_orders
from modules.interventions.services.orders import SERIES


class OrderSearch:
    """Finds an order by its number."""

    kind = "work_order"
    label = _l("Work orders")
    permission = OrderPermission.READ
    icon = "tool"

    def exact(
        self, actor: Actor, session: Session, identifiers: Sequence[Identifier]
    ) -> Iterable[Hit]:
        """Return the order of a number."""
        numbers = numbers_of(SERIES, identifiers)
        found = (find_order_by_number(actor, session, number) for number in numbers)
        return [_hit(order) for order in found if order is not None]

    def documents(
        self, _session: Session, _ids: Sequence[UUID] | None
    ) -> Iterable[tuple[UUID, str]]:
        """Index nothing: an order is found through its ticket or its place."""
        return []

    def hits(self, actor: Actor, session: Session, ids: Sequence[UUID]) -> Iterable[Hit]:
        """Return lines for orders."""
        statement = select(WorkOrder).where(WorkOrder.id.in_(ids))
        return [_hit(order) for order in session.scalars(visible_orders(actor, statement))]


def _hit(order: WorkOrder) -> Hit:
    return Hit(
        id=order.id,
        title=order.number,
        detail=order.title,
        endpoint="interventions.order_detail",
        params={"order_id": str(order.id)},
        badge=str(STATUS_LABELS[order.status]),
    )
