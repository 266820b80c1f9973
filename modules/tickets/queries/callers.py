"""Where callers live: what tells eight people of one name apart, and what they call about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.parties.api import lots_of_parties
from modules.portfolio.api import seen_lot_addresses


def homes_of_callers(
    actor: Actor, session: Session, party_ids: Iterable[UUID], day: date
) -> Mapping[UUID, dict[UUID, str]]:
    """Return, for each person, the address of every lot they are in on a day, in two queries.

    The people are those the actor was shown already; a lot outside the scope does not exist.
    """
    lots = lots_of_parties(session, party_ids, day)
    seen = seen_lot_addresses(actor, session, (lot for ids in lots.values() for lot in ids))
    return {
        party_id: {lot: seen[lot] for lot in ids if lot in seen} for party_id, ids in lots.items()
    }
