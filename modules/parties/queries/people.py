"""One party, the names of many, and who is where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.auth.actor import Actor
from app.errors import NotFound
from app.search.statements import IDS
from modules.parties.enums import Channel
from modules.parties.models import (
    ContactPermission,
    Occupancy,
    Party,
    PartyPhone,
    PartyRelation,
)
from modules.parties.queries.scope import parties_in_scope
from modules.portfolio.api import get_lot, seen_lot_addresses

# So many values a statement takes on every database.
_AT_ONCE = 10_000


def find_party(actor: Actor, session: Session, party_id: UUID) -> Party | None:
    """Return a party with its phones and e-mails, or None when absent or out of scope."""
    statement = (
        select(Party)
        .where(Party.id == party_id)
        .options(selectinload(Party.phones), selectinload(Party.emails))
    )
    return session.scalars(parties_in_scope(statement, actor)).one_or_none()


def get_party(actor: Actor, session: Session, party_id: UUID) -> Party:
    """Return a party with its phones and e-mails; NotFound when absent or out of scope."""
    party = find_party(actor, session, party_id)
    if party is None:
        raise NotFound
    return party


def party_labels(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of each party, in one query; the caller holds rows it may see."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    columns = select(Party.id, Party.first_name, Party.name).where(Party.id.in_(wanted))
    return {key: f"{first} {name}".strip() for key, first, name in session.execute(columns)}


def there_on(day: date) -> ColumnElement[bool]:
    """Keep the occupancies that hold on a day."""
    return and_(
        Occupancy.starts_on <= day, or_(Occupancy.ends_on.is_(None), Occupancy.ends_on >= day)
    )


def occupants_of_lots(
    session: Session, lot_ids: Iterable[UUID], day: date
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Return the identifier and name of who is in each lot on a day, in one query."""
    wanted = list(set(lot_ids))
    if not wanted:
        return {}
    statement = (
        select(Occupancy.lot_id, Party.id, Party.first_name, Party.name)
        .join(Party, Party.id == Occupancy.party_id)
        .where(Occupancy.lot_id.in_(wanted), there_on(day))
        .order_by(Occupancy.starts_on, Party.sort_name)
    )
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for lot_id, party_id, first, name in session.execute(statement):
        found.setdefault(lot_id, []).append((party_id, f"{first} {name}".strip()))
    return found


def count_occupants(_actor: Actor, lot_id: UUID, day: date) -> ScalarSelect[Any]:
    """Return how many are in a lot on a day, for the head of its sheet; its reader may see it."""
    counted = select(func.count()).select_from(Occupancy)
    return counted.where(Occupancy.lot_id == lot_id, there_on(day)).scalar_subquery()


def name_occupant(_actor: Actor, lot_id: UUID, day: date) -> ScalarSelect[Any]:
    """Return the name of who is in a lot longest on a day, for the head of its sheet."""
    name = func.trim(Party.first_name + " " + Party.name)
    return (
        select(name)
        .join(Occupancy, Party.id == Occupancy.party_id)
        .where(Occupancy.lot_id == lot_id, there_on(day))
        .order_by(Occupancy.starts_on, Party.sort_name)
        .limit(1)
        .scalar_subquery()
    )


