"""Import and export works on land by their own columns, through the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, delete, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.db.codes import has_code
from app.errors import AppError
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Change as RowChange
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, DecimalNumber, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.land.commands import Change, WorkFacts
from modules.land.enums import WORK_KIND_LABELS, WorkKind
from modules.land.errors import not_permitted
from modules.land.importers.parcels import LISTED, parcels_of_rows, put_in_order, split
from modules.land.models import LandWork, LandWorkParcel, Permit
from modules.land.queries.permits import permit_ids, visible_permits
from modules.land.queries.works import select_works, work_ids
from modules.land.services.works import (
    change_work,
    check_days,
    check_right,
    create_work,
    was_in_force,
)
from modules.parties.api import OrganisationFacts, named_organisations, organisation_facts
from modules.portfolio.api import PortfolioPermission, parcels_called

_DAY = Day(low=date(1900, 1, 1), high=date(2200, 12, 31))
_EUROS = DecimalNumber(places=2, low=0, high=10_000_000)
_CENT = Decimal("0.01")
_PLAIN = (
    "reference", "kind", "subject", "no_permit_reason", "planned_on", "begun_on", "done_on", "note",
)  # fmt: skip

COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=30), required=True, example="LWK-0001"),
    Column("kind", _l("Kind"), Choice(enum=WorkKind, labels=WORK_KIND_LABELS)),
    Column("subject", _l("Subject"), Text(max_length=200)),
    Column("parcels", _l("Parcels"), LISTED, example="PAR-0001"),
    Column("permit", _l("Permit"), Text(max_length=30),
           help=_l("The reference of the procedure the works follow."), example="PERM-0001"),
    Column("no_permit_reason", _l("Why no permit is needed"), Text(max_length=300)),
    Column("planned_on", _l("Planned for"), _DAY),
    Column("begun_on", _l("Begun on"), _DAY),
    Column("done_on", _l("Done on"), _DAY),
    Column("contractor", _l("Contractor"), Text(max_length=160),
           help=_l("Name or reference of an organisation among the parties.")),
    Column("estimated", _l("Estimated cost"), _EUROS),
    Column("real", _l("Real cost"), _EUROS),
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True)),
)  # fmt: skip


def _works(actor: Actor) -> Select[LandWork]:
    return select_works(actor).order_by(LandWork.reference)


def _stored(session: Session, works: Sequence[LandWork]) -> list[Stored]:
    firms = organisation_facts(session, [one.contractor_id for one in works if one.contractor_id])
    return [
        Stored(
            work.id,
            work.version,
            {name: getattr(work, name) for name in _PLAIN}
            | {
                "parcels": ", ".join(parcel.reference for parcel in work.parcels),
                "permit": work.permit.reference if work.permit else None,
                "contractor": firms[work.contractor_id].reference if work.contractor_id else None,
                "estimated": _euros(work.estimated_cents),
                "real": _euros(work.real_cents),
            },
        )
        for work in works
    ]


def _euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) * _CENT


def load(actor: Actor, session: Session, references: Sequence[str]) -> dict[str, Stored]:
    """Return works by reference."""
    found = session.scalars(_works(actor).where(has_code(LandWork.reference, references))).all()
    return {stored.values["reference"]: stored for stored in _stored(session, found)}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return works by identifier."""
    found = session.scalars(_works(actor).where(LandWork.id.in_(ids))).all()
    return {stored.id: stored for stored in _stored(session, found)}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the works the actor sees, contractors by their names."""
    works = session.scalars(_works(actor)).all()
    for work, stored in zip(works, _stored(session, works), strict=True):
        yield stored.values | {"contractor": work.contractor}


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of unknown parcels, procedures and organisations, and works begun too early."""
    known = parcels_of_rows(actor, session, rows)
    put_in_order(rows, known)
    permits = _permits(actor, session, {row.values.get("permit") or "" for row in rows})
    for row in rows:
        for reference in split(row.values.get("parcels")):
            if reference not in known:
                yield Problem("not_found", row.number, field="parcels", value=reference)
        said, day = row.values.get("permit"), row.values.get("begun_on")
        if said and said not in permits:
            yield Problem("not_found", row.number, field="permit", value=said)
        elif said and day and not was_in_force(session, permits[said], day):
            yield _refusal(row, not_permitted(said))
    yield from _find_contractors(actor, session, rows)


