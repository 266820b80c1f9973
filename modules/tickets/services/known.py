"""Who calls and is known: what they did not say stands on their sheet."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.phones import show_phone
from modules.parties.api import PartyPermission, contact_of, find_party
from modules.tickets.commands import Caller
from modules.tickets.errors import UnknownCaller


def known_caller(actor: Actor, session: Session, caller: Caller) -> Caller:
    """Fill in what was not said from the sheet of who calls, as the form does.

    A name that was left empty is filled in too. Raises UnknownCaller for a party the actor does
    not see.
    """
    if caller.party_id is None:
        return caller
    sees = actor.can(PartyPermission.READ) and find_party(actor, session, caller.party_id)
    contact = contact_of(session, caller.party_id) if sees else None
    if contact is None:
        raise UnknownCaller(caller.party_id)
    unsaid, phones = caller.unsaid, contact.phones
    return replace(
        caller,
        name=caller.name.strip() or contact.name,
        phone=show_phone(phones[0]) if "phone" in unsaid and phones else caller.phone,
        email=contact.email or "" if "email" in unsaid else caller.email,
        locale=contact.locales[0] if "locale" in unsaid else caller.locale,
        unsaid=frozenset(),
    )
