"""Meters, imports and the state of their data, within the scope of who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.auth.actor import Actor
from app.auth.policy import require
from app.errors import NotFound
from modules.energy import consumption, counters
from modules.energy.enums import RegisterKind, Unit, Utility
from modules.energy.models import (
    READ_UNIT,
    IngestBatch,
    Meter,
    SupplyPoint,
    reading_conflicts,
    reading_days,
)
from modules.energy.policies import EnergyPermission
from modules.energy.readings.blocks import DAY_S
from modules.energy.readings.quality import Quality
from modules.portfolio.api import find_lot, installations_serving_lot, visible_building_ids

LATER_FILES = 100


def select_meters(actor: Actor) -> Select[Meter]:
    """Return the meters of an actor's buildings; who sees everything also sees unattached ones."""
    return _with_parts(select_bare_meters(actor))


def select_listed_meters(actor: Actor) -> Select[Meter]:
    """Return the meters of the list: those in use, and the archived that may come back."""
    return _with_parts(_in_scope(actor))


def select_bare_meters(actor: Actor) -> Select[Meter]:
    """Return the same meters, without their registers and supply points."""
    return _in_scope(actor).where(Meter.archived_at.is_(None))


def _in_scope(actor: Actor) -> Select[Meter]:
    require(actor, EnergyPermission.METER_READ)
    visible = visible_building_ids(actor)
    return select(Meter) if visible is None else select(Meter).where(Meter.building_id.in_(visible))


def _with_parts(query: Select[Meter]) -> Select[Meter]:
    return query.outerjoin(SupplyPoint, Meter.supply_point_id == SupplyPoint.id).options(
        selectinload(Meter.registers), selectinload(Meter.supply_point)
    )


def find_meter(actor: Actor, session: Session, meter_id: UUID) -> Meter | None:
    """Return a meter, archived ones too; None when it is none or out of scope."""
    return session.scalars(_with_parts(_in_scope(actor)).where(Meter.id == meter_id)).first()


def get_meter(actor: Actor, session: Session, meter_id: UUID) -> Meter:
    """Return a meter, archived ones too; NotFound when it is none or out of scope."""
    meter = find_meter(actor, session, meter_id)
    if meter is None:
        raise NotFound
    return meter


def list_meters(
    actor: Actor,
    session: Session,
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    installation_id: UUID | None = None,
) -> Sequence[Meter]:
    """Return the meters of a building, of a lot or of an installation, by utility and name."""
    query = select_meters(actor)
    if building_id is not None:
        query = query.where(Meter.building_id == building_id)
    if lot_id is not None:
        query = query.where(Meter.lot_id == lot_id)
    if installation_id is not None:
        query = query.where(Meter.installation_id == installation_id)
    return session.scalars(query.order_by(Meter.utility, Meter.label, Meter.serial)).all()


def shared_meters(actor: Actor, session: Session, lot_id: UUID) -> Sequence[Meter]:
    """Return the meters a lot shares: of the plants that serve it, and of its whole building."""
    lot = find_lot(actor, session, lot_id)
    if lot is None:
        return ()
    plants = [plant.id for plant in installations_serving_lot(actor, session, lot_id)]
    of_building = and_(
        Meter.building_id == lot.building_id,
        Meter.lot_id.is_(None),
        Meter.installation_id.is_(None),
    )
    query = select_meters(actor).where(or_(Meter.installation_id.in_(plants), of_building))
    return session.scalars(query.order_by(Meter.utility, Meter.label, Meter.serial)).all()


def select_batches(actor: Actor) -> Select[IngestBatch]:
    """Return the imports, for those who may import."""
    require(actor, EnergyPermission.READINGS_IMPORT)
    return select(IngestBatch)


def get_batch(actor: Actor, session: Session, batch_id: UUID) -> IngestBatch:
    """Return an import; NotFound when it is none."""
    batch = session.scalars(select_batches(actor).where(IngestBatch.id == batch_id)).first()
    if batch is None:
        raise NotFound
    return batch


def later_files(actor: Actor, session: Session, batch: IngestBatch) -> list[IngestBatch]:
    """Return files imported since that speak of the same meters: what they repeated goes too."""
    since = select_batches(actor).where(
        IngestBatch.started_at >= batch.started_at,
        IngestBatch.id != batch.id,
        IngestBatch.undone_at.is_(None),
    )
    mine = {meter["id"] for meter in batch.report.get("meters", ())}
    found = session.scalars(since.order_by(IngestBatch.started_at).limit(LATER_FILES))
    return [one for one in found if mine & {m["id"] for m in one.report.get("meters", ())}]


