"""Where callers live: what tells eight people of one name apart, and what they call about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import gettext as _
from modules.parties.api import (
    Relation,
    Through,
    lots_of_parties,
    lots_through_others,
)
from modules.portfolio.api import building_labels, seen_lot_addresses
from modules.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Home:
    """A place somebody may call about: theirs, or through whom they know it."""

    address: str
    through: Through | None = None

    def __str__(self) -> str:
        """Write the address, and through whom in brackets."""
        return f"{self.address} ({self.said})" if self.through else self.address

    @property
    def said(self) -> str:
        """Say through whom, in the reader's language; empty for their own place."""
        if self.through is None:
            return ""
        name, relation = self.through.name, self.through.relation
        if self.through.is_household:
            return _("household: %(name)s", name=name)
        # Whole sentences: of "social worker: An Dubois" nobody knows which of the two she is.
        if relation is Relation.GUARDIAN:
            return _("as guardian or administrator, for %(name)s", name=name)
        if relation is Relation.SOCIAL_WORKER:
            return _("as social worker, for %(name)s", name=name)
        return _("as contact person, for %(name)s", name=name)


def homes_of_callers(
    actor: Actor, session: Session, party_ids: Iterable[UUID], day: date
) -> Mapping[UUID, dict[UUID, Home]]:
    """Return, for each person, every lot they are in on a day, their own first, in few queries.

    A guardian, a contact or a member of a household is led to the lots of those they belong with.
    The people are those the actor was shown already; a lot outside the scope does not exist.
    """
    ids = list(set(party_ids))
    own = lots_of_parties(session, ids, day)
    others = lots_through_others(session, ids, day)
    known = (lot for lots in (*own.values(), *others.values()) for lot in lots)
    seen = seen_lot_addresses(actor, session, known)
    homes: dict[UUID, dict[UUID, Home]] = {}
    for party_id in ids:
        mine = {lot: Home(seen[lot]) for lot in own.get(party_id, ()) if lot in seen}
        through = others.get(party_id, {})
        mine |= {lot: Home(seen[lot], through[lot]) for lot in through if lot in seen}
        if mine:
            homes[party_id] = mine
    return homes


def places_of_tickets(
    actor: Actor, session: Session, tickets: Sequence[Ticket]
) -> Mapping[UUID, str]:
    """Return the address of the lot or building of each ticket, in two queries."""
    lots = seen_lot_addresses(actor, session, (one.lot_id for one in tickets if one.lot_id))
    buildings = building_labels(session, [one.building_id for one in tickets if one.building_id])
    labels = {**buildings, **lots}
    places = {one.id: one.lot_id if one.lot_id in lots else one.building_id for one in tickets}
    return {key: labels[place] for key, place in places.items() if place and place in labels}
