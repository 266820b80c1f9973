"""Documents of places, as far as their level of confidentiality may be read."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from modules.portfolio.enums import Confidentiality
from modules.portfolio.models import PlaceDocument


def list_documents(
    session: Session,
    levels: Sequence[Confidentiality],
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    parcel_id: UUID | None = None,
) -> Sequence[PlaceDocument]:
    """Return the documents of one place within some levels, the latest first."""
    columns = {
        PlaceDocument.building_id: building_id,
        PlaceDocument.lot_id: lot_id,
        PlaceDocument.parcel_id: parcel_id,
    }
    statement = select(PlaceDocument).where(
        PlaceDocument.archived_at.is_(None),
        PlaceDocument.confidentiality.in_(levels),
        *(column == value for column, value in columns.items() if value is not None),
    )
    return session.scalars(statement.order_by(PlaceDocument.created_at.desc())).all()
