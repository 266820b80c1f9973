"""The parts of a sheet, each fetched when its tab is opened."""

from __future__ import annotations

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.web.context import current_actor, current_clock, reader
from modules.portfolio.api import building_labels, list_lots_of_building, lot_labels
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import certificate_in_force, list_certificates
from modules.portfolio.queries.places import (
    get_building,
    get_lot,
    list_rooms,
    seen_building_labels,
)
from modules.portfolio.queries.topology import installations_for, lots_served_counts, neighbours
from modules.portfolio.routes_web.blueprint import blueprint
from modules.portfolio.tables import STATUS_TONES


@blueprint.get("/buildings/<uuid:building_id>/parts/lots")
@needs(PortfolioPermission.READ)
def building_lots(building_id: UUID) -> ResponseReturnValue:
    """Show the lots of a building, the highest floor first."""
    building = get_building(current_actor(), reader(), building_id)
    lots = list_lots_of_building(current_actor(), reader(), building.id)
    ordered = sorted(lots, key=lambda lot: (-(lot.floor_level or 0), lot.box, lot.reference))
    return render_template(
        "portfolio/_lots.html", building=building, lots=ordered, tones=STATUS_TONES
    )


@blueprint.get("/buildings/<uuid:building_id>/parts/installations")
@needs(PortfolioPermission.READ)
def building_installations(building_id: UUID) -> ResponseReturnValue:
    """Show the installations in a building or serving it, and how many lots each serves."""
    building = get_building(current_actor(), reader(), building_id)
    installations = installations_for(reader(), building.id)
    homes = {one.building_id for one in installations} - {building.id}
    return render_template(
        "portfolio/_installations.html",
        building=building,
        installations=installations,
        served=lots_served_counts(current_actor(), reader(), installations),
        elsewhere=seen_building_labels(current_actor(), reader(), homes),
    )


@blueprint.get("/buildings/<uuid:building_id>/parts/rooms")
@needs(PortfolioPermission.READ)
def building_rooms(building_id: UUID) -> ResponseReturnValue:
    """Show the rooms of a public building and who occupies them."""
    building = get_building(current_actor(), reader(), building_id)
    rooms = list_rooms(current_actor(), reader(), building.id)
    return render_template("portfolio/_rooms.html", building=building, rooms=rooms)


@blueprint.get("/buildings/<uuid:building_id>/parts/certificates")
@needs(PortfolioPermission.READ)
def building_certificates(building_id: UUID) -> ResponseReturnValue:
    """Show the energy certificates of a building as a whole."""
    building = get_building(current_actor(), reader(), building_id)
    found = list_certificates(reader(), building_id=building.id)
    return render_template(
        "portfolio/_certificates.html",
        certificates=found,
        valid=certificate_in_force(found, current_clock().today()),
        named={"building_id": building.id},
    )


@blueprint.get("/lots/<uuid:lot_id>/parts/neighbours")
@needs(PortfolioPermission.READ)
def lot_neighbours(lot_id: UUID) -> ResponseReturnValue:
    """Show who is above and below, and which installations serve a lot."""
    lot = get_lot(current_actor(), reader(), lot_id)
    found = neighbours(reader(), lot)
    around = {*found.above, *found.below, *found.same_landing}
    return render_template(
        "portfolio/_neighbours.html",
        lot=lot,
        found=found,
        labels=lot_labels(reader(), around),
        building_label=building_labels(reader(), [lot.building_id])[lot.building_id],
    )
