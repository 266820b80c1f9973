"""Technicians for programs: who carries out orders, with trades and areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.interventions import services
from modules.interventions.commands import SaveTechnician
from modules.interventions.models import Technician
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import get_technician, list_technicians
from modules.interventions.schemas_api import TechnicianApiIn, TechnicianOut, TechnicianQuery

blueprint = ApiBlueprint(
    "technicians_api",
    __name__,
    url_prefix="/api/v1/technicians",
    description="Who carries out orders.",
)


@blueprint.route("")
class Technicians(MethodView):
    """All technicians."""

    @needs(OrderPermission.ASSIGN)
    @blueprint.arguments(TechnicianQuery, location="query")
    @blueprint.response(200, TechnicianOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[Technician]:
        """List technicians by name: those an order can be given to, or all."""
        return list_technicians(reader(), active_only=query["active_only"])

    @needs(OrderPermission.TECHNICIANS)
    @blueprint.arguments(TechnicianApiIn)
    @blueprint.response(201, TechnicianOut)
    @blueprint.versioned
    def post(self, data: dict[str, Any]) -> Technician:
        """Add a technician."""
        with open_unit_of_work() as uow:
            command = SaveTechnician(**data)
            return services.save_technician(current_actor(), None, command, uow, current_clock())


@blueprint.route("/<uuid:technician_id>")
class TechnicianById(MethodView):
    """One technician."""

    @needs(OrderPermission.ASSIGN)
    @blueprint.response(200, TechnicianOut)
    @blueprint.versioned
    def get(self, technician_id: UUID) -> Technician:
        """Read a technician."""
        return get_technician(reader(), technician_id)

    @needs(OrderPermission.TECHNICIANS)
    @blueprint.arguments(TechnicianApiIn)
    @blueprint.response(200, TechnicianOut)
    @blueprint.versioned
    def put(self, data: dict[str, Any], technician_id: UUID, expected_version: int) -> Technician:
        """Replace the facts of a technician."""
        command = SaveTechnician(**data, version=expected_version)
        with open_unit_of_work() as uow:
            return services.save_technician(
                current_actor(), technician_id, command, uow, current_clock()
            )
