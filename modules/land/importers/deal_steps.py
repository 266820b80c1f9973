"""Import and export the steps of land files: a file only adds, as people do."""

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
from app.tabular.importer import Change as RowChange
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored, composed_key
from app.tabular.typed import Row
from modules.land.commands import AddDealStep
from modules.land.enums import DEAL_STEP_LABELS, PRICED_STEPS, DealStepKind
from modules.land.errors import NO_AMOUNT
from modules.land.importers.deals import EUROS, cents, euros
from modules.land.models import Deal, DealStep
from modules.land.queries.deals import deal_ids, visible_deals
from modules.land.services.deal_steps import add_deal_step, refresh_deal
from modules.portfolio.api import PortfolioPermission

KEY = ("land_file", "happened_on", "kind", "note")
COLUMNS = (
    Column("land_file", _l("Land file"),
           Lookup(noun=_l("the reference of a land file"), max_length=30),
           required=True, example="LAND-0001"),
    Column("happened_on", _l("Happened on"), Day(low=date(1900, 1, 1)), required=True,
           example="01/09/2024"),
    Column("kind", _l("What happened"), Choice(enum=DealStepKind, labels=DEAL_STEP_LABELS),
           required=True),
    Column("amount", _l("Amount"), EUROS, help=_l("In euros; of a letting the rent of a year.")),
    Column("note", _l("Note"), Text(max_length=500)),
)  # fmt: skip


def _steps(actor: Actor) -> Select[DealStep, str]:
    statement = (
        select(DealStep, Deal.reference)
        .join(Deal, DealStep.deal_id == Deal.id)
        .where(Deal.archived_at.is_(None), DealStep.taken_back_at.is_(None))
        .order_by(Deal.reference, DealStep.happened_on, DealStep.position)
    )
    return visible_deals(actor, statement)


def _stored(step: DealStep, deal: str) -> Stored:
    values = {"land_file": deal, "happened_on": step.happened_on, "kind": step.kind}
    amount = euros(step.amount_cents)
    return Stored(step.id, step.version, {**values, "amount": amount, "note": step.note})


def load(
    actor: Actor, session: Session, keys: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...] | None, Stored]:
    """Return steps by land file, day, kind and note."""
    parts = tuple_(Deal.reference, DealStep.happened_on, DealStep.kind, DealStep.note)
    found = [_stored(*row) for row in session.execute(_steps(actor).where(parts.in_(keys)))]
    return {composed_key(stored.values, KEY): stored for stored in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return steps by identifier."""
    rows = session.execute(_steps(actor).where(DealStep.id.in_(ids)))
    return {row[0].id: _stored(row[0], row[1]) for row in rows}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the steps that count of the land files the actor sees, in their order."""
    for row in session.execute(_steps(actor)):
        yield _stored(row[0], row[1]).values


def check(change: RowChange) -> Iterator[Problem]:
    """Refuse an amount of a step that tells none."""
    kind, amount = change.row.values.get("kind"), change.row.values.get("amount")
    if amount is not None and kind not in PRICED_STEPS:
        yield Problem(
            "not_possible", change.row.number, field="amount", value=str(amount),
            text=NO_AMOUNT,
        )  # fmt: skip


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of land files that are not there."""
    known = deal_ids(actor, session, {str(row.values.get("land_file") or "") for row in rows})
    for row in rows:
        named = row.values.get("land_file")
        if named and named not in known:
            yield Problem("not_found", row.number, field="land_file", value=str(named))


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Write a step."""
    found, note = deal_ids(actor, uow.session, {values["land_file"]}), values.get("note") or ""
    command = AddDealStep(
        deal_id=found[values["land_file"]],
        kind=values["kind"],
        happened_on=values["happened_on"],
        note=note,
        amount_cents=cents(values.get("amount")),
    )
    return add_deal_step(actor, command, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Do nothing: what does not name the step is fixed."""


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove steps an import wrote; Conflict when later ones rest on them."""
    session, table = uow.session, cast("Table", DealStep.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    about = select(DealStep.deal_id).where(DealStep.id.in_(ids)).distinct()
    deals = session.scalars(select(Deal).where(Deal.id.in_(about))).all()
    delete_rows(session, table, ids)
    session.expire_all()
    for deal in deals:
        refresh_deal(session, deal)
    uow.flush()


DEAL_STEPS = ServiceImporter(
    name="land_file_steps",
    title=_l("Steps of land files"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=KEY,
    codes={"land_file": deal_ids},
    fixed=("amount",),
    needed=(),
    subject_type="land_deal_step",
    model=DealStep,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    check=check,
    records=records,
)
