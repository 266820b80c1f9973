"""The office's own hours and closing days: data with dates, changed by the administrator."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Entity, TranslatedText


class WorkingHours(Entity):
    """One opening of a weekday (0 = Monday), in civil minutes after midnight, for a period."""

    __tablename__ = "working_hours"
    __table_args__ = (
        Index(None, "valid_from", "valid_until"),
        CheckConstraint("since < until", name="order"),
    )

    weekday: Mapped[int]
    since: Mapped[int]
    until: Mapped[int]
    valid_from: Mapped[date]
    # The first day on which it no longer holds; empty while it does.
    valid_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200), default="")


class ClosingDay(Entity):
    """A day on which the office is closed besides the legal holidays (bridges, local feasts)."""

    __tablename__ = "closing_days"

    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[TranslatedText]
    source: Mapped[str] = mapped_column(String(200), default="")
