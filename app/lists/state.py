"""What the address of a list says: filters, order, page, page size, columns; read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from app.lists.filters import Args
from app.lists.spec import TableSpec

SIZES = (25, 50, 100, 250)
# Nobody reads further; beyond it the list says to filter, and the database is spared.
MAX_OFFSET = 100_000
MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class TableState:
    """One view of a list; `columns` empty means the default ones, `sort` the default order."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    page: int = 1
    size: int = 50
    columns: tuple[str, ...] = ()

    def changed(self, **values: Any) -> TableState:
        """Return this view with some parts replaced, on its first page unless `page` is given."""
        return replace(self, **{"page": 1, **values})

    def without(self, key: str, remaining: Any = None) -> TableState:
        """Return this view without a filter, or with what remains of it."""
        filters = {k: v for k, v in self.filters.items() if k != key}
        if remaining is not None:
            filters[key] = remaining
        return self.changed(filters=filters)

    def sort_of(self, key: str) -> str:
        """Return `asc`, `desc` or nothing: how a column takes part as first in the order."""
        if not self.sort or self.sort[0].lstrip("-") != key:
            return ""
        return "desc" if self.sort[0].startswith("-") else "asc"


def read_state(spec: TableSpec, args: Args, *, size: int | None = None) -> TableState:
    """Read a view from the parameters of an address; what makes no sense is as absent."""
    # A kept view and a job's may say what an address is refused for: no database compares a NUL.
    args = {name: [one.replace("\x00", "") for one in given] for name, given in args.items()}
    values = {f.key: f.read(args) for f in spec.filters}
    return TableState(
        filters={key: value for key, value in values.items() if value is not None},
        sort=_sort(spec, args.get("sort", ())),
        page=_number(args, "page", 1, low=1, high=10**6),
        size=_size(args, size or spec.default_size),
        columns=_columns(spec, args.get("cols", ())),
    )


def write_state(spec: TableSpec, state: TableState) -> list[tuple[str, str]]:
    """Return the parameters of an address that say a view; defaults stay unsaid."""
    pairs = [
        pair
        for f in spec.filters
        if f.key in state.filters
        for pair in f.write(state.filters[f.key])
    ]
    if state.sort and state.sort != spec.default_sort:
        pairs.append(("sort", ",".join(state.sort)))
    if state.columns:
        pairs.append(("cols", ",".join(state.columns)))
    if state.size != spec.default_size:
        pairs.append(("size", str(state.size)))
    if state.page > 1:
        pairs.append(("page", str(state.page)))
    return pairs


def query_string(spec: TableSpec, state: TableState) -> str:
    """Return a view as the part of the address after the question mark."""
    return urlencode(write_state(spec, state))


def _sort(spec: TableSpec, given: Sequence[str]) -> tuple[str, ...]:
    names = [name.strip() for text in given for name in text.split(",")]
    known = {c.key for c in spec.columns if c.sort is not None}
    return tuple(dict.fromkeys(n for n in names if n.lstrip("-") in known))[:3] or spec.default_sort


def _columns(spec: TableSpec, given: Sequence[str]) -> tuple[str, ...]:
    names = {name.strip() for text in given for name in text.split(",")}
    chosen = tuple(c.key for c in spec.columns if c.key in names)
    default = tuple(c.key for c in spec.columns if c.is_default)
    return () if chosen == default else chosen


def _size(args: Args, fallback: int) -> int:
    return _number(args, "size", fallback, low=1, high=max(SIZES))


def _number(args: Args, name: str, fallback: int, *, low: int, high: int) -> int:
    text = next(iter(args.get(name) or ()), "")
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        return fallback
    return min(max(int(text), low), high)
