"""Import and export the steps of procedures: a file only adds, as people do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, select, tuple_
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import lazy as _l
from app.tabular.bulk import delete_rows, refuse_changed
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored, composed_key
from app.tabular.typed import Row
from modules.land.commands import AddStep
from modules.land.enums import STEP_LABELS, StepKind
from modules.land.models import Permit, PermitStep
from modules.land.queries.permits import permit_ids, visible_permits
from modules.land.services.steps import add_step, refresh_standing
from modules.portfolio.api import PortfolioPermission

KEY = ("permit", "happened_on", "kind", "note")
COLUMNS = (
    Column("permit", _l("Permit procedure"),
           Lookup(noun=_l("the reference of a procedure"), max_length=30),
           required=True, example="PERM-0001"),
    Column("happened_on", _l("Happened on"), Day(low=date(1900, 1, 1)), required=True,
           example="01/09/2024"),
    Column("kind", _l("What happened"), Choice(enum=StepKind, labels=STEP_LABELS), required=True),
    Column("note", _l("Note"), Text(max_length=500)),
)  # fmt: skip


def _steps(actor: Actor) -> Select[PermitStep, str]:
    statement = (
        select(PermitStep, Permit.reference)
        .join(Permit, PermitStep.permit_id == Permit.id)
        .where(Permit.archived_at.is_(None), PermitStep.taken_back_at.is_(None))
        .order_by(Permit.reference, PermitStep.happened_on, PermitStep.position)
    )
    return visible_permits(actor, statement)


def _stored(step: PermitStep, permit: str) -> Stored:
    values = {"permit": permit, "happened_on": step.happened_on, "kind": step.kind}
    return Stored(step.id, step.version, {**values, "note": step.note})


def load(
    actor: Actor, session: Session, keys: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...] | None, Stored]:
    """Return steps by procedure, day, kind and note."""
    parts = tuple_(Permit.reference, PermitStep.happened_on, PermitStep.kind, PermitStep.note)
    found = [_stored(*row) for row in session.execute(_steps(actor).where(parts.in_(keys)))]
    return {composed_key(stored.values, KEY): stored for stored in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return steps by identifier."""
    rows = session.execute(_steps(actor).where(PermitStep.id.in_(ids)))
    return {row[0].id: _stored(row[0], row[1]) for row in rows}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the steps that count of the procedures the actor sees, in their order."""
    for row in session.execute(_steps(actor)):
        yield _stored(row[0], row[1]).values


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of procedures that are not there."""
    known = permit_ids(actor, session, {str(row.values.get("permit") or "") for row in rows})
    for row in rows:
        named = row.values.get("permit")
        if named and named not in known:
            yield Problem("not_found", row.number, field="permit", value=str(named))


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Write a step."""
    found, note = permit_ids(actor, uow.session, {values["permit"]}), values.get("note") or ""
    command = AddStep(found[values["permit"]], values["kind"], values["happened_on"], note)
    return add_step(actor, command, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Do nothing: every column names the step, none can differ."""


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove steps an import wrote; Conflict when later ones rest on them."""
    session, table = uow.session, cast("Table", PermitStep.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    about = select(PermitStep.permit_id).where(PermitStep.id.in_(ids)).distinct()
    permits = session.scalars(select(Permit).where(Permit.id.in_(about))).all()
    delete_rows(session, table, ids)
    session.expire_all()
    for permit in permits:
        refresh_standing(session, permit)
    uow.flush()


STEPS = ServiceImporter(
    name="permit_steps",
    title=_l("Steps of permits"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=KEY,
    codes={"permit": permit_ids},
    needed=(),
    subject_type="permit_step",
    model=PermitStep,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    records=records,
)
