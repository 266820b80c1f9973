"""Read one's own notifications; nobody reads those of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.notifications.kinds import NotificationKind
from app.notifications.models import Notification, NotificationPreference

PER_PAGE = 50


def select_notifications(actor: Actor, *, unread: bool = False) -> Select[Notification]:
    """Return the actor's notifications, or only those not read, the latest first."""
    query = (
        select(Notification)
        .where(Notification.user_id == actor.user_id, Notification.is_in_page.is_(True))
        .order_by(Notification.created_at.desc(), Notification.id.desc())
    )
    return query.where(Notification.read_at.is_(None)) if unread else query


def list_notifications(actor: Actor, session: Session, page: int = 1) -> Sequence[Notification]:
    """Return a page of the actor's notifications, the latest first."""
    query = select_notifications(actor).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return session.scalars(query).all()


def count_notifications(actor: Actor, session: Session, *, unread: bool = False) -> int:
    """Count the actor's notifications, or only those not read."""
    found = select_notifications(actor, unread=unread).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def find_notification(actor: Actor, id_: UUID, session: Session) -> Notification | None:
    """Return one of the actor's notifications."""
    row = session.get(Notification, id_)
    return row if row is not None and row.user_id == actor.user_id else None


def preferences_of(
    actor: Actor, kinds: Iterable[NotificationKind], session: Session
) -> Mapping[str, tuple[bool, bool]]:
    """Return what the actor gets of each kind: (in the page, by mail)."""
    rows = session.scalars(
        select(NotificationPreference).where(NotificationPreference.user_id == actor.user_id)
    )
    chosen = {row.kind: (row.in_page, row.by_mail) for row in rows}
    return {kind.name: chosen.get(kind.name, (kind.in_page, kind.by_mail)) for kind in kinds}
