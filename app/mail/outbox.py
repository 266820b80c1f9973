"""Put mails in the outbox with the change they tell about; send them until they have left."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database, UnitOfWork
from app.mail.backends import Mailer
from app.mail.enclosures import EnclosedFile, Enclosures
from app.mail.message import OUR_PAGES, Message
from app.mail.models import MailState, OutboxMail
from app.office.letterhead import read_letterhead
from app.office.models import THE_OFFICE, Organisation

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 12
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=2)
_BATCH = 200
NO_ENCLOSURES = Enclosures()


def queue_mail(message: Message, uow: UnitOfWork, clock: Clock) -> OutboxMail:
    """Write a mail into the outbox, in the transaction of the change it tells about."""
    about_type, about_id = message.about or ("", None)
    mail = OutboxMail(
        to_address=message.to_address,
        to_name=message.to_name[:160],
        subject=" ".join(message.subject.split())[:250],
        text=_signed(message, uow.session),
        locale=message.locale,
        subject_type=about_type,
        subject_id=about_id,
        enclosure=message.enclosure,
        created_at=clock.now(),
        next_attempt_at=clock.now(),
    )
    uow.session.add(mail)
    return mail


def _signed(message: Message, session: Session) -> str:
    """End a mail with the office's own lines, in the reader's language, and the fine print."""
    has_office = session.get(Organisation, THE_OFFICE) is not None
    signature = read_letterhead(session, "").signature(message.locale) if has_office else ""
    ending = "\n\n".join(part for part in (signature, message.footer) if part)
    if not ending:
        return message.text
    # Two dashes and a space: mail programs fold what follows, so there is one such line.
    return f"{message.text.rstrip()}\n\n-- \n{ending}\n"


def mails_about(session: Session, subject_type: str, subject_id: UUID) -> Sequence[OutboxMail]:
    """Return the mails about a record, the latest first; the caller has checked the right."""
    query = (
        select(OutboxMail)
        .where(OutboxMail.subject_type == subject_type, OutboxMail.subject_id == subject_id)
        .order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc())
    )
    return session.scalars(query).all()


def deliver_waiting(
    database: Database,
    mailer: Mailer,
    sender: str,
    clock: Clock,
    base_url: str = "",
    *,
    enclosures: Enclosures = NO_ENCLOSURES,
) -> int:
    """Send every mail that is due and return how many left; `base_url` is where we are reached.

    Each mail is its own small transaction: one that fails waits longer each time (one minute,
    two, four… at most two hours) and gives up after twelve attempts or a final refusal. One with
    nothing left to enclose does not leave: what it says is no longer true.
    """
    sent = 0
    for mail_id in _due(database, clock.now()):
        files = _enclosed(enclosures, database, mail_id, clock)
        with database.unit_of_work() as uow:
            mail = uow.session.get(OutboxMail, mail_id)
            if mail is None or mail.state is not MailState.WAITING:
                continue
            if isinstance(files, Exception):
                mail.attempts += 1
                _postpone(mail, files, clock.now())
                continue
            if mail.enclosure and not files:
                mail.state = MailState.OUTDATED
                continue
            message = _message_of(mail, files, base_url)
            sent += _attempt(mail, message, mailer, sender, clock.now())
    return sent


def _enclosed(
    enclosures: Enclosures, database: Database, mail_id: UUID, clock: Clock
) -> tuple[EnclosedFile, ...] | Exception:
    """Make the files of a mail, or return why that failed: one must not stop the others."""
    try:
        return enclosures.make(database, mail_id, clock)
    except Exception as failure:
        log.exception("enclosure_failed", mail_id=str(mail_id))
        return failure


def _due(database: Database, now: datetime) -> Sequence[UUID]:
    with database.reader() as session:
        return session.scalars(
            select(OutboxMail.id)
            .where(OutboxMail.state == MailState.WAITING, OutboxMail.next_attempt_at <= now)
            .order_by(OutboxMail.next_attempt_at)
            .limit(_BATCH)
        ).all()


def _message_of(mail: OutboxMail, files: tuple[EnclosedFile, ...], base_url: str) -> Message:
    return Message(
        to_address=mail.to_address,
        to_name=mail.to_name,
        subject=mail.subject,
        text=mail.text.replace(OUR_PAGES, f"{base_url}/"),
        locale=mail.locale,
        files=files,
    )


def _attempt(
    mail: OutboxMail, message: Message, mailer: Mailer, sender: str, now: datetime
) -> bool:
    mail.attempts += 1
    try:
        mailer.send(message.to_email(sender, now, mail.id))
    except (OSError, smtplib.SMTPException, ValueError) as failure:
        _postpone(mail, failure, now)
        return False
    mail.state, mail.sent_at, mail.error = MailState.SENT, now, ""
    return True


def _postpone(mail: OutboxMail, failure: Exception, now: datetime) -> None:
    mail.error = f"{type(failure).__name__}: {failure}"[:300]
    if mail.attempts >= MOST_ATTEMPTS or _is_final(failure):
        mail.state = MailState.FAILED
        log.error("mail_given_up", mail_id=str(mail.id), attempts=mail.attempts, error=mail.error)
        return
    mail.next_attempt_at = now + min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (mail.attempts - 1))


def _is_final(failure: Exception) -> bool:
    """Say whether trying again is pointless: a wrong address, or a refusal for good."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in failure.recipients.values())
    return isinstance(failure, ValueError)
