"""Procedures on the sheet of a parcel."""

from __future__ import annotations

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.web.context import current_actor, reader
from modules.land.queries.permits import list_permits_of_parcel
from modules.land.routes_web.blueprint import blueprint
from modules.portfolio.api import PortfolioPermission, get_parcel


@blueprint.get("/permits/panels/parcels/<uuid:subject_id>")
@needs(PortfolioPermission.READ_LAND)
def panel_permits(subject_id: UUID) -> ResponseReturnValue:
    """Show the procedures about a parcel on its sheet, and the way to begin one."""
    parcel = get_parcel(current_actor(), reader(), subject_id)
    found = list_permits_of_parcel(current_actor(), reader(), parcel.id)
    return render_template("land/_permits.html", permits=found, parcel=parcel)
