"""Of two households that become one, a single head at a time stays head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from modules.parties.enums import Relation
from modules.parties.models import PartyRelation
from modules.parties.queries.related import heads_of, overlap

Stepped = dict[str, str]
"""A relation that is no head's any more, its person, and the person who stays head, by name."""


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
            told.append(
                {
                    "relation_id": str(goes.id),
                    "person_id": str(goes.person_id),
                    "head_id": str(stays.person_id),
                }
            )
            goes.relation = Relation.OTHER_MEMBER
    session.flush()
    return told


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


def _meet(one: PartyRelation, other: PartyRelation) -> bool:
    return one.person_id != other.person_id and overlap(
        (one.starts_on, one.ends_on), (other.starts_on, other.ends_on)
    )
