"""Parties as persons with the right to see and to be forgotten; see app/privacy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.phones import show_phone
from app.privacy import (
    BY_RETENTION,
    PersonalData,
    PersonalTexts,
    PersonKind,
    PersonRef,
    RetentionRule,
)
from app.privacy.own_words import names_in
from modules.parties.enums import PartyKind, locales_of
from modules.parties.models import (
    ContactPermission,
    Party,
    PartyDuplicate,
    PartyMerge,
    PartyPhone,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.left import left_before
from modules.parties.queries.people import find_party
from modules.parties.queries.related import households_to_forget
from modules.parties.services import disclose_party, erase_party

# Parameters of one statement are counted.
_AT_ONCE = 500


def find_person(actor: Actor, session: Session, party_id: UUID) -> PersonRef | None:
    """Return a party with the words that betray it; None when absent or hidden."""
    party = find_party(actor, session, party_id) if actor.can(PartyPermission.READ) else None
    if party is None:
        return None
    return _as_person(party, session)


def find_words(session: Session, party_id: UUID) -> PersonRef | None:
    """Return a party with the words that betray it, for what forgets in time."""
    party = find_party(BY_RETENTION, session, party_id)
    return _as_person(party, session) if party else None


def find_empty_households(person: PersonRef, session: Session, day: date) -> list[PersonRef]:
    """Return the households that are forgotten with a person: nobody else is or was a member."""
    alone = households_to_forget(session, person.id, day)
    return [_as_person(household, session) for household in alone]


def _as_person(party: Party, session: Session) -> PersonRef:
    """Return a party with its words; what was written under the name of a double is about it."""
    doubles = session.scalars(
        select(Party)
        .where(Party.merged_into_id == party.id)
        .options(selectinload(Party.phones), selectinload(Party.emails))
    )
    known = (party, *doubles)
    return PersonRef(
        type="party",
        id=party.id,
        label=party.full_name,
        words=tuple(word for one in known for word in _words(one)),
        names=tuple(name for one in known for name in _names(one)),
        url=f"/parties/{party.id}",
        locales=locales_of(party.language),
        is_gone=party.erased_at is not None,
    )


def _words(party: Party) -> Iterator[str]:
    """Give the names, addresses and numbers of a party, as kept and as people write them."""
    # The surname alone of a household is also a street's and a neighbour's.
    if party.kind is not PartyKind.HOUSEHOLD or " " in party.full_name:
        yield party.full_name
        yield f"{party.name} {party.first_name}".strip()
    yield from (email.email for email in party.emails)
    for phone in party.phones:
        yield from (phone.e164, show_phone(phone.e164))


def _names(party: Party) -> tuple[str, ...]:
    """Return the names that mean a party alone; of a body's name, no part does."""
    if party.kind is PartyKind.ORGANISATION:
        return ()
    if party.kind is PartyKind.HOUSEHOLD:
        return names_in(party.name)
    return tuple(name for name in (party.name, party.first_name) if name)


def disclose(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> dict[str, Any]:
    """Return identity, contacts, relations and stays."""
    return disclose_party(actor, person.id, uow, clock)


def erase(person: PersonRef, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Forget the person; Conflict while they live in a lot."""
    erase_party(actor, person.id, uow, clock)
    return 1


def people_left(before: datetime, session: Session) -> list[PersonRef]:
    """Return the people and households whom nothing needed since an instant.

    That is who left their last lot before it, or never had one and was last written to before it,
    and is tied to nobody who was in a lot since.
    """
    ids = sorted(left_before(session, before))
    known = select(Party).options(selectinload(Party.phones), selectinload(Party.emails))
    found: list[PersonRef] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = known.where(Party.id.in_(ids[start : start + _AT_ONCE]))
        found += [_as_person(party, session) for party in session.scalars(some).all()]
    return found


PRIVACY = (
    PersonKind("party", _l("Person"), find_person, find_empty_households),
    PersonalData(
        "parties.parties",
        _l("Identity, contacts, relations and stays"),
        disclose,
        erase,
        is_owner=True,
    ),
    RetentionRule(
        "parties.left",
        _l("People who left, or were only in touch: everything about them"),
        120,
        _l(
            "Proposal: ten years after the last stay, to be confirmed by the data protection"
            " officer"
        ),
        people=people_left,
    ),
    # What is said of others may name this person too.
    PersonalTexts(Party, (Party.note, Party.postal_address)),
    PersonalTexts(ContactPermission, (ContactPermission.reason,)),
    PersonalTexts(PartyDuplicate, (PartyDuplicate.reasons,)),
    PersonalTexts(PartyMerge, (PartyMerge.moved,)),
    PersonalTexts(PartyPhone, (PartyPhone.label,)),
)
