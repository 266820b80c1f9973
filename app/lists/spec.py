"""The declaration of a list: its columns, filters, order, totals and what can be done to rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.i18n import LazyText
from app.i18n import lazy as _l
from app.lists.filters import Filter

Alarm = Callable[[Any], LazyText | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `value` takes the row and defaults to the attribute named `key`; `sort` is the SQL expression
    the list is ordered by (none: not sortable); `total` the one that is summed over all rows.
    `format` is one of FORMATS, or a function of the value that returns text or Markup; `labels`
    gives the words for the members of an enumeration; `tones` their badge tone. `link` takes
    the row and returns an address or None. `export` replaces the value in a file. `alarm` takes
    the row and says in a word what is wrong with it, such as a deadline that has passed.
    """

    key: str
    label: LazyText
    value: Callable[[Any], Any] | None = None
    sort: Any = None
    total: Any = None
    format: str | Callable[[Any], Any] = "text"
    labels: Mapping[Any, Any] | None = None
    tones: Mapping[Any, str] | None = None
    unit: str = ""
    link: Callable[[Any], str | None] | None = None
    is_default: bool = True
    export: Callable[[Any], Any] | None = None
    hint: LazyText | str = ""
    alarm: Alarm | None = None

    @property
    def is_number(self) -> bool:
        """Tell whether the column stands to the right."""
        return self.format in NUMBERS

    def of(self, row: Any) -> Any:
        """Return the value of this column in a row."""
        return self.value(row) if self.value else getattr(row, self.key)


NUMBERS = frozenset({"number", "integer", "money", "quantity", "percent"})
FORMATS = NUMBERS | {"text", "date", "datetime", "badge", "yes_no"}


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something done to the rows ticked; `endpoint` receives them by POST as `selected`."""

    name: str
    label: LazyText
    endpoint: str
    permission: str
    # Asked before it is done, with %(count)s.
    confirm: LazyText | None = None
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What an empty list teaches: what would stand here, and how it comes here."""

    title: LazyText
    text: LazyText | str = ""
    icon: str = "inbox"
    action_label: LazyText | str = ""
    action_endpoint: str = ""
    action_permission: str = ""


NOTHING_YET = EmptyState(_l("Nothing here yet"))


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A list. `name` is stable (`tickets.tickets`): saved views and exports are kept under it.

    `key` is the column that identifies a row and breaks ties in the order; `key_of` gives it from
    a row. `default_sort` names columns, the descending ones with a minus: `("-opened", "number")`.
    """

    name: str
    title: LazyText
    columns: tuple[Column, ...]
    key: Any
    filters: tuple[Filter, ...] = ()
    default_sort: tuple[str, ...] = ()
    default_size: int = 50
    empty: EmptyState = NOTHING_YET
    bulk_actions: tuple[BulkAction, ...] = ()
    key_of: Callable[[Any], Any] = field(default=lambda row: row.id)
    permission: str = ""
    # Asked for before rows leave the house as a file; empty: whoever sees the list may take it.
    export_permission: str = ""

    def __post_init__(self) -> None:
        """Refuse a declaration that cannot work, at import rather than at the first click."""
        for names in ([c.key for c in self.columns], [n for f in self.filters for n in f.names]):
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"list {self.name}: keys used twice: {sorted(twice)}")
        if taken := RESERVED.intersection(n for f in self.filters for n in f.names):
            raise ValueError(f"list {self.name}: reserved words as filters: {sorted(taken)}")
        sortable = {c.key for c in self.columns if c.sort is not None}
        if unknown := {s.lstrip("-") for s in self.default_sort} - sortable:
            raise ValueError(f"list {self.name}: cannot be sorted by {sorted(unknown)}")
        for column in self.columns:
            if not callable(column.format) and column.format not in FORMATS:
                raise ValueError(f"list {self.name}: unknown format {column.format!r}")

    def column(self, key: str) -> Column | None:
        """Return the column of a key."""
        return next((c for c in self.columns if c.key == key), None)

    def showing(self, keys: Collection[str]) -> TableSpec:
        """Return the same list that shows these columns when nobody chose others."""
        columns = tuple(replace(one, is_default=one.key in keys) for one in self.columns)
        return replace(self, columns=columns)


# What the address of a list says besides its filters.
RESERVED = frozenset(
    {
        "apply", "cols", "csrf_token", "format", "page", "selected", "size", "sort", "unfolded",
        "view",
    }
)  # fmt: skip
