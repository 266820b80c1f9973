"""Write, change and remove comments; tell those who are mentioned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app import audit
from app.auth.actor import Actor
from app.auth.models import User
from app.clock import Clock
from app.comments.mentions import handle_of, handles_in, people_mentioned
from app.comments.models import Comment
from app.comments.queries import get_comment
from app.db import UnitOfWork
from app.errors import Forbidden, Invalid, NotFound
from app.i18n import lazy as _l
from app.notifications import Notice, NotificationKind, notify
from app.subjects import Subject, Subjects
from app.typed_text import clean_text

MENTIONED = NotificationKind("house.mentioned", _l("Somebody mentions me in a comment"))
MOST_CHARACTERS = 5000
_EMPTY = _l("Write something first.")
_TOO_LONG = _l("Write at most %(max)s characters.", max=MOST_CHARACTERS)

# Makes the actor a person is, to see whether they may see the record that mentions them.
ActorOf = Callable[[User], Actor]


@dataclass(frozen=True, slots=True)
class Readers:
    """What is needed to find out who may read a comment: the records and who people are."""

    subjects: Subjects
    actor_of: ActorOf


def post_comment(
    actor: Actor, subject: Subject, text: str, readers: Readers, uow: UnitOfWork, clock: Clock
) -> Comment:
    """Write a comment; people mentioned are told, unless the record is hidden from them."""
    if not subject.can_comment:
        raise Forbidden
    comment = Comment(
        subject_type=subject.type,
        subject_id=subject.id,
        text=_checked(text),
        author_id=actor.user_id,
        author_name=actor.display_name,
        created_at=clock.now(),
    )
    uow.session.add(comment)
    uow.flush()
    _record(
        actor, "comments.comment.posted", subject, {"comment": (None, comment.text)}, uow, clock
    )
    _tell(actor, comment.text, "", subject, readers, uow, clock)
    return comment


def change_comment(
    actor: Actor, edit: EditComment, readers: Readers, uow: UnitOfWork, clock: Clock
) -> Comment:
    """Change one's own comment; those newly mentioned are told."""
    comment, subject = _mine(actor, edit.comment_id, readers.subjects, uow)
    comment.require_version(edit.version)
    old, new = comment.text, _checked(edit.text)
    if new != old:
        comment.text, comment.edited_at = new, clock.now()
        _record(actor, "comments.comment.changed", subject, {"comment": (old, new)}, uow, clock)
        _tell(actor, new, old, subject, readers, uow, clock)
    return comment


@dataclass(frozen=True, slots=True)
class EditComment:
    """The new text of a comment and the version it was read at."""

    comment_id: UUID
    text: str
    version: int


def remove_comment(
    actor: Actor,
    comment_id: UUID,
    subjects: Subjects,
    uow: UnitOfWork,
    clock: Clock,
    *,
    expected_version: int | None = None,
) -> Comment:
    """Take one's own comment away; the history keeps it."""
    comment, subject = _mine(actor, comment_id, subjects, uow)
    comment.require_version(expected_version)
    comment.archive(actor.user_id, clock.now())
    _record(
        actor, "comments.comment.removed", subject, {"comment": (comment.text, None)}, uow, clock
    )
    return comment


def restore_comment(
    actor: Actor, comment_id: UUID, subjects: Subjects, uow: UnitOfWork, clock: Clock
) -> Comment:
    """Bring one's own comment back; nobody is told again."""
    comment = uow.session.get(Comment, comment_id)
    if comment is None:
        raise NotFound
    subject = subjects.get(actor, uow.session, comment.subject_type, comment.subject_id)
    if comment.author_id != actor.user_id:
        raise Forbidden
    if comment.archived_at is not None:
        comment.restore()
        changes = {"comment": (None, comment.text)}
        _record(actor, "comments.comment.restored", subject, changes, uow, clock)
    return comment


def _mine(
    actor: Actor, comment_id: UUID, subjects: Subjects, uow: UnitOfWork
) -> tuple[Comment, Subject]:
    comment, subject = get_comment(actor, comment_id, subjects, uow.session)
    if comment.author_id != actor.user_id:
        raise Forbidden
    return comment, subject


def _checked(text: str) -> str:
    cleaned = clean_text(text)
    if not cleaned:
        raise Invalid("comment_empty", _EMPTY, field="text")
    if len(cleaned) > MOST_CHARACTERS:
        raise Invalid("comment_too_long", _TOO_LONG, field="text")
    return cleaned


def untold(
    actor: Actor, comment: Comment, subject: Subject, readers: Readers, uow: UnitOfWork
) -> list[str]:
    """Return the handles a comment mentions that tell nobody: unknown, or who may not read it."""
    reached = {
        handle_of(user.email)
        for user in people_mentioned(comment.text, uow.session)
        if user.id == actor.user_id or _may_read(user, subject, readers, uow)
    }
    return [handle for handle in handles_in(comment.text) if handle not in reached]


def _may_read(user: User, subject: Subject, readers: Readers, uow: UnitOfWork) -> bool:
    found = readers.subjects.find(readers.actor_of(user), uow.session, subject.type, subject.id)
    return found is not None


def _tell(
    actor: Actor,
    text: str,
    before: str,
    subject: Subject,
    readers: Readers,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    known = {user.id for user in people_mentioned(before, uow.session)} if before else set()
    told = [
        user.id
        for user in people_mentioned(text, uow.session)
        if user.id not in known
        and user.id != actor.user_id
        and _may_read(user, subject, readers, uow)
    ]
    message = _l("%(name)s mentions you: %(label)s", name=actor.display_name, label=subject.label)
    notify(Notice(MENTIONED, message, subject.url, (subject.type, subject.id)), told, uow, clock)


def _record(
    actor: Actor,
    action: str,
    subject: Subject,
    changes: Mapping[str, tuple[str | None, str | None]],
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    about = audit.Subject(subject.type, subject.id, subject.label)
    audit.record(
        uow,
        actor,
        clock,
        action=action,
        subject=about,
        changes=changes,
        building_id=subject.building_id,
    )
