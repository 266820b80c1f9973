"""Import and export warnings about places, named by place, kind, first day and reason.

The reason belongs to the name: a place may have two warnings of one kind from the same day on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import format_date
from app.i18n import lazy as _l
from app.tabular.bulk import remove_untouched
from app.tabular.columns import Column
from app.tabular.importer import Values
from app.tabular.kinds import Choice, Day, Lookup, Text
from app.tabular.problems import Problem
from app.tabular.service_importer import ServiceImporter, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import Change, GiveWarning
from modules.portfolio.enums import WARNING_KIND_LABELS, WarningKind
from modules.portfolio.importers.columns import BUILDING
from modules.portfolio.importers.in_places import (
    PLACE_KEY,
    place_ids,
    refuse_places,
    select_in_places,
)
from modules.portfolio.importers.source import Source
from modules.portfolio.models import PlaceWarning
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_buildings, seen_lots
from modules.portfolio.services import end_warning_on, give_warning

_DAY = Day(low=date(1950, 1, 1))
KEY = ("lot", "building", "kind", "starts_on", "reason")

COLUMNS = (
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40),
           example="LOT-000123"),
    Column("building", _l("Building"), BUILDING, help=_l("Either a lot or a building.")),
    Column("kind", _l("Kind"), Choice(enum=WarningKind, labels=WARNING_KIND_LABELS),
           required=True),
    Column("starts_on", _l("From"), _DAY, required=True, example="05/01/2026"),
    Column("reason", _l("Reason"), Text(max_length=500, multiline=True), required=True,
           example="Stair rail loose"),
    Column("ends_on", _l("Until"), _DAY,
           help=_l("Last day it holds; empty until somebody lifts it.")),
    Column("author", _l("Given by"), Text(max_length=120),
           help=_l("Empty: who brings the file in.")),
)  # fmt: skip


def _stored(warning: PlaceWarning, lot: str | None, building: str | None) -> Stored:
    values = {
        "lot": lot,
        "building": building,
        "kind": warning.kind,
        "starts_on": warning.starts_on,
        "reason": warning.reason,
        "ends_on": warning.ends_on,
        "author": warning.author_name,
    }
    return Stored(warning.id, warning.version, values)


SOURCE = Source(
    partial(select_in_places, model=PlaceWarning),
    _stored,
    PlaceWarning.id,
    (
        *PLACE_KEY,
        PlaceWarning.kind,
        PlaceWarning.starts_on,
        PlaceWarning.reason,
    ),
    KEY,
)


def prepare(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows that name no place or two, and an end before its beginning."""
    yield from refuse_places(actor, session, rows)
    for row in rows:
        first, last = row.values.get("starts_on"), row.values.get("ends_on")
        if first and last and last < first:
            text = _l("The end lies before the start.")
            yield Problem(
                "not_possible", row.number, field="ends_on", value=format_date(last), text=text
            )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Give a warning, in the name of who gave it elsewhere."""
    lot_id, building_id = place_ids(actor, uow.session, values)
    command = GiveWarning(
        kind=values["kind"],
        reason=str(values["reason"]),
        starts_on=values["starts_on"],
        ends_on=values.get("ends_on"),
        lot_id=lot_id,
        building_id=building_id,
        author_name=values.get("author") or "",
    )
    return give_warning(actor, command, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Write until when a warning holds."""
    about = Change(stored.id, stored.version)
    end_warning_on(actor, about, values.get("ends_on"), uow, clock)


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove warnings an import gave; Conflict when lifted or changed since."""
    remove_untouched(uow.session, PlaceWarning, ids)


WARNINGS = ServiceImporter(
    name="warnings",
    title=_l("Warnings about places"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=KEY,
    needed=(),
    fixed=("author",),
    codes={"lot": seen_lots, "building": seen_buildings},
    subject_type="warning",
    model=PlaceWarning,
    load=SOURCE.load,
    create=create,
    change=change,
    remove=remove,
    find=SOURCE.find,
    prepare=prepare,
    records=SOURCE.records,
)
