"""Ask the database for one page of a list: two queries, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from app.lists.counted import to_count
from app.lists.spec import Column, TableSpec
from app.lists.state import MAX_OFFSET, TableState


@dataclass(frozen=True, slots=True)
class TablePage:
    """The rows of one page, how many there are in all, and the totals over all of them."""

    spec: TableSpec
    state: TableState
    rows: Sequence[Any]
    count: int
    totals: Mapping[str, Any]

    @property
    def pages(self) -> int:
        """Count the pages that can be opened."""
        return max(1, -(-self.reachable // self.state.size))

    @property
    def reachable(self) -> int:
        """Count the rows that pages reach."""
        return min(self.count, MAX_OFFSET)

    @property
    def is_cut(self) -> bool:
        """Tell whether there are rows no page reaches."""
        return self.count > MAX_OFFSET

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns shown, in the order declared."""
        return visible_columns(self.spec, self.state)


def visible_columns(spec: TableSpec, state: TableState) -> tuple[Column, ...]:
    """Return the columns of a view."""
    if not state.columns:
        return tuple(c for c in spec.columns if c.is_default)
    return tuple(c for c in spec.columns if c.key in state.columns)


def fetch_page(
    spec: TableSpec, query: Select[Any], state: TableState, session: Session
) -> TablePage:
    """Return the page a view asks for; a page past the end becomes the last one.

    `query` selects what the actor may see, either one entity or named columns; it holds neither
    DISTINCT nor LIMIT (say EXISTS instead of a join that multiplies rows).
    """
    narrowed = narrow(spec, query, state)
    count, totals = _count(spec, narrowed, state, session)
    page = TablePage(spec, state, (), count, totals)
    number = min(state.page, page.pages)
    ordered = order(spec, narrowed, state)
    wanted = ordered.limit(state.size).offset((number - 1) * state.size)
    if state.sort:
        wanted = _by_keys(spec, query, state, wanted)
    rows = _rows(wanted, session) if count else ()
    return TablePage(spec, state.changed(page=number), rows, count, totals)


def _by_keys(
    spec: TableSpec, query: Select[Any], state: TableState, wanted: Select[Any]
) -> Select[Any]:
    """Return the same page, its rows looked up only once they are chosen.

    An order without an index sorts the whole list: what each row shows of other tables would be
    looked up for all of them first.
    """
    chosen = wanted.with_only_columns(spec.key, maintain_column_froms=True)
    return order(spec, query.where(spec.key.in_(chosen)), state)


def count_rows(spec: TableSpec, query: Select[Any], state: TableState, session: Session) -> int:
    """Count the rows of a view, without totals."""
    return _count(spec, narrow(spec, query, state), state, session, with_totals=False)[0]


def count_with_totals(
    spec: TableSpec, query: Select[Any], state: TableState, session: Session
) -> tuple[int, Mapping[str, Any]]:
    """Count the rows of a view; return also the totals of its columns by key."""
    return _count(spec, narrow(spec, query, state), state, session)


def iterate_rows(
    spec: TableSpec, query: Select[Any], state: TableState, session: Session
) -> Generator[Any, None, None]:
    """Yield every row of a view in its order, a thousand at a time, for exports and bulk work."""
    wanted = order(spec, narrow(spec, query, state), state)
    is_entity = _is_entity(query)
    with session.execute(wanted.execution_options(yield_per=1000)) as result:
        for row in result:
            yield row[0] if is_entity else row


def narrow(spec: TableSpec, query: Select[Any], state: TableState) -> Select[Any]:
    """Keep the rows the filters ask for."""
    for item in spec.filters:
        value = state.filters.get(item.key, item.unsaid)
        if value is not None:
            query = query.where(item.where(value))
    return query


def order(spec: TableSpec, query: Select[Any], state: TableState) -> Select[Any]:
    """Put the rows in the order asked for, empty values last, ties broken by the key."""
    terms: list[Any] = []
    for name in state.sort or spec.default_sort:
        column = spec.column(name.lstrip("-"))
        if column is None:
            continue
        expressions = column.sort if isinstance(column.sort, tuple) else (column.sort,)
        terms += [_term(e, is_descending=name.startswith("-")) for e in expressions]
    return query.order_by(None).order_by(*terms, spec.key)


def _term(expression: Any, *, is_descending: bool) -> Any:
    ordered = expression.desc() if is_descending else expression.asc()
    # Saying NULLS LAST where nothing is null would keep SQLite from using an index.
    return ordered.nulls_last() if _may_be_null(expression) else ordered


def _may_be_null(expression: Any) -> bool:
    column = getattr(expression, "expression", expression)
    return bool(getattr(column, "nullable", True))


def _count(
    spec: TableSpec,
    narrowed: Select[Any],
    state: TableState,
    session: Session,
    *,
    with_totals: bool = True,
) -> tuple[int, dict[str, Any]]:
    columns = visible_columns(spec, state) if with_totals else ()
    summed = [c for c in columns if c.total is not None]
    measures = [c.total.label(f"total_{i}") for i, c in enumerate(summed)] or [literal(1)]
    inner = to_count(narrowed, measures)
    sums = [func.sum(column) for column in inner.c][: len(summed)]
    row = session.execute(select(func.count(), *sums).select_from(inner)).one()
    totals = {c.key: row[i + 1] for i, c in enumerate(summed)}
    return int(row[0]), totals


def _rows(query: Select[Any], session: Session) -> Sequence[Any]:
    result = session.execute(query)
    return result.scalars().all() if _is_entity(query) else result.all()


def _is_entity(query: Select[Any]) -> bool:
    described = query.column_descriptions
    return len(described) == 1 and described[0]["expr"] is described[0].get("entity")
