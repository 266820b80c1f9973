"""Mail leaves through an outbox: written with the change it tells about, sent and retried later."""

from app.mail.backends import ConsoleMailer, Mailer, NullMailer, SmtpMailer, make_mailer
from app.mail.message import Message
from app.mail.outbox import deliver_waiting, mails_about, queue_mail

__all__ = [
    "ConsoleMailer",
    "Mailer",
    "Message",
    "NullMailer",
    "SmtpMailer",
    "deliver_waiting",
    "mails_about",
    "make_mailer",
    "queue_mail",
]
