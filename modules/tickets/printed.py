"""The letter to a caller as a PDF, on the paper of the office."""

from __future__ import annotations

from flask import Response

from app.i18n import use_locale
from app.reports import render_pdf
from app.web.letterhead import letterhead_desk
from modules.tickets.services.letters import CallerLetter


def print_letter(letter: CallerLetter) -> Response:
    """Answer with a letter in the language of its reader, named like the ticket."""
    letterhead = letterhead_desk().kept()
    with use_locale(letter.locale):
        printed = render_pdf(
            "reports/letter.html",
            **letterhead.for_report(),
            recipient=letter.recipient,
            place_and_date=letter.written_on,
            reference=letter.number,
            subject=letter.subject,
            paragraphs=letter.paragraphs,
            signature=str(letterhead.name),
        )
    name = {"Content-Disposition": f'attachment; filename="{letter.number}.pdf"'}
    return Response(printed, mimetype="application/pdf", headers=name)
