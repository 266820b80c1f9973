"""Who belongs to a household, and who may be spoken to for a party."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import FieldError, Invalid, NotFound
from app.i18n import lazy as _l
from modules.parties.commands import RelatePerson, RelationFacts
from modules.parties.enums import PartyKind, Relation
from modules.parties.errors import invalid_party, related_already, second_head
from modules.parties.models import Party, PartyRelation
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import get_party
from modules.parties.queries.related import heads_of, overlap
from modules.parties.services.people import note, refuse_archived


def relate_person(
    actor: Actor, command: RelatePerson, uow: UnitOfWork, clock: Clock
) -> PartyRelation:
    """Write that a person belongs to a household or speaks for a party."""
    require(actor, PartyPermission.CHANGE)
    party = get_party(actor, uow.session, command.party_id)
    person = get_party(actor, uow.session, command.person_id)
    refuse_archived(party, person)
    if person.kind is not PartyKind.PERSON or person.id == party.id:
        raise invalid_party([FieldError("person_id", _l("Choose a person."))])
    relation = PartyRelation(
        party_id=party.id,
        person_id=person.id,
        relation=command.relation,
        may_be_contacted=command.may_be_contacted,
        starts_on=command.starts_on or clock.today(),
        ends_on=command.ends_on,
    )
    _refuse_backwards(relation.starts_on, relation.ends_on)
    _refuse_related(uow.session, relation)
    _refuse_second_head(uow.session, relation, relation.ends_on)
    uow.session.add(relation)
    uow.flush()
    note(uow, actor, clock, "relate", party, {"relations"})
    return relation


def _refuse_related(session: Session, relation: PartyRelation) -> None:
    """Raise Conflict when the same was written from the same day on."""
    same = select(PartyRelation.id).where(
        PartyRelation.party_id == relation.party_id,
        PartyRelation.person_id == relation.person_id,
        PartyRelation.relation == relation.relation,
        PartyRelation.starts_on == relation.starts_on,
    )
    if session.scalar(same) is not None:
        raise related_already()


def _refuse_second_head(session: Session, relation: PartyRelation, ends_on: date | None) -> None:
    """Raise Conflict when somebody else is the head of the household at a time until that day."""
    if relation.relation is not Relation.HEAD:
        return
    for head in session.scalars(heads_of([relation.party_id])):
        if head.person_id != relation.person_id and overlap(
            (relation.starts_on, ends_on), (head.starts_on, head.ends_on)
        ):
            raise second_head()


def _get_relation(actor: Actor, relation_id: UUID, uow: UnitOfWork) -> tuple[PartyRelation, Party]:
    """Return a relation with its party; NotFound outside the actor's scope."""
    relation = uow.session.get(PartyRelation, relation_id)
    if relation is None:
        raise NotFound
    return relation, get_party(actor, uow.session, relation.party_id)


def end_relation(actor: Actor, relation_id: UUID, uow: UnitOfWork, clock: Clock) -> PartyRelation:
    """End a relation today."""
    require(actor, PartyPermission.CHANGE)
    relation, party = _get_relation(actor, relation_id, uow)
    relation.ends_on = max(clock.today(), relation.starts_on)
    uow.flush()
    note(uow, actor, clock, "end_relation", party, {"relations"})
    return relation


def change_relation(
    actor: Actor, relation_id: UUID, facts: RelationFacts, uow: UnitOfWork, clock: Clock
) -> PartyRelation:
    """Correct whether a person may be told of visits, and until when a relation lasts."""
    require(actor, PartyPermission.CHANGE)
    relation, party = _get_relation(actor, relation_id, uow)
    _refuse_backwards(relation.starts_on, facts.ends_on)
    if facts.ends_on != relation.ends_on:
        _refuse_second_head(uow.session, relation, facts.ends_on)
    if changed_fields(relation, asdict(facts)):
        uow.flush()
        note(uow, actor, clock, "change_relation", party, {"relations"})
    return relation


def _refuse_backwards(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("relation_days", _l("The end lies before the start."), field="ends_on")
