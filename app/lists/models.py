"""Views of lists people keep."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Entity, UtcDateTime
from app.i18n import lazy as _l


class SavedView(Entity):
    """A view of a list under a name, for its owner or for everybody who may open the list."""

    __tablename__ = "saved_views"
    plural = _l("Views")
    __table_args__ = (Index(None, "list_name", "owner_id"),)

    list_name: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    is_shared: Mapped[bool] = mapped_column(default=False)
    # The part of the address after the question mark.
    query: Mapped[str] = mapped_column(Text())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class DefaultView(Base):
    """The view a person opens a list with."""

    __tablename__ = "default_views"
    plural = _l("Views")

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    list_name: Mapped[str] = mapped_column(String(80), primary_key=True)
    view_id: Mapped[UUID] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"))
