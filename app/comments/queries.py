"""Read the comments of a record."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.comments.models import Comment
from app.subjects import Subject

MOST_SHOWN = 200


def list_comments(session: Session, subject: Subject) -> Sequence[Comment]:
    """Return the comments of a record, the oldest first, at most the last 200."""
    query = (
        select(Comment)
        .where(
            Comment.subject_type == subject.type,
            Comment.subject_id == subject.id,
            Comment.archived_at.is_(None),
        )
        .order_by(Comment.created_at.desc(), Comment.id.desc())
        .limit(MOST_SHOWN)
    )
    return list(reversed(session.scalars(query).all()))


def count_comments(session: Session, subject: Subject) -> int:
    """Count the comments of a record, for the title of its tab."""
    query = select(func.count()).where(
        Comment.subject_type == subject.type,
        Comment.subject_id == subject.id,
        Comment.archived_at.is_(None),
    )
    return session.scalar(query) or 0
