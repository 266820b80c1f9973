"""The paper of an order for a contractor, as a PDF: printed by the office, sent with a mail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.clock import Clock
from app.i18n import use_locale
from app.mail import EnclosedFile, Enclosure, OutboxMail
from app.office.letterhead import Letterhead
from app.reports import render_pdf
from modules.interventions.models import WorkOrder
from modules.interventions.queries.papers import OrderPaper, write_papers
from modules.interventions.services.contractors import ORDER_PAPER
from modules.parties.api import contact_of


def print_paper(paper: OrderPaper, letterhead: Letterhead) -> EnclosedFile:
    """Set an order on the paper of the office, in the language of its reader."""
    with use_locale(paper.locale):
        content = render_pdf(
            "interventions/contractor_order.html",
            **letterhead.for_report(),
            phone=letterhead.phone,
            paper=paper,
        )
    return EnclosedFile(f"{paper.number}-{paper.locale}.pdf", content)


def enclose_order(
    session: Session, mail: OutboxMail, letterhead: Letterhead, clock: Clock
) -> Sequence[EnclosedFile]:
    """Print the order a mail is about, unless it is over or who it is sent to has it no more."""
    order = session.get(WorkOrder, mail.subject_id)
    if order is None or order.contractor_id is None or not order.is_open:
        return ()
    contact = contact_of(session, order.contractor_id)
    if contact is None or contact.email != mail.to_address:
        return ()
    papers = write_papers(session, order, contact, clock)
    return [print_paper(paper, letterhead) for paper in papers]


def paper_of(
    session: Session, order: WorkOrder, letterhead: Letterhead, clock: Clock
) -> EnclosedFile:
    """Print an order as its contractor gets it, in the first language they read."""
    contact = contact_of(session, order.contractor_id) if order.contractor_id else None
    return print_paper(write_papers(session, order, contact, clock)[0], letterhead)


ENCLOSURE = Enclosure(ORDER_PAPER, enclose_order)
