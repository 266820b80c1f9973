"""Import and export the dated states of lots, named by lot and first day.

A state lasts until the next one begins, so that the end is worked out; a file that says another
one is told so. That a lot is vacant since it was added is no history and stays out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, and_, not_, select
from sqlalchemy.orm import Session, aliased

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import format_date
from app.i18n import lazy as _l
from app.tabular.bulk import delete_rows
from app.tabular.columns import Column
from app.tabular.importer import ChangedSince, Entry, Outcome, Values
from app.tabular.kinds import Choice, Day, Lookup, Text
from app.tabular.models import ImportBatchRow
from app.tabular.problems import Problem, Severity
from app.tabular.service_importer import ServiceImporter, ServiceWork, Stored
from app.tabular.typed import Row
from modules.portfolio.commands import ChangeLotStatus
from modules.portfolio.enums import LOT_STATUS_LABELS, LotStatus
from modules.portfolio.importers.remove import parts
from modules.portfolio.importers.source import Source, named, unknown
from modules.portfolio.models import Lot, LotStatusEvent
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import seen_lots, with_place
from modules.portfolio.queries.scope import in_scope
from modules.portfolio.services import give_back_history, write_lot_state

_DAY = Day(low=date(1900, 1, 1))
_USUALLY_AHEAD = timedelta(days=366)
_FAR = _l("This state begins more than a year from now.")
KEY = ("lot", "starts_on")
History = dict[date, LotStatus]
Histories = defaultdict[str, History]

COLUMNS = (
    Column("lot", _l("Lot"), Lookup(noun=_l("the reference of a lot"), max_length=40),
           required=True, example="LOT-000123"),
    Column("starts_on", _l("From"), _DAY, required=True, example="01/09/2024"),
    Column("status", _l("State"), Choice(enum=LotStatus, labels=LOT_STATUS_LABELS)),
    Column("ends_on", _l("Until"), _DAY,
           help=_l("The day the next state begins; empty while this one lasts.")),
    Column("reason", _l("Reason"), Text(max_length=300, multiline=True)),
)  # fmt: skip


def _states(actor: Actor) -> Select[LotStatusEvent, str]:
    other = aliased(LotStatusEvent)
    alone = ~(
        select(other.id)
        .where(other.lot_id == LotStatusEvent.lot_id, other.id != LotStatusEvent.id)
        .exists()
    )
    # As `services.states.is_assumed` says it of one lot.
    assumed = and_(
        LotStatusEvent.status == LotStatus.VACANT, LotStatusEvent.recorded_at == Lot.created_at
    )
    statement = (
        select(LotStatusEvent, Lot.reference)
        .join(Lot, LotStatusEvent.lot_id == Lot.id)
        .where(Lot.archived_at.is_(None), not_(and_(assumed, alone)))
    )
    return in_scope(statement, actor, Lot.building_id)


def _stored(event: LotStatusEvent, lot: str) -> Stored:
    values = {"lot": lot, "starts_on": event.starts_on, "status": event.status}
    return Stored(event.id, 1, values | {"reason": event.reason})


SOURCE = Source(_states, _stored, LotStatusEvent.id, (Lot.reference, LotStatusEvent.starts_on), KEY)


def records(actor: Actor, session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield the states the actor sees, by lot and day, with the day each ends."""
    statement = _states(actor).order_by(*SOURCE.key).execution_options(yield_per=1_000)
    for event, lot in session.execute(statement):
        yield {**_stored(event, lot).values, "ends_on": event.ends_on}


def prepare(
    actor: Actor,
    session: Session,
    rows: Sequence[Row],
    earlier: Histories | None = None,
    latest: date = date.max,
) -> Iterator[Problem]:
    """Refuse lots that are not there, periods that overlap and states that repeat.

    `earlier` holds what the rows before these say, which a rehearsal does not write; a day after
    `latest` is probably a year typed wrongly.
    """
    before = defaultdict(dict) if earlier is None else earlier
    wanted = named(rows, "lot")
    yield from unknown(rows, "lot", _lots_in_use(actor, session, wanted))
    known: Histories = defaultdict(dict)
    of_these = _states(actor).where(Lot.reference.in_(wanted))
    for event, lot in session.execute(of_these):
        known[lot][event.starts_on] = event.status
    told: Histories = defaultdict(dict)
    refused: set[int] = set()
    for row in rows:
        if (day := row.values.get("starts_on")) and row.values.get("status"):
            told[row.values["lot"]][day] = row.values["status"]
    for row in rows:
        name, day = row.values.get("lot"), row.values.get("starts_on")
        if name and day:
            history = before[name] | known[name] | told[name]
            problems = list(_refusals(row, day, known[name], history))
            if any(problem.severity is Severity.ERROR for problem in problems):
                refused.add(row.number)
            yield from problems
            if day > latest and day not in known[name]:
                yield _too_far(row, day)
    for row in rows:
        if row.number not in refused and row.values.get("status"):
            before[row.values["lot"]][row.values["starts_on"]] = row.values["status"]


def _too_far(row: Row, day: date) -> Problem:
    value, ask = format_date(day), Severity.WARNING
    return Problem(
        "improbable", row.number, field="starts_on", value=value, text=_FAR, severity=ask
    )


