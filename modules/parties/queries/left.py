"""Who left for good: nobody's lease, household or guardianship needs them any more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from modules.parties.enums import PartyKind
from modules.parties.models import Occupancy, Party, PartyRelation

# From somebody's guardian to them, to their household, to who of it has the lease.
_STEPS = 3


def left_before(session: Session, before: datetime) -> set[UUID]:
    """Return the people and households whom nothing needed since an instant."""
    day = before.date()
    stays = select(Occupancy.party_id)
    lately = or_(Occupancy.ends_on.is_(None), Occupancy.ends_on >= day)
    needed = set(session.scalars(stays.where(lately)))
    ties = _ties(session, before)
    for _step in range(_STEPS):
        needed |= {other for one in needed for other in ties.get(one, ())}
    is_over = or_(Party.id.in_(stays), Party.updated_at < before)
    old = select(Party.id).where(
        is_over,
        Party.kind != PartyKind.ORGANISATION,
        Party.erased_at.is_(None),
        Party.merged_into_id.is_(None),
    )
    return set(session.scalars(old)) - needed


def _ties(session: Session, before: datetime) -> dict[UUID, set[UUID]]:
    """Return who is tied to each by a relation that goes on, or went on since an instant."""
    goes_on = or_(PartyRelation.ends_on.is_(None), PartyRelation.ends_on >= before.date())
    ties: dict[UUID, set[UUID]] = defaultdict(set)
    query = select(PartyRelation.party_id, PartyRelation.person_id).where(goes_on)
    for party_id, person_id in session.execute(query):
        ties[party_id].add(person_id)
        ties[person_id].add(party_id)
    return ties
