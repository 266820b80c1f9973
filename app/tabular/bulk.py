"""Write many rows at once and take them back: what importers share below the service layer.

Values go through Core `executemany`, one statement for each set of columns; the ORM never sees
these rows. Versions are counted as the ORM would.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Numeric, Table, Uuid, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db import Base, EnumText, UtcDateTime
from app.errors import Conflict
from app.i18n import LazyText
from app.i18n import lazy as _l

_IDS_A_QUERY = 500


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    if rows:
        session.execute(insert(table), list(rows))


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
                table=other.name,
            ),
            count=count,
            table=other.name,
        )


def refuse_changed(
    session: Session,
    table: Table,
    expected: Mapping[UUID, Mapping[str, Any] | None],
    label: LazyText,
) -> None:
    """Raise Conflict when a row is not as the batch left it.

    `expected` maps ids to the values written, or None for a row the batch made and nobody
    has changed since (its version is still 1).
    """
    ids = list(expected)
    found: dict[UUID, Mapping[str, Any]] = {}
    for part in _parts(ids):
        rows = session.execute(select(table).where(table.c.id.in_(part))).mappings()
        found.update({row["id"]: row for row in rows})
    changed = [i for i in ids if _is_changed(table, found.get(i), expected[i])]
    if changed:
        raise Conflict(
            "import_changed_since",
            _l("%(count)s of %(noun)s were changed since.", count=len(changed), noun=label),
            count=len(changed),
        )


def _is_changed(
    table: Table, row: Mapping[str, Any] | None, expected: Mapping[str, Any] | None
) -> bool:
    if row is None:
        return True
    if expected is None:
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
