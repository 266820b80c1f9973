"""What the house itself holds about persons: files, comments, mails, news and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit.chain import REDACTED
from app.audit.models import AuditEntry
from app.audit.sealing import record_redaction
from app.auth.actor import Actor
from app.auth.models import SignInAttempt, UserSession
from app.clock import Clock
from app.comments.models import Comment
from app.db import JsonDict, UnitOfWork, change_rows
from app.files.models import Attachment
from app.i18n import lazy as _l
from app.jobs.models import JobRecord
from app.lists.models import SavedView
from app.mail.models import MailState, OutboxMail
from app.notifications.models import Notification
from app.privacy.hooks import PersonalData, PersonalTexts, PersonRef, RetentionRule
from app.privacy.models import RetentionChoice
from app.privacy.owned_files import Owned, disclose_file, files_of
from app.privacy.texts import says, telling_words
from app.tabular.models import ImportBatch, ImportBatchRow
from app.web.idempotent_calls import IdempotentCall

BATCH = 2000


def disclose(person: PersonRef, _actor: Actor, uow: UnitOfWork, _clock: Clock) -> dict[str, Any]:
    """Return the files, comments and mails of a person."""
    session = uow.session
    found = {
        "files": [disclose_file(one) for one in own_files(person, session)],
        "comments": [
            {"text": c.text, "by": c.author_name, "written": c.created_at.isoformat()}
            for c in session.scalars(_about(select(Comment), Comment, person))
        ],
        "mails": [
            {"to": m.to_address, "subject": m.subject, "text": m.text}
            for m in session.scalars(select(OutboxMail).where(_mails_of(person)))
        ],
    }
    return {name: rows for name, rows in found.items() if rows}


def own_files(person: PersonRef, session: Session) -> Sequence[Attachment]:
    """Return the files that hang on the record of a person."""
    return files_of(Owned(person.type, [person.id]), session)


def erase(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Delete a person's files, comments, mails and news, and blank what the trail says of them."""
    session = uow.session
    touched = 0
    for model in (Attachment, Comment, Notification):
        gone = delete(model).where(model.subject_type == person.type, model.subject_id == person.id)
        touched += change_rows(session, gone)
    touched += change_rows(session, delete(OutboxMail).where(_mails_of(person)))
    words = telling_words(person)
    touched += change_rows(session, delete(Notification).where(says(words, Notification.params)))
    touched += forget_answers(words, uow)
    return touched + redact_trail(person, actor, uow, clock)


def forget_answers(words: list[str], uow: UnitOfWork) -> int:
    """Delete the answers kept for repeated calls that name a person; return how many."""
    forms = {form.lower() for word in words for form in (word, json.dumps(word)[1:-1])}
    # A body may be a megabyte, and there are those of a whole day: a few at a time.
    kept = select(IdempotentCall.id, IdempotentCall.body).execution_options(yield_per=50)
    telling = [
        call_id
        for call_id, body in uow.session.execute(kept.where(IdempotentCall.body.is_not(None)))
        for said in (str(body or b"", "utf-8", "replace").lower(),)
        if any(form in said for form in forms)
    ]
    return change_rows(uow.session, delete(IdempotentCall).where(IdempotentCall.id.in_(telling)))


