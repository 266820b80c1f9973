"""Of two households that become one, a single head at a time stays head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from modules.parties.enums import Relation
from modules.parties.models import PartyRelation
from modules.parties.queries.related import heads_of, overlap

Stepped = dict[str, Any]
"""A relation that is no head's any more, its person, and the person who stays head, by name.

Under `removed` stands the relation that would have said a second time that they are a member.
"""


def step_down(session: Session, kept: UUID, merged: UUID) -> list[Stepped]:
    """Make other members of the heads who would be a second one, and return which.

    The head of the party kept stays, unless that ended and the other's goes on.
    """
    heads = session.scalars(heads_of([kept, merged])).all()
    told: list[Stepped] = []
    stepped: set[UUID] = set()
    for one in (head for head in heads if head.party_id == kept):
        for other in (head for head in heads if head.party_id == merged):
            if {one.id, other.id} & stepped or not _meet(one, other):
                continue
            stays, goes = (other, one) if one.ends_on and not other.ends_on else (one, other)
            stepped.add(goes.id)
            said: Stepped = {
                "relation_id": str(goes.id),
                "person_id": str(goes.person_id),
                "head_id": str(stays.person_id),
            }
            told.append(said | _become_member(session, goes))
    session.flush()
    return told


def _become_member(session: Session, head: PartyRelation) -> Stepped:
    """Make a head another member; of two who say so from one day on, the longer one stays."""
    twin = session.scalar(
        _alike(head.party_id, head.person_id, Relation.OTHER_MEMBER, head.starts_on)
    )
    if twin is None:
        head.relation = Relation.OTHER_MEMBER
        return {}
    lasts = twin.ends_on is None or (head.ends_on is not None and twin.ends_on >= head.ends_on)
    removed = head if lasts else twin
    session.delete(removed)
    session.flush()
    if removed is twin:
        head.relation = Relation.OTHER_MEMBER
    return {"removed": _as_kept(removed)}


def _alike(party: UUID, person: UUID, relation: Relation, day: date) -> Select[PartyRelation]:
    return select(PartyRelation).filter_by(
        party_id=party, person_id=person, relation=relation, starts_on=day
    )


def _as_kept(row: PartyRelation) -> dict[str, Any]:
    """Write a relation down, to have it again when the merge is undone."""
    return {
        "id": str(row.id),
        "party_id": str(row.party_id),
        "person_id": str(row.person_id),
        "relation": row.relation.value,
        "may_be_contacted": row.may_be_contacted,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }


def _as_it_was(kept: Mapping[str, Any]) -> PartyRelation:
    return PartyRelation(
        id=UUID(kept["id"]),
        party_id=UUID(kept["party_id"]),
        person_id=UUID(kept["person_id"]),
        relation=Relation(kept["relation"]),
        may_be_contacted=kept["may_be_contacted"],
        starts_on=date.fromisoformat(kept["starts_on"]),
        ends_on=date.fromisoformat(kept["ends_on"]) if kept["ends_on"] else None,
    )


def step_up_again(session: Session, told: Sequence[Mapping[str, Any]], kept: UUID) -> None:
    """Give heads their place again, in the household they had it; who was changed since stays."""
    ids = [UUID(one["relation_id"]) for one in told]
    rows = session.scalars(
        select(PartyRelation).where(
            PartyRelation.id.in_(ids), PartyRelation.relation == Relation.OTHER_MEMBER
        ),
        execution_options={"populate_existing": True},
    ).all()
    now = session.scalars(heads_of([kept])).all()
    for row in rows:
        if row.party_id == kept and any(_meet(row, head) for head in now):
            continue
        row.relation = Relation.HEAD
    session.flush()
    for one in told:
        if "removed" in one:
            _bring_back(session, _as_it_was(one["removed"]))


def _bring_back(session: Session, row: PartyRelation) -> None:
    """Write a removed relation again, unless the same was written since, or another is head."""
    if session.scalar(_alike(row.party_id, row.person_id, row.relation, row.starts_on)):
        return
    heads = session.scalars(heads_of([row.party_id])).all()
    if row.relation is not Relation.HEAD or not any(_meet(row, head) for head in heads):
        session.add(row)
        session.flush()


def _meet(one: PartyRelation, other: PartyRelation) -> bool:
    return one.person_id != other.person_id and overlap(
        (one.starts_on, one.ends_on), (other.starts_on, other.ends_on)
    )
