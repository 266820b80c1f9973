"""Import and export people and organisations by their own columns, through the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.db.codes import has_code
from app.i18n import format_date
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Change as RowChange
from app.tabular.importer import Values
from app.tabular.kinds import EMAIL, Choice, Day, Phone, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.parties.commands import Change, PartyFacts, PhoneFacts
from modules.parties.enums import LANGUAGE_LABELS, PARTY_KIND_LABELS, Language, PartyKind
from modules.parties.errors import ARCHIVED_ALREADY, UNBORN
from modules.parties.models import Party, PartyEmail, PartyPhone
from modules.parties.policies import PartyPermission
from modules.parties.queries.lists import select_listed_parties, select_parties
from modules.parties.queries.people import get_party
from modules.parties.services import change_party, create_party

TABLE = cast("Table", Party.__table__)
_PLAIN = ("reference", "kind", "name", "first_name", "language", "birth_date",
          "enterprise_number", "postal_address", "note")  # fmt: skip
_PHONES = ("phone_1", "phone_2", "phone_3")
_EMAILS = ("email_1", "email_2")

COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=30), required=True, example="P-000001"),
    Column("kind", _l("Kind"), Choice(enum=PartyKind, labels=PARTY_KIND_LABELS)),
    Column("name", _l("Name"), Text(max_length=160), example="Peeters"),
    Column("first_name", _l("First name"), Text(max_length=80), example="An"),
    Column("language", _l("Language"), Choice(enum=Language, labels=LANGUAGE_LABELS)),
    Column("birth_date", _l("Born"), Day(low=date(1900, 1, 1))),
    Column("enterprise_number", _l("Enterprise number"), Text(max_length=12)),
    Column("phone_1", _l("Telephone 1"), Phone(), example="0470 12 34 56"),
    Column("phone_2", _l("Telephone 2"), Phone()),
    Column("phone_3", _l("Telephone 3"), Phone()),
    Column("email_1", _l("E-mail 1"), EMAIL, example="an@example.be"),
    Column("email_2", _l("E-mail 2"), EMAIL),
    Column("postal_address", _l("Address"), Text(max_length=250)),
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True)),
)


def _stored(party: Party) -> Stored:
    values: dict[str, Any] = {name: getattr(party, name) for name in _PLAIN}
    values |= dict.fromkeys((*_PHONES, *_EMAILS))
    values |= dict(zip(_PHONES, (phone.e164 for phone in party.phones), strict=False))
    values |= dict(zip(_EMAILS, (item.email for item in party.emails), strict=False))
    return Stored(party.id, party.version, values)


def load(actor: Actor, session: Session, references: Sequence[str]) -> dict[str, Stored]:
    """Return parties by reference."""
    query = select_parties(actor).where(Party.reference.in_(references))
    return {party.reference: _stored(party) for party in session.scalars(query)}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return parties by identifier."""
    query = select_parties(actor).where(Party.id.in_(ids))
    return {party.id: _stored(party) for party in session.scalars(query)}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the parties the actor sees."""
    for party in session.scalars(select_parties(actor).order_by(Party.reference)):
        yield _stored(party).values


def _references(actor: Actor, session: Session, wanted: set[str]) -> Sequence[str]:
    """Return the references among some, also of who is archived, as they are stored."""
    query = select_listed_parties(actor).with_only_columns(Party.reference).options()
    return session.scalars(query.where(has_code(Party.reference, wanted))).all()


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Sequence[Problem]:
    """Refuse the rows about somebody archived, whom only the sheet brings back."""
    named = {str(row.values["reference"]) for row in rows if row.values.get("reference")}
    query = select_listed_parties(actor).with_only_columns(Party.reference).options()
    archived = set(
        session.scalars(query.where(Party.reference.in_(named), Party.archived_at.is_not(None)))
    )
    return [
        Problem(
            "not_possible", row.number, field="reference", value=reference, text=ARCHIVED_ALREADY
        )
        for row in rows
        if (reference := str(row.values.get("reference"))) in archived
    ]


def _facts(values: Values, party: Party | None = None) -> PartyFacts:
    """Turn a row into facts; labels, and numbers beyond those of the file, stay."""
    plain = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
    known = {phone.e164: phone for phone in party.phones} if party else {}
    phones = [values[name] for name in _PHONES if values.get(name)]
    emails = [values[name] for name in _EMAILS if values.get(name)]
    if party is not None:
        phones += [phone.e164 for phone in party.phones[len(_PHONES) :]]
        emails += [item.email for item in party.emails[len(_EMAILS) :]]
    return PartyFacts(
        phones=tuple(
            PhoneFacts(n, known[n].kind, known[n].label) if n in known else PhoneFacts(n)
            for n in phones
        ),
        emails=tuple(emails),
        **plain,
    )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Add a party."""
    return create_party(actor, _facts(values), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change a party."""
    party = get_party(actor, uow.session, stored.id)
    facts = _facts(values, party)
    change_party(actor, Change(stored.id, stored.version), facts, uow, clock)


def check_at(change: RowChange, now: datetime) -> Iterator[Problem]:
    """Refuse a birth still to come."""
    born = change.row.values.get("birth_date")
    is_new = born != (change.before or {}).get("birth_date")
    if born and is_new and born > now.astimezone(BRUSSELS).date():
        said = format_date(born)
        yield Problem(
            "not_possible", change.row.number, field="birth_date", value=said, text=UNBORN
        )


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove parties an import made; Conflict when touched since or pointed at."""
    session = uow.session
    refuse_changed(session, TABLE, dict.fromkeys(ids))
    own = tuple(cast("Table", model.__table__) for model in (PartyPhone, PartyEmail))
    refuse_dependents(session, TABLE, ids, but=own)
    for model in (PartyPhone, PartyEmail):
        session.execute(delete(model).where(model.party_id.in_(ids)))
    delete_rows(session, TABLE, ids)
    touch_documents(session, "party")


PEOPLE = ServiceImporter(
    name="parties",
    title=_l("People and organisations"),
    permission=PartyPermission.IMPORT,
    export_permission=PartyPermission.EXPORT,
    columns=COLUMNS,
    key="reference",
    needed=("kind", "name"),
    empty={"language": Language.UNKNOWN},
    codes={"reference": _references},
    subject_type="party",
    model=Party,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
    check_at=check_at,
)
