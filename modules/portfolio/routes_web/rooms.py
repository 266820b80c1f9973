"""Rooms of public buildings: list, sheet, new, edit, archive."""

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
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.portfolio.api import list_lots_of_building
from modules.portfolio.inside_tables import ROOMS
from modules.portfolio.models import Room
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.insides import describe_room, get_room, select_rooms
from modules.portfolio.queries.places import get_building
from modules.portfolio.routes_web.blueprint import (
    answer,
    asked_change,
    blueprint,
    building_part,
    options,
)
from modules.portfolio.schemas.buildings import RoomIn
from modules.portfolio.services import (
    add_room,
    archive_room,
    change_room,
    refuse_archived,
    restore_room,
)

PAGE = "portfolio/room_form.html"


@blueprint.get("/rooms")
@needs(PortfolioPermission.READ)
def room_list() -> ResponseReturnValue:
    """List the rooms of public buildings and the departments that occupy them."""
    return list_page(ROOMS, select_rooms(current_actor()), template="portfolio/room_list.html")


@blueprint.get("/rooms/<uuid:room_id>")
@needs(PortfolioPermission.READ)
def room_detail(room_id: UUID) -> ResponseReturnValue:
    """Show a room: facts at once, each other part when it is opened."""
    room, department, level = describe_room(current_actor(), reader(), room_id)
    return render_template(
        "portfolio/room_detail.html",
        room=room,
        building=get_building(current_actor(), reader(), room.building_id),
        department=department,
        level=level,
        panels=panel_tabs("room", room.id),
    )


@blueprint.get("/buildings/<uuid:building_id>/rooms/new")
@needs(PortfolioPermission.CHANGE)
def room_new(building_id: UUID) -> ResponseReturnValue:
    """Show the form of a new room."""
    form = Form(RoomIn, {"building_id": str(building_id)})
    return render_template(PAGE, form=form, **_context(building_id))


def _context(building_id: UUID, room: Room | None = None) -> dict[str, Any]:
    building = get_building(current_actor(), reader(), building_id)
    lots = list_lots_of_building(current_actor(), reader(), building.id)
    return {
        "room": room,
        "building": building,
        "back": building_part(building.id, "rooms"),
        "lots": [(str(lot.id), lot.reference) for lot in lots],
        **options(),
    }


@blueprint.post("/buildings/<uuid:building_id>/rooms")
@needs(PortfolioPermission.CHANGE)
def room_create(building_id: UUID) -> ResponseReturnValue:
    """Add a room."""
    form = Form(RoomIn, {**request.form, "building_id": str(building_id)})

    def add(uow: UnitOfWork) -> str:
        add_room(current_actor(), form.load(), uow, current_clock())
        return building_part(building_id, "rooms")

    return answer(form, add, _("Room added"), PAGE, lambda: _context(building_id))


@blueprint.get("/rooms/<uuid:room_id>/edit")
@needs(PortfolioPermission.CHANGE)
def room_edit(room_id: UUID) -> ResponseReturnValue:
    """Show the form of a room."""
    room = get_room(current_actor(), reader(), room_id)
    refuse_archived(room)
    form = Form(RoomIn, shows=room)
    return render_template(PAGE, form=form, **_context(room.building_id, room))


@blueprint.post("/rooms/<uuid:room_id>/edit")
@needs(PortfolioPermission.CHANGE)
def room_change(room_id: UUID) -> ResponseReturnValue:
    """Save a room; two people at once are shown both versions."""
    room = get_room(current_actor(), reader(), room_id)
    form = Form(RoomIn, {**request.form, "building_id": str(room.building_id)})

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(room_id)
        change_room(current_actor(), asked, form.load(), uow, current_clock())
        return building_part(room.building_id, "rooms")

    return answer(form, change, _("Saved"), PAGE, lambda: _again(room_id))


def _again(room_id: UUID) -> dict[str, Any]:
    room = get_room(current_actor(), reader(), room_id)
    return {"fresh": room, **_context(room.building_id, room)}


@blueprint.post("/rooms/<uuid:room_id>/archive")
@needs(PortfolioPermission.CHANGE)
def room_archive(room_id: UUID) -> ResponseReturnValue:
    """Take a room out of the lists; its page offers to bring it back."""
    form = Form(RoomIn, shows=get_room(current_actor(), reader(), room_id))

    def archive(uow: UnitOfWork) -> str:
        archive_room(current_actor(), asked_change(room_id), uow, current_clock())
        return url_for("portfolio.room_detail", room_id=room_id)

    return answer(form, archive, _("Archived"), PAGE, lambda: _again(room_id))


@blueprint.post("/rooms/<uuid:room_id>/restore")
@needs(PortfolioPermission.CHANGE)
def room_restore(room_id: UUID) -> ResponseReturnValue:
    """Bring a room back."""
    room = get_room(current_actor(), reader(), room_id)
    form = Form(RoomIn, shows=room)

    def restore(uow: UnitOfWork) -> str:
        restore_room(current_actor(), asked_change(room_id), uow, current_clock())
        return building_part(room.building_id, "rooms")

    return answer(form, restore, _("Brought back"), PAGE, lambda: _again(room_id))
