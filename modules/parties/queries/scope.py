"""Whose data an actor sees.

Whoever sees the whole estate sees everybody. Others see organisations, the people who occupy or
occupied a lot in their buildings, and the households and contacts of those.
"""

from __future__ import annotations

from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, or_, select

from app.auth.actor import Actor
from modules.parties.enums import PartyKind
from modules.parties.models import Occupancy, Party, PartyRelation
from modules.portfolio.api import visible_lot_ids

Columns = TypeVarTuple("Columns")


def parties_in_scope(statement: Select[*Columns], actor: Actor) -> Select[*Columns]:
    """Keep the parties an actor sees."""
    lots = visible_lot_ids(actor)
    if lots is None:
        return statement
    housed = select(Occupancy.party_id).where(Occupancy.lot_id.in_(lots))
    return statement.where(
        or_(
            Party.kind == PartyKind.ORGANISATION,
            Party.id.in_(housed),
            Party.id.in_(_related(housed)),
            Party.id.in_(select(PartyRelation.party_id).where(PartyRelation.person_id.in_(housed))),
        )
    )


def _related(housed: Select[UUID]) -> Select[UUID]:
    return select(PartyRelation.person_id).where(PartyRelation.party_id.in_(housed))
