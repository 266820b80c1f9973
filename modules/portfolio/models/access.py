"""How to get in: door codes, key boxes, alarms; shown only to those who need them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Archivable, Entity, EnumText, Timestamped, Versioned
from app.i18n import lazy as _l
from modules.portfolio.enums import AccessKind


class AccessCode(Entity, Versioned, Timestamped, Archivable):
    """A code or the place of a key: of a whole building, of one entrance or of one lot.

    `code` is confidential: it stands in no list, search, export or history, and each reading of it
    is logged.
    """

    __tablename__ = "access_codes"
    plural = _l("Access codes")
    __table_args__ = (
        CheckConstraint("entrance_id IS NULL OR lot_id IS NULL", name="entrance_or_lot"),
    )

    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"), index=True)
    entrance_id: Mapped[UUID | None] = mapped_column(ForeignKey("entrances.id"), index=True)
    lot_id: Mapped[UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    kind: Mapped[AccessKind] = mapped_column(EnumText(AccessKind))
    # Which door, box or panel.
    location: Mapped[str] = mapped_column(String(160), default="")
    code: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(300), default="")
