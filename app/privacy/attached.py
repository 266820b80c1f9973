"""What hangs on the records of a person: notes of colleagues, files, mails, news, the trail."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.chain import REDACTED
from app.audit.models import AuditEntry
from app.auth.actor import Actor
from app.clock import Clock
from app.comments.models import Comment
from app.db import UnitOfWork, change_rows
from app.files.models import Attachment
from app.mail.models import OutboxMail
from app.notifications.models import Notification
from app.privacy.hooks import BY_RETENTION, PersonRef
from app.privacy.house import blank_entries, forget_answers
from app.privacy.own_words import without_own
from app.privacy.owned_files import Owned, disclose_file, files_of

_TEXTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Attachment, ("name", "caption")),
    (Comment, ("text",)),
    (OutboxMail, ("to_name", "subject", "text")),
    (Notification, ("params",)),
)


def disclose_attached(owned: Owned, session: Session) -> dict[UUID, dict[str, Any]]:
    """Return the comments on some records and the names of their files, by record."""
    found: dict[UUID, dict[str, Any]] = defaultdict(lambda: {"comments": [], "files": []})
    for comment in _rows(Comment, owned, session):
        said = {"text": comment.text, "by": comment.author_name}
        written = {"written": comment.created_at.isoformat()}
        found[comment.subject_id]["comments"].append(said | written)
    for file in files_of(owned, session):
        found[file.subject_id]["files"].append(disclose_file(file))
    return found


def forget_attached(
    owned: Owned,
    own: re.Pattern[str],
    person: PersonRef,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> int:
    """Take a person's own words out of all that hangs on their records; return how many rows."""
    session = uow.session
    touched = 0
    for model, fields in _TEXTS:
        touched += sum(take_out(own, row, fields) for row in _rows(model, owned, session))
    touched += _forget_mails(own, owned, session)
    if actor is not BY_RETENTION:
        # Kept for a day to answer a repeated call: there a record is known by its identifier alone.
        touched += forget_answers([str(one) for one in owned.ids], uow)
    return touched + blank_entries(list(_telling(own, owned, session)), person, actor, uow, clock)


def _forget_mails(own: re.Pattern[str], owned: Owned, session: Session) -> int:
    """Delete the mails about some records that went to the person: the address is theirs."""
    theirs = [mail.id for mail in _rows(OutboxMail, owned, session) if own.search(mail.to_address)]
    return change_rows(session, delete(OutboxMail).where(OutboxMail.id.in_(theirs)))


def take_out(own: re.Pattern[str], row: Any, fields: Sequence[str]) -> bool:
    """Take a person's own words out of some fields of a row; say whether any stood there."""
    before = {name: getattr(row, name) for name in fields}
    after = {name: without_own(own, value) for name, value in before.items()}
    for name, value in after.items():
        setattr(row, name, value)
    return after != before


def _telling(own: re.Pattern[str], owned: Owned, session: Session) -> Iterator[UUID]:
    """Give the entries of the trail about some records in which the person's words stand."""
    entries = select(AuditEntry.id, AuditEntry.subject_label, AuditEntry.changes).where(
        AuditEntry.subject_type == owned.type,
        AuditEntry.subject_id.in_(owned.ids),
        AuditEntry.action != REDACTED,
    )
    for entry_id, *said in session.execute(entries):
        if without_own(own, said) != said:
            yield entry_id


def _rows(model: Any, owned: Owned, session: Session) -> Sequence[Any]:
    about = (model.subject_type == owned.type) & model.subject_id.in_(owned.ids)
    return session.scalars(select(model).where(about).order_by(model.created_at)).all()
