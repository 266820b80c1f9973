"""A list as its template shows it: the view the address asks for, and where each link leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import request, session, url_for
from markupsafe import Markup
from sqlalchemy import Select

from app.lists import (
    BulkAction,
    Column,
    ListSource,
    TablePage,
    TableSpec,
    TableState,
    fetch_page,
    read_state,
)
from app.lists.cells import cell_writer
from app.lists.models import SavedView
from app.lists.print import AT_ONCE_ROWS, choices_of, totals_in_words
from app.lists.sources import declared_lists
from app.lists.state import SIZES, query_string, write_state
from app.lists.views import list_views, sharers_of
from app.policies import HousePermission
from app.web.context import current_actor, house, reader


def table_of(spec: TableSpec, query: Select[Any]) -> TableView:
    """Fetch the page of a list the present address asks for, ready for `data_table`."""
    views = list_views(current_actor(), spec.name, reader())
    state = current_state(spec, views)
    page = fetch_page(spec, query, state, reader())
    options = choices_of(spec, current_actor(), reader())
    return TableView(page, request.path, options, views)


def current_state(spec: TableSpec, views: Views | None = None) -> TableState:
    """Read the view from the present address; the page size last chosen is remembered.

    A bare address means the actor's default view, if they chose one.
    """
    args = request.args.to_dict(flat=False)
    if not args:
        known = list_views(current_actor(), spec.name, reader()) if views is None else views
        args = next((parse_qs(view.query) for view, is_default in known if is_default), args)
    state = read_state(spec, args, size=session.get("page_size"))
    if "size" in args and session.get("page_size") != state.size:
        session["page_size"] = state.size
    return state


def is_long(spec: TableSpec, count: int, kind: str) -> bool:
    """Tell whether the file of a list is written by a job, not while the browser waits."""
    at_once = house().settings.export_rows_at_once
    return count > (min(at_once, AT_ONCE_ROWS) if kind == "pdf" else at_once) and (
        spec.name in lists()
    )


def lists() -> Mapping[str, ListSource]:
    """Return the lists a job can write."""
    return declared_lists(house().modules)


Views = Sequence[tuple[SavedView, bool]]


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view kept under a name: where it leads, and what the actor may do to it."""

    view: SavedView
    url: str
    is_default: bool
    is_current: bool
    can_delete: bool
    # The colleague who shares it; empty for one's own.
    sharer: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its order, and the address that changes it."""

    column: Column
    sorted: str
    url: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its key, for the tick box, and the markup of its cells."""

    key: str
    cells: Markup


