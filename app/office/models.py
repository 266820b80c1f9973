"""How the office presents itself; one row, or none while only the settings name it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Entity, Timestamped, TranslatedText, Versioned

THE_OFFICE = UUID("00000000-0000-7000-8000-00000000000f")


class Organisation(Entity, Versioned, Timestamped):
    """The office that runs this house."""

    __tablename__ = "organisations"

    name: Mapped[TranslatedText]
    # Several lines, as on an envelope.
    address: Mapped[TranslatedText]
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    # Whom to ask about personal data: the data protection officer, in one line.
    privacy_contact: Mapped[str] = mapped_column(String(200), default="", server_default="")
    # A PNG written by us, small enough for the head of every page; empty without one.
    logo: Mapped[bytes] = mapped_column(LargeBinary(), default=b"", deferred=True)
