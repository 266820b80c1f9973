"""Write many rows at once and take them back: what importers share below the service layer.

Rows are inserted by the driver's `executemany`: values are given their stored form column by
column, with the types of the table, and the ORM never sees them. Versions are counted as the ORM
would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Date,
    Dialect,
    Numeric,
    Table,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from app.db import Base, EnumText, UtcDateTime, say_plural
from app.errors import Conflict
from app.i18n import lazy as _l
from app.tabular.importer import ChangedSince

_IDS_A_QUERY = 500


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        names = tuple(rows[0])
        insert_columns(session, table, {name: [row[name] for row in rows] for name in names})


def insert_columns(session: Session, table: Table, columns: Mapping[str, list[Any]]) -> None:
    """Insert rows given as columns of equal length, none of them empty.

    What is not given takes the plain default of its column, as a first `version` does.
    """
    connection = session.connection()
    count = len(next(iter(columns.values())))
    columns = {**columns, **_defaults(table, columns, count)}
    dialect = connection.dialect
    names = tuple(columns)
    statement, order = _insert_statement(table, names, dialect)
    bound = {name: _bound(table.c[name].type, columns[name], dialect) for name in names}
    if order:
        in_order = zip(*(bound[name] for name in order), strict=True)
        connection.exec_driver_sql(statement, list(in_order))
        return
    rows = zip(*(bound[name] for name in names), strict=True)
    connection.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in rows])


def _defaults(table: Table, given: Mapping[str, Any], count: int) -> dict[str, list[Any]]:
    return {
        column.name: [column.default.arg] * count
        for column in table.c
        if column.name not in given and isinstance(column.default, ScalarElementColumnDefault)
    }


@lru_cache(maxsize=200)
def _insert_statement(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[str, ...]]:
    """Write the statement, and the order of its parameters when they have no names."""
    statement = insert(table).values({name: bindparam(name) for name in names})
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ())


def _bound(kind: TypeEngine[Any], values: list[Any], dialect: Dialect) -> list[Any]:
    """Give values of one column the form the driver takes; those that repeat are made once."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [process(first)] * len(values)
    if isinstance(kind, EnumText | UtcDateTime | Date):
        known = {value: process(value) for value in set(values)}
        return [known[value] for value in values]
    return [process(value) for value in values]


def update_rows(
    session: Session,
    table: Table,
    changes: Iterable[tuple[UUID, Mapping[str, Any]]],
    *,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Update rows by id, one statement for each set of changed columns.

    `also` is set on every row (who, when); a `version` column is counted up.
    """
    grouped: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row_id, values in changes:
        together = {**values, **(also or {})}
        names = tuple(sorted(together))
        parameters = {f"new_{name}": together[name] for name in names}
        grouped[names].append({"row_id": row_id, **parameters})
    for names, parameters_of_rows in grouped.items():
        settings: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        if "version" in table.c:
            settings["version"] = table.c.version + 1
        statement = update(table).where(table.c.id == bindparam("row_id")).values(settings)
        session.connection().execute(statement, parameters_of_rows)


def delete_rows(session: Session, table: Table, ids: Sequence[UUID]) -> None:
    """Delete rows by id."""
    for part in _parts(ids):
        session.execute(delete(table).where(table.c.id.in_(part)))


def remove_untouched(session: Session, model: type[Base], ids: Sequence[UUID]) -> None:
    """Remove rows nothing hangs on; Conflict when touched since or something refers to them."""
    table = cast("Table", model.__table__)
    refuse_changed(session, table, dict.fromkeys(ids))
    refuse_dependents(session, table, ids)
    delete_rows(session, table, ids)


def refuse_dependents(
    session: Session, table: Table, ids: Sequence[UUID], *, but: Iterable[Table] = ()
) -> None:
    """Raise Conflict when a row of any other table refers to one of these.

    A foreign key counts whatever it would do on deletion: undo never takes away what people
    wrote since. Tables in `but` are emptied by the undo itself.
    """
    ignored = {table.name for table in but}
    for other in Base.metadata.sorted_tables:
        if other.name in ignored:
            continue
        for key in other.foreign_keys:
            if key.column.table.name == table.name:
                _refuse_references(session, other, key.parent, ids)


def _refuse_references(session: Session, other: Table, column: Any, ids: Sequence[UUID]) -> None:
    count = 0
    for part in _parts(ids):
        query = select(func.count()).select_from(other).where(column.in_(part))
        count += session.scalar(query) or 0
    if count:
        raise Conflict(
            "import_has_dependents",
            _l(
                "%(count)s records in “%(table)s” refer to what this import made.",
                count=count,
                table=say_plural(other),
            ),
            count=count,
            table=other.name,
        )


def refuse_changed(
    session: Session, table: Table, expected: Mapping[UUID, Mapping[str, Any] | None]
) -> None:
    """Raise ChangedSince when a row is not as the batch left it.

    `expected` maps ids to the values written, or None for a row the batch made and nobody has
    changed since: it was updated when it was created, or its version is still 1.
    """
    ids = list(expected)
    found: dict[UUID, Mapping[str, Any]] = {}
    for part in _parts(ids):
        rows = session.execute(select(table).where(table.c.id.in_(part))).mappings()
        found.update({row["id"]: row for row in rows})
    changed = [i for i in ids if _is_changed(table, found.get(i), expected[i])]
    if changed:
        raise ChangedSince(changed)


def _is_changed(
    table: Table, row: Mapping[str, Any] | None, expected: Mapping[str, Any] | None
) -> bool:
    if row is None:
        return True
    if expected is None:
        if "updated_at" in table.c and "created_at" in table.c:
            return bool(row["updated_at"] != row["created_at"])
        return "version" in table.c and row["version"] != 1
    return any(row[name] != value for name, value in expected.items())


def to_json(value: Any) -> Any:
    """Write a column value as plain JSON."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, dict) else str(value)


def from_json(table: Table, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give values written by `to_json` the types of their columns again."""
    return {name: _typed(table.c[name].type, value) for name, value in data.items()}


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, EnumText):
        return kind.enum(value)
    if isinstance(kind, Numeric) and not kind.asdecimal:
        return value
    readers = ((UtcDateTime, datetime.fromisoformat), (Date, date.fromisoformat))
    makers = ((Numeric, lambda text: Decimal(str(text))), (Uuid, UUID))
    for known, read in (*readers, *makers):
        if isinstance(kind, known):
            return read(value)
    return value


def _parts(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    for start in range(0, len(ids), _IDS_A_QUERY):
        yield ids[start : start + _IDS_A_QUERY]
