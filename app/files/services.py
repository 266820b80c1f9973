"""Attach files to records, describe them, take them away and bring them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app import audit
from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Conflict, Forbidden, NotFound
from app.files.document_kinds import DocumentKind, usual_kind
from app.files.intake import StoredFile
from app.files.models import Attachment
from app.i18n import lazy as _l
from app.ids import new_id
from app.subjects import Confidentiality, Subject, Subjects

_TWICE = _l("Another file was sent under this identifier.")


@dataclass(frozen=True, slots=True)
class AttachFile:
    """Hang a stored file on a record; `id` is made by the client that may send it twice.

    Without a kind, a picture is a photo and anything else another document.
    """

    subject: Subject
    file: StoredFile
    caption: str = ""
    confidentiality: Confidentiality = Confidentiality.INTERNAL
    id: UUID = field(default_factory=new_id)
    kind: DocumentKind | None = None


@dataclass(frozen=True, slots=True)
class DescribeFile:
    """What a file is to say, who may see it and what it is (None: as now), from a version."""

    id: UUID
    caption: str
    version: int
    confidentiality: Confidentiality | None = None
    kind: DocumentKind | None = None


def attach_file(actor: Actor, command: AttachFile, uow: UnitOfWork, clock: Clock) -> Attachment:
    """Attach a file; sending the same one under the same identifier again changes nothing."""
    subject, file = command.subject, command.file
    subject.require_write()
    if not subject.may_see(command.confidentiality):
        raise Forbidden
    known = uow.session.get(Attachment, command.id)
    if known is not None:
        if (known.sha256, known.subject_id) != (file.sha256, subject.id):
            raise Conflict("attachment_id_taken", _TWICE)
        return known
    attachment = Attachment(
        id=command.id,
        subject_type=subject.type,
        subject_id=subject.id,
        building_id=subject.building_id,
        name=file.name,
        caption=command.caption[:300],
        media_type=file.media_type,
        document_kind=command.kind or usual_kind(file.media_type),
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        large_sha256=file.large_sha256,
        thumbnail_sha256=file.thumbnail_sha256,
        width=file.width,
        height=file.height,
        taken_at=_possible(file.taken_at, clock.now()),
        confidentiality=command.confidentiality,
        created_at=clock.now(),
        created_by_id=actor.user_id,
        created_by_name=actor.display_name,
    )
    uow.session.add(attachment)
    uow.flush()
    _record(
        actor, "files.file.attached", attachment, subject, {"file": (None, file.name)}, uow, clock
    )
    return attachment


def describe_attachment(
    actor: Actor, command: DescribeFile, subjects: Subjects, uow: UnitOfWork, clock: Clock
) -> Attachment:
    """Change what is written under a file, who may see it and what it is.

    Raises StaleVersion when somebody was first, Forbidden for a level above the actor's own.
    """
    attachment, subject = _mine(actor, command.id, subjects, uow)
    level = command.confidentiality or attachment.confidentiality
    if not subject.may_see(level):
        raise Forbidden
    attachment.require_version(command.version)
    described = {
        "caption": command.caption[:300],
        "confidentiality": level,
        "document_kind": command.kind or attachment.document_kind,
    }
    changes = audit.changed_fields(attachment, described)
    if changes:
        uow.flush()
        _record(actor, "files.file.described", attachment, subject, changes, uow, clock)
    return attachment


def archive_attachment(
    actor: Actor,
    attachment_id: UUID,
    subjects: Subjects,
    uow: UnitOfWork,
    clock: Clock,
    *,
    expected_version: int | None = None,
) -> Attachment:
    """Take a file away; it can be brought back until retention deletes it."""
    attachment, subject = _mine(actor, attachment_id, subjects, uow)
    attachment.require_version(expected_version)
    if attachment.archived_at is None:
        attachment.archive(actor.user_id, clock.now())
        changes = {"file": (attachment.name, None)}
        _record(actor, "files.file.removed", attachment, subject, changes, uow, clock)
    return attachment


def restore_attachment(
    actor: Actor, attachment_id: UUID, subjects: Subjects, uow: UnitOfWork, clock: Clock
) -> Attachment:
    """Bring a file back."""
    attachment, subject = _mine(actor, attachment_id, subjects, uow)
    if attachment.archived_at is not None:
        attachment.restore()
        changes = {"file": (None, attachment.name)}
        _record(actor, "files.file.restored", attachment, subject, changes, uow, clock)
    return attachment


def _possible(taken_at: datetime | None, now: datetime) -> datetime | None:
    """Return when a picture was taken; nothing when its camera's clock stands after today.

    A camera says no zone, so that a day counts as now.
    """
    return taken_at if taken_at is not None and taken_at <= now + timedelta(days=1) else None


def _mine(
    actor: Actor, attachment_id: UUID, subjects: Subjects, uow: UnitOfWork
) -> tuple[Attachment, Subject]:
    attachment = uow.session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound
    subject = subjects.get(actor, uow.session, attachment.subject_type, attachment.subject_id)
    if not subject.may_see(attachment.confidentiality):
        raise NotFound
    subject.require_write()
    return attachment, subject


def _record(
    actor: Actor,
    action: str,
    attachment: Attachment,
    subject: Subject,
    changes: Mapping[str, tuple[Any, Any]],
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    about = audit.Subject(attachment.subject_type, attachment.subject_id, subject.label)
    audit.record(
        uow,
        actor,
        clock,
        action=action,
        subject=about,
        changes=changes,
        building_id=attachment.building_id,
    )
