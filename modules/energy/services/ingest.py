"""Import of a file of readings: read, matched with meters, merged, counted row by row.

Parsing happens outside the transaction; each group of readings is stored in one. A file of up to
`READINGS_PER_COMMIT` readings is one transaction. Whatever stops the import, doing it again gives
the same store: readings that are already there are counted as unchanged.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session, selectinload

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import Database, JsonDict, UnitOfWork
from app.errors import NotFound
from app.i18n import lazy as _l
from app.search.changes import touch_documents
from modules.energy import ean as ean_numbers
from modules.energy import errors, store
from modules.energy.commands import IngestFile
from modules.energy.enums import BatchState, RegisterKind, Unit, Utility
from modules.energy.formats import FORMATS, find_format
from modules.energy.formats.base import (
    Format,
    Hints,
    Part,
    Readings,
    Refusal,
    SeriesKey,
    UnreadableFile,
)
from modules.energy.formats.text import open_text
from modules.energy.models import IngestBatch, Meter, Register
from modules.energy.policies import EnergyPermission
from modules.energy.readings.blocks import Bytes, Outcome
from modules.energy.readings.quality import Quality
from modules.energy.services import meters as meter_services

READINGS_PER_COMMIT = 2_000_000
SERIALS_PER_QUERY = 500
REFUSALS_KEPT = 10_000
Progress = Callable[[int, str], None]
Mask = NDArray[np.bool_]
NEVER = int(np.iinfo(np.int64).max)
KNOWN_METER = _l("a meter that is recorded; record it or let unknown meters be added")
WARNINGS = {
    "ean_check": _l("The EAN fails its check digit: the meter is known by its serial number only."),
    "meter_added": _l("A new meter was recorded; say which building it feeds."),
    "other_ean": _l("The meter hangs on another supply point; nothing moved."),
    "index_fell": _l(
        "The index fell. Its consumption waits until the index rises again, or until you declare "
        "that the meter was replaced."
    ),
}


@dataclass(slots=True)
class IngestResult:
    """How each row of the file ended, and what should be known about it."""

    batch_id: UUID
    format: str
    file_name: str
    file_hash: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    readings: int = 0
    missing: int = 0
    conflicts: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    meters: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Tell whether no row was refused."""
        return self.refused == 0 and not self.refusals

    def as_dict(self) -> dict[str, object]:
        """Return the report, with texts in the present language."""
        return {
            "batch": str(self.batch_id),
            "format": self.format,
            "file": self.file_name,
            "sha256": self.file_hash,
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "readings": self.readings,
            "missing": self.missing,
            "conflicts": self.conflicts,
            "errors": [refusal.as_dict() for refusal in self.refusals],
            "warnings": [{**w, "text": str(WARNINGS[w["code"]])} for w in self.warnings],
            "meters": list(self.meters.values()),
        }


def ingest_file(
    database: Database,
    actor: Actor,
    command: IngestFile,
    clock: Clock,
    progress: Progress = lambda rows, note: None,
) -> IngestResult:
    """Import a file and return how each of its rows ended.

    Raises Invalid for an unknown format or a wrong choice of meter. A file that cannot be read at
    all gives a result whose only refusal says so.
    """
    require(actor, EnergyPermission.READINGS_IMPORT)
    kind = find_format(command.format)
    if kind is None:
        raise errors.unknown_format(command.format, ", ".join(f.name for f in FORMATS))
    with database.unit_of_work() as uow:
        result = _begin(actor, command, kind, uow, clock)
    run = _Import(actor, command, kind, clock, result)
    try:
        for group in _groups(run.parse(database)):
            with database.unit_of_work() as uow:
                run.store(group, uow)
            progress(result.rows, command.file_name)
    except UnreadableFile as failure:
        result.refusals.append(failure.refusal)
    except BaseException:
        _end(actor, result, BatchState.FAILED, database, clock)
        raise
    _end(actor, result, BatchState.DONE, database, clock)
    return result


