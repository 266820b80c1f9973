"""Notifications and what each person wants to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Entity, JsonDict, UtcDateTime
from app.i18n import gettext
from app.i18n import lazy as _l


class Notification(Entity):
    """One piece of news for one person; the sentence is translated when it is read."""

    __tablename__ = "notifications"
    plural = _l("Notifications")
    __table_args__ = (
        Index(None, "user_id", "created_at"),
        Index(None, "user_id", "read_at"),
        Index(None, "mail_state", "created_at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    # The English source of the sentence and its values; one to translate is {text, values}.
    message: Mapped[str] = mapped_column(String(300))
    params: Mapped[JsonDict] = mapped_column(default=dict)
    url: Mapped[str] = mapped_column(String(300), default="")
    subject_type: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    is_in_page: Mapped[bool] = mapped_column(default=True)
    # `none`, `due` or `queued`: whether the mail was asked for and given to the outbox.
    mail_state: Mapped[str] = mapped_column(String(6), default="none")

    @property
    def sentence(self) -> str:
        """Return the sentence in the present language."""
        return _said({"text": self.message, "values": self.params})


def _said(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return gettext(value["text"], **{name: _said(one) for name, one in value["values"].items()})


class NotificationPreference(Base):
    """What a person chose for one kind of news; without a row the kind's own default counts."""

    __tablename__ = "notification_preferences"
    plural = _l("Notification settings")

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    in_page: Mapped[bool]
    by_mail: Mapped[bool]
