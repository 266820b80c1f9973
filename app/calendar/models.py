"""The office's own hours and closing days: data with dates, changed by the office."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Archivable, Entity, JsonDict, TranslatedText, UtcDateTime


class OfficeWeek(Entity, Archivable):
    """The opening hours of a week, from a day on until the next week of hours."""

    __tablename__ = "office_weeks"

    # {"0": [[480, 720], [780, 990]]}: civil minutes after midnight by weekday, 0 = Monday.
    hours: Mapped[JsonDict]
    valid_from: Mapped[date] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(200))
    # What was promised before the office said so is not counted anew.
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ClosingDay(Entity, Archivable):
    """A day on which the office is closed besides the legal holidays (bridges, local feasts)."""

    __tablename__ = "closing_days"

    day: Mapped[date] = mapped_column(index=True)
    name: Mapped[TranslatedText]
    source: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
