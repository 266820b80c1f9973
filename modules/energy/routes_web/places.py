"""What the sheets of buildings and lots show of energy."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.web.context import current_actor, current_clock, reader
from modules.energy.enums import (
    AlertState,
)
from modules.energy.models import Alert
from modules.energy.policies import EnergyPermission
from modules.energy.queries import alerts as alert_queries
from modules.energy.queries import meters as meter_queries
from modules.energy.routes_web.blueprint import blueprint, shared_words


@blueprint.get("/panels/building/<uuid:subject_id>")
@needs(EnergyPermission.METER_READ)
def building_panel(subject_id: UUID) -> ResponseReturnValue:
    """Show meters, consumption and alerts of a building."""
    return _place_panel(building_id=subject_id)


@blueprint.get("/panels/lot/<uuid:subject_id>")
@needs(EnergyPermission.METER_READ)
def lot_panel(subject_id: UUID) -> ResponseReturnValue:
    """Show meters, consumption and alerts of a lot."""
    return _place_panel(lot_id=subject_id)


@blueprint.get("/panels/installation/<uuid:subject_id>")
@needs(EnergyPermission.METER_READ)
def installation_panel(subject_id: UUID) -> ResponseReturnValue:
    """Show the meters that feed an installation, their consumption and alerts."""
    return _place_panel(installation_id=subject_id)


def _place_panel(
    *,
    building_id: UUID | None = None,
    lot_id: UUID | None = None,
    installation_id: UUID | None = None,
) -> ResponseReturnValue:
    actor, session = current_actor(), reader()
    place = {"building_id": building_id, "lot_id": lot_id, "installation_id": installation_id}
    meters = meter_queries.list_meters(actor, session, **place)
    alerts: Sequence[Alert] = ()
    if actor.can(EnergyPermission.ALERT_READ) and meters:
        ids = [meter.id for meter in meters]
        alerts = alert_queries.list_alerts(actor, session, meter_ids=ids, state=AlertState.OPEN)
    shared = meter_queries.shared_meters(actor, session, lot_id) if lot_id else ()
    totals = meter_queries.totals_of(session, meters, current_clock().now(), 30)
    return render_template(
        "energy/_place.html",
        meters=meters,
        shared=shared,
        alerts=alerts,
        totals=totals,
        **shared_words(),
    )
