"""Who looked at a person, and a person's right to see and to be forgotten."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.audit import record_consultation
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.search.changes import touch_documents
from modules.parties.enums import (
    CHANNEL_LABELS,
    LANGUAGE_LABELS,
    PARTY_KIND_LABELS,
    RELATION_LABELS,
    Language,
)
from modules.parties.errors import household_still_housed, still_guardian, still_housed
from modules.parties.events import PartyErased
from modules.parties.models import (
    ContactPermission,
    Party,
    PartyDuplicate,
    PartyEmail,
    PartyPhone,
    PartyRelation,
)
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import (
    contact_permissions,
    get_party,
    list_occupancies,
    list_relations,
)
from modules.parties.queries.related import (
    housed_of,
    households_to_forget,
    housemates_of,
    wards_of,
)
from modules.parties.services.people import note, party_subject
from modules.portfolio.api import lot_labels


def consult_party(actor: Actor, party_id: UUID, uow: UnitOfWork, clock: Clock) -> Party:
    """Return a party to somebody who opens it, on a page or by program, and note who did."""
    require(actor, PartyPermission.READ)
    party = get_party(actor, uow.session, party_id)
    record_consultation(uow, actor, clock, subject=party_subject(party))
    return party


def disclose_party(actor: Actor, party_id: UUID, uow: UnitOfWork, clock: Clock) -> dict[str, Any]:
    """Return everything this module holds about a party, as plain values for an export."""
    require(actor, PartyPermission.DISCLOSE)
    party = get_party(actor, uow.session, party_id)
    stays = list_occupancies(uow.session, party_id=party.id)
    labels = lot_labels(uow.session, [stay.lot_id for stay in stays])
    record_consultation(uow, actor, clock, subject=party_subject(party), reason="disclosure")
    return {
        "reference": party.reference,
        "kind": str(PARTY_KIND_LABELS[party.kind]),
        "first_name": party.first_name,
        "name": party.name,
        "language": str(LANGUAGE_LABELS[party.language]),
        "birth_date": party.birth_date.isoformat() if party.birth_date else None,
        "enterprise_number": party.enterprise_number,
        "postal_address": party.postal_address,
        "note": party.note,
        "phones": [{"number": p.e164, "label": p.label} for p in party.phones],
        "emails": [e.email for e in party.emails],
        "channels": [
            {
                "channel": str(CHANNEL_LABELS[c.channel]),
                "allowed": c.is_allowed,
                "since": c.since.isoformat(),
            }
            for c in contact_permissions(uow.session, party.id)
        ],
        "relations": [
            {"relation": str(RELATION_LABELS[relation.relation]), "with": other.full_name}
            for relation, other, _is_person in list_relations(uow.session, party.id, clock.today())
        ],
        "stays": [
            {
                "lot": labels.get(stay.lot_id, ""),
                "from": stay.starts_on.isoformat(),
                "until": stay.ends_on.isoformat() if stay.ends_on else None,
            }
            for stay in stays
        ],
    }


def erase_party(actor: Actor, party_id: UUID, uow: UnitOfWork, clock: Clock) -> Party:
    """Forget a person: only the reference and the dates of past stays remain.

    Conflict while the person, the household or somebody they are guardian of is in a lot, or will
    be. Other modules forget their copies on `PartyErased`. Parties merged into this one are erased
    with it, and households in which nobody else was: their name is that of the person.
    """
    require(actor, PartyPermission.ERASE)
    party = get_party(actor, uow.session, party_id)
    _refuse_needed(party, uow.session, clock.today())
    alone = households_to_forget(uow.session, party.id, clock.today())
    into = [party.id, *(one.id for one in alone)]
    merged = uow.session.scalars(select(Party).where(Party.merged_into_id.in_(into))).all()
    gone = (party, *merged, *alone)
    for row in gone:
        _forget(uow, row, clock)
        uow.publish(PartyErased(row.id), actor, clock)
        note(uow, actor, clock, "erase", row)
    touch_documents(uow.session, "party", [row.id for row in gone])
    return party


def _refuse_needed(party: Party, session: Session, day: date) -> None:
    """Raise Conflict while a lease needs the party: its own, its household's or a ward's."""
    together = housemates_of(session, party, day)
    wards = wards_of(session, party.id, day)
    housed = housed_of(session, {party.id, *together, *wards}, day)
    if party.id in housed:
        raise still_housed()
    if housed & together:
        raise household_still_housed()
    if housed & wards:
        raise still_guardian()


def _forget(uow: UnitOfWork, party: Party, clock: Clock) -> None:
    for model in (PartyPhone, PartyEmail, ContactPermission):
        uow.session.execute(delete(model).where(model.party_id == party.id))
    relations = or_(PartyRelation.party_id == party.id, PartyRelation.person_id == party.id)
    uow.session.execute(delete(PartyRelation).where(relations))
    pairs = or_(PartyDuplicate.first_id == party.id, PartyDuplicate.second_id == party.id)
    uow.session.execute(delete(PartyDuplicate).where(pairs))
    uow.session.expire(party, ["phones", "emails"])
    party.first_name, party.name = "", party.reference
    party.language, party.birth_date, party.enterprise_number = Language.UNKNOWN, None, None
    party.postal_address = party.note = ""
    party.sort_name, party.search_text = party.reference.lower(), ""
    party.erased_at = party.archived_at = party.updated_at = clock.now()
    uow.flush()