def _groups(parts: Iterable[Part]) -> Iterator[list[Part]]:
    group: list[Part] = []
    count = 0
    for part in parts:
        group.append(part)
        count += len(part.readings)
        if count >= READINGS_PER_COMMIT:
            yield group
            group, count = [], 0
    if group:
        yield group


def _joined(parts: list[Part]) -> Part:
    """Join the parts of one file: they share its list of series."""
    return Part(
        np.concatenate([part.rows for part in parts]),
        Readings.joined([part.readings for part in parts]),
        parts[-1].series,
        [refusal for part in parts for refusal in part.refusals],
    )


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _begin(
    actor: Actor, command: IngestFile, kind: Format, uow: UnitOfWork, clock: Clock
) -> IngestResult:
    digest = file_hash(command.path)
    batch = IngestBatch(
        format=kind.name,
        file_name=command.file_name[:255],
        file_hash=digest,
        file_size=command.path.stat().st_size,
        state=BatchState.RUNNING,
        started_at=clock.now(),
        actor_id=actor.user_id,
        actor_name=actor.display_name,
    )
    uow.session.add(batch)
    uow.flush()
    return IngestResult(batch.id, kind.name, command.file_name, digest)


def _end(
    actor: Actor, result: IngestResult, state: BatchState, database: Database, clock: Clock
) -> None:
    with database.unit_of_work() as uow:
        batch = uow.session.get_one(IngestBatch, result.batch_id)
        batch.state = state
        batch.ended_at = clock.now()
        batch.rows_new, batch.rows_changed = result.new, result.changed
        batch.rows_unchanged, batch.rows_refused = result.unchanged, result.refused
        batch.readings, batch.conflicts = result.readings, result.conflicts
        batch.report = JsonDict(
            {
                "refusals": [r.as_dict() for r in result.refusals[:REFUSALS_KEPT]],
                "warnings": result.warnings,
                "meters": list(result.meters.values()),
            }
        )
        record(
            uow,
            actor,
            clock,
            action="energy.readings.import",
            subject=Subject("ingest_batch", batch.id, batch.file_name),
            changes={"rows": (None, batch.rows), "refused": (None, batch.rows_refused)},
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A register as the import needs it, free of any session."""

    id: UUID
    number: int
    interval: int
    kind: RegisterKind


class _Import:
    """One import under way."""

    def __init__(
        self, actor: Actor, command: IngestFile, kind: Format, clock: Clock, result: IngestResult
    ) -> None:
        self.actor, self.command, self.kind, self.clock = actor, command, kind, clock
        self.result = result
        self.registers: dict[SeriesKey, _Found | None] = {}
        self.meter_ids: dict[SeriesKey, UUID] = {}
        self.by_serial: dict[tuple[str, Utility], Meter] = {}
        self.warned: set[tuple[str, str]] = set()

    def parse(self, database: Database) -> Iterator[Part]:
        """Read the file, helped by what is known of its meters."""
        utilities = _table_of_meters(self.command)
        with database.reader() as session:
            for serial, utility in session.execute(select(Meter.serial, Meter.utility)):
                utilities.setdefault(
                    serial, (utility, Unit.LITRE if utility is Utility.WATER else Unit.WH)
                )
            intervals = _single_intervals(session)
        hints = Hints(self.command.utility, utilities, intervals)
        yield from self.kind.read(self.command.path, hints)

    def store(self, parts: list[Part], uow: UnitOfWork) -> None:
        """Merge parts into the store and count their rows."""
        touched: dict[UUID, int] = {}
        latest: dict[UUID, int] = {}
        derive: set[UUID] = set()
        self._store_part(_joined(parts), uow, touched, latest, derive)
        for register_id in derive:
            register = uow.session.get_one(Register, register_id)
            for drop in meter_services.derive(uow.session, register, self.result.batch_id):
                self._warn_drop(register, drop.at, drop.before, drop.index)
        _mark(uow.session, touched, latest)

    def _store_part(
        self,
        part: Part,
        uow: UnitOfWork,
        touched: dict[UUID, int],
        latest: dict[UUID, int],
        derive: set[UUID],
    ) -> None:
        refusals = list(part.refusals)
        self._prefetch(part.series, uow)
        found = [self._register(key, uow) for key in part.series]
        numbers = np.array([f.number if f else 0 for f in found] or [0], dtype=np.int64)
        readings = part.readings
        outcome = np.zeros(len(readings), dtype=np.uint8)
        known = numbers[readings.series] > 0
        refusals += self._unknown(part, ~known)
        for interval, kind in dict.fromkeys((f.interval, f.kind) for f in found if f):
            mine = np.array(
                [f is not None and (f.interval, f.kind) == (interval, kind) for f in found]
            )
            places = np.flatnonzero(known & mine[readings.series])
            if not len(places):
                continue
            cells = store.Cells(
                numbers[readings.series[places]],
                readings.at[places],
                readings.value[places],
                readings.quality[places],
            )
            if kind is RegisterKind.INDEX:
                results, conflicts = store.store_points(uow.session, cells, self.result.batch_id)
            else:
                results, conflicts = store.store_cells(
                    uow.session, cells, interval, self.result.batch_id
                )
            outcome[places] = results
            self.result.conflicts += conflicts
        self._note(part, found, outcome, touched, latest, derive)
        self._count(part, outcome, refusals)

    def _prefetch(self, series: list[SeriesKey], uow: UnitOfWork) -> None:
        """Load the meters of a file at once, with their registers."""
        serials = sorted({key.serial for key in series if key.serial and key not in self.registers})
        self.by_serial = {}
        for start in range(0, len(serials), SERIALS_PER_QUERY):
            some = serials[start : start + SERIALS_PER_QUERY]
            query = select(Meter).where(Meter.serial.in_(some))
            for meter in uow.session.scalars(query.options(selectinload(Meter.registers))):
                self.by_serial[meter.serial, meter.utility] = meter

    def _unknown(self, part: Part, unknown: Mask) -> list[Refusal]:
        refusals = []
        for place in np.flatnonzero(unknown).tolist():
            key = part.series[int(part.readings.series[place])]
            value = key.serial or key.ean
            refusals.append(
                Refusal(int(part.readings.row[place]), "meter", value, KNOWN_METER, "unknown_meter")
            )
        return refusals

    def _note(
        self,
        part: Part,
        found: list[_Found | None],
        outcome: Bytes,
        touched: dict[UUID, int],
        latest: dict[UUID, int],
        derive: set[UUID],
    ) -> None:
        """Remember per meter the last value and the first change, and which indexes to cut anew."""
        readings = part.readings
        reached = np.full(len(found), -1, dtype=np.int64)
        valued = readings.quality >= Quality.ESTIMATED
        np.maximum.at(reached, readings.series[valued], readings.at[valued])
        changed_from = np.full(len(found), NEVER)
        news = outcome > 0
        np.minimum.at(changed_from, readings.series[news], readings.at[news])
        rows = zip(part.series, found, reached.tolist(), changed_from.tolist(), strict=True)
        for key, register, last, first in rows:
            if register is None:
                continue
            meter_id = self.meter_ids[key]
            if last >= 0:
                latest[meter_id] = max(latest.get(meter_id, 0), last + register.interval * 60)
            if first != NEVER:
                touched[meter_id] = min(touched.get(meter_id, first), first)
                latest.setdefault(meter_id, 0)
                if register.kind is RegisterKind.INDEX:
                    derive.add(register.id)

    def _count(
        self,
        part: Part,
        outcome: Bytes,
        refusals: list[Refusal],
    ) -> None:
        result = self.result
        ends = np.zeros(len(part.rows), dtype=np.uint8)
        np.maximum.at(ends, np.searchsorted(part.rows, part.readings.row), outcome)
        refused = np.isin(part.rows, np.array([r.row for r in refusals], dtype=np.int64))
        result.rows += len(part.rows)
        result.refused += int(refused.sum())
        result.new += int(((ends == Outcome.NEW) & ~refused).sum())
        result.changed += int(((ends == Outcome.CHANGED) & ~refused).sum())
        result.unchanged += int(((ends == Outcome.UNCHANGED) & ~refused).sum())
        result.readings += len(part.readings)
        result.missing += int((part.readings.quality == Quality.MISSING).sum())
        result.refusals += refusals

    def _register(self, key: SeriesKey, uow: UnitOfWork) -> _Found | None:
        if self.registers.get(key):
            return self.registers[key]
        meter = self._meter(key, uow)
        if meter is None:
            self.registers[key] = None
            return None
        register = meter_services.register_of(uow.session, meter, key.register)
        self.meter_ids[key] = meter.id
        found = _Found(register.id, register.number, register.interval_minutes, register.kind)
        self.registers[key] = found
        self.result.meters[str(meter.id)] = {
            "id": str(meter.id),
            "serial": meter.serial,
            "utility": meter.utility.value,
            "attached": "yes" if meter.is_attached else "no",
        }
        return found

    def _meter(self, key: SeriesKey, uow: UnitOfWork) -> Meter | None:
        utility = key.register.utility or self.command.utility
        valid_ean = ean_numbers.is_valid(key.ean)
        if key.ean and not valid_ean:
            self._warn("ean_check", key.ean)
        chosen = self._chosen(key, uow, utility)
        if chosen is not None:
            return chosen
        reference = key.serial or (key.ean if valid_ean else "") or self._reference(utility)
        meter = self.by_serial.get((reference, utility)) if utility else None
        if meter is None and (not key.serial or utility is None):
            meter = meter_services.find_by_serial(uow.session, reference, utility)
        if meter is None and valid_ean and not key.serial:
            meter = meter_services.find_by_ean(uow.session, key.ean, utility)
        if meter is None:
            meter = self._add(reference, key, uow, utility)
        if meter is not None:
            self._link(meter, key, uow)
        return meter

    def _reference(self, utility: Utility | None) -> str:
        name = self.command.meter or self.command.file_name.partition(".")[0]
        main = Utility.ELECTRICITY if self.kind.name == "dsmr-reader" else utility
        return name if utility in (main, None) else f"{name}/{utility.value if utility else ''}"

    def _chosen(self, key: SeriesKey, uow: UnitOfWork, utility: Utility | None) -> Meter | None:
        """Return the meter the user named, for the series it can be."""
        if not self.command.meter:
            return None
        serials = {k.serial for k in self.registers if k.serial and k.register.utility == utility}
        if len(serials | ({key.serial} - {""})) > 1:
            raise errors.several_meters(len(serials | {key.serial}))
        return meter_services.find_by_reference(uow.session, self.command.meter, utility)

    def _add(
        self, reference: str, key: SeriesKey, uow: UnitOfWork, utility: Utility | None
    ) -> Meter | None:
        if not self.command.create_unknown or utility is None:
            return None
        now = self.clock.now()
        meter = Meter(
            serial=self.command.meter or reference,
            utility=utility,
            received_ean="" if ean_numbers.is_valid(key.ean) else key.ean,
            multiplier=1.0,
            delivery_delay_hours=26,
            created_at=now,
            updated_at=now,
        )
        uow.session.add(meter)
        uow.flush()
        self.by_serial[meter.serial, utility] = meter
        touch_documents(uow.session, "meter", [meter.id])
        self._warn("meter_added", meter.serial)
        record(
            uow,
            self.actor,
            self.clock,
            action="energy.meter.add",
            subject=meter_services.subject_of(meter),
        )
        return meter

    def _link(self, meter: Meter, key: SeriesKey, uow: UnitOfWork) -> None:
        ean = self.command.supply_point or (key.ean if ean_numbers.is_valid(key.ean) else "")
        if not ean:
            return
        if not ean_numbers.is_valid(ean_numbers.bare(ean)):
            raise errors.wrong_ean(ean)
        if meter.supply_point is None:
            meter.supply_point = meter_services.supply_point_of(
                uow.session, ean_numbers.bare(ean), meter.utility, self.clock
            )
        elif meter.supply_point.ean != ean_numbers.bare(ean):
            self._warn("other_ean", ean)

    def _warn(self, code: str, value: str) -> None:
        if (code, value) not in self.warned:
            self.warned.add((code, value))
            self.result.warnings.append({"code": code, "value": value})

    def _warn_drop(self, register: Register, at: int, before: float, value: float) -> None:
        when = datetime.fromtimestamp(at, UTC).isoformat()
        self._warn(
            "index_fell", f"{register.meter.serial} {register.code} {when}: {before:g} → {value:g}"
        )


def _mark(session: Session, touched: dict[UUID, int], latest: dict[UUID, int]) -> None:
    """Remember how far the data goes and from where the detection must look again.

    Past the unit of work: new readings are no change a person must know of, the version stays.
    """
    if not latest:
        return
    table = cast("Table", Meter.__table__)
    columns = (table.c.id, table.c.last_reading_at, table.c.changed_from)
    rows = []
    ids = list(latest)
    for start in range(0, len(ids), SERIALS_PER_QUERY):
        some = ids[start : start + SERIALS_PER_QUERY]
        for meter_id, reached, began in session.execute(
            select(*columns).where(table.c.id.in_(some))
        ):
            last, first = _instant(latest[meter_id]), _instant(touched.get(meter_id))
            known = [value for value in (reached, last) if value]
            starts = [value for value in (began, first) if value]
            rows.append(
                {
                    "meter": meter_id,
                    "reached": max(known, default=None),
                    "began": min(starts, default=None),
                }
            )
    statement = (
        update(table)
        .where(table.c.id == bindparam("meter"))
        .values(last_reading_at=bindparam("reached"), changed_from=bindparam("began"))
    )
    session.connection().execute(statement, rows)
    session.expire_all()


def _instant(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _single_intervals(session: Session) -> dict[str, int]:
    """Return the interval of each serial whose interval registers have only one."""
    least, most = func.min(Register.interval_minutes), func.max(Register.interval_minutes)
    query = (
        select(Meter.serial, least)
        .join(Register, Register.meter_id == Meter.id)
        .where(Register.kind == RegisterKind.INTERVAL)
        .group_by(Meter.serial)
        .having(least == most)
    )
    return dict(session.execute(query).all())


def _table_of_meters(command: IngestFile) -> dict[str, tuple[Utility, Unit]]:
    """Read `meter_id, utility, unit` from the table named, or from the one beside the file."""
    path = command.meters_file or _table_beside(command.path)
    if path is None:
        return {}
    known = {u.value for u in Utility}
    with open_text(path) as file:
        rows = csv.DictReader(file)
        return {
            row["meter_id"]: (
                Utility(row["utility"]),
                Unit.LITRE if row.get("unit", "").casefold() in ("l", "litre", "m3") else Unit.WH,
            )
            for row in rows
            if row.get("utility") in known and row.get("meter_id")
        }


def _table_beside(path: Path) -> Path | None:
    if "readings" not in path.name:
        return None
    beside = path.with_name(path.name.removesuffix(".gz").replace("readings", "meters"))
    return beside if beside.exists() else None


def get_batch(session: Session, batch_id: UUID) -> IngestBatch:
    """Return an import; NotFound if there is none."""
    batch = session.get(IngestBatch, batch_id)
    if batch is None:
        raise NotFound
    return batch
