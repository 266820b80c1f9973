"""Counters of meters that were replaced, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint
from app.auth.needs import needs
from app.web.context import current_actor, current_clock, open_unit_of_work
from modules.energy.models import MeterChangeRecord
from modules.energy.policies import EnergyPermission
from modules.energy.schemas_api_counters import CounterIn, CounterOut
from modules.energy.services.meters import counter_command, declare_meter_change

counters = ApiBlueprint(
    "energy_counters_api",
    __name__,
    url_prefix="/api/v1/meters/<uuid:meter_id>/counters",
    description="Counters of a meter.",
)


@counters.route("")
class Counters(MethodView):
    """Replaced counters."""

    @needs(EnergyPermission.METER_CHANGE)
    @counters.arguments(CounterIn)
    @counters.response(201, CounterOut)
    def post(self, data: dict[str, Any], meter_id: UUID) -> MeterChangeRecord:
        """Say that a counter was replaced; its consumption is cut anew."""
        with open_unit_of_work() as uow:
            command = counter_command(current_actor(), uow.session, meter_id, data)
            return declare_meter_change(current_actor(), command, uow, current_clock())
