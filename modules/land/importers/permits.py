"""Import and export procedures by their own columns, through the services.

Where a procedure stands and its computed dates follow from its steps, which are a file of their
own (`steps.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, delete
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.db.codes import has_code
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from app.tabular.bulk import delete_rows, refuse_changed, refuse_dependents
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.land.commands import Change, PermitFacts
from modules.land.enums import (
    KINDS_OF_REGION,
    PERMIT_KIND_LABELS,
    TRACK_LABELS,
    PermitKind,
    Track,
)
from modules.land.errors import kind_elsewhere, reason_needed, several_regions, track_elsewhere
from modules.land.importers.parcels import LISTED, parcels_of_rows, put_in_order, split
from modules.land.limits import tracks_of
from modules.land.models import Permit, PermitParcel
from modules.land.queries.permits import permit_ids, select_permits
from modules.land.services.permits import change_permit, create_permit
from modules.portfolio.api import LandParcel, PortfolioPermission, parcels_called

_DAY = Day(low=date(1900, 1, 1), high=date(2200, 12, 31))
_PLAIN = (
    "reference", "kind", "subject", "track", "authority", "file_number", "conditions", "note",
    "typed_due_on", "due_reason", "typed_lapses_on", "lapses_reason",
)  # fmt: skip

COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=30), required=True, example="PERM-0001"),
    Column("kind", _l("Kind"), Choice(enum=PermitKind, labels=PERMIT_KIND_LABELS)),
    Column("subject", _l("Subject"), Text(max_length=200)),
    Column("parcels", _l("Parcels"), LISTED,
           help=_l("References with a comma between them; all in one region."),
           example="PAR-0001, PAR-0002"),
    Column("track", _l("Procedure"), Choice(enum=Track, labels=TRACK_LABELS)),
    Column("authority", _l("Authority"), Text(max_length=160)),
    Column("file_number", _l("File number"), Text(max_length=60)),
    Column("conditions", _l("Conditions"), Text(max_length=4_000, multiline=True)),
    Column("typed_due_on", _l("Decision due (typed)"), _DAY,
           help=_l("Goes before the day the rules of the region give, with its reason.")),
    Column("due_reason", _l("Why this day"), Text(max_length=300)),
    Column("typed_lapses_on", _l("Lapses on (typed)"), _DAY),
    Column("lapses_reason", _l("Why this last day"), Text(max_length=300)),
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True)),
)  # fmt: skip


def _permits(actor: Actor) -> Select[Permit]:
    return select_permits(actor).order_by(Permit.reference)


def _stored(permit: Permit) -> Stored:
    values = {name: getattr(permit, name) for name in _PLAIN}
    values["parcels"] = ", ".join(parcel.reference for parcel in permit.parcels)
    return Stored(permit.id, permit.version, values)


def load(actor: Actor, session: Session, references: Sequence[str]) -> dict[str, Stored]:
    """Return procedures by reference."""
    found = session.scalars(_permits(actor).where(has_code(Permit.reference, references)))
    return {permit.reference: _stored(permit) for permit in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return procedures by identifier."""
    found = session.scalars(_permits(actor).where(Permit.id.in_(ids)))
    return {permit.id: _stored(permit) for permit in found}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the procedures the actor sees."""
    for permit in session.scalars(_permits(actor)):
        yield _stored(permit).values


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of unknown parcels, of several regions, or of a kind their region lacks."""
    known = parcels_of_rows(actor, session, rows)
    put_in_order(rows, known)
    for row in rows:
        parcels = []
        for reference in split(row.values.get("parcels")):
            if reference in known:
                parcels.append(known[reference])
            else:
                yield Problem("not_found", row.number, field="parcels", value=reference)
        yield from _against_the_rules(row, parcels)
        for typed, reason in (("typed_due_on", "due_reason"), ("typed_lapses_on", "lapses_reason")):
            if row.values.get(typed) and reason in row.values and not row.values[reason]:
                yield _refused(row, reason, reason_needed(reason).message)


def _against_the_rules(row: Row, parcels: Sequence[LandParcel]) -> Iterator[Problem]:
    regions = list(dict.fromkeys(parcel.region for parcel in parcels))
    if len(regions) > 1:
        yield _refused(row, "parcels", several_regions(regions).message)
        return
    kind, track = row.values.get("kind"), row.values.get("track")
    if not regions or not isinstance(kind, PermitKind):
        return
    if kind not in KINDS_OF_REGION[regions[0]]:
        yield _refused(row, "kind", kind_elsewhere(regions[0]).message)
    elif isinstance(track, Track) and track not in tracks_of(regions[0], kind):
        yield _refused(row, "track", track_elsewhere().message)


def _refused(row: Row, field: str, message: str | LazyText) -> Problem:
    value = str(row.values.get(field) or "")
    text = message if isinstance(message, LazyText) else None
    return Problem("against_the_rules", row.number, field=field, value=value, text=text)


def _facts(actor: Actor, values: Values, session: Session) -> PermitFacts:
    named = parcels_called(actor, session, split(values.get("parcels")))
    plain = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
    return PermitFacts(**plain, parcel_ids=tuple(parcel.id for parcel in named.values()))


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Begin a procedure."""
    return create_permit(actor, _facts(actor, values, uow.session), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change a procedure."""
    facts = _facts(actor, values, uow.session)
    change_permit(actor, Change(stored.id, stored.version), facts, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove procedures an import made; Conflict when touched since, by a step too."""
    session, table = uow.session, cast("Table", Permit.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids, but=(cast("Table", PermitParcel.__table__),))
    session.execute(delete(PermitParcel).where(PermitParcel.permit_id.in_(ids)))
    delete_rows(session, table, ids)
    touch_documents(session, "permit")


PERMITS = ServiceImporter(
    name="permits",
    title=_l("Permits"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="reference",
    codes={"reference": permit_ids},
    needed=("kind", "subject", "parcels"),
    subject_type="permit",
    model=Permit,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
)
