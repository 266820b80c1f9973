"""The files that hang on the records of a person: which they are, and how the export names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.files.models import Attachment


@dataclass(frozen=True, slots=True)
class Owned:
    """Records of one type that are about one person."""

    type: str
    ids: Sequence[UUID]


def files_of(owned: Owned, session: Session) -> Sequence[Attachment]:
    """Return the files of some records, also those taken away whose content is still kept."""
    about = (Attachment.subject_type == owned.type) & Attachment.subject_id.in_(owned.ids)
    return session.scalars(select(Attachment).where(about).order_by(Attachment.created_at)).all()


def disclose_file(file: Attachment) -> dict[str, str]:
    """Return what is told of a file, and the place of its content in the export."""
    return {
        "name": file.name,
        "caption": file.caption,
        "added": file.created_at.isoformat(),
        "content": packed_name(file),
    }


def packed_name(file: Attachment) -> str:
    """Return where a file stands in the export: many may share a name, and the minute they came."""
    return f"files/{file.id.hex[-8:]}-{file.name}"


def with_files(owned: Owned, session: Session) -> set[UUID]:
    """Return which of some records have a file whose content is still kept."""
    return {file.subject_id for file in files_of(owned, session)}
