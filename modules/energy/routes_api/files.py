"""Files of readings for programs: sent as they are, imported by a run, listed with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, paginate
from app.auth.needs import needs
from app.jobs.models import JobRecord
from app.jobs.schemas import RunOut
from app.typed_text import clean_text
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from modules.energy.commands import SendReadings
from modules.energy.models import IngestBatch
from modules.energy.policies import EnergyPermission
from modules.energy.queries.entries import ConflictShown, conflicts_of_batch
from modules.energy.queries.meters import get_batch, select_batches
from modules.energy.schemas_api_files import (
    ReadingConflictOut,
    ReadingsFileIn,
    ReadingsFileOut,
    ReadingsFileQuery,
    TakeBackApiIn,
)
from modules.energy.services.takeback import take_back
from modules.energy.services.uploads import request_ingest

files = ApiBlueprint(
    "energy_files_api",
    __name__,
    url_prefix="/api/v1/readings/files",
    description="Files of readings.",
)


@files.route("")
class ReadingsFiles(MethodView):
    """Files of readings."""

    @needs(EnergyPermission.READINGS_IMPORT)
    @files.paged(ReadingsFileOut)
    def get(self, page: PageRequest) -> Page[IngestBatch]:
        """List the files that were imported, the latest first."""
        latest_first = IngestBatch.started_at.desc(), IngestBatch.id.desc()
        return paginate(reader(), select_batches(current_actor()).order_by(*latest_first), page)

    @needs(EnergyPermission.READINGS_IMPORT)
    @files.arguments(ReadingsFileIn, location="files")
    @files.arguments(ReadingsFileQuery, location="query")
    @files.response(201, RunOut)
    def post(self, sent: dict[str, Any], query: dict[str, Any]) -> JobRecord:
        """Send a file of readings and ask for its import; follow the run it answers."""
        file = sent["file"]
        command = SendReadings(clean_text(file.filename or ""), file.stream, **query)
        folder = house().settings.instance_dir / "uploads"
        with open_unit_of_work() as uow:
            return request_ingest(current_actor(), command, folder, uow, current_clock())


@files.route("/<uuid:batch_id>")
class ReadingsFileById(MethodView):
    """One file."""

    @needs(EnergyPermission.READINGS_IMPORT)
    @files.response(200, ReadingsFileOut)
    def get(self, batch_id: UUID) -> IngestBatch:
        """Read how each row of a file ended."""
        return get_batch(current_actor(), reader(), batch_id)


@files.route("/<uuid:batch_id>/undo")
class ReadingsFileUndo(MethodView):
    """Taking a file back."""

    @needs(EnergyPermission.READINGS_CORRECT)
    @files.arguments(TakeBackApiIn)
    @files.response(200, ReadingsFileOut)
    def post(self, typed: dict[str, Any], batch_id: UUID) -> IngestBatch:
        """Take back what a file brought; what it replaced comes back.

        Refused when later files or people changed the same readings: those go first.
        """
        with open_unit_of_work() as uow:
            return take_back(current_actor(), batch_id, typed["reason"], uow, current_clock())


@files.route("/<uuid:batch_id>/conflicts")
class ReadingsFileConflicts(MethodView):
    """What a file says otherwise."""

    @needs(EnergyPermission.READINGS_IMPORT)
    @files.response(200, ReadingConflictOut(many=True))
    def get(self, batch_id: UUID) -> Sequence[ConflictShown]:
        """List the values that were not what stood there, those of people first; at most 200."""
        batch = get_batch(current_actor(), reader(), batch_id)
        return conflicts_of_batch(current_actor(), reader(), batch.id)
