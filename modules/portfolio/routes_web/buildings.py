"""Buildings: list, sheet, new, edit, archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.portfolio.commands import Change
from modules.portfolio.communes import find_commune
from modules.portfolio.enums import Grouping
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.boundaries import sector_in_words
from modules.portfolio.queries.groupings import find_grouping
from modules.portfolio.queries.history import estate_on, list_warnings
from modules.portfolio.queries.insides import count_rooms
from modules.portfolio.queries.lists import select_buildings
from modules.portfolio.queries.places import area_names, get_building
from modules.portfolio.routes_web.blueprint import (
    answer,
    asked_change,
    blueprint,
    commune_choices,
    options,
)
from modules.portfolio.schemas.buildings import BuildingIn
from modules.portfolio.schemas.common import VersionIn
from modules.portfolio.schemas.land import PointIn
from modules.portfolio.services import (
    archive_building,
    change_building,
    create_building,
    place_building,
    refuse_archived,
    restore_building,
)
from modules.portfolio.tables import BUILDINGS, STATUS_TONES


@blueprint.get("/buildings")
@needs(PortfolioPermission.READ)
def building_list() -> ResponseReturnValue:
    """List the buildings of the estate."""
    query = select_buildings(current_actor())
    return list_page(BUILDINGS, query, template="portfolio/building_list.html")


@blueprint.get("/buildings/<uuid:building_id>")
@needs(PortfolioPermission.READ)
def building_detail(building_id: UUID) -> ResponseReturnValue:
    """Show a building: facts at once, each other part when it is opened."""
    actor, session, today = current_actor(), reader(), current_clock().today()
    building = get_building(actor, session, building_id)
    site_id = building.site_id
    return render_template(
        "portfolio/building_detail.html",
        building=building,
        area=area_names(session).get(building.area_id) if building.area_id else None,
        sector=sector_in_words(session, building.sector_code),
        site=find_grouping(actor, session, Grouping.SITE, site_id) if site_id else None,
        warnings=list_warnings(session, today, building_id=building.id),
        state=estate_on(actor, session, today, building.id).by_status(),
        tones=STATUS_TONES,
        # A care home or an office has rooms instead of lots: "Lots 0" says nothing of it.
        room_count=0 if building.lot_count else count_rooms(actor, session, building.id),
        panels=panel_tabs("building", building.id),
    )


@blueprint.get("/buildings/new")
@needs(PortfolioPermission.CHANGE)
def building_new() -> ResponseReturnValue:
    """Show the form of a new building."""
    return render_template("portfolio/building_form.html", form=Form(BuildingIn), **options())


@blueprint.get("/buildings/commune")
@needs(PortfolioPermission.CHANGE)
def commune_fields() -> ResponseReturnValue:
    """Answer a postcode with its commune, or with the choice among those it serves."""
    form = Form(BuildingIn, request.args)
    postcode = str(form.value("postcode"))
    choices = commune_choices(postcode)
    found = find_commune(postcode, request.args.get("chosen") or form.value("commune_nis"))
    if found or (choices and form.value("commune_nis")):  # the code of another postcode's
        nis, french, dutch = found or ("", "", "")
        form.values |= {"commune_nis": nis, "commune_fr": french, "commune_nl": dutch}
    return render_template("portfolio/commune_fields.html", form=form, choices=choices)


@blueprint.post("/buildings")
@needs(PortfolioPermission.CHANGE)
def building_create() -> ResponseReturnValue:
    """Add a building."""
    form = Form(BuildingIn, request.form)
    try:
        with open_unit_of_work() as uow:
            building = create_building(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "portfolio/building_form.html", **options())
    target = url_for("portfolio.building_detail", building_id=building.id)
    return done(target, _("Building %(code)s added", code=building.code))


@blueprint.get("/buildings/<uuid:building_id>/edit")
@needs(PortfolioPermission.CHANGE)
def building_edit(building_id: UUID) -> ResponseReturnValue:
    """Show the form of a building."""
    building = get_building(current_actor(), reader(), building_id)
    refuse_archived(building)
    form = Form(BuildingIn, shows=building)
    return render_template(
        "portfolio/building_form.html", form=form, building=building, **options()
    )


@blueprint.post("/buildings/<uuid:building_id>/edit")
@needs(PortfolioPermission.CHANGE)
def building_change(building_id: UUID) -> ResponseReturnValue:
    """Save a building; two people at once are shown both versions."""
    form = Form(BuildingIn, request.form)
    try:
        change = Change(building_id, Form(VersionIn, request.form).load()["version"])
        with open_unit_of_work() as uow:
            change_building(current_actor(), change, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        building = get_building(current_actor(), reader(), building_id)
        return form.refused(
            error, "portfolio/building_form.html", fresh=building, building=building, **options()
        )
    return done(url_for("portfolio.building_detail", building_id=building_id), _("Saved"))


@blueprint.post("/buildings/<uuid:building_id>/archive")
@needs(PortfolioPermission.ARCHIVE)
def building_archive(building_id: UUID) -> ResponseReturnValue:
    """Take a building without lots out of the estate."""
    form = Form(VersionIn, request.form)
    try:
        change = Change(building_id, form.load()["version"])
        with open_unit_of_work() as uow:
            archive_building(current_actor(), change, uow, current_clock())
    except FORM_ERRORS as error:
        building = get_building(current_actor(), reader(), building_id)
        return form.refused(
            error,
            "portfolio/building_form.html",
            building=building,
            fields=Form(BuildingIn, shows=building),
            **options(),
        )
    target = url_for("portfolio.building_detail", building_id=building_id)
    return done(target, _("Building archived"))


@blueprint.post("/buildings/<uuid:building_id>/restore")
@needs(PortfolioPermission.ARCHIVE)
def building_restore(building_id: UUID) -> ResponseReturnValue:
    """Bring an archived building back."""
    building = get_building(current_actor(), reader(), building_id)

    def restore(uow: UnitOfWork) -> str:
        restore_building(current_actor(), asked_change(building_id), uow, current_clock())
        return url_for("portfolio.building_detail", building_id=building_id)

    return answer(
        Form(BuildingIn, shows=building), restore, _("Brought back"),
        "portfolio/building_form.html",
        lambda: {"fresh": building, "building": building, **options()},
    )  # fmt: skip


def _standing(building_id: UUID) -> dict[str, Any]:
    building = get_building(current_actor(), reader(), building_id)
    return {"fresh": building, "building": building}


@blueprint.get("/buildings/<uuid:building_id>/position")
@needs(PortfolioPermission.CHANGE)
def building_position_edit(building_id: UUID) -> ResponseReturnValue:
    """Show where a building stands, to put a point where no outline is known."""
    building = get_building(current_actor(), reader(), building_id)
    refuse_archived(building)
    form = Form(PointIn)
    form.values = {"lat": building.lat, "lon": building.lon}
    return render_template("portfolio/position_form.html", form=form, building=building)


@blueprint.post("/buildings/<uuid:building_id>/position")
@needs(PortfolioPermission.CHANGE)
def building_position_change(building_id: UUID) -> ResponseReturnValue:
    """Put a building on the map as a point, or take it off."""
    form = Form(PointIn, request.form)

    def put(uow: UnitOfWork) -> str:
        asked = asked_change(building_id)
        place_building(current_actor(), asked, form.load(), uow, current_clock())
        return url_for("portfolio.building_detail", building_id=building_id)

    return answer(
        form, put, _("Saved"), "portfolio/position_form.html",
        lambda: _standing(building_id),
    )  # fmt: skip
