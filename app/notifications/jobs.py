"""The job that turns news nobody read in the page into mails, one for each person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import select

from app.auth.models import User
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.i18n import ngettext, use_locale
from app.jobs import Every, Job, JobRun
from app.mail import Message, queue_mail
from app.notifications.models import Notification

# Time to read it in the page before a mail is written.
PATIENCE = timedelta(minutes=2)
MOST_AT_ONCE = 1000


def run_notification_mails(run: JobRun) -> None:
    """Queue one mail for each person with unread news that is due."""
    with run.database.unit_of_work() as uow:
        written = queue_notification_mails(run.settings.base_url, uow, run.clock)
    run.progress(written, written)


def queue_notification_mails(base_url: str, uow: UnitOfWork, clock: Clock) -> int:
    """Put due news in the outbox, one mail a person in their language; return how many mails."""
    query = (
        select(Notification)
        .where(Notification.mail_state == "due", Notification.created_at <= clock.now() - PATIENCE)
        .order_by(Notification.user_id, Notification.created_at, Notification.id)
        .limit(MOST_AT_ONCE)
    )
    written = 0
    for user_id, rows in groupby(uow.session.scalars(query).all(), lambda n: n.user_id):
        news = list(rows)
        written += _write(user_id, [n for n in news if n.read_at is None], base_url, uow, clock)
        for row in news:
            row.mail_state = "queued"
    return written


def _write(
    user_id: UUID, news: Sequence[Notification], base_url: str, uow: UnitOfWork, clock: Clock
) -> bool:
    user = uow.session.get(User, user_id)
    if not news or user is None or user.archived_at is not None:
        return False
    with use_locale(user.locale):
        sentences = [row.sentence for row in news]
        lines = [
            f"{sentence}\n{base_url}{row.url}" if row.url else sentence
            for sentence, row in zip(sentences, news, strict=True)
        ]
        subject = ngettext("%(first)s", "%(count)s messages", len(news), first=sentences[0])
        preferences = _(
            "Choose what you receive: %(url)s", url=f"{base_url}/notifications/settings"
        )
    only = news[0] if len(news) == 1 else None
    message = Message(
        to_address=user.email,
        to_name=user.display_name,
        subject=subject,
        text="\n\n".join(lines),
        locale=user.locale,
        footer=preferences,
        about=(only.subject_type, only.subject_id) if only and only.subject_id else None,
    )
    queue_mail(message, uow, clock)
    return True


MAIL_NEWS = Job(
    name="house.mail_news",
    title=_l("Mail the news nobody read in the page"),
    run=run_notification_mails,
    schedule=Every(minutes=1),
    time_limit_s=300,
)
