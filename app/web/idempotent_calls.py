"""Calls that may be repeated: which were made, and what was answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Entity, EnumText, JsonDict, UtcDateTime


class CallState(StrEnum):
    """How far a call came."""

    # Its change is safe with it, its answer not yet stored.
    APPLIED = "applied"
    DONE = "done"


class IdempotentCall(Entity):
    """A state-changing call with a key of the client's, so that sending it twice does it once."""

    __tablename__ = "idempotent_calls"
    __table_args__ = (UniqueConstraint("owner_id", "key"),)

    owner_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(100))
    # SHA-256 of method, address and body.
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[CallState] = mapped_column(EnumText(CallState))
    status: Mapped[int | None]
    headers: Mapped[JsonDict] = mapped_column(default=dict[str, Any])
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # Until then its answer may still come; after it, it is lost.
    locked_until: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
