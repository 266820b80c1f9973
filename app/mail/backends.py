"""Three ways out: a real server, the console (default), and nowhere (tests keep what was said)."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Protocol

import structlog

from app.settings import MailSettings

log = structlog.get_logger(__name__)
TIMEOUT_S = 20
# Who only asks whether the server is there does not wait so long.
KNOCK_S = 4
_REFUSALS = 400


class Mailer(Protocol):
    """Sends one mail or raises; it never retries by itself, the outbox does."""

    def send(self, email: EmailMessage) -> None:
        """Hand the mail over; OSError or SMTPException when it could not be."""
        ...


class ConsoleMailer:
    """Writes mails to the log, so that a fresh installation shows what it would send."""

    def send(self, email: EmailMessage) -> None:
        """Log the mail with the names of its files."""
        text = email.get_body(("plain",))
        log.info(
            "mail",
            to=str(email["To"]),
            subject=str(email["Subject"]),
            text=text.get_content() if text else "",
            files=[file.get_filename() for file in email.iter_attachments()],
        )


class NullMailer:
    """Keeps mails in memory; fails with `failure` when it is set."""

    def __init__(self, failure: Exception | None = None) -> None:
        """Start with nothing sent."""
        self.sent: list[EmailMessage] = []
        self.failure = failure

    def send(self, email: EmailMessage) -> None:
        """Remember the mail."""
        if self.failure is not None:
            raise self.failure
        self.sent.append(email)


class SmtpMailer:
    """Speaks to the office's mail server, one connection a mail."""

    def __init__(self, settings: MailSettings) -> None:
        """Keep address and account of the server."""
        self._settings = settings

    def send(self, email: EmailMessage) -> None:
        """Deliver to the server; raises OSError or SMTPException."""
        with _signed_in(self._settings, TIMEOUT_S) as server:
            server.send_message(email)


def knock(settings: MailSettings, timeout_s: float = KNOCK_S) -> None:
    """Go as far as a mail would, without one; raises OSError or SMTPException."""
    with _signed_in(settings, timeout_s) as server:
        code, said = server.noop()
        if code >= _REFUSALS:
            raise smtplib.SMTPResponseException(code, said)


@contextmanager
def _signed_in(settings: MailSettings, timeout_s: float) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(settings.host, settings.port, timeout=timeout_s) as server:
        if settings.starttls:
            server.starttls()
        if settings.username:
            server.login(settings.username, settings.password)
        yield server


def make_mailer(settings: MailSettings) -> Mailer:
    """Choose the way out that the operator set."""
    if settings.backend == "smtp":
        return SmtpMailer(settings)
    return NullMailer() if settings.backend == "null" else ConsoleMailer()
