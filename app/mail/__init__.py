"""Mail leaves through an outbox: written with the change it tells about, sent and retried later."""

from app.mail.backends import ConsoleMailer, Mailer, NullMailer, SmtpMailer, make_mailer
from app.mail.enclosures import EnclosedFile, Enclosure, Enclosures
from app.mail.message import OUR_PAGES, Message
from app.mail.models import MAIL_STATE_LABELS, MAIL_STATE_TONES, MailState, OutboxMail
from app.mail.outbox import deliver_waiting, mails_about, queue_mail

__all__ = [
    "MAIL_STATE_LABELS",
    "MAIL_STATE_TONES",
    "OUR_PAGES",
    "ConsoleMailer",
    "EnclosedFile",
    "Enclosure",
    "Enclosures",
    "MailState",
    "Mailer",
    "Message",
    "NullMailer",
    "OutboxMail",
    "SmtpMailer",
    "deliver_waiting",
    "mails_about",
    "make_mailer",
    "queue_mail",
]
