"""The audit entry: append-only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Entity, JsonDict, UtcDateTime


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


class AuditSeal(Base):
    """The place of an entry in the chain: each digest covers the entry and the digest before."""

    __tablename__ = "audit_seals"

    # 1, 2, 3… without a gap; a gap is a deletion.
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # No foreign key: the seal must outlive an entry somebody deleted.
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Of the label and the differences, so that they can be forgotten without breaking the chain.
    content: Mapped[bytes] = mapped_column(LargeBinary(32))