def redact_trail(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Blank label and differences of every entry about a person or naming them.

    An entry `house.audit.redacted` says which ones, so that the chain can tell this from fraud.
    """
    session = uow.session
    about = (AuditEntry.subject_type == person.type) & (AuditEntry.subject_id == person.id)
    named = says(telling_words(person), AuditEntry.subject_label, AuditEntry.changes)
    wanted = select(AuditEntry.id).where(or_(about, named), AuditEntry.action != REDACTED)
    return blank_entries(session.scalars(wanted).all(), person, actor, uow, clock)


def blank_entries(
    ids: Sequence[UUID], person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock
) -> int:
    """Blank label and differences of some entries because of a person; say which ones."""
    session = uow.session
    if not ids:
        return 0
    for start in range(0, len(ids), 500):
        session.execute(
            update(AuditEntry)
            .where(AuditEntry.id.in_(ids[start : start + 500]))
            .values(subject_label="", changes=JsonDict({})),
            execution_options={"synchronize_session": "evaluate"},
        )
    subject = audit.Subject("audit", uuid5(NAMESPACE_URL, f"{person.type}/{person.id}"), "")
    record_redaction(uow, actor, clock, subject=subject, ids=ids)
    return len(ids)


def _about(query: Any, model: Any, person: PersonRef) -> Any:
    return query.where(model.subject_type == person.type, model.subject_id == person.id)


def _mails_of(person: PersonRef) -> Any:
    about = (OutboxMail.subject_type == person.type) & (OutboxMail.subject_id == person.id)
    addresses = [word.lower() for word in person.words if "@" in word]
    return or_(about, OutboxMail.to_address.in_(addresses)) if addresses else about


def _forget(model: Any, moment: Any, *conditions: Any) -> Any:
    """Make a rule's function that deletes the rows of a model, one batch at a time."""

    def forget(before: datetime, uow: UnitOfWork, _clock: Clock) -> int:
        oldest = select(model.id).where(moment < before, *conditions).limit(BATCH)
        return change_rows(uow.session, delete(model).where(model.id.in_(oldest)))

    return forget


HOUSE_TEXTS = (
    PersonalTexts(Attachment, (Attachment.name, Attachment.caption)),
    PersonalTexts(Comment, (Comment.text,)),
    PersonalTexts(
        ImportBatch,
        (ImportBatch.file_name, ImportBatch.options, ImportBatch.progress, ImportBatch.report),
    ),
    PersonalTexts(
        ImportBatchRow, (ImportBatchRow.label, ImportBatchRow.before, ImportBatchRow.after)
    ),
    PersonalTexts(
        JobRecord,
        (
            JobRecord.checkpoint,
            JobRecord.error,
            JobRecord.error_values,
            JobRecord.note,
            JobRecord.note_values,
        ),
    ),
    PersonalTexts(
        OutboxMail, (OutboxMail.subject, OutboxMail.text, OutboxMail.to_name, OutboxMail.error)
    ),
    PersonalTexts(RetentionChoice, (RetentionChoice.note,)),
    PersonalTexts(JobRecord, (JobRecord.args,), are_addresses=True),
    PersonalTexts(SavedView, (SavedView.name, SavedView.query), are_addresses=True),
    PersonalTexts(SignInAttempt, (SignInAttempt.email,)),
)

_HOUSE = _l("Need of the system")
# Somebody with the right to do so took them away: keeping them needs a reason, not losing them.
_TAKEN_AWAY = _l("Taken away by a colleague, who may bring them back until then")
_GDPR = _l("Proposal, to be confirmed by the data protection officer")

HOUSE_DATA = PersonalData(
    "house.records",
    _l("Files, comments, mails and audit trail"),
    disclose,
    erase,
    files=own_files,
)
HOUSE_RULES = (
    RetentionRule(
        "house.sign_in_attempts",
        _l("Refused sign-ins"),
        1,
        _HOUSE,
        _forget(SignInAttempt, SignInAttempt.attempted_at),
        is_technical=True,
    ),
    RetentionRule(
        "house.sessions",
        _l("Closed sessions"),
        3,
        _HOUSE,
        _forget(UserSession, UserSession.last_seen_at),
        is_technical=True,
    ),
    RetentionRule(
        "house.notifications",
        _l("Notifications"),
        6,
        _HOUSE,
        _forget(Notification, Notification.created_at),
        is_technical=True,
    ),
    RetentionRule(
        "house.job_runs",
        _l("Log of the jobs"),
        12,
        _HOUSE,
        _forget(JobRecord, JobRecord.requested_at, JobRecord.ended_at.is_not(None)),
        is_technical=True,
    ),
    RetentionRule(
        "house.sent_mails",
        _l("Mails that were sent"),
        24,
        _GDPR,
        _forget(OutboxMail, OutboxMail.created_at, OutboxMail.state != MailState.WAITING),
    ),
    RetentionRule(
        "house.removed_files",
        _l("Files that were removed"),
        12,
        _TAKEN_AWAY,
        _forget(Attachment, Attachment.archived_at),
        is_technical=True,
    ),
    RetentionRule(
        "house.removed_comments",
        _l("Comments that were removed"),
        12,
        _TAKEN_AWAY,
        _forget(Comment, Comment.archived_at),
        is_technical=True,
    ),
    RetentionRule(
        "house.audit_trail",
        _l("Audit trail"),
        24,
        _l("Readable for two years, then archived by decision of the archivist"),
    ),
)
