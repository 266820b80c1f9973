"""Registers of meters: found, added, locked, and cut into consumption."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import numpy as np
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.numbers import reserve_numbers
from modules.energy import counters, errors, store
from modules.energy.enums import Direction, RegisterKind, Unit
from modules.energy.formats.base import RegisterSpec
from modules.energy.models import BY_HAND, Meter, MeterChangeRecord, ReadingEntry, Register
from modules.energy.readings import blocks, index

NUMBERS = "REG"  # the series of register numbers, which never begins again
NO_YEAR = 0
REGISTERS_PER_QUERY = 500


def lock_catalogue(session: Session) -> None:
    """Let one transaction at a time add meters and registers; look again after this.

    Two imports of the same new meter then find one meter, not two or an error.
    """
    reserve_numbers(NUMBERS, NO_YEAR, 0, session)


def lock_registers(session: Session, register_ids: Iterable[UUID]) -> None:
    """Let one transaction at a time change the readings of these registers.

    Blocks are read, merged and written back: two at once would lose readings. SQLite has one
    writer at a time by itself.
    """
    ids = sorted(register_ids)
    for start in range(0, len(ids), REGISTERS_PER_QUERY):
        some = ids[start : start + REGISTERS_PER_QUERY]
        query = select(Register.id).where(Register.id.in_(some)).order_by(Register.id)
        if len(session.execute(query.with_for_update(key_share=True)).all()) < len(some):
            raise errors.register_gone()


def drop_empty(session: Session, registers: Iterable[Register]) -> None:
    """Remove registers that hold nothing and that nobody spoke of; choose anew what counts.

    A register cut from another goes with it.
    """
    empty = [register for register in registers if _is_empty(session, register)]
    sources = {register.id for register in empty}
    meters = {register.meter for register in empty}
    cut = [one for meter in meters for one in meter.registers if one.source_id in sources]
    for register in cut + empty:
        register.meter.registers.remove(register)
        session.delete(register)
        session.flush()
    for meter in meters:
        _choose_mains(meter)


def _is_empty(session: Session, register: Register) -> bool:
    if store.days_of(session, register.number) or len(
        store.read_index(session, register.number)[0]
    ):
        return False
    spoken_of = (
        exists().where(ReadingEntry.register_id == register.id),
        exists().where(MeterChangeRecord.register_id == register.id),
    )
    return not session.scalar(select(or_(*spoken_of)))


def _choose_mains(meter: Meter) -> None:
    """Choose what counts as if the registers left had come one after the other."""
    for register in meter.registers:
        register.is_main = False
    for register in sorted(meter.registers, key=lambda one: one.number):
        if register.kind is not RegisterKind.INDEX:
            _make_main(meter, register, is_main=_is_main(meter, register))


def _make_main(meter: Meter, register: Register, *, is_main: bool) -> None:
    register.is_main = is_main
    if is_main and register.code != BY_HAND:
        # From now on a logger counts; what people read on the counter is a check.
        for other in meter.registers:
            other.is_main = other.is_main and other.code != BY_HAND


def register_of(session: Session, meter: Meter, spec: RegisterSpec) -> Register:
    """Return the register a file describes, made if it is new; an index brings its derived one."""
    found = _find_register(meter, spec)
    if found is None:
        lock_catalogue(session)
        session.refresh(meter, ["registers"])
        found = _find_register(meter, spec)
    if found is not None:
        return found
    stands_alone = spec.kind is RegisterKind.INTERVAL
    register = _add_register(session, meter, spec, spec.kind, is_main=stands_alone)
    if spec.kind is RegisterKind.INDEX and spec.interval_minutes:
        derived = _add_register(session, meter, spec, RegisterKind.DERIVED, is_main=True)
        derived.source_id = register.id
    session.flush()
    return register


def _find_register(meter: Meter, spec: RegisterSpec) -> Register | None:
    wanted = (spec.code, spec.unit, spec.interval_minutes, spec.kind)
    return next(
        (r for r in meter.registers if (r.code, r.unit, r.interval_minutes, r.kind) == wanted),
        None,
    )


def _add_register(
    session: Session, meter: Meter, spec: RegisterSpec, kind: RegisterKind, *, is_main: bool
) -> Register:
    register = Register(
        meter=meter,
        number=reserve_numbers(NUMBERS, NO_YEAR, 1, session),
        code=spec.code,
        unit=spec.unit,
        interval_minutes=spec.interval_minutes,
        kind=kind,
        direction=spec.direction,
        is_main=False,
    )
    session.add(register)
    _make_main(meter, register, is_main=is_main and _is_main(meter, spec))
    session.flush()
    return register


def _is_main(meter: Meter, spec: RegisterSpec | Register) -> bool:
    """Count a flow once: not again in a second unit, step, or as a total beside its tariffs."""
    if spec.direction is not Direction.OFFTAKE or spec.unit not in (Unit.WH, Unit.LITRE):
        return False
    mains = [r for r in meter.registers if r.is_main and r.code != BY_HAND]
    same_unit = all(r.unit is spec.unit for r in mains)
    total = "offtake.total"
    clashes = any(r.code == spec.code or total in (r.code, spec.code) for r in mains)
    return same_unit and not clashes


def counts(register: Register) -> bool:
    """Tell whether the consumption of its meter comes from a register, or is cut from it."""
    derived = (r for r in register.meter.registers if r.source_id == register.id)
    return any(r.is_main for r in (register, *derived))


def derive(session: Session, register: Register, batch_id: UUID) -> tuple[index.Drop, ...]:
    """Cut the consumption of an index register anew; return the drops nobody explained yet."""
    derived = session.scalars(select(Register).where(Register.source_id == register.id)).first()
    if derived is None:
        return ()
    course = counters.course_of(session, register)
    days = list(store.days_of(session, derived.number) or ())  # points may be gone since
    if len(course.at) >= 2:
        days += [int(course.at[0]) // blocks.DAY_S, int(course.at[-1] - 1) // blocks.DAY_S]
    if not days:
        return course.drops
    first, last = min(days), max(days)
    starts = np.concatenate(
        [blocks.instants(day, derived.interval_minutes) for day in range(first, last + 1)]
    )
    cut = index.consumption(course, starts, derived.interval_minutes * 60)
    store.replace_derived(session, derived.number, derived.interval_minutes, first, cut, batch_id)
    return course.drops