def _permits(actor: Actor, session: Session, references: set[str]) -> dict[str, Permit]:
    statement = select(Permit).where(has_code(Permit.reference, references))
    found = session.scalars(visible_permits(actor, statement))
    return {permit.reference: permit for permit in found}


def _find_contractors(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Write the reference of the organisation a row names; a name that two bear needs it.

    Whoever has the works already is meant first, as in a file we wrote.
    """
    said = {row.values["contractor"] for row in rows if row.values.get("contractor")}
    if not said:
        return
    living = named_organisations(actor, session, said)
    held = _held(actor, session, rows)
    for row in rows:
        name, own = row.values.get("contractor"), held.get(row.values.get("reference", ""))
        if not name:
            continue
        found = living.get(name, [])
        if own and name in (own.name, own.reference):
            row.take_to_mean("contractor", own.reference)
        elif len(found) == 1:
            row.take_to_mean("contractor", found[0].reference)
        else:
            yield Problem("not_found", row.number, field="contractor", value=name)


def _held(actor: Actor, session: Session, rows: Sequence[Row]) -> dict[str, OrganisationFacts]:
    references = [row.values["reference"] for row in rows if row.values.get("reference")]
    works = session.scalars(_works(actor).where(LandWork.reference.in_(references))).all()
    firms = organisation_facts(session, [one.contractor_id for one in works if one.contractor_id])
    return {one.reference: firms[one.contractor_id] for one in works if one.contractor_id}


def check_at(change: RowChange, now: datetime) -> Iterator[Problem]:
    """Refuse days that cannot be, and works that begin without a permit or a reason."""
    values = {**(change.before or {}), **change.row.values}
    begun_on, done_on = values.get("begun_on"), values.get("done_on")
    facts = WorkFacts(WorkKind.OTHER, "", (), begun_on=begun_on, done_on=done_on)
    try:
        check_days(facts, now.astimezone(BRUSSELS).date())
        check_right(
            has_permit=bool(values.get("permit")),
            reason=values.get("no_permit_reason") or "",
            begun_on=facts.begun_on,
        )
    except AppError as error:
        yield _refusal(change.row, error)


def _refusal(row: Row, error: AppError) -> Problem:
    name = (error.field or "").removesuffix("_id")
    text = error.message if isinstance(error.message, LazyText) else None
    value = str(row.values.get(name) or "")
    return Problem("not_possible", row.number, field=name, value=value, text=text)


def _facts(actor: Actor, values: Values, session: Session) -> WorkFacts:
    land = parcels_called(actor, session, split(values.get("parcels")))
    plain = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
    permit, firm = values.get("permit"), values.get("contractor")
    return WorkFacts(
        **plain,
        parcel_ids=tuple(parcel.id for parcel in land.values()),
        permit_id=_permits(actor, session, {permit})[permit].id if permit else None,
        contractor_id=_contractor(actor, session, firm, plain["reference"]) if firm else None,
        estimated_cents=_cents(values.get("estimated")),
        real_cents=_cents(values.get("real")),
    )


def _contractor(actor: Actor, session: Session, firm: str, work: str) -> UUID | None:
    """Return who a reference means, also one that left and has the works already."""
    found = named_organisations(actor, session, {firm}).get(firm, [])
    if len(found) == 1:
        return found[0].id
    own = select_works(actor).where(LandWork.reference == work)
    return next((one.contractor_id for one in session.scalars(own)), None)


def _cents(euros: Decimal | None) -> int | None:
    return None if euros is None else int(euros * 100)


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Plan works."""
    return create_work(actor, _facts(actor, values, uow.session), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change works."""
    facts = _facts(actor, values, uow.session)
    change_work(actor, Change(stored.id, stored.version), facts, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove works an import made; Conflict when touched since."""
    session, table = uow.session, cast("Table", LandWork.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids, but=(cast("Table", LandWorkParcel.__table__),))
    session.execute(delete(LandWorkParcel).where(LandWorkParcel.work_id.in_(ids)))
    delete_rows(session, table, ids)
    touch_documents(session, "land_work")


WORKS = ServiceImporter(
    name="works",
    title=_l("Works on land"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="reference",
    codes={"reference": work_ids, "permit": permit_ids},
    needed=("kind", "subject", "parcels"),
    subject_type="land_work",
    model=LandWork,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    check_at=check_at,
    records=records,
)
