"""Entrances and floors of a building: small forms reached from its sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, reader
from app.web.forms import Form
from modules.portfolio.models import Entrance, Floor
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.insides import get_entrance, get_floor
from modules.portfolio.queries.places import get_building, list_entrances, list_floors
from modules.portfolio.routes_web.blueprint import answer, asked_change, blueprint, building_part
from modules.portfolio.schemas.buildings import EntranceIn, FloorIn
from modules.portfolio.services import (
    add_entrance,
    add_floor,
    archive_entrance,
    change_entrance,
    change_floor,
    restore_entrance,
)

ENTRANCE_PAGE = "portfolio/entrance_form.html"
FLOOR_PAGE = "portfolio/floor_form.html"


@blueprint.get("/buildings/<uuid:building_id>/parts/insides")
@needs(PortfolioPermission.READ)
def building_insides(building_id: UUID) -> ResponseReturnValue:
    """Show the street doors and the levels of a building."""
    building = get_building(current_actor(), reader(), building_id)
    return render_template(
        "portfolio/_insides.html",
        building=building,
        doors=list_entrances(reader(), building.id),
        floors=list_floors(reader(), building.id),
    )


def _context(building_id: UUID, **record: Any) -> dict[str, Any]:
    """Return what the page of a door or of a level shows besides its form."""
    building = get_building(current_actor(), reader(), building_id)
    back = building_part(building.id, "insides")
    return {"building": building, "back": back, "entrance": None, "floor": None, **record}


# ------------------------------------------------------------------------------ entrances


@blueprint.get("/buildings/<uuid:building_id>/entrances/new")
@needs(PortfolioPermission.CHANGE)
def entrance_new(building_id: UUID) -> ResponseReturnValue:
    """Show the form of a new street door."""
    form = Form(EntranceIn, {"building_id": str(building_id)})
    return render_template(ENTRANCE_PAGE, form=form, **_context(building_id))


@blueprint.post("/buildings/<uuid:building_id>/entrances")
@needs(PortfolioPermission.CHANGE)
def entrance_create(building_id: UUID) -> ResponseReturnValue:
    """Add a street door."""
    form = Form(EntranceIn, {**request.form, "building_id": str(building_id)})

    def add(uow: UnitOfWork) -> str:
        add_entrance(current_actor(), form.load(), uow, current_clock())
        return building_part(building_id, "insides")

    return answer(form, add, _("Entrance added"), ENTRANCE_PAGE, lambda: _context(building_id))


@blueprint.get("/entrances/<uuid:entrance_id>/edit")
@needs(PortfolioPermission.CHANGE)
def entrance_edit(entrance_id: UUID) -> ResponseReturnValue:
    """Show the form of a street door."""
    door = get_entrance(current_actor(), reader(), entrance_id)
    form = Form(EntranceIn, shows=door)
    return render_template(ENTRANCE_PAGE, form=form, **_context(door.building_id, entrance=door))


@blueprint.post("/entrances/<uuid:entrance_id>/edit")
@needs(PortfolioPermission.CHANGE)
def entrance_change(entrance_id: UUID) -> ResponseReturnValue:
    """Save a street door; two people at once are shown both versions."""
    door = get_entrance(current_actor(), reader(), entrance_id)
    form = Form(EntranceIn, {**request.form, "building_id": str(door.building_id)})

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(entrance_id)
        change_entrance(current_actor(), asked, form.load(), uow, current_clock())
        return building_part(door.building_id, "insides")

    return answer(form, change, _("Saved"), ENTRANCE_PAGE, lambda: _again(entrance_id))


def _again(entrance_id: UUID) -> dict[str, Any]:
    door: Entrance = get_entrance(current_actor(), reader(), entrance_id)
    return {"fresh": door, **_context(door.building_id, entrance=door)}


@blueprint.post("/entrances/<uuid:entrance_id>/archive")
@needs(PortfolioPermission.CHANGE)
def entrance_archive(entrance_id: UUID) -> ResponseReturnValue:
    """Take a street door out of the choices; its page offers to bring it back."""
    door = get_entrance(current_actor(), reader(), entrance_id)
    form = Form(EntranceIn, shows=door)

    def archive(uow: UnitOfWork) -> str:
        archive_entrance(current_actor(), asked_change(entrance_id), uow, current_clock())
        return url_for("portfolio.entrance_edit", entrance_id=entrance_id)

    return answer(form, archive, _("Archived"), ENTRANCE_PAGE, lambda: _again(entrance_id))


@blueprint.post("/entrances/<uuid:entrance_id>/restore")
@needs(PortfolioPermission.CHANGE)
def entrance_restore(entrance_id: UUID) -> ResponseReturnValue:
    """Bring a street door back."""
    door = get_entrance(current_actor(), reader(), entrance_id)
    form = Form(EntranceIn, shows=door)

    def restore(uow: UnitOfWork) -> str:
        restore_entrance(current_actor(), asked_change(entrance_id), uow, current_clock())
        return building_part(door.building_id, "insides")

    return answer(form, restore, _("Brought back"), ENTRANCE_PAGE, lambda: _again(entrance_id))


# --------------------------------------------------------------------------------- floors


@blueprint.get("/buildings/<uuid:building_id>/floors/new")
@needs(PortfolioPermission.CHANGE)
def floor_new(building_id: UUID) -> ResponseReturnValue:
    """Show the form of a new level."""
    form = Form(FloorIn, {"building_id": str(building_id)})
    return render_template(FLOOR_PAGE, form=form, **_context(building_id))


@blueprint.post("/buildings/<uuid:building_id>/floors")
@needs(PortfolioPermission.CHANGE)
def floor_create(building_id: UUID) -> ResponseReturnValue:
    """Add a level."""
    form = Form(FloorIn, {**request.form, "building_id": str(building_id)})

    def add(uow: UnitOfWork) -> str:
        add_floor(current_actor(), form.load(), uow, current_clock())
        return building_part(building_id, "insides")

    return answer(form, add, _("Floor added"), FLOOR_PAGE, lambda: _context(building_id))


@blueprint.get("/floors/<uuid:floor_id>/edit")
@needs(PortfolioPermission.CHANGE)
def floor_edit(floor_id: UUID) -> ResponseReturnValue:
    """Show the form of a level."""
    floor = get_floor(current_actor(), reader(), floor_id)
    form = Form(FloorIn, shows=floor)
    return render_template(FLOOR_PAGE, form=form, **_context(floor.building_id, floor=floor))


@blueprint.post("/floors/<uuid:floor_id>/edit")
@needs(PortfolioPermission.CHANGE)
def floor_change(floor_id: UUID) -> ResponseReturnValue:
    """Save what a level is called; which level it is stays."""
    floor = get_floor(current_actor(), reader(), floor_id)
    fixed = {"building_id": str(floor.building_id), "level": str(floor.level)}
    form = Form(FloorIn, {**request.form, **fixed})

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(floor_id)
        change_floor(current_actor(), asked, form.load(), uow, current_clock())
        return building_part(floor.building_id, "insides")

    def context() -> dict[str, Any]:
        now: Floor = get_floor(current_actor(), reader(), floor_id)
        return {"fresh": now, **_context(now.building_id, floor=now)}

    return answer(form, change, _("Saved"), FLOOR_PAGE, context)
