"""Read the telephone numbers of tickets that a release before this one opened."""

from __future__ import annotations

from sqlalchemy import select, update

from app.db import UnitOfWork, change_rows
from app.phones import find_phone
from modules.tickets.models import Ticket

_PAIRS = ((Ticket.caller_phone, Ticket.caller_e164), (Ticket.contact_phone, Ticket.contact_e164))


def read_phones(uow: UnitOfWork) -> int:
    """Keep beside each number as typed its one form, where that is missing; return how many.

    While an upgrade goes on, the release that still serves opens tickets without it. It is no
    change of the ticket: its version stays.
    """
    found = 0
    for typed, read in _PAIRS:
        unread = select(Ticket.id, typed).where(typed != "", read.is_(None))
        numbers = [(key, find_phone(text)) for key, text in uow.session.execute(unread)]
        for key, number in numbers:
            if number:
                same = update(Ticket).where(Ticket.id == key, read.is_(None))
                quiet = same.values({read: number}).execution_options(synchronize_session=False)
                found += change_rows(uow.session, quiet)
    return found
