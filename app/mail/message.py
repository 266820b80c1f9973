"""A message to one person, in that person's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from uuid import UUID

from app.ids import new_id
from app.mail.enclosures import EnclosedFile

# Begins the address of a page of ours in a mail; where we are reached is known when it leaves.
OUR_PAGES = "intendant:/"


@dataclass(frozen=True, slots=True)
class Message:
    """What to say to whom; `about` names the record it belongs to, for its history."""

    to_address: str
    subject: str
    text: str
    to_name: str = ""
    locale: str = "fr"
    # Fine print under the signature: why one gets this mail and how to stop it.
    footer: str = ""
    about: tuple[str, UUID] | None = None
    # Which files go with it, by the key of an Enclosure; made when it leaves.
    enclosure: str = ""
    files: tuple[EnclosedFile, ...] = ()

    def to_email(self, sender: str, sent_at: datetime, mail_id: UUID | None = None) -> EmailMessage:
        """Return the mail as it goes over the wire at a moment (UTC).

        The identifier of the outbox row makes the Message-ID, so that a mail sent twice after a
        crash is recognised as one by the receiver.
        """
        email = EmailMessage()
        email["From"] = sender
        email["To"] = formataddr((self.to_name, self.to_address))
        email["Date"] = format_datetime(sent_at)
        email["Subject"] = " ".join(self.subject.split())
        email["Message-ID"] = f"<{mail_id or new_id()}@{_domain(sender)}>"
        email["Content-Language"] = self.locale
        email["Auto-Submitted"] = "auto-generated"
        email.set_content(self.text)
        for file in self.files:
            main, _, sub = file.media_type.partition("/")
            email.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return email


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].strip("> ") or "localhost"
