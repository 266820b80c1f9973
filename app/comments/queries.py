"""Read the comments of a record."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.comments.models import Comment
from app.errors import NotFound
from app.subjects import Subject, Subjects

MOST_SHOWN = 200


def select_comments(subject: Subject) -> Select[Comment]:
    """Return the comments of a record, the latest first."""
    return (
        select(Comment)
        .where(
            Comment.subject_type == subject.type,
            Comment.subject_id == subject.id,
            Comment.archived_at.is_(None),
        )
        .order_by(Comment.created_at.desc(), Comment.id.desc())
    )


def list_comments(session: Session, subject: Subject) -> Sequence[Comment]:
    """Return the comments of a record, the oldest first, at most the last 200."""
    return list(reversed(session.scalars(select_comments(subject).limit(MOST_SHOWN)).all()))


def list_removed(session: Session, subject: Subject, author_id: UUID) -> Sequence[Comment]:
    """Return what somebody took away of their own comments, the latest first."""
    statement = (
        select(Comment)
        .where(
            Comment.subject_type == subject.type,
            Comment.subject_id == subject.id,
            Comment.archived_at.is_not(None),
            Comment.author_id == author_id,
        )
        .order_by(Comment.archived_at.desc(), Comment.id.desc())
    )
    return session.scalars(statement.limit(MOST_SHOWN)).all()


def get_comment(
    actor: Actor, comment_id: UUID, subjects: Subjects, session: Session
) -> tuple[Comment, Subject]:
    """Return a comment and its record; NotFound when either is absent, hidden or taken away."""
    comment = session.get(Comment, comment_id)
    if comment is None or comment.archived_at is not None:
        raise NotFound
    return comment, subjects.get(actor, session, comment.subject_type, comment.subject_id)
