"""What the tablet calls: the coming days, the operations done meanwhile, the photos."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Response, jsonify, make_response, request
from flask.views import MethodView
from flask_wtf.csrf import generate_csrf

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.errors import Invalid
from app.files.intake import take_in
from app.files.kinds import judge
from app.files.services import AttachFile, attach_file
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.web.context import (
    current_actor,
    current_clock,
    database,
    file_store,
    open_unit_of_work,
    reader,
    request_id,
)
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.day_document import codes_in, describe_day, instant
from modules.interventions.routes_web.access import note_codes_given
from modules.interventions.schemas import DayOut, DayQuery, OperationsIn, OperationsOut
from modules.interventions.services.field import Operation, run_operation
from modules.interventions.services.field.authors import require_author
from modules.interventions.services.field.operation import clock_behind
from modules.interventions.subjects import get_order_to_photograph

blueprint = ApiBlueprint(
    "field_api",
    __name__,
    url_prefix="/api/v1/field",
    description="The technician's tablet; the contract is docs/offline_sync.md.",
)
_LARGEST_PHOTO = 5 * 1024 * 1024
_NO_IMAGE = _l("This is not a picture.")
_NO_AUTHOR = _l("X-Author-Id is not an identifier.")
_NO_ORDER = _l("Say in X-Order-Id which order the photo belongs to.")


@blueprint.route("/day")
class FieldDay(MethodView):
    """The coming days."""

    @needs(OrderPermission.WORK)
    @blueprint.arguments(DayQuery, location="query")
    @blueprint.response(200, DayOut)
    def get(self, query: dict[str, Any]) -> Response:
        """Give the signed-in technician's orders of the coming days."""
        now = current_clock().now()
        document = describe_day(current_actor(), reader(), now, query["days"], query["held"])
        note_codes_given(codes_in(document))
        etag = sha256(jsonify(document).get_data()).hexdigest()[:32]
        answer = make_response(
            jsonify(document | {"generated_at": instant(now), "csrf_token": generate_csrf()})
        )
        answer.set_etag(etag)
        answer.make_conditional(request)
        return answer


@blueprint.route("/operations")
class FieldOperations(MethodView):
    """What was done on the tablet."""

    @needs(OrderPermission.WORK)
    @blueprint.arguments(OperationsIn)
    @blueprint.response(200, OperationsOut)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Carry out each operation in its own unit of work and answer each."""
        actor, clock = current_actor(), current_clock()
        behind = clock_behind(clock.now(), data["sent_at"])
        results = [
            run_operation(
                actor,
                Operation(device_id=data["device_id"], behind=behind, **one),
                lambda: database().unit_of_work(request_id()),
                clock,
            )
            for one in data["operations"]
        ]
        return {"results": results}


@blueprint.route("/photos/<uuid:photo_id>")
class PhotoById(MethodView):
    """A photo sent apart from its announcement."""

    @needs(OrderPermission.WORK)
    @blueprint.response(200)
    def put(self, photo_id: UUID) -> Response:
        """Keep a photo of an order; the same one again changes nothing."""
        order_id = _identifier("X-Order-Id", "order_needed", _NO_ORDER)
        require_author(current_actor(), _author(), reader())
        subject = get_order_to_photograph(current_actor(), reader(), order_id)
        content = request.get_data(cache=False)
        if not judge(content, "photo.jpg").is_image:
            raise Invalid("not_an_image", _NO_IMAGE, field="file")
        stored = take_in(content, "photo.jpg", file_store(), limit=_LARGEST_PHOTO)
        command = AttachFile(subject, stored, id=photo_id)
        with open_unit_of_work() as uow:
            clock = current_clock()
            before: datetime = clock.now()
            attachment = attach_file(current_actor(), command, uow, clock)
            is_new = attachment.created_at >= before
        answer = jsonify(id=str(photo_id), sha256=stored.sha256)
        answer.status_code = 201 if is_new else 200
        return answer


def _author() -> UUID | None:
    name = "X-Author-Id"
    return _identifier(name, "invalid_author", _NO_AUTHOR) if name in request.headers else None


def _identifier(header: str, code: str, message: LazyText) -> UUID:
    try:
        return UUID(request.headers.get(header, ""))
    except ValueError as error:
        raise Invalid(code, message, field=header) from error
