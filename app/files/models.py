"""Attachments: which file hangs on which record, and who may see it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Archivable, Entity, EnumText, UtcDateTime, Versioned
from app.files.document_kinds import DocumentKind
from app.subjects import Confidentiality


class Attachment(Entity, Versioned, Archivable):
    """A file attached to a record; its bytes are in the store under `sha256`."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index(None, "subject_type", "subject_id", "created_at"),
        Index(None, "sha256"),
    )

    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    building_id: Mapped[UUID | None] = mapped_column(index=True)
    # Shown and offered for saving; cleaned, with the ending of what the file really is.
    name: Mapped[str] = mapped_column(String(120))
    caption: Mapped[str] = mapped_column(String(300), default="")
    media_type: Mapped[str] = mapped_column(String(100))
    document_kind: Mapped[DocumentKind] = mapped_column(
        EnumText(DocumentKind, 20), default=DocumentKind.OTHER, server_default="other"
    )
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    # Pictures only: 1,600 pixels and thumbnail, in the same store.
    large_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    confidentiality: Mapped[Confidentiality] = mapped_column(EnumText(Confidentiality, 10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_id: Mapped[UUID]
    created_by_name: Mapped[str] = mapped_column(String(120))

    @property
    def is_image(self) -> bool:
        """Tell whether smaller pictures of it exist."""
        return self.thumbnail_sha256 is not None

    @property
    def digests(self) -> tuple[str, ...]:
        """Return every content it needs in the store."""
        found = (self.sha256, self.large_sha256, self.thumbnail_sha256)
        return tuple(digest for digest in found if digest)
