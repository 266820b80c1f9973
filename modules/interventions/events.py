"""What interventions tells the other modules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from modules.interventions.enums import OrderStatus


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """Something happened to an order; `status` is where it stands now."""

    order_id: UUID
    number: str
    status: OrderStatus


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    """Work was done; the meters behind `alert_ids` must now show whether it helped."""

    order_id: UUID
    number: str
    building_id: UUID
    lot_id: UUID | None
    installation_id: UUID | None
    alert_ids: tuple[UUID, ...]
    completed_at: datetime
