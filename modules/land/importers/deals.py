"""Import and export land files by their own columns, through the services.

Where a file stands and its amounts follow from its steps, which are a file of their own
(`deal_steps.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, delete
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
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
from modules.land.commands import Change, DealFacts
from modules.land.enums import DEAL_KIND_LABELS, DealKind
from modules.land.errors import no_parcel
from modules.land.importers.parcels import LISTED, parcels_of_rows, put_in_order, split
from modules.land.models import Deal, DealParcel
from modules.land.queries.deals import deal_ids, select_deals
from modules.land.services.deals import change_deal, check_use, create_deal
from modules.portfolio.api import (
    LAND_USE_LABELS,
    LandUse,
    PortfolioPermission,
    parcels_called,
)

EUROS = DecimalNumber(places=2, low=0, high=10_000_000)
_CENT = Decimal("0.01")
_PLAIN = (
    "reference", "kind", "use", "subject", "project", "counterparty", "notary", "planned_on",
    "note",
)  # fmt: skip

COLUMNS = (
    Column("reference", _l("Reference"), Text(max_length=30), required=True, example="LAND-0001"),
    Column("kind", _l("Kind"), Choice(enum=DealKind, labels=DEAL_KIND_LABELS)),
    Column("use", _l("Title of use"), Choice(enum=LandUse, labels=LAND_USE_LABELS),
           help=_l("Of a letting only: by which title the land is given.")),
    Column("subject", _l("Subject"), Text(max_length=200)),
    Column("parcels", _l("Parcels"), LISTED,
           help=_l("References with a comma between them; a purchase may have none yet."),
           example="PAR-0001, PAR-0002"),
    Column("project", _l("Housing project"), Text(max_length=200)),
    Column("counterparty", _l("Buyer, seller or tenant"), Text(max_length=200)),
    Column("notary", _l("Notary"), Text(max_length=160)),
    Column("expected", _l("Expected amount"), EUROS,
           help=_l("In euros; of a letting the rent of a year.")),
    Column("planned_on", _l("To be signed by"),
           Day(low=date(1900, 1, 1), high=date(2200, 12, 31))),
    Column("note", _l("Note"), Text(max_length=4_000, multiline=True)),
)  # fmt: skip


def _deals(actor: Actor) -> Select[Deal]:
    return select_deals(actor).order_by(Deal.reference)


def _stored(deal: Deal) -> Stored:
    values = {name: getattr(deal, name) for name in _PLAIN}
    values["parcels"] = ", ".join(parcel.reference for parcel in deal.parcels)
    values["expected"] = euros(deal.expected_cents)
    return Stored(deal.id, deal.version, values)


def euros(cents: int | None) -> Decimal | None:
    """Return an amount as a file writes it."""
    return None if cents is None else Decimal(cents) * _CENT


def cents(amount: Decimal | None) -> int | None:
    """Return an amount of a file as it is stored."""
    return None if amount is None else int(amount * 100)


def load(actor: Actor, session: Session, references: Sequence[str]) -> dict[str, Stored]:
    """Return land files by reference."""
    found = session.scalars(_deals(actor).where(has_code(Deal.reference, references)))
    return {deal.reference: _stored(deal) for deal in found}


def find(actor: Actor, session: Session, ids: Sequence[UUID]) -> dict[UUID, Stored]:
    """Return land files by identifier."""
    found = session.scalars(_deals(actor).where(Deal.id.in_(ids)))
    return {deal.id: _stored(deal) for deal in found}


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the land files the actor sees."""
    for deal in session.scalars(_deals(actor)):
        yield _stored(deal).values


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows of unknown parcels."""
    known = parcels_of_rows(actor, session, rows)
    put_in_order(rows, known)
    for row in rows:
        for reference in split(row.values.get("parcels")):
            if reference not in known:
                yield Problem("not_found", row.number, field="parcels", value=reference)


def check(change: RowChange) -> Iterator[Problem]:
    """Refuse a title of use where there is none, and a sale or a letting of no land."""
    values = {**(change.before or {}), **change.row.values}
    kind = values.get("kind")
    if not isinstance(kind, DealKind):
        return
    try:
        check_use(kind, values.get("use") or None)
        if kind is not DealKind.PURCHASE and not values.get("parcels"):
            raise no_parcel()
    except AppError as error:
        yield _refusal(change.row, error)


def _refusal(row: Row, error: AppError) -> Problem:
    name = {"parcel_ids": "parcels"}.get(error.field or "", error.field or "")
    text = error.message if isinstance(error.message, LazyText) else None
    value = str(row.values.get(name) or "")
    return Problem("not_possible", row.number, field=name, value=value, text=text)


def _facts(actor: Actor, values: Values, session: Session) -> DealFacts:
    named = parcels_called(actor, session, split(values.get("parcels")))
    plain = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
    return DealFacts(
        **plain,
        parcel_ids=tuple(parcel.id for parcel in named.values()),
        expected_cents=cents(values.get("expected")),
    )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Begin a land file."""
    return create_deal(actor, _facts(actor, values, uow.session), uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Change a land file."""
    facts = _facts(actor, values, uow.session)
    change_deal(actor, Change(stored.id, stored.version), facts, uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove land files an import made; Conflict when touched since, by a step too."""
    session, table = uow.session, cast("Table", Deal.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids, but=(cast("Table", DealParcel.__table__),))
    session.execute(delete(DealParcel).where(DealParcel.deal_id.in_(ids)))
    delete_rows(session, table, ids)
    touch_documents(session, "land_deal")


DEALS = ServiceImporter(
    name="land_files",
    title=_l("Land files"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key="reference",
    codes={"reference": deal_ids},
    needed=("kind", "subject"),
    subject_type="land_deal",
    model=Deal,
    load=load,
    create=create,
    change=change,
    remove=remove,
    find=find,
    prepare=prepare,
    check=check,
    records=records,
)
