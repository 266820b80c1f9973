"""Rows of blocks: how they are keyed, read and written. A block is one register and one UTC day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from modules.energy.readings.blocks import Bytes, Longs

DAY_BITS = 20  # a day number fits 20 bits until the year 4840
NUMBERS_PER_QUERY = 400
Whole = TypeVar("Whole", int, Longs)


@dataclass(frozen=True, slots=True)
class Cells:
    """Readings of registers with one interval, in file order, as parallel arrays."""

    register: Longs
    at: Longs
    value: NDArray[np.float64]
    quality: Bytes


def key_of(register: Whole, day: Whole) -> Whole:
    """Return one whole number per block, from arrays or plain numbers."""
    return (register << DAY_BITS) | day


def register_and_day(keys: Whole) -> tuple[Whole, Whole]:
    """Return the registers and days of keys."""
    return keys >> DAY_BITS, keys & ((1 << DAY_BITS) - 1)


def rows_of(
    session: Session, columns: Sequence[Any], table: sa.Table, keys: Longs
) -> Iterator[Sequence[Any]]:
    """Yield (day, register, columns…) of a superset of the wanted blocks."""
    if not len(keys):
        return
    every, days = register_and_day(keys)
    registers = np.unique(every)
    for start in range(0, len(registers), NUMBERS_PER_QUERY):
        some = registers[start : start + NUMBERS_PER_QUERY]
        query = sa.select(table.c.day, table.c.register, *columns).where(
            table.c.day.between(int(days.min()), int(days.max())),
            table.c.register.in_(some.tolist()),
        )
        yield from session.execute(query)


def plain_id(session: Session, identifier: UUID) -> Any:
    """Return an identifier as the driver stores it."""
    return identifier.hex if session.get_bind().dialect.name == "sqlite" else identifier


def upsert(session: Session, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows, or replace those of the same key; straight to the driver, for speed.

    The order of a row is that of the columns. Through the compiler of SQLAlchemy the same rows
    take four times as long (benchmarks/energy_ingest.py).
    """
    mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    places = ", ".join([mark] * len(names))
    changes = ", ".join(f'"{n}" = excluded."{n}"' for n in names if n not in keys)
    columns, key = (", ".join(f'"{n}"' for n in group) for group in (names, keys))
    statement = (
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({places}) '  # noqa: S608  own names only
        f"ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )
    session.connection().exec_driver_sql(statement, rows)


def remove(session: Session, table: sa.Table, keys: Longs) -> None:
    """Delete blocks of which nothing is known any more."""
    if not len(keys):
        return
    registers, days = register_and_day(keys)
    rows = [{"r": r, "d": d} for r, d in zip(registers.tolist(), days.tolist(), strict=True)]
    gone = table.c.register == sa.bindparam("r"), table.c.day == sa.bindparam("d")
    session.connection().execute(sa.delete(table).where(*gone), rows)
