"""What a contractor reads of an order, on paper: never an access code or a note for our people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.clock import BRUSSELS, Clock
from app.i18n import format_date, format_datetime, get_locale, use_locale
from app.i18n import gettext as _
from app.phones import show_phone
from modules.interventions.models import WorkOrder
from modules.interventions.queries.board import place_labels
from modules.parties.api import Contact
from modules.portfolio.api import address_of_place
from modules.tickets.api import TRADE_LABELS, load_rules


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """An order in one language, ready to be set; `facts` are what and how much of it."""

    locale: str
    number: str
    recipient: str
    written_on: str
    title: str
    description: str
    facts: tuple[tuple[str, str], ...]


def write_papers(
    session: Session, order: WorkOrder, contact: Contact | None, clock: Clock
) -> list[OrderPaper]:
    """Write an order down for a contractor, once for each language they read.

    For nobody in particular it is written in the present language.
    """
    papers = []
    recipient = f"{contact.name}\n{contact.postal_address}".strip() if contact else ""
    for locale in contact.locales if contact else (get_locale(),):
        with use_locale(locale):
            facts = tuple((name, said) for name, said in _facts(session, order, clock) if said)
            paper = OrderPaper(
                locale=locale,
                number=order.number,
                recipient=recipient,
                written_on=format_date(clock.today(BRUSSELS)),
                title=order.title,
                description=order.told if order.told != order.title else "",
                facts=facts,
            )
        papers.append(paper)
    return papers


def where_is(session: Session, order: WorkOrder) -> str:
    """Return what the place of an order is called and its address: a name leads no stranger."""
    label = place_labels(session, [order])[order.id]
    address = address_of_place(session, order.building_id, order.lot_id)
    return label if address in label else f"{label}, {address}"


def _facts(session: Session, order: WorkOrder, clock: Clock) -> Iterator[tuple[str, str]]:
    rules = load_rules(session, clock.today(BRUSSELS))
    person = (order.contact_name, show_phone(order.contact_phone) if order.contact_phone else "")
    start, end = order.planned_start_at, order.planned_end_at
    yield _("Place"), where_is(session, order)
    yield _("Trade"), str(TRADE_LABELS[order.trade])
    yield _("Priority"), rules.priority_of(order.priority_key)
    yield _("Deadline"), format_datetime(order.due_at) if order.due_at else ""
    yield _("Visit"), f"{format_datetime(start)} – {format_datetime(end)}" if start and end else ""
    yield _("Contact on site"), ", ".join(part for part in person if part)
    yield _("When is somebody there?"), order.availability
    yield _("Reference to put on your invoice"), order.number
