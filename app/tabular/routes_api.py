"""Imports for programs: upload, how to read, rehearsal, import, undo, the file with its errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step, paginate
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import FieldError, Invalid
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.tabular import queries, services, wizard
from app.tabular.batches import batch_problems
from app.tabular.commands import ChooseReading, Upload
from app.tabular.formats import Formats
from app.tabular.importer import Importer
from app.tabular.models import ImportBatch, ImportProfile
from app.tabular.problems import Problem
from app.tabular.routes_files import send_annotated, send_records, send_template
from app.tabular.routes_web import check_or_request, importers, source_of, uploads
from app.tabular.routes_web import kinds as batch_kinds
from app.tabular.schemas_api import (
    FileFormatQuery,
    ImportDifferenceOut,
    ImporterOut,
    ImportFileIn,
    ImportOut,
    ImportProblemOut,
    ImportProfileOut,
    ImportQuery,
    ImportReadingIn,
    ImportRunIn,
)
from app.typed_text import clean_text
from app.web.context import current_actor, current_clock, open_unit_of_work, reader

kinds = ApiBlueprint(
    "importers_api",
    __name__,
    url_prefix="/api/v1/importers",
    description="Kinds of records that can be imported, and their files.",
)
imports = ApiBlueprint(
    "imports_api", __name__, url_prefix="/api/v1/imports", description="Files brought in."
)
profiles = ApiBlueprint(
    "import_profiles_api",
    __name__,
    url_prefix="/api/v1/import-profiles",
    description="How senders write their files.",
)
OCTETS = "application/octet-stream"


@kinds.route("")
class Importers(MethodView):
    """What can be imported."""

    @needs(HousePermission.IMPORT_RUN)
    @kinds.response(200, ImporterOut(many=True))
    def get(self) -> Sequence[Importer]:
        """List what the caller may import, with the columns of its files."""
        return list(importers().values())


@kinds.route("/<string:importer>/template")
class ImporterTemplate(MethodView):
    """An empty file."""

    @needs(HousePermission.IMPORT_RUN)
    @kinds.arguments(FileFormatQuery, location="query")
    @kinds.response(200, content_type=OCTETS)
    def get(self, query: dict[str, Any], importer: str) -> Response:
        """Download an empty file to fill in."""
        return send_template(importer, query["format"])


@kinds.route("/<string:importer>/records")
class ImporterRecords(MethodView):
    """What is stored."""

    @needs(HousePermission.IMPORT_RUN)
    @kinds.arguments(FileFormatQuery, location="query")
    @kinds.response(200, content_type=OCTETS)
    def get(self, query: dict[str, Any], importer: str) -> Response:
        """Download what is stored as a file that imports again; asks for its rights, is noted."""
        return send_records(importer, query["format"])


@imports.route("")
class Imports(MethodView):
    """All imports."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.paged(ImportOut)
    def get(self, page: PageRequest) -> Page[ImportBatch]:
        """List the caller's imports, the latest first; all of them with house.audit.read."""
        return paginate(reader(), queries.select_batches(current_actor()), page)

    @needs(HousePermission.IMPORT_RUN)
    @imports.arguments(ImportFileIn, location="files")
    @imports.arguments(ImportQuery, location="query")
    @imports.response(201, ImportOut)
    def post(self, sent: dict[str, Any], query: dict[str, Any]) -> ImportBatch:
        """Take a file in, not yet read; the right asked besides is that of its kind of record."""
        known = queries.list_profiles(current_actor(), reader(), importers())
        profile = next((p for p in known if p.id == query["profile_id"]), None)
        importer = importers().get(profile.importer if profile else query["importer"])
        if importer is None:
            said = FieldError("importer", _l("Choose what the file holds."))
            raise Invalid("importer_unknown", said.message, errors=(said,))
        file = sent["file"]
        upload = Upload(importer, clean_text(file.filename or ""), file.stream)
        with open_unit_of_work() as uow:
            return wizard.start_batch(
                current_actor(), upload, profile, uploads(), uow, current_clock()
            )


