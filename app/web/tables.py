"""Lists on the screen: one call from a route gives the page, its fragment, or the file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from app.lists import TableSpec
from app.web.list_exports import FILES, export_page
from app.web.table_view import table_of


def list_page(
    spec: TableSpec,
    query: Select[Any],
    *,
    template: str = "lists/list.html",
    beside: Collection[str] = (),
    **context: Any,
) -> ResponseReturnValue:
    """Answer the request for a list.

    Gives the whole page; only the table when htmx swaps it; a file when the address says
    `format=csv`, `xlsx` or `pdf`. The template receives `table`, for `data_table(table)`. A list
    that shares the page with a map shows at first the columns it names `beside`; a file has all.
    """
    if request.args.get("format") in FILES:
        return export_page(spec, query, request.args["format"])
    table = table_of(spec.showing(beside) if beside else spec, query)
    is_fragment = request.headers.get("HX-Target", "").endswith(f"#{table.id}")
    if "apply" in request.args and not is_fragment:
        return redirect(table.url(table.state))
    page = "lists/_table.html" if is_fragment else template
    response = make_response(render_template(page, table=table, **context))
    if is_fragment:
        # The form sends every field, empty ones too; the address kept is the short one.
        response.headers["HX-Push-Url"] = table.url(table.state)
    return response