def first_phones(session: Session, party_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the number to try first of each party that has one, in one query for many."""
    wanted = list(party_ids)
    found: dict[UUID, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        statement = (
            select(PartyPhone.party_id, PartyPhone.e164)
            .where(PartyPhone.party_id.in_(wanted[start : start + _AT_ONCE]))
            .order_by(PartyPhone.position.desc())
        )
        found.update((row.party_id, row.e164) for row in session.execute(statement))
    return found


def lots_of_parties(
    session: Session, party_ids: Iterable[UUID], day: date
) -> dict[UUID, list[UUID]]:
    """Return the lots each party is in on a day, in one query."""
    wanted = list(set(party_ids))
    if not wanted:
        return {}
    statement = select(Occupancy.party_id, Occupancy.lot_id).where(
        Occupancy.party_id.in_(wanted), there_on(day)
    )
    found: dict[UUID, list[UUID]] = {}
    for party_id, lot_id in session.execute(statement.order_by(Occupancy.starts_on)):
        found.setdefault(party_id, []).append(lot_id)
    return found


_OPEN_STAYS = (
    select(Occupancy.party_id, Occupancy.lot_id)
    .where(Occupancy.party_id.in_(IDS), Occupancy.ends_on.is_(None))
    .order_by(Occupancy.starts_on)
)


def open_homes(actor: Actor, session: Session, party_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the address of the lot each party is in, of those the actor sees, in two queries."""
    wanted = list(set(party_ids))
    if not wanted:
        return {}
    # The latest stands last, and is the one that counts.
    lots = dict(session.execute(_OPEN_STAYS, {"ids": wanted}).all())
    seen = seen_lot_addresses(actor, session, lots.values())
    return {party_id: seen[lot_id] for party_id, lot_id in lots.items() if lot_id in seen}


def list_occupancies(
    session: Session, *, lot_id: UUID | None = None, party_id: UUID | None = None
) -> Sequence[Occupancy]:
    """Return the occupancies of a lot or of a party, the latest first."""
    column = Occupancy.lot_id == lot_id if lot_id else Occupancy.party_id == party_id
    statement = select(Occupancy).where(column).order_by(Occupancy.starts_on.desc())
    return session.scalars(statement).all()


def get_stay(actor: Actor, session: Session, occupancy_id: UUID) -> tuple[Occupancy, Any, Party]:
    """Return a stay with its lot and party; NotFound when absent, or one of them out of scope."""
    stay = session.get(Occupancy, occupancy_id)
    if stay is None:
        raise NotFound
    return stay, get_lot(actor, session, stay.lot_id), get_party(actor, session, stay.party_id)


def list_relations(
    session: Session, party_id: UUID, day: date
) -> Sequence[tuple[PartyRelation, Party, bool]]:
    """Return the relations of a party not over on a day, with the other side.

    True when the other side is the person.
    """
    goes_on = or_(PartyRelation.ends_on.is_(None), PartyRelation.ends_on > day)
    rows: list[tuple[PartyRelation, Party, bool]] = []
    for mine, other, is_person in (
        (PartyRelation.party_id, PartyRelation.person_id, True),
        (PartyRelation.person_id, PartyRelation.party_id, False),
    ):
        statement = (
            select(PartyRelation, Party)
            .join(Party, Party.id == other)
            .where(mine == party_id, goes_on)
            .order_by(Party.sort_name)
        )
        rows += [(relation, party, is_person) for relation, party in session.execute(statement)]
    return rows


def refused_channels(session: Session, party_id: UUID) -> dict[Channel, str]:
    """Return the channels a party refused, with the reason of each."""
    return refused_channels_of(session, [party_id]).get(party_id, {})


def refused_channels_of(
    session: Session, party_ids: Iterable[UUID]
) -> dict[UUID, dict[Channel, str]]:
    """Return the channels each party refused, with the reason of each, in one query."""
    statement = select(ContactPermission).where(
        ContactPermission.party_id.in_(list(party_ids)), ContactPermission.is_allowed.is_(False)
    )
    found: dict[UUID, dict[Channel, str]] = {}
    for row in session.scalars(statement.order_by(ContactPermission.channel)):
        found.setdefault(row.party_id, {})[row.channel] = row.reason
    return found


def contact_permissions(session: Session, party_id: UUID) -> Sequence[ContactPermission]:
    """Return what was said about the channels of a party."""
    statement = select(ContactPermission).where(ContactPermission.party_id == party_id)
    return session.scalars(statement).all()


def parties_in_lots(
    actor: Actor, session: Session, lot_ids: Iterable[UUID], day: date, limit: int = 50
) -> Sequence[Party]:
    """Return the parties in some lots on a day."""
    inside = select(Occupancy.party_id).where(Occupancy.lot_id.in_(list(lot_ids)), there_on(day))
    return _living(actor, session, Party.id.in_(inside), limit)


def _living(
    actor: Actor, session: Session, condition: ColumnElement[bool], limit: int
) -> Sequence[Party]:
    statement = (
        select(Party)
        .where(condition, Party.archived_at.is_(None), Party.merged_into_id.is_(None))
        .options(selectinload(Party.phones), selectinload(Party.emails))
        .order_by(Party.sort_name)
        .limit(limit)
    )
    return session.scalars(parties_in_scope(statement, actor)).all()
