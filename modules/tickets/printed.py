"""The letter to a caller as a PDF, on the paper of the office."""

from __future__ import annotations

from app.i18n import use_locale
from app.office.letterhead import Letterhead
from app.reports import render_pdf
from modules.tickets.services.letters import CallerLetter


def print_letter(letter: CallerLetter, letterhead: Letterhead) -> bytes:
    """Set a letter on the paper of the office, in the language of its reader."""
    with use_locale(letter.locale):
        return render_pdf(
            "reports/letter.html",
            **letterhead.for_report(),
            recipient=letter.recipient,
            place_and_date=letter.written_on,
            reference=letter.number,
            subject=letter.subject,
            paragraphs=letter.paragraphs,
            signature=str(letterhead.name),
        )
