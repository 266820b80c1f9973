"""Ask for the file of a long list, and fetch it when it is ready."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import SIGNED_IN, needs
from app.errors import NotFound
from app.i18n import get_locale
from app.lists.exporting import ExportList, handed_out, request_export
from app.tabular.exports import FileFormat
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.tables import lists

blueprint = Blueprint("exports", __name__)


@blueprint.post("/lists/exports")
@needs(SIGNED_IN)
def file_request() -> ResponseReturnValue:
    """Ask for the file; the rights asked for are those of the list."""
    source, kind = lists().get(request.form.get("list", "")), request.form.get("kind", "")
    if source is None or kind not in set(FileFormat):
        raise NotFound
    command = ExportList(request.form.get("query", ""), FileFormat(kind), get_locale())
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
