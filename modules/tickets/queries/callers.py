"""Where callers live: what tells eight people of one name apart, and what they call about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from modules.parties.api import lots_of_parties
from modules.portfolio.api import building_labels, seen_lot_addresses
from modules.tickets.models import Ticket


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


def places_of_tickets(
    actor: Actor, session: Session, tickets: Sequence[Ticket]
) -> Mapping[UUID, str]:
    """Return the address of the lot or building of each ticket, in two queries."""
    lots = seen_lot_addresses(actor, session, (one.lot_id for one in tickets if one.lot_id))
    buildings = building_labels(session, [one.building_id for one in tickets if one.building_id])
    labels = {**buildings, **lots}
    places = {one.id: one.lot_id if one.lot_id in lots else one.building_id for one in tickets}
    return {key: labels[place] for key, place in places.items() if place and place in labels}
