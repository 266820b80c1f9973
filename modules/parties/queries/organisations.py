"""Organisations that work for the office: by identifier, by name, and in a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.search.normalise import fold
from modules.parties.enums import PartyKind
from modules.parties.models import Party
from modules.parties.queries.lists import select_parties


def find_organisation(actor: Actor, session: Session, party_id: UUID) -> Party | None:
    """Return a living organisation the actor sees; None for a person, and for one merged away."""
    statement = select_parties(actor).where(
        Party.id == party_id, Party.kind == PartyKind.ORGANISATION
    )
    return session.scalars(statement).one_or_none()


class OrganisationFacts(NamedTuple):
    """An organisation as files name it."""

    id: UUID
    name: str
    reference: str


def named_organisations(
    actor: Actor, session: Session, names: Collection[str]
) -> dict[str, list[OrganisationFacts]]:
    """Return the living organisations that bear each name or reference."""
    statement = select_parties(actor).where(
        Party.kind == PartyKind.ORGANISATION,
        or_(Party.name.in_(names), Party.reference.in_(names)),
    )
    found: dict[str, list[OrganisationFacts]] = {}
    for party in session.scalars(statement.order_by(Party.reference)):
        for word in {party.name, party.reference} & set(names):
            facts = OrganisationFacts(party.id, party.name, party.reference)
            found.setdefault(word, []).append(facts)
    return found


def organisation_facts(session: Session, ids: Iterable[UUID]) -> dict[UUID, OrganisationFacts]:
    """Return what files call some organisations, gone ones too; the caller may see their rows."""
    wanted = set(ids)
    if not wanted:
        return {}
    statement = select(Party.id, Party.name, Party.reference).where(Party.id.in_(wanted))
    return {row[0]: OrganisationFacts(*row) for row in session.execute(statement)}


def organisation_name_sql(party_id: Any) -> ColumnElement[str]:
    """Return the name of an organisation, for a list that holds rows the reader may see."""
    return select(Party.name).where(Party.id == party_id).scalar_subquery()


def organisations_called(text: str) -> Select[UUID]:
    """Return the identifiers of organisations called so, for a list that shows their names."""
    folded = fold(text)
    named = Party.sort_name.contains(folded, autoescape=True) if folded else false()
    return select(Party.id).where(Party.kind == PartyKind.ORGANISATION, named)
