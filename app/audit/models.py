"""The audit entry: append-only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Entity, JsonDict, UtcDateTime


class AuditEntry(Entity):
    """One change or consultation: actor, action, subject and the differences."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "subject_type", "subject_id", "occurred_at"),)

    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    actor_id: Mapped[UUID] = mapped_column(index=True)
    actor_name: Mapped[str] = mapped_column(String(120))
    request_id: Mapped[str] = mapped_column(String(64), default="")
    # `module.noun.verb`, stable; translated when shown.
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    subject_label: Mapped[str] = mapped_column(String(200))
    building_id: Mapped[UUID | None] = mapped_column(index=True)
    # {field: [old, new]}, values as plain JSON.
    changes: Mapped[JsonDict] = mapped_column(default=dict)
