"""What changed since a worker last looked: the counter and the log behind each index."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Entity


class SearchVersion(Base):
    """How many times the texts of one kind have changed; each worker compares it with its own."""

    __tablename__ = "search_versions"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=0)


class SearchChange(Entity):
    """One change: which record, at which version; without a record, the whole kind."""

    __tablename__ = "search_changes"
    __table_args__ = (Index(None, "kind", "version"),)

    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(BigInteger)
    document_id: Mapped[UUID | None]