def _lots_in_use(actor: Actor, session: Session, references: set[str]) -> dict[str, UUID]:
    """Return lots by reference; the history of one that left the estate is closed."""
    statement = select(Lot.reference, Lot.id).where(
        Lot.reference.in_(references), Lot.archived_at.is_(None)
    )
    rows = session.execute(in_scope(statement, actor, Lot.building_id))
    return {row.reference: row.id for row in rows}


def _refusals(row: Row, day: date, known: History, history: History) -> Iterator[Problem]:
    """Compare a period with those around it, of the file and of the house together."""
    status, until = row.values.get("status"), row.values.get("ends_on")
    earlier = max((one for one in history if one < day), default=None)
    if status and status != known.get(day) and earlier and history[earlier] is status:
        label = LOT_STATUS_LABELS[status]
        text = _l("This lot is already “%(status)s”.", status=label)
        yield Problem("not_possible", row.number, field="status", value=str(label), text=text)
    if until is None:
        return
    following = min((one for one in history if one > day), default=None)
    about: dict[str, Any] = {"row": row.number, "field": "ends_on", "value": format_date(until)}
    if until <= day:
        text = _l("The end lies before the start.")
        yield Problem("not_possible", **about, text=text)
    elif following and following < until:
        text = _l(
            "Two periods overlap: from %(day)s on this lot is “%(status)s”.",
            day=format_date(following),
            status=LOT_STATUS_LABELS[history[following]],
        )
        yield Problem("not_possible", **about, text=text)
    elif following != until:
        text = _l("No state is written from that day on: this one lasts until the next begins.")
        yield Problem("not_said", **about, text=text, severity=Severity.WARNING)


def _write(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    lot = str(values["lot"])
    command = ChangeLotStatus(
        lot_id=_lots_in_use(actor, uow.session, {lot})[lot],
        status=values["status"],
        starts_on=values["starts_on"],
        reason=values.get("reason") or "",
    )
    return write_lot_state(actor, command, uow, clock).id


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Correct which state it was, or why."""
    _write(actor, values, uow, clock)


def _leaned_on(session: Session, made: Sequence[UUID]) -> list[UUID]:
    """Return the states of a batch in lots for which somebody wrote another one since.

    That one was written knowing these: without them a lot could be in no state today.
    """
    own, other = LotStatusEvent, aliased(LotStatusEvent)
    since = and_(other.lot_id == own.lot_id, other.recorded_at > own.recorded_at)
    pairs = select(own.id, other.id).join(other, since)
    batch = set(made)
    rows = [row for part in parts(made) for row in session.execute(pairs.where(own.id.in_(part)))]
    return sorted({one for one, later in rows if later not in batch})


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Remove states an import wrote; Conflict when a later import corrected them."""
    session = uow.session
    corrected = select(ImportBatchRow.subject_id).where(ImportBatchRow.outcome == Outcome.CHANGED)
    moved = [
        one
        for part in parts(ids)
        for one in session.scalars(corrected.where(ImportBatchRow.subject_id.in_(part)))
    ]
    if moved:
        raise ChangedSince(moved)
    delete_rows(session, cast("Table", LotStatusEvent.__table__), ids)


class StatesImporter(ServiceImporter):
    """An importer whose records lean on each other: what is left is settled after an undo."""

    def open(self, actor: Actor, clock: Clock) -> ServiceWork:
        """Begin a pass over a file, which remembers the states of the rows before."""
        latest = clock.today() + _USUALLY_AHEAD
        known = partial(prepare, earlier=defaultdict(dict), latest=latest)
        return ServiceWork(replace(self, prepare=known), actor, clock.now())

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Take back what a batch wrote, then let each state last until the next again."""
        lots: dict[UUID, Lot] = {}
        for part in parts([entry.subject_id for entry in entries]):
            query = (
                select(LotStatusEvent.id, Lot)
                .join(Lot, LotStatusEvent.lot_id == Lot.id)
                .where(LotStatusEvent.id.in_(part))
            )
            rows = uow.session.execute(query.options(*with_place()))
            lots.update((row[0], row[1]) for row in rows)
        if left := [event_id for event_id, lot in lots.items() if lot.archived_at is not None]:
            raise ChangedSince(left)
        made = [entry.subject_id for entry in entries if entry.before is None]
        if leaned_on := _leaned_on(uow.session, made):
            raise ChangedSince(leaned_on)
        ServiceImporter.undo(self, uow, actor, clock, entries)
        uow.session.expire_all()
        give_back_history(actor, {lot.id: lot for lot in lots.values()}.values(), uow, clock)


STATES = StatesImporter(
    name="states",
    title=_l("States of lots"),
    permission=PortfolioPermission.IMPORT,
    export_permission=PortfolioPermission.EXPORT,
    columns=COLUMNS,
    key=KEY,
    needed=("status",),
    codes={"lot": seen_lots},
    subject_type="lot_state",
    model=LotStatusEvent,
    load=SOURCE.load,
    create=_write,
    change=change,
    remove=remove,
    find=SOURCE.find,
    prepare=prepare,
    records=records,
)
