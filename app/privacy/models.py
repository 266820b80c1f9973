"""What was decided about retention, where it differs from the declaration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime, Versioned


class RetentionChoice(Base, Versioned):
    """The duration somebody confirmed for a rule."""

    __tablename__ = "retention_choices"

    rule: Mapped[str] = mapped_column(String(80), primary_key=True)
    months: Mapped[int]
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(300), default="")
    changed_by_name: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_rows: Mapped[int] = mapped_column(default=0)
