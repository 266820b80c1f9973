"""Parties as persons with the right to see and to be forgotten; see app/privacy."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.privacy import PersonalData, PersonKind, PersonRef
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import find_party, get_party
from modules.parties.services import disclose_party, erase_party


def find_person(actor: Actor, session: Session, party_id: UUID) -> PersonRef | None:
    """Return a party with the words that betray it; None when absent or hidden."""
    if not actor.can(PartyPermission.READ) or find_party(actor, session, party_id) is None:
        return None
    party = get_party(actor, session, party_id)
    names = (party.full_name, f"{party.name} {party.first_name}".strip())
    contacts = (*(e.email for e in party.emails), *(p.e164 for p in party.phones))
    return PersonRef(
        type="party",
        id=party.id,
        label=party.full_name,
        words=(*names, *contacts),
        url=f"/parties/{party.id}",
    )


def disclose(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> dict[str, Any]:
    """Return identity, contacts, relations and stays."""
    return disclose_party(actor, person.id, uow, clock)


def erase(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Forget the person; Conflict while they live in a lot."""
    erase_party(actor, person.id, uow, clock)
    return 1


PRIVACY = (
    PersonKind("party", _l("Person"), find_person),
    PersonalData(
        "parties.parties",
        _l("Identity, contacts, relations and stays"),
        disclose,
        erase,
        is_owner=True,
    ),
)
