"""Read attachments, always through the record they hang on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.models import User
from app.errors import NotFound
from app.files.document_kinds import DocumentKind
from app.files.models import Attachment
from app.subjects import Confidentiality, Subject, Subjects

# Of what was taken away the latest are offered: nobody looks for the hundredth.
MOST_REMOVED = 50


def list_attachments(session: Session, subject: Subject) -> Sequence[Attachment]:
    """Return the files of a record its reader may see, the latest first."""
    return session.scalars(select_attachments(subject)).all()


def select_attachments(subject: Subject, kind: DocumentKind | None = None) -> Select[Attachment]:
    """Select the files of a record its reader may see, all or of a kind, the latest first."""
    levels = [level for level in Confidentiality if subject.may_see(level)]
    kinds = list(DocumentKind) if kind is None else [kind]
    return (
        select(Attachment)
        .where(
            Attachment.subject_type == subject.type,
            Attachment.subject_id == subject.id,
            Attachment.confidentiality.in_(levels),
            Attachment.document_kind.in_(kinds),
            Attachment.archived_at.is_(None),
        )
        .order_by(Attachment.created_at.desc(), Attachment.id.desc())
    )


def list_removed(session: Session, subject: Subject) -> Sequence[tuple[Attachment, str]]:
    """Return the files taken away from a record, who did it beside each, the latest first."""
    levels = [level for level in Confidentiality if subject.may_see(level)]
    statement = (
        select(Attachment, User.display_name)
        .join(User, User.id == Attachment.archived_by_id, isouter=True)
        .where(
            Attachment.subject_type == subject.type,
            Attachment.subject_id == subject.id,
            Attachment.confidentiality.in_(levels),
            Attachment.archived_at.is_not(None),
        )
        .order_by(Attachment.archived_at.desc(), Attachment.id.desc())
    )
    rows = session.execute(statement.limit(MOST_REMOVED))
    return [(file, name or "") for file, name in rows]


def get_attachment(
    actor: Actor, attachment_id: UUID, subjects: Subjects, session: Session
) -> tuple[Attachment, Subject]:
    """Return a file and its record; NotFound when either is absent, hidden or taken away."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or attachment.archived_at is not None:
        raise NotFound
    subject = subjects.get(actor, session, attachment.subject_type, attachment.subject_id)
    if not subject.may_see(attachment.confidentiality):
        raise NotFound
    return attachment, subject


def used_digests(session: Session) -> Iterator[str]:
    """Yield every content an attachment needs, also one taken away that may come back."""
    for column in (Attachment.sha256, Attachment.large_sha256, Attachment.thumbnail_sha256):
        for digest in session.scalars(select(column).distinct()):
            if digest:
                yield digest
