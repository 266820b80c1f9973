"""The files that hang on the records of a person: which they are, and how the export names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, not_, or_, select
from sqlalchemy.orm import Session

from app.db import change_rows
from app.files.document_kinds import DocumentKind
from app.files.models import Attachment
from app.subjects import Confidentiality


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


def forget_personal_files(owned: Owned, session: Session) -> int:
    """Delete the files of some records that are about a person; pictures of the work stay.

    Their bytes go in the night, with `house.remove_orphan_files`.
    """
    mine = (Attachment.subject_type == owned.type) & Attachment.subject_id.in_(owned.ids)
    return change_rows(session, delete(Attachment).where(mine, is_personal_file()))


def is_personal_file() -> ColumnElement[bool]:
    """Return the condition that a file is about a person: by its level, or as a letter."""
    levels = (Confidentiality.PERSONAL, Confidentiality.SENSITIVE)
    return or_(
        Attachment.confidentiality.in_(levels), Attachment.document_kind == DocumentKind.LETTER
    )


def with_files(owned: Owned, session: Session) -> set[UUID]:
    """Return which of some records have a file that stays when the person is forgotten."""
    mine = (Attachment.subject_type == owned.type) & Attachment.subject_id.in_(owned.ids)
    return set(session.scalars(select(Attachment.subject_id).where(mine, not_(is_personal_file()))))
