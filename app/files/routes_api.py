"""Files of records for programs: the same services, rights and checks as the pages."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step
from app.auth.actor import Actor
from app.auth.needs import SIGNED_IN, needs
from app.clock import Clock
from app.db import UnitOfWork
from app.db.paging import paginate
from app.files import queries, services
from app.files.intake import take_in
from app.files.models import Attachment
from app.files.routes_web import send_file
from app.files.schemas import (
    AttachmentChangeIn,
    AttachmentIn,
    AttachmentOut,
    AttachmentQuery,
    ContentQuery,
    UploadIn,
)
from app.web.context import (
    current_actor,
    current_clock,
    file_store,
    find_subject,
    house,
    open_unit_of_work,
    reader,
    subjects,
)

blueprint = ApiBlueprint(
    "attachments_api",
    __name__,
    url_prefix="/api/v1/attachments",
    description="Files attached to records: photos, reports, letters.",
)


@blueprint.route("")
class Attachments(MethodView):
    """The files of one record."""

    @needs(SIGNED_IN)
    @blueprint.arguments(AttachmentQuery, location="query")
    @blueprint.paged(AttachmentOut)
    def get(self, query: dict[str, Any], page: PageRequest) -> Page[Attachment]:
        """List the files of a record, all or of a kind, the latest first."""
        subject = find_subject(query["subject_type"], query["subject_id"])
        return paginate(reader(), queries.select_attachments(subject, query["kind"]), page)

    @needs(SIGNED_IN)
    @blueprint.arguments(UploadIn, location="files")
    @blueprint.arguments(AttachmentIn, location="query")
    @blueprint.response(201, AttachmentOut)
    @blueprint.versioned
    def post(self, upload: dict[str, Any], data: dict[str, Any]) -> Attachment:
        """Attach a file; the same identifier sent again changes nothing."""
        subject = find_subject(data["subject_type"], data["subject_id"])
        subject.require_write()
        limit = house().settings.upload_limit_mib * 1024**2
        file = upload["file"]
        stored = take_in(
            file.stream.read(limit + 1), file.filename or "", file_store(), limit=limit
        )
        identity = {"id": data["id"]} if "id" in data else {}
        command = services.AttachFile(
            subject, stored, data["caption"], data["confidentiality"], kind=data["kind"], **identity
        )
        with open_unit_of_work() as uow:
            return services.attach_file(current_actor(), command, uow, current_clock())


@blueprint.route("/<uuid:attachment_id>")
class AttachmentById(MethodView):
    """One file."""

    @needs(SIGNED_IN)
    @blueprint.response(200, AttachmentOut)
    @blueprint.versioned
    def get(self, attachment_id: UUID) -> Attachment:
        """Read what is known about a file."""
        return queries.get_attachment(current_actor(), attachment_id, subjects(), reader())[0]

    @needs(SIGNED_IN)
    @blueprint.arguments(AttachmentChangeIn)
    @blueprint.response(200, AttachmentOut)
    @blueprint.versioned
    def patch(self, data: dict[str, Any], attachment_id: UUID, expected_version: int) -> Attachment:
        """Change what is written under a file, who may see it and what it is."""
        command = services.DescribeFile(attachment_id, version=expected_version, **data)
        with open_unit_of_work() as uow:
            return services.describe_attachment(
                current_actor(), command, subjects(), uow, current_clock()
            )

    @needs(SIGNED_IN)
    @blueprint.response(204)
    @blueprint.versioned
    def delete(self, attachment_id: UUID, expected_version: int) -> None:
        """Take a file away; it can be brought back until retention deletes it."""
        with open_unit_of_work() as uow:
            services.archive_attachment(
                current_actor(),
                attachment_id,
                subjects(),
                uow,
                current_clock(),
                expected_version=expected_version,
            )


@blueprint.route("/<uuid:attachment_id>/content")
class AttachmentContent(MethodView):
    """The bytes of one file."""

    @needs(SIGNED_IN)
    @blueprint.arguments(ContentQuery, location="query")
    @blueprint.response(200, content_type="application/octet-stream")
    def get(self, query: dict[str, Any], attachment_id: UUID) -> Response:
        """Download a file, or a picture in a smaller size."""
        return send_file(attachment_id, query.get("variant", ""))


def _restore(
    actor: Actor, attachment_id: UUID, _data: object, uow: UnitOfWork, clock: Clock
) -> Attachment:
    return services.restore_attachment(actor, attachment_id, subjects(), uow, clock)


offer_step(
    blueprint,
    Step("/<uuid:attachment_id>/restoration", SIGNED_IN, _restore, "Bring back a file."),
    AttachmentOut,
)