@dataclass(frozen=True, slots=True)
class Health:
    """How good the data of a meter was over a period, in slots of its main registers."""

    expected: int
    by_quality: dict[Quality, int]
    gaps: tuple[tuple[datetime, datetime], ...]
    conflicts: int

    @property
    def known_share(self) -> float:
        """Return the share of slots with a value."""
        known = sum(n for quality, n in self.by_quality.items() if quality.has_value)
        return known / self.expected if self.expected else 0.0


def health_of(
    actor: Actor, session: Session, meter: Meter, begin: datetime, end: datetime
) -> Health:
    """Count the slots of a meter by quality and find its longest gaps, the longest first."""
    require(actor, EnergyPermission.METER_READ)
    curve = consumption.curve_of(session, meter, begin, end)
    counts = {q: int((curve.quality == q).sum()) for q in Quality}
    numbers = [main.number for main in consumption.main_registers(session, [meter.id])]
    conflicts = session.scalar(
        select(func.count())
        .select_from(reading_conflicts)
        .where(
            reading_conflicts.c.register.in_(numbers),
            reading_conflicts.c.at.between(int(begin.timestamp()), int(end.timestamp())),
        )
    )
    step = timedelta(seconds=curve.step_s)
    unknown = np.isnan(curve.values)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], unknown, [False]]).astype(np.int8)))
    pairs = [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
    longest = sorted(pairs, key=lambda pair: pair[0] - pair[1])[:5]
    gaps = tuple((curve.start + a * step, curve.start + b * step) for a, b in longest)
    return Health(len(curve.values), counts, gaps, conflicts or 0)


def source_files(session: Session, meter: Meter, limit: int = 5) -> Sequence[IngestBatch]:
    """Return the imports that last changed something of a meter, the latest first."""
    numbers = [register.number for register in meter.registers]
    sources = select(reading_days.c.batch_id).where(reading_days.c.register.in_(numbers))
    query = select(IngestBatch).where(IngestBatch.id.in_(sources), IngestBatch.undone_at.is_(None))
    return session.scalars(query.order_by(IngestBatch.started_at.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class DropShown:
    """An index that fell without a reason: when, from and to what, in the unit of the counter."""

    code: str
    at: datetime
    before: float
    index: float


def drops_of(session: Session, meter: Meter) -> list[DropShown]:
    """Return the falls of a meter's indexes that nobody explained, the latest first."""
    found = [
        DropShown(
            register.code,
            datetime.fromtimestamp(drop.at, UTC),
            drop.before / READ_UNIT,
            drop.index / READ_UNIT,
        )
        for register in meter.registers
        if register.kind is RegisterKind.INDEX and register.interval_minutes
        for drop in counters.course_of(session, register).drops
    ]
    return sorted(found, key=lambda drop: drop.at, reverse=True)


@dataclass(frozen=True, slots=True)
class UtilityTotal:
    """Consumption of one utility over a period, with the period before it."""

    utility: Utility
    unit: Unit
    meters: int
    total: float
    before: float

    @property
    def change(self) -> float | None:
        """Return the relative change against the period before; None without one."""
        return (self.total - self.before) / self.before if self.before else None


def totals_of(
    session: Session, meters: Sequence[Meter], end: datetime, days: int
) -> list[UtilityTotal]:
    """Add up meters by utility over the `days` before `end`, and over as many days before those."""
    last = int(end.timestamp()) // DAY_S - 1
    first = last - 2 * days + 1
    hourly = consumption.hours_of(session, [meter.id for meter in meters], first, last)
    half = days * 24
    found: dict[tuple[Utility, Unit], list[float]] = {}
    for meter in meters:
        values = hourly[meter.id]
        row = found.setdefault((meter.utility, meter.main_unit), [0, 0.0, 0.0])
        row[0] += 1
        row[1] += float(np.nansum(values[half:]))
        row[2] += float(np.nansum(values[:half]))
    return [
        UtilityTotal(utility, unit, int(row[0]), row[1], row[2])
        for (utility, unit), row in sorted(found.items())
    ]
