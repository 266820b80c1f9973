"""Import and export who belongs to whom, named by party, person, relation and first day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import has_code
from app.i18n import format_date
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Lookup, YesNo
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, ServiceWork, Stored
from app.tabular.typed import Row
from modules.parties.commands import RelatePerson, RelationFacts
from modules.parties.enums import RELATION_LABELS, PartyKind, Relation
from modules.parties.errors import HAS_A_HEAD
from modules.parties.models import Party, PartyRelation
from modules.parties.policies import PartyPermission
from modules.parties.queries.related import heads_of, overlap
from modules.parties.queries.scope import parties_in_scope
from modules.parties.services import change_relation, relate_person

PERSON = aliased(Party)
_DAY = Day(low=date(1900, 1, 1))
_PARTY = Lookup(noun=_l("the reference of a party"), max_length=30)
KEY = ("party", "person", "relation", "starts_on")
Known = Mapping[str, tuple[UUID, PartyKind]]
# Until when each head of a household is one, by person and first day.
Heads = defaultdict[UUID, dict[tuple[UUID, date], date | None]]

COLUMNS = (
    Column("party", _l("Party"), _PARTY, required=True, example="P-000001",
           help=_l("The household, or the party the person speaks for.")),
    Column("person", _l("Person"), _PARTY, required=True, example="P-000002"),
    Column("relation", _l("Relation"), Choice(enum=Relation, labels=RELATION_LABELS),
           required=True),
    Column("starts_on", _l("From"), _DAY, required=True, example="01/09/2024"),
    Column("ends_on", _l("Until"), _DAY, help=_l("Empty while it lasts.")),
    Column("may_be_contacted", _l("May be contacted"), YesNo()),
)  # fmt: skip


def _relations(actor: Actor) -> Select[PartyRelation, str, str]:
    seen = parties_in_scope(select(Party.id), actor)
    return (
        select(PartyRelation, Party.reference, PERSON.reference)
        .join(Party, PartyRelation.party_id == Party.id)
        .join(PERSON, PartyRelation.person_id == PERSON.id)
        .where(Party.archived_at.is_(None), PERSON.archived_at.is_(None))
        .where(Party.id.in_(seen), PERSON.id.in_(seen))
    )


def _stored(relation: PartyRelation, party: str, person: str) -> Stored:
    values = {
        "party": party,
        "person": person,
        "relation": relation.relation,
        "starts_on": relation.starts_on,
        "ends_on": relation.ends_on,
        "may_be_contacted": relation.may_be_contacted,
    }
    return Stored(relation.id, relation.version, values)


def load(actor: Actor, session: Session, keys: Sequence[Any]) -> dict[Any, Stored]:
    """Return relations by party, person, kind and first day."""
    parties = {key[0] for key in keys}
    rows = session.execute(_relations(actor).where(Party.reference.in_(parties)))
    found = (_stored(*row) for row in rows)
    by_key = {tuple(one.values[name] for name in KEY): one for one in found}
    return {key: by_key[key] for key in keys if key in by_key}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return relations by identifier."""
    rows = session.execute(_relations(actor).where(PartyRelation.id.in_(ids)))
    return {stored.id: stored for stored in (_stored(*row) for row in rows)}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the relations the actor sees, by party and person."""
    order = (Party.reference, PERSON.reference, PartyRelation.starts_on, PartyRelation.id)
    statement = _relations(actor).order_by(*order).execution_options(yield_per=1_000)
    for row in session.execute(statement):
        yield _stored(*row).values


def prepare(
    actor: Actor, session: Session, rows: Sequence[Row], told: Heads | None = None
) -> Iterator[Problem]:
    """Refuse who is not known or no person, an end before its beginning, and a second head.

    `told` holds the heads of the rows before these, which a rehearsal does not write.
    """
    told = defaultdict(dict) if told is None else told
    known = _parties(actor, session, {str(row.values.get(n)) for row in rows for n in KEY[:2]})
    stored = _heads(session, [party_id for party_id, _kind in known.values()])
    for row in rows:
        problem = _refusal(row, known)
        if problem is None and row.values.get("relation") is Relation.HEAD:
            problem = _second_head(row, stored, told, known)
        if problem is not None:
            yield problem


def _heads(session: Session, parties: Sequence[UUID]) -> Heads:
    """Return the heads of households, each since and until when."""
    found: Heads = defaultdict(dict)
    for relation in session.scalars(heads_of(parties)):
        stay = relation.person_id, relation.starts_on
        found[relation.party_id][stay] = relation.ends_on
    return found


def _second_head(row: Row, stored: Heads, told: Heads, known: Known) -> Problem | None:
    """Refuse a head beside another of the same household; it counts from here on."""
    party, person, first = (row.values.get(name) for name in ("party", "person", "starts_on"))
    if not (party and person and first):
        return None
    household, one = known[party][0], (known[person][0], first)
    last = row.values.get("ends_on", stored[household].get(one))
    if one in stored[household] and last == stored[household][one]:
        return None  # written before, by whatever release: as it is
    besides = stored[household] | told[household]
    others = ((since, until) for (other, since), until in besides.items() if other != one[0])
    if any(overlap((first, last), stay) for stay in others):
        value, text = format_date(first), HAS_A_HEAD
        return Problem("not_possible", row.number, field="starts_on", value=value, text=text)
    # The first row about a head counts; the engine refuses another.
    told[household].setdefault(one, last)
    return None


def _refusal(row: Row, known: Known) -> Problem | None:
    party, person = row.values.get("party"), row.values.get("person")
    for name, value in (("party", party), ("person", person)):
        if value and value not in known:
            return Problem("not_found", row.number, field=name, value=str(value))
    if person and (person == party or known[person][1] is not PartyKind.PERSON):
        return Problem(
            "not_possible", row.number, field="person", value=person, text=_l("Choose a person.")
        )
    first, last = row.values.get("starts_on"), row.values.get("ends_on")
    if first and last and last < first:
        text = _l("The end lies before the start.")
        return Problem(
            "not_possible", row.number, field="ends_on", value=format_date(last), text=text
        )
    return None


def _parties(actor: Actor, session: Session, references: set[str]) -> Known:
    statement = select(Party.reference, Party.id, Party.kind).where(
        has_code(Party.reference, references), Party.archived_at.is_(None)
    )
    rows = session.execute(parties_in_scope(statement, actor))
    return {reference: (party_id, kind) for reference, party_id, kind in rows}


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Write that a person belongs to a household or speaks for a party."""
    party, person = str(values["party"]), str(values["person"])
    known = _parties(actor, uow.session, {party, person})
    command = RelatePerson(
        party_id=known[party][0],
        person_id=known[person][0],
        relation=values["relation"],
        may_be_contacted=bool(values.get("may_be_contacted")),
        starts_on=values["starts_on"],
        ends_on=values.get("ends_on"),
    )
    return relate_person(actor, command, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Correct until when a relation lasts, and whether the person may be contacted."""
    facts = RelationFacts(bool(values.get("may_be_contacted")), values.get("ends_on"))
    change_relation(actor, stored.id, facts, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove relations an import wrote; Conflict when ended or changed since."""
    remove_untouched(uow.session, PartyRelation, ids)


class RelationsImporter(ServiceImporter):
    """An importer that compares the heads one file names with each other, however far apart."""

    def open(self, actor: Actor, clock: Clock) -> ServiceWork:
        """Begin a pass over a file, which remembers the heads of the rows before."""
        known = partial(prepare, told=defaultdict(dict))
        return ServiceWork(replace(self, prepare=known), actor, clock.now())


RELATIONS = RelationsImporter(
    name="relations",
    title=_l("Households, contacts and guardians"),
    permission=PartyPermission.IMPORT,
    export_permission=PartyPermission.EXPORT,
    columns=COLUMNS,
    key=KEY,
    needed=(),
    empty={"may_be_contacted": False},
    codes={"party": _parties, "person": _parties},
    subject_type="party_relation",
    model=PartyRelation,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
)
