"""Files of lists: streamed at once, or, for a long one, asked for and fetched when it is ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from app.auth.needs import SIGNED_IN, needs
from app.errors import NotFound
from app.i18n import get_locale, use_locale
from app.lists import TableSpec, TableState, count_rows, iterate_rows
from app.lists.export import ListFormat, export_chunks
from app.lists.exporting import KEPT, ExportList, handed_out, note_export, request_export
from app.lists.fetch import visible_columns
from app.lists.print import PrintedView, print_view, refuse_too_long
from app.lists.sources import require_export
from app.lists.state import query_string
from app.tabular.exports import FileFormat
from app.web.context import (
    current_actor,
    current_clock,
    database,
    house,
    open_unit_of_work,
    reader,
)
from app.web.downloads import download
from app.web.letterhead import letterhead_desk
from app.web.table_view import current_state, is_long, lists

FILES = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

blueprint = Blueprint("exports", __name__)


def export_page(spec: TableSpec, query: Select[Any], kind: str) -> ResponseReturnValue:
    """Send what is seen as a file, every page of it; offer a job to write a long one.

    Forbidden without the rights the list asks for.
    """
    require_export(current_actor(), spec)
    state = current_state(spec)
    count = count_rows(spec, query, state, reader())
    if kind == "pdf":
        refuse_too_long(count)
    if is_long(spec, count, kind):
        return render_template(
            "lists/long_export.html",
            spec=spec,
            count=count,
            kind=kind,
            query=query_string(spec, state.changed()),
            days=KEPT.days,
        )
    return _at_once(spec, query, state, count, kind)


def _at_once(
    spec: TableSpec, query: Select[Any], state: TableState, count: int, kind: str
) -> Response:
    """Send the file of a list at once, and note that in the audit trail."""
    body: Any = (
        _printed(spec, query, state) if kind == "pdf" else _written(spec, query, state, kind)
    )
    with open_unit_of_work() as uow:
        note_export(current_actor(), spec, state, count, uow, current_clock())
    name = f"{spec.name.replace('.', '-')}-{current_clock().today().isoformat()}.{kind}"
    return download(body, name, FILES[kind])


def _written(spec: TableSpec, query: Select[Any], state: TableState, kind: str) -> Iterator[bytes]:
    """Yield the file while it is read from the database, in a session of its own."""
    columns, title, locale = visible_columns(spec, state), str(spec.title), get_locale()

    def write() -> Iterator[bytes]:
        with use_locale(locale), database().reader() as session:
            rows = iterate_rows(spec, query, state, session)
            yield from export_chunks(columns, rows, FileFormat(kind), title=title)

    return stream_with_context(write())


def _printed(spec: TableSpec, query: Select[Any], state: TableState) -> bytes:
    head, now = letterhead_desk().kept(), current_clock().now()
    return print_view(PrintedView(current_actor(), spec, query, state, head, now), reader())


@blueprint.post("/lists/exports")
@needs(SIGNED_IN)
def file_request() -> ResponseReturnValue:
    """Ask for the file; the rights asked for are those of the list."""
    source, kind = lists().get(request.form.get("list", "")), request.form.get("kind", "")
    if source is None or kind not in set(ListFormat):
        raise NotFound
    command = ExportList(request.form.get("query", ""), ListFormat(kind), get_locale())
    with open_unit_of_work() as uow:
        run = request_export(current_actor(), source, command, uow, current_clock())
    return redirect(url_for("jobs.run_detail", run_id=run.id), code=303)


@blueprint.get("/lists/exports/<uuid:run_id>/file")
@needs(SIGNED_IN)
def file_download(run_id: UUID) -> ResponseReturnValue:
    """Give the file to who asked for it."""
    folder, clock = house().settings.instance_dir, current_clock()
    path, name = handed_out(current_actor(), run_id, folder, reader(), clock)
    return send_file(path, as_attachment=True, download_name=name)