@imports.route("/<uuid:batch_id>")
class ImportById(MethodView):
    """One import."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.response(200, ImportOut)
    def get(self, batch_id: UUID) -> ImportBatch:
        """Read what a rehearsal found, how far an import is, or how it ended."""
        return queries.get_batch(current_actor(), batch_id, reader())

    @needs(HousePermission.IMPORT_RUN)
    @imports.response(204)
    def delete(self, batch_id: UUID) -> None:
        """Forget a file that was not imported."""
        with open_unit_of_work() as uow:
            wizard.discard_batch(current_actor(), batch_id, importers(), uploads(), uow)


@imports.route("/<uuid:batch_id>/reading")
class ImportReading(MethodView):
    """How a file is read."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.arguments(ImportReadingIn)
    @imports.response(200, ImportOut)
    def put(self, data: dict[str, Any], batch_id: UUID) -> ImportBatch:
        """Say how a file is to be read; it must be rehearsed again."""
        batch = queries.get_batch(current_actor(), batch_id, reader())
        mapping, save_as = data.pop("mapping"), data.pop("save_as")
        written = {key: str(value) for key, value in data.items()}
        formats = Formats.from_json({**source_of(batch).formats.as_json(), **written})
        command = ChooseReading(formats, mapping, save_as)
        actor, clock = current_actor(), current_clock()
        with open_unit_of_work() as uow:
            return wizard.choose_reading(actor, batch_id, command, importers(), uow, clock)


@imports.route("/<uuid:batch_id>/rehearsal")
class ImportRehearsal(MethodView):
    """A rehearsal."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.response(200, ImportOut)
    def post(self, batch_id: UUID) -> ImportBatch:
        """Count and compare every row without writing one; a large file is read by a run."""
        source_of(queries.get_batch(current_actor(), batch_id, reader()))
        check_or_request(batch_id)
        return queries.get_batch(current_actor(), batch_id, reader())


@imports.route("/<uuid:batch_id>/problems")
class ImportProblems(MethodView):
    """What is wrong."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.paged(ImportProblemOut)
    def get(self, batch_id: UUID, page: PageRequest) -> Page[Problem]:
        """List what a rehearsal or an import found wrong, by row; at most 20 000."""
        found = batch_problems(_contents(batch_id))
        items = found[page.offset : page.offset + page.page_size]
        return Page(items, len(found), page.page, page.page_size)


@imports.route("/<uuid:batch_id>/differences")
class ImportDifferences(MethodView):
    """What changes."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.response(200, ImportDifferenceOut(many=True))
    def get(self, batch_id: UUID) -> Sequence[Any]:
        """List what changes, or changed, in the first records that differ."""
        return list(_contents(batch_id).report.get("differences", []))


@imports.route("/<uuid:batch_id>/file")
class ImportedFile(MethodView):
    """The file with its errors."""

    @needs(HousePermission.IMPORT_RUN)
    @imports.arguments(FileFormatQuery, location="query")
    @imports.response(200, content_type=OCTETS)
    def get(self, query: dict[str, Any], batch_id: UUID) -> Response:
        """Download the same file with a column that says what is wrong in front of each row."""
        return send_annotated(batch_id, query["format"])


def _contents(batch_id: UUID) -> ImportBatch:
    return queries.get_contents(current_actor(), batch_id, reader(), batch_kinds())


def _run(
    actor: Actor, batch_id: UUID, data: dict[str, bool], uow: UnitOfWork, clock: Clock
) -> ImportBatch:
    return wizard.request_apply(actor, batch_id, importers(), uow, clock, **data)


def _undo(
    actor: Actor, batch_id: UUID, _data: object, uow: UnitOfWork, clock: Clock
) -> ImportBatch:
    return services.undo_batch(actor, batch_id, batch_kinds(), uow, clock)


for _step in (
    Step(
        "/<uuid:batch_id>/run",
        HousePermission.IMPORT_RUN,
        _run,
        "Import a rehearsed file, by a run to follow.",
        ImportRunIn,
    ),
    Step(
        "/<uuid:batch_id>/undo",
        HousePermission.IMPORT_RUN,
        _undo,
        "Take back everything an import made and changed.",
    ),
):
    offer_step(imports, _step, ImportOut)


@profiles.route("")
class Profiles(MethodView):
    """Saved profiles."""

    @needs(HousePermission.IMPORT_RUN)
    @profiles.response(200, ImportProfileOut(many=True))
    def get(self) -> Sequence[ImportProfile]:
        """List the saved profiles of what the caller may import, by name."""
        return queries.list_profiles(current_actor(), reader(), importers())


@profiles.route("/<uuid:profile_id>")
class ProfileById(MethodView):
    """One profile."""

    @needs(HousePermission.IMPORT_RUN)
    @profiles.response(200, ImportProfileOut)
    @profiles.versioned
    def get(self, profile_id: UUID) -> ImportProfile:
        """Read a profile."""
        return queries.get_profile(profile_id, reader(), importers())

    @needs(HousePermission.IMPORT_RUN)
    @profiles.response(204)
    @profiles.versioned
    def delete(self, profile_id: UUID, expected_version: int) -> None:
        """Delete a profile; imports made with it keep its name."""
        with open_unit_of_work() as uow:
            services.delete_profile(
                current_actor(),
                profile_id,
                importers(),
                uow,
                current_clock(),
                expected_version=expected_version,
            )


BLUEPRINTS = (kinds, imports, profiles)
