"""The outbox: what has to be told, and whether it was."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Entity, EnumText, UtcDateTime
from app.i18n import LazyText
from app.i18n import lazy as _l


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    # Delayed until what it encloses was gone: it does not leave any more.
    OUTDATED = "outdated"


MAIL_STATE_LABELS: dict[MailState, LazyText] = {
    MailState.WAITING: _l("To be sent"),
    MailState.SENT: _l("Sent"),
    MailState.FAILED: _l("Could not be sent"),
    MailState.OUTDATED: _l("Not sent: no longer true"),
}


MAIL_STATE_TONES: dict[MailState, str] = {
    MailState.WAITING: "neutral",
    MailState.SENT: "success",
    MailState.FAILED: "danger",
    MailState.OUTDATED: "neutral",
}


class OutboxMail(Entity):
    """One mail, kept from the transaction that asked for it until long after it left."""

    __tablename__ = "outbox_mails"
    __table_args__ = (
        Index(None, "state", "next_attempt_at"),
        Index(None, "subject_type", "subject_id"),
    )

    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(160), default="")
    subject: Mapped[str] = mapped_column(String(250))
    text: Mapped[str] = mapped_column(Text())
    locale: Mapped[str] = mapped_column(String(2))
    # What the mail is about, to show it in the history of that record.
    subject_type: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[UUID | None]
    # Which files go with it, made when it leaves; see app/mail/enclosures.py.
    enclosure: Mapped[str] = mapped_column(String(40), default="", server_default="")
    state: Mapped[MailState] = mapped_column(EnumText(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime())
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    error: Mapped[str] = mapped_column(String(300), default="")
