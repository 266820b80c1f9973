"""Tell people, note what they read and what they want to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import or_, select, update

from app.auth.actor import Actor
from app.auth.models import User
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.i18n import LazyText
from app.notifications.kinds import Notice, NotificationKind
from app.notifications.models import Notification, NotificationPreference


def notify(
    notice: Notice, user_ids: Iterable[UUID], uow: UnitOfWork, clock: Clock
) -> list[Notification]:
    """Tell people something, in the transaction of the change; each once, as each prefers.

    People who left are not told. Mails are put in the outbox by a job a minute later, so that
    what is read in the page at once costs no mail.
    """
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        return []
    present = set(
        uow.session.scalars(select(User.id).where(User.id.in_(wanted), User.archived_at.is_(None)))
    )
    chosen = _choices(wanted, notice.kind, uow)
    told = []
    for user_id in wanted:
        in_page, by_mail = chosen.get(user_id, (notice.kind.in_page, notice.kind.by_mail))
        if user_id not in present or not (in_page or by_mail):
            continue
        row = _row(notice, user_id, clock)
        row.is_in_page = in_page
        row.mail_state = "due" if by_mail else "none"
        uow.session.add(row)
        told.append(row)
    return told


def is_wanted(kind: NotificationKind, uow: UnitOfWork) -> bool:
    """Tell whether anybody hears of a kind, by default or since they chose so.

    Of a kind that is off until asked for, this spares who tells of it looking for whom to tell.
    """
    if kind.in_page or kind.by_mail:
        return True
    chosen = select(NotificationPreference.user_id).where(
        NotificationPreference.kind == kind.name,
        or_(NotificationPreference.in_page, NotificationPreference.by_mail),
    )
    return uow.session.scalar(chosen.limit(1)) is not None


def _choices(
    user_ids: list[UUID], kind: NotificationKind, uow: UnitOfWork
) -> Mapping[UUID, tuple[bool, bool]]:
    rows = uow.session.scalars(
        select(NotificationPreference).where(
            NotificationPreference.kind == kind.name, NotificationPreference.user_id.in_(user_ids)
        )
    )
    return {row.user_id: (row.in_page, row.by_mail) for row in rows}


def _row(notice: Notice, user_id: UUID, clock: Clock) -> Notification:
    subject_type, subject_id = notice.subject or ("", None)
    return Notification(
        user_id=user_id,
        kind=notice.kind.name,
        message=notice.message.message[:300],
        params=JsonDict({key: _kept(value) for key, value in notice.message.params.items()}),
        url=notice.url[:300],
        subject_type=subject_type,
        subject_id=subject_id,
        created_at=clock.now(),
    )


def _kept(value: object) -> object:
    if isinstance(value, LazyText):
        return {"text": value.message, "values": {k: _kept(v) for k, v in value.params.items()}}
    return str(value)


def mark_read(actor: Actor, ids: Iterable[UUID] | None, uow: UnitOfWork, clock: Clock) -> None:
    """Note that the actor read some of their notifications, or all of them."""
    query = update(Notification).where(
        Notification.user_id == actor.user_id, Notification.read_at.is_(None)
    )
    if ids is not None:
        query = query.where(Notification.id.in_(list(ids)))
    uow.session.execute(query.values(read_at=clock.now()))


def choose_notifications(
    actor: Actor, choices: Mapping[str, tuple[bool, bool]], uow: UnitOfWork
) -> None:
    """Keep what the actor wants of each kind: (in the page, by mail)."""
    for kind, (in_page, by_mail) in choices.items():
        row = NotificationPreference(
            user_id=actor.user_id, kind=kind, in_page=in_page, by_mail=by_mail
        )
        uow.session.merge(row)
