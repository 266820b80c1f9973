"""Where people are through others: their household, or somebody they speak for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from modules.parties.enums import PartyKind, Relation
from modules.parties.models import Occupancy, Party, PartyRelation
from modules.parties.queries.people import lots_of_parties, party_labels

MEMBERS = frozenset(
    {Relation.HEAD, Relation.PARTNER, Relation.CHILD, Relation.PARENT, Relation.OTHER_MEMBER}
)
# From somebody's guardian to them, to their household, to who of it has the lease.
_STEPS_AT_HOME = 2


@dataclass(frozen=True, slots=True)
class Through:
    """Through whom somebody is in a lot, what they are to them, and whether they may be told."""

    name: str
    relation: Relation
    may_be_contacted: bool

    @property
    def is_household(self) -> bool:
        """Say whether they belong to one household, instead of speaking for somebody."""
        return self.relation in MEMBERS


@dataclass
class _Reached:
    """Who is reached from one person by one relation: the other side, then their household."""

    person_id: UUID
    first_id: UUID
    relation: Relation
    may_be_contacted: bool
    ids: set[UUID] = field(default_factory=set)


def lots_through_others(
    session: Session, party_ids: Iterable[UUID], day: date
) -> Mapping[UUID, Mapping[UUID, Through]]:
    """Return, for each person, the lots they are in only through others, in six queries at most."""
    wanted = list(set(party_ids))
    reached = _first_step(session, wanted, day)
    if not reached:
        return {}
    for _step in range(_STEPS_AT_HOME):
        ties = _household_ties(session, {one for each in reached for one in each.ids}, day)
        for each in reached:
            each.ids |= {other for one in each.ids for other in ties.get(one, ())}
    everybody = {one for each in reached for one in each.ids}
    lots = lots_of_parties(session, everybody | set(wanted), day)
    names = party_labels(session, {each.first_id for each in reached})
    found: dict[UUID, dict[UUID, Through]] = {}
    for each in reached:
        through = Through(names[each.first_id], each.relation, each.may_be_contacted)
        own = set(lots.get(each.person_id, ()))
        for lot_id in (lot for one in each.ids for lot in lots.get(one, ()) if lot not in own):
            found.setdefault(each.person_id, {}).setdefault(lot_id, through)
    return found


def housemates_of(session: Session, party: Party, day: date) -> set[UUID]:
    """Return who shares a home with a party: its members, or its households and theirs."""
    found = {party.id}
    for _step in range(1 if party.kind is PartyKind.HOUSEHOLD else 2):
        ties = _household_ties(session, found, day)
        found = found.union(*ties.values())
    return found - {party.id}


def heads_of(party_ids: Iterable[UUID]) -> Select[PartyRelation]:
    """Select who is, was or will be the head of households, but those archived since."""
    return (
        select(PartyRelation)
        .join(Party, Party.id == PartyRelation.person_id)
        .where(
            PartyRelation.party_id.in_(list(party_ids)),
            PartyRelation.relation == Relation.HEAD,
            Party.archived_at.is_(None),
        )
    )


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Say whether two relations share a day; neither holds on its last one."""
    return one[0] < (other[1] or date.max) and other[0] < (one[1] or date.max)


def housed_of(session: Session, party_ids: Collection[UUID], day: date) -> set[UUID]:
    """Return which of some parties are in a lot on a day, or will be."""
    stays = select(Occupancy.party_id).where(
        Occupancy.party_id.in_(party_ids),
        or_(Occupancy.ends_on.is_(None), Occupancy.ends_on >= day),
    )
    return set(session.scalars(stays))


def wards_of(session: Session, person_id: UUID, day: date) -> set[UUID]:
    """Return whom a person is guardian or administrator of on a day or later, and their homes."""
    wards = select(PartyRelation.party_id).where(
        PartyRelation.person_id == person_id,
        PartyRelation.relation == Relation.GUARDIAN,
        or_(PartyRelation.ends_on.is_(None), PartyRelation.ends_on > day),
    )
    parties = session.scalars(select(Party).where(Party.id.in_(wards))).all()
    homes = (housemates_of(session, party, day) for party in parties)
    return {party.id for party in parties}.union(*homes)


def households_left_empty(session: Session, person_id: UUID) -> Sequence[Party]:
    """Return the households, whenever it was, in which nobody else is or was a member."""
    is_member = PartyRelation.relation.in_(MEMBERS)
    own = select(PartyRelation.party_id).where(PartyRelation.person_id == person_id, is_member)
    others = select(PartyRelation.party_id).where(PartyRelation.person_id != person_id, is_member)
    alone = select(Party).where(
        Party.id.in_(own),
        Party.id.not_in(others),
        Party.kind == PartyKind.HOUSEHOLD,
        Party.erased_at.is_(None),
    )
    reached = alone.options(selectinload(Party.phones), selectinload(Party.emails))
    return session.scalars(reached.order_by(Party.reference)).all()


def households_to_forget(session: Session, person_id: UUID, day: date) -> Sequence[Party]:
    """Return the households left empty that no lease needs from a day on."""
    alone = households_left_empty(session, person_id)
    housed = housed_of(session, {one.id for one in alone}, day)
    return [one for one in alone if one.id not in housed]


def _first_step(session: Session, ids: Collection[UUID], day: date) -> list[_Reached]:
    """Follow people to their households and those they speak for, households to their members."""
    if not ids:
        return []
    is_member = PartyRelation.relation.in_(MEMBERS)
    tied = or_(PartyRelation.person_id.in_(ids), and_(PartyRelation.party_id.in_(ids), is_member))
    reached = []
    for one in _relations(session, tied, day):
        if one.person_id in ids:
            reached.append(_step(one, one.person_id, one.party_id))
        if one.party_id in ids and one.relation in MEMBERS:
            reached.append(_step(one, one.party_id, one.person_id))
    return sorted(reached, key=lambda one: one.relation not in MEMBERS)


def _step(relation: Any, mine: UUID, other: UUID) -> _Reached:
    return _Reached(mine, other, relation.relation, relation.may_be_contacted, {other})


def _household_ties(session: Session, ids: Collection[UUID], day: date) -> dict[UUID, set[UUID]]:
    """Return who is tied to each by a household: its members, or the households they are in."""
    tied = and_(
        PartyRelation.relation.in_(MEMBERS),
        or_(PartyRelation.person_id.in_(ids), PartyRelation.party_id.in_(ids)),
    )
    ties: dict[UUID, set[UUID]] = {}
    for one in _relations(session, tied, day):
        ties.setdefault(one.person_id, set()).add(one.party_id)
        ties.setdefault(one.party_id, set()).add(one.person_id)
    return ties


def _relations(session: Session, tied: ColumnElement[bool], day: date) -> list[Any]:
    statement = (
        select(
            PartyRelation.party_id,
            PartyRelation.person_id,
            PartyRelation.relation,
            PartyRelation.may_be_contacted,
        )
        .where(
            tied,
            PartyRelation.starts_on <= day,
            or_(PartyRelation.ends_on.is_(None), PartyRelation.ends_on > day),
        )
        .order_by(PartyRelation.starts_on, PartyRelation.id)
    )
    return list(session.execute(statement))