class TableView:
    """A page of a list with every address and text its template needs."""

    def __init__(
        self,
        page: TablePage,
        path: str,
        options: Mapping[str, Sequence[tuple[str, Any]]],
        views: Views = (),
    ) -> None:
        """Prepare a page of rows that stands at `path`; `options` are those of the choices."""
        self.page = page
        self.spec = page.spec
        self.state = page.state
        self.path = path
        self.options = options
        self.saved = views
        self.id = f"table-{page.spec.name.replace('.', '-').replace('_', '-')}"
        self.sizes = SIZES

    def url(self, state: TableState, **extra: str) -> str:
        """Return the address of a view of this list."""
        text = urlencode([*write_state(self.spec, state), *extra.items()])
        if not text and any(is_default for _view, is_default in self.saved):
            text = "view=none"
        return f"{self.path}?{text}" if text else self.path

    def page_url(self, number: int) -> str:
        """Return the address of another page of this view."""
        return self.url(self.state.changed(page=number))

    def export_url(self, kind: str) -> str:
        """Return the address of this view as a file."""
        return self.url(self.state.changed(), format=kind)

    @property
    def query(self) -> str:
        """Return this view as it is kept under a name."""
        return query_string(self.spec, self.state.changed())

    @cached_property
    def views(self) -> list[ViewLink]:
        """Return the views kept of this list, as links."""
        actor = current_actor()
        manages = actor.can(HousePermission.SETTINGS_MANAGE)
        sharers = sharers_of(actor, (view for view, _ in self.saved), reader())
        return [
            ViewLink(
                view,
                f"{self.path}?{view.query or 'view=none'}",
                is_default=is_default,
                is_current=view.query == self.query,
                can_delete=view.owner_id == actor.user_id or manages,
                sharer=sharers.get(view.owner_id, ""),
            )
            for view, is_default in self.saved
        ]

    @property
    def can_share(self) -> bool:
        """Tell whether the actor may keep views for everybody."""
        return current_actor().can(HousePermission.VIEW_SHARE)

    @property
    def can_export(self) -> bool:
        """Tell whether the actor may take rows out as a file."""
        wanted = self.spec.export_permission
        return not wanted or current_actor().can(wanted)

    def is_long(self, kind: str) -> bool:
        """Tell whether a page stands between the menu and the file."""
        return is_long(self.spec, self.page.count, kind)

    @property
    def headings(self) -> list[Heading]:
        """Return the heads of the columns shown."""
        return [self._heading(c) for c in self.page.columns]

    def _heading(self, column: Column) -> Heading:
        if column.sort is None:
            return Heading(column, "", "")
        present = self.state.sort_of(column.key)
        following = f"-{column.key}" if present == "asc" else column.key
        return Heading(column, present, self.url(self.state.changed(sort=(following,))))

    @property
    def rows(self) -> list[TableRow]:
        """Return the rows with their cells."""
        writers = [cell_writer(column) for column in self.page.columns]
        cells = ("".join([write(row) for write in writers]) for row in self.page.rows)
        return [
            TableRow(str(self.spec.key_of(row)), Markup(written))  # noqa: S704  written escaped
            for row, written in zip(self.page.rows, cells, strict=True)
        ]

    @property
    def totals(self) -> list[tuple[Column, Any]]:
        """Return what stands under each column; empty when no column shown is summed."""
        return totals_in_words(self.page.columns, self.page.totals)

    @property
    def chips(self) -> list[Chip]:
        """Return the filters in use, each removable."""
        found = []
        for item in self.spec.filters:
            if item.key in self.state.filters:
                value = self.state.filters[item.key]
                for text, remaining in item.says(value, self.options.get(item.key, ())):
                    found.append(Chip(text, self.url(self.state.without(item.key, remaining))))
        return found

    @property
    def chip_pairs(self) -> list[tuple[str, str]]:
        """Return the chips as the macro `chips` takes them."""
        return [(chip.text, chip.url) for chip in self.chips]

    @property
    def has_hidden_filter(self) -> bool:
        """Tell whether a filter in use stands under "More filters"; a drawn shape is on the map."""
        hidden = [f for f in self.spec.filters if not f.is_prominent and f.kind != "within"]
        return any(f.key in self.state.filters for f in hidden)

    @property
    def clear_url(self) -> str:
        """Return the address of the list without any filter."""
        return self.url(self.state.changed(filters={}))

    @property
    def is_filtered(self) -> bool:
        """Tell whether rows may be hidden by a filter."""
        return bool(self.state.filters)

    @property
    def bulk_actions(self) -> list[BulkAction]:
        """Return what the actor may do to the rows ticked."""
        actor = current_actor()
        return [a for a in self.spec.bulk_actions if actor.can(a.permission)]

    @property
    def empty_action(self) -> str:
        """Return where to make the first row, if the actor may."""
        empty = self.spec.empty
        if not empty.action_endpoint:
            return ""
        if empty.action_permission and not current_actor().can(empty.action_permission):
            return ""
        return url_for(empty.action_endpoint)

    def value_of(self, name: str) -> list[str]:
        """Return what the address says under a name, for the fields of the filter form."""
        return [value for key, value in write_state(self.spec, self.state) if key == name]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return what the filter form keeps without showing it."""
        names = {"sort"}
        return [(k, v) for k, v in write_state(self.spec, self.state) if k in names]
