"""How far the data of meters goes, and from where the detection must look at them again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from modules.energy import store
from modules.energy.enums import RegisterKind
from modules.energy.models import BY_HAND, Meter, MeterProfile, Register

METERS_PER_QUERY = 500


def mark_readings(
    session: Session, reached: Mapping[UUID, int], changed_from: Mapping[UUID, int]
) -> None:
    """Note on meters their last value and their first change, in UTC seconds (0: unknown).

    Past the unit of work: new readings are no change a person must know of, the version stays.
    """
    if not reached:
        return
    table = cast("Table", Meter.__table__)
    columns = (table.c.id, table.c.last_reading_at, table.c.changed_from)
    rows = []
    ids = sorted(reached)  # in one order, so that two imports never wait for each other
    for start in range(0, len(ids), METERS_PER_QUERY):
        some = ids[start : start + METERS_PER_QUERY]
        query = select(*columns).where(table.c.id.in_(some)).order_by(table.c.id)
        locked = query.with_for_update(key_share=True)
        for meter_id, last, first in session.execute(locked):
            lasts = [value for value in (last, _instant(reached[meter_id])) if value]
            firsts = [value for value in (first, _instant(changed_from.get(meter_id))) if value]
            rows.append(
                {
                    "meter": meter_id,
                    "reached": max(lasts, default=None),
                    "began": min(firsts, default=None),
                    "more": int(meter_id in changed_from),
                }
            )
    statement = (
        update(table)
        .where(table.c.id == bindparam("meter"))
        .values(
            last_reading_at=bindparam("reached"),
            changed_from=bindparam("began"),
            readings_version=table.c.readings_version + bindparam("more"),
        )
    )
    session.connection().execute(statement, rows)
    for loaded in session.identity_map.values():
        if isinstance(loaded, Meter):
            session.expire(loaded, ["last_reading_at", "changed_from", "readings_version"])


def mark_anew(session: Session, meter: Meter, changed_from: int) -> None:
    """Note how far the data of a meter goes once readings were taken away, and since when.

    What was learned of it may have come of them: it is learned anew.
    """
    session.execute(delete(MeterProfile).where(MeterProfile.meter_id == meter.id))
    reached = max((_end_of(session, register) for register in meter.registers), default=0)
    began = datetime.fromtimestamp(changed_from, UTC)
    statement = (
        update(Meter)
        .where(Meter.id == meter.id)
        .values(
            last_reading_at=_instant(reached),
            changed_from=min(began, meter.changed_from) if meter.changed_from else began,
            readings_version=Meter.readings_version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(statement)
    session.expire(meter, ["last_reading_at", "changed_from", "readings_version"])


def _end_of(session: Session, register: Register) -> int:
    """Return the end of the last known value of a register; 0 when it is cut from another."""
    length = register.interval_minutes * 60
    if register.kind is RegisterKind.INTERVAL:
        last = store.last_slot(session, register.number, register.interval_minutes)
    elif register.kind is RegisterKind.INDEX:
        last = store.last_point(session, register.number)
        length = 0 if register.code == BY_HAND else length
    else:
        return 0
    return 0 if last is None else last + length


def _instant(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
