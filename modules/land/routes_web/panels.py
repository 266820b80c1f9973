"""Land files, procedures and works on the sheets of a parcel, a procedure and a contractor."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.clock import BRUSSELS
from app.web.context import current_actor, current_clock, reader
from modules.land.queries.deals import list_deals_of_parcel
from modules.land.queries.permits import get_permit, list_permits_of_parcel
from modules.land.queries.works import (
    list_unfinished,
    list_works_of_contractor,
    list_works_of_parcel,
    list_works_of_permit,
)
from modules.land.routes_web.blueprint import blueprint
from modules.portfolio.api import PortfolioPermission, get_parcel


@blueprint.get("/land-deals/panels/parcels/<uuid:subject_id>")
@needs(PortfolioPermission.READ_LAND)
def panel_deals(subject_id: UUID) -> ResponseReturnValue:
    """Show the land files about a parcel on its sheet, and the way to begin one."""
    parcel = get_parcel(current_actor(), reader(), subject_id)
    found = list_deals_of_parcel(current_actor(), reader(), parcel.id)
    return render_template("land/_deals.html", deals=found, parcel=parcel)


@blueprint.get("/permits/panels/parcels/<uuid:subject_id>")
@needs(PortfolioPermission.READ_LAND)
def panel_permits(subject_id: UUID) -> ResponseReturnValue:
    """Show the procedures about a parcel on its sheet, and the way to begin one."""
    parcel = get_parcel(current_actor(), reader(), subject_id)
    found = list_permits_of_parcel(current_actor(), reader(), parcel.id)
    return render_template("land/_permits.html", permits=found, parcel=parcel)


@blueprint.get("/land-works/panels/parcels/<uuid:subject_id>")
@needs(PortfolioPermission.READ_LAND)
def panel_works(subject_id: UUID) -> ResponseReturnValue:
    """Show the works on a parcel on its sheet, and the way to add some."""
    parcel = get_parcel(current_actor(), reader(), subject_id)
    found = list_works_of_parcel(current_actor(), reader(), parcel.id)
    new_url = "" if parcel.archived_at else url_for("land.work_new", parcel=parcel.id)
    return render_template("land/_works.html", works=found, new_url=new_url)


@blueprint.get("/land-works/panels/permits/<uuid:subject_id>")
@needs(PortfolioPermission.READ_LAND)
def panel_permit_works(subject_id: UUID) -> ResponseReturnValue:
    """Show the works that follow a procedure on its sheet."""
    permit = get_permit(current_actor(), reader(), subject_id)
    found = list_works_of_permit(current_actor(), reader(), permit.id)
    new_url = "" if permit.archived_at else url_for("land.work_new", permit=permit.id)
    return render_template("land/_works.html", works=found, new_url=new_url)


@blueprint.get("/land-works/panels/organisations/<uuid:subject_id>")
@needs(PortfolioPermission.READ_LAND)
def panel_contractor_works(subject_id: UUID) -> ResponseReturnValue:
    """Show the works a contractor does on land, those the reader sees."""
    found = list_works_of_contractor(current_actor(), reader(), subject_id)
    return render_template("land/_works.html", works=found, new_url="")


@blueprint.get("/land-works/panels/unfinished")
@needs(PortfolioPermission.READ_LAND)
def panel_home() -> ResponseReturnValue:
    """Show on the home page which works no firm has yet, and which are planned or under way."""
    works = list_unfinished(current_actor(), reader())
    return render_template("land/_home.html", works=works, today=current_clock().today(BRUSSELS))
