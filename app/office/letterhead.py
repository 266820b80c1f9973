"""What pages, letters and mails say about the office; the settings speak until somebody did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.db import TranslatedText
from app.i18n import LOCALES
from app.office.models import THE_OFFICE, Organisation
from app.reports.pdf import picture


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Name and address in the languages they were written in, phone, e-mail, logo (PNG)."""

    name: TranslatedText
    address: TranslatedText
    phone: str = ""
    email: str = ""
    logo: bytes = b""
    version: int = 0
    privacy_contact: str = ""

    @property
    def sender(self) -> str:
        """Return one line: address, phone, e-mail, in the present language."""
        parts = (*str(self.address).splitlines(), self.phone, self.email)
        return " · ".join(part.strip() for part in parts if part.strip())

    def for_report(self) -> dict[str, Any]:
        """Return what the templates of reports show."""
        logo = picture(self.logo, "image/png") if self.logo else ""
        return {"organisation": str(self.name), "sender": self.sender, "logo": logo}

    def signature(self, locale: str) -> str:
        """Return the end of a mail in a language: name, address, phone, e-mail."""
        lines = (
            self.name.text(locale),
            *self.address.text(locale).splitlines(),
            self.phone,
            self.email,
        )
        return "\n".join(line.strip() for line in lines if line.strip())


def read_letterhead(session: Session, default_name: str) -> Letterhead:
    """Read how the office presents itself; only its name from the settings when nobody said."""
    found = find_office(session)
    if found is None:
        name = TranslatedText(dict.fromkeys(LOCALES, default_name))
        return Letterhead(name, TranslatedText())
    return Letterhead(
        TranslatedText(found.name),
        TranslatedText(found.address),
        found.phone,
        found.email,
        found.logo,
        found.version,
        found.privacy_contact,
    )


def find_office(session: Session) -> Organisation | None:
    """Return the row of the office with its logo, or None."""
    statement = select(Organisation).where(Organisation.id == THE_OFFICE)
    return session.scalars(statement.options(undefer(Organisation.logo))).one_or_none()
