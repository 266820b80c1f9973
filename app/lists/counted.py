"""Count the rows of a list without looking up what does not change their number.

A list joins the parents it shows: the building of a lot, the technician of an order. Each row has
exactly one of them, or at most one, so counting a hundred thousand orders need not find the
technician of each; databases leave such a join out only in the simplest statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BinaryExpression, Column, ColumnElement, Join, Select, Subquery, select
from sqlalchemy.sql import FromClause, operators
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.visitors import iterate


def to_count(query: Select[Any], measures: Iterable[ColumnElement[Any]]) -> Subquery:
    """Return the measures of every row a list would show, with the joins its conditions need.

    `query` holds neither DISTINCT, GROUP BY nor LIMIT, as for `fetch_page`.
    """
    wanted = list(measures)
    # SQLAlchemy compiles a statement to say where it reads from: one column of each table does.
    plain = {
        column.table: column for column in query.selected_columns if isinstance(column, Column)
    }
    (source,) = (query.with_only_columns(*plain.values()) if plain else query).get_final_froms()
    conditions = [] if query.whereclause is None else [query.whereclause]
    needed = _without_parents(source, wanted + conditions)
    return select(*wanted).select_from(needed).where(*conditions).subquery()


def _without_parents(source: FromClause, said: list[ColumnElement[Any]]) -> FromClause:
    """Leave out every joined parent that nothing said, and no join kept, speaks of."""
    kept: list[Join] = []
    while isinstance(source, Join):
        if not _is_parent(source) or source.right in _tables(said):
            kept.append(source)
            said = said if source.onclause is None else [*said, source.onclause]
        source = source.left
    for join in reversed(kept):
        source = source.join(join.right, join.onclause, isouter=join.isouter, full=join.full)
    return source


def _is_parent(join: Join) -> bool:
    """Tell whether each row on the left meets one row on the right, or at most one if outer."""
    on = join.onclause
    if join.full or not isinstance(on, BinaryExpression) or on.operator is not operators.eq:
        return False
    for ours, theirs in ((on.left, on.right), (on.right, on.left)):
        if set(join.right.primary_key) == {theirs}:
            return join.isouter or _is_always_found(ours, theirs)
    return False


def _is_always_found(ours: Any, theirs: Any) -> bool:
    """Tell whether a column may not be empty and refers to that key."""
    return not ours.nullable and any(theirs.shares_lineage(k.column) for k in ours.foreign_keys)


def _tables(said: list[ColumnElement[Any]]) -> set[Any]:
    """Return the tables whose columns are spoken of, in conditions within conditions too."""
    return {
        part.table
        for expression in said
        for part in iterate(expression)
        if isinstance(part, ColumnClause)
    }
