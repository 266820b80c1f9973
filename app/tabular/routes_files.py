"""The files of imports: templates to fill in, what is stored, the upload with its errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Blueprint, Response, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit import Subject, record
from app.auth.needs import needs
from app.auth.policy import require
from app.errors import NotFound
from app.i18n import gettext as _
from app.policies import HousePermission
from app.tabular import queries
from app.tabular.annotate import annotated_file
from app.tabular.batches import batch_problems
from app.tabular.exports import FileFormat, export_file, read_back, spooled, template_file
from app.tabular.importer import Exporter, Values
from app.tabular.readers import open_reader
from app.tabular.routes_web import importers, source_of
from app.tabular.typed import TypedTable
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.downloads import download

blueprint = Blueprint("import_files", __name__, url_prefix="/imports")


@blueprint.get("/<uuid:batch_id>/file.<string:kind>")
@needs(HousePermission.IMPORT_RUN)
def file_annotated(batch_id: UUID, kind: str) -> ResponseReturnValue:
    """Give the same file back, with what is wrong in front of each row."""
    return send_annotated(batch_id, _format(kind))


def send_annotated(batch_id: UUID, wanted: FileFormat) -> Response:
    """Send the file of an import with a column of what is wrong, to pages and programs."""
    batch = queries.get_contents(current_actor(), batch_id, reader(), importers())
    source = source_of(batch)
    file = open_reader(source.path, source.formats, source.limits)
    table = TypedTable(
        file, source.importer.columns, formats=source.formats, mapping=source.mapping
    )
    chunks = annotated_file(
        file, source.formats.sheet, table.header.row, batch_problems(batch), wanted
    )
    stem, said = batch.file_name.rsplit(".", 1)[0], _("errors")
    return _download(stream_with_context(chunks), wanted, f"{stem}-{said}")


@blueprint.get("/templates/<string:importer>/<string:kind>")
@needs(HousePermission.IMPORT_RUN)
def template_download(importer: str, kind: str) -> ResponseReturnValue:
    """Give an empty file to fill in."""
    return send_template(importer, _format(kind))


def send_template(importer: str, wanted: FileFormat) -> Response:
    """Send an empty file of a kind of record; NotFound for what may not be imported."""
    found = importers().get(importer)
    if found is None:
        raise NotFound
    chunks = template_file(found.columns, wanted, title=str(found.title))
    return _download(stream_with_context(chunks), wanted, importer)


@blueprint.get("/exports/<string:importer>/<string:kind>")
@needs(HousePermission.IMPORT_RUN)
def record_export(importer: str, kind: str) -> ResponseReturnValue:
    """Give what is stored as a file that imports again without a change; it is noted."""
    return send_records(importer, _format(kind))


def send_records(importer: str, wanted: FileFormat) -> Response:
    """Send what is stored of a kind of record, and note who took it out."""
    found = importers().get(importer)
    if not isinstance(found, Exporter):
        raise NotFound
    require(current_actor(), found.permission)
    require(current_actor(), found.export_permission)
    rows = _Counted(found.records(current_actor(), reader()))
    file = spooled(export_file(found.columns, rows, wanted, title=str(found.title)))
    subject = Subject("list", uuid5(NAMESPACE_URL, f"imports.{importer}"), str(found.title))
    with open_unit_of_work() as uow:
        record(
            uow,
            current_actor(),
            current_clock(),
            action="lists.list.exported",
            subject=subject,
            changes={"rows": (None, rows.count)},
        )
    return _download(read_back(file), wanted, importer)


class _Counted:
    """Rows that are counted as they go by."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Values]:
        for row in self.rows:
            self.count += 1
            yield row


def _format(kind: str) -> FileFormat:
    if kind not in set(FileFormat):
        raise NotFound
    return FileFormat(kind)


def _download(chunks: Any, wanted: FileFormat, stem: str) -> Response:
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in stem)
    return download(chunks, f"{name}.{wanted.value}", wanted.media_type)
