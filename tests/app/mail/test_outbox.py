"""A mail leaves once its reason is safe, and is tried again until it has left."""

import smtplib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import Clock, FixedClock
from app.db import Database, UnitOfWork
from app.ids import new_id
from app.mail import (
    ConsoleMailer,
    EnclosedFile,
    Enclosure,
    Enclosures,
    Message,
    NullMailer,
    SmtpMailer,
    deliver_waiting,
    mails_about,
    make_mailer,
    queue_mail,
)
from app.mail.models import MailState, OutboxMail
from app.office.letterhead import Letterhead
from app.settings import MailSettings
from tests.support.mail import MailServer

TICKET = ("ticket", new_id())
SENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MESSAGE = Message(
    to_address="caller@example.org",
    to_name="Zoë Peeters",
    subject="Votre demande\nTK-2026-000001",
    text="Bonjour, nous avons noté votre demande.",
    about=TICKET,
)


def put(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        queue_mail(MESSAGE, uow, clock)


def only(database: Database) -> OutboxMail:
    with database.reader() as session:
        mail = session.scalars(select(OutboxMail)).one()
        session.expunge(mail)
        return mail


def test_a_real_server_receives_the_mail_in_full(
    database: Database, clock: FixedClock, mail_server: MailServer
) -> None:
    put(database, clock)
    mailer = SmtpMailer(MailSettings(host=mail_server.host, port=mail_server.port))
    assert deliver_waiting(database, mailer, "cpas@example.org", clock) == 1
    (received,) = mail_server.sent_to("caller@example.org")
    assert received["Subject"] == "Votre demande TK-2026-000001"
    assert "noté votre demande" in received.get_content()
    assert str(only(database).id) in received["Message-ID"]
    assert parsedate_to_datetime(received["Date"]) == clock.now().replace(microsecond=0)
    assert only(database).state is MailState.SENT
    assert deliver_waiting(database, mailer, "cpas@example.org", clock) == 0


def test_nothing_is_sent_when_the_change_is_rolled_back(
    database: Database, uow: UnitOfWork, clock: FixedClock
) -> None:
    mailer = NullMailer()
    queue_mail(MESSAGE, uow, clock)
    uow.flush()
    uow.session.rollback()
    assert deliver_waiting(database, mailer, "a@example.org", clock) == 0
    assert mailer.sent == []


def test_a_failed_mail_waits_longer_each_time_and_then_leaves(
    database: Database, clock: FixedClock
) -> None:
    put(database, clock)
    mailer = NullMailer(failure=ConnectionRefusedError("no server"))
    waits = []
    for _ in range(3):
        assert deliver_waiting(database, mailer, "a@example.org", clock) == 0
        waits.append(only(database).next_attempt_at - clock.now())
        assert deliver_waiting(database, mailer, "a@example.org", clock) == 0
        clock.advance(waits[-1])
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert "no server" in only(database).error
    mailer.failure = None
    assert deliver_waiting(database, mailer, "a@example.org", clock) == 1
    assert only(database).attempts == 4


def test_a_final_refusal_is_not_tried_again(database: Database, clock: FixedClock) -> None:
    put(database, clock)
    refusal = smtplib.SMTPRecipientsRefused({"caller@example.org": (550, b"unknown")})
    deliver_waiting(database, NullMailer(failure=refusal), "a@example.org", clock)
    assert only(database).state is MailState.FAILED


def test_after_twelve_attempts_it_is_given_up(database: Database, clock: FixedClock) -> None:
    put(database, clock)
    mailer = NullMailer(failure=TimeoutError())
    for _ in range(12):
        deliver_waiting(database, mailer, "a@example.org", clock)
        clock.advance(timedelta(hours=3))
    assert only(database).state is MailState.FAILED
    assert only(database).attempts == 12


def test_mails_are_found_by_what_they_are_about(database: Database, clock: FixedClock) -> None:
    put(database, clock)
    with database.reader() as session:
        assert [m.to_address for m in mails_about(session, *TICKET)] == ["caller@example.org"]
        assert mails_about(session, "ticket", new_id()) == []


def test_the_operator_chooses_the_way_out() -> None:
    assert isinstance(make_mailer(MailSettings()), ConsoleMailer)
    assert isinstance(make_mailer(MailSettings(backend="smtp")), SmtpMailer)
    assert isinstance(make_mailer(MailSettings(backend="null")), NullMailer)
    ConsoleMailer().send(MESSAGE.to_email("a@example.org", SENT))


def test_files_are_made_when_the_mail_leaves(
    database: Database, clock: FixedClock, mail_server: MailServer
) -> None:
    def make(_session: Session, mail: OutboxMail, paper: Letterhead, _clock: Clock) -> list[Any]:
        if mail.to_name == "Nobody":
            raise LookupError(mail.to_name)
        if mail.to_name == "Gone":
            return []
        return [EnclosedFile("order.pdf", f"{paper.name}: {mail.subject}".encode())]

    with database.unit_of_work() as uow:
        for name in ("Nobody", "Gone", "Zoë"):
            message = replace(MESSAGE, to_name=name, enclosure="test.order")
            queue_mail(message, uow, clock)
    mailer = SmtpMailer(MailSettings(host=mail_server.host, port=mail_server.port))
    enclosures = Enclosures([Enclosure("test.order", make)], "CPAS")
    assert deliver_waiting(database, mailer, "cpas@example.org", clock, enclosures=enclosures) == 1
    (received,) = mail_server.sent_to("caller@example.org")
    (file,) = received.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("order.pdf", "application/pdf")
    assert file.get_content() == b"CPAS: Votre demande TK-2026-000001"
    with database.reader() as session:
        failed = session.scalars(select(OutboxMail).where(OutboxMail.to_name == "Nobody")).one()
        gone = session.scalars(select(OutboxMail).where(OutboxMail.to_name == "Gone")).one()
    assert (failed.state, failed.error) == (MailState.WAITING, "LookupError: Nobody")
    assert (gone.state, gone.sent_at) == (MailState.OUTDATED, None), "nothing is left to tell"
    ConsoleMailer().send(
        replace(MESSAGE, files=(EnclosedFile("a.pdf", b""),)).to_email("a@b.c", SENT)
    )
