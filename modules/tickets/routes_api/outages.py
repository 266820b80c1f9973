"""Known failures for programs: announced, counted, ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Step, offer_step
from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import Clock
from app.db import UnitOfWork
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from modules.tickets import services
from modules.tickets.commands import ChangeOutage, OpenOutage
from modules.tickets.models import Outage
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.outages import get_outage, list_outages
from modules.tickets.schemas_api import (
    AffectedApiIn,
    OutageApiIn,
    OutageChangeApiIn,
    OutageOut,
    OutageQuery,
)

blueprint = ApiBlueprint(
    "outages_api",
    __name__,
    url_prefix="/api/v1/outages",
    description="Known failures that touch many.",
)


@blueprint.route("")
class Outages(MethodView):
    """Known failures."""

    @needs(TicketPermission.READ)
    @blueprint.arguments(OutageQuery, location="query")
    @blueprint.response(200, OutageOut(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[Outage]:
        """List the failures that go on, or the last hundred that ended."""
        return list_outages(current_actor(), reader(), ended=query["ended"])

    @needs(TicketPermission.OUTAGE)
    @blueprint.arguments(OutageApiIn)
    @blueprint.response(201, OutageOut)
    @blueprint.versioned
    def post(self, command: OpenOutage) -> Outage:
        """Announce a failure on a building or on an installation."""
        with open_unit_of_work() as uow:
            return services.open_outage(current_actor(), command, uow, current_clock())


@blueprint.route("/<uuid:outage_id>")
class OutageById(MethodView):
    """One failure."""

    @needs(TicketPermission.READ)
    @blueprint.response(200, OutageOut)
    @blueprint.versioned
    def get(self, outage_id: UUID) -> Outage:
        """Show a failure."""
        return get_outage(current_actor(), reader(), outage_id)

    @needs(TicketPermission.OUTAGE)
    @blueprint.arguments(OutageChangeApiIn)
    @blueprint.response(200, OutageOut)
    @blueprint.versioned
    def put(self, data: dict[str, Any], outage_id: UUID, expected_version: int) -> Outage:
        """Change what agents say of a failure that goes on."""
        command = ChangeOutage(**data, version=expected_version)
        with open_unit_of_work() as uow:
            return services.change_outage(current_actor(), outage_id, command, uow, current_clock())


def _end(actor: Actor, outage_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> Outage:
    return services.end_outage(actor, outage_id, uow, clock)


for _each in (
    Step(
        "/<uuid:outage_id>/calls",
        TicketPermission.OPEN,
        services.count_affected,
        "Count one more caller instead of opening a ticket; one a lot or a person.",
        AffectedApiIn,
    ),
    Step(
        "/<uuid:outage_id>/end",
        TicketPermission.OUTAGE,
        _end,
        "Say that a failure is over; everybody who called about it is told.",
    ),
):
    offer_step(blueprint, _each, OutageOut)
