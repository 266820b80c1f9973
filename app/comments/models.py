"""What people write under a record."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Archivable, Entity, UtcDateTime, Versioned


class Comment(Entity, Versioned, Archivable):
    """A comment; its author may change or remove it, and the history keeps what it was."""

    __tablename__ = "comments"
    __table_args__ = (Index(None, "subject_type", "subject_id", "created_at"),)

    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(Text())
    author_id: Mapped[UUID] = mapped_column(index=True)
    author_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
