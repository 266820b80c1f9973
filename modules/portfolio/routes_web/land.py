"""Land parcels: list, sheet, new, edit, archive."""

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
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.lists import select_parcels
from modules.portfolio.queries.places import get_parcel
from modules.portfolio.routes_web.blueprint import (
    answer,
    asked_change,
    blueprint,
    options,
)
from modules.portfolio.routes_web.maps import boundary_layers, parcel_layer
from modules.portfolio.schemas.common import VersionIn
from modules.portfolio.schemas.land import ParcelIn
from modules.portfolio.services import (
    archive_parcel,
    change_parcel,
    create_parcel,
    refuse_archived,
    restore_parcel,
)
from modules.portfolio.tables import PARCELS


@blueprint.get("/land-parcels")
@needs(PortfolioPermission.READ_LAND)
def parcel_list() -> ResponseReturnValue:
    """List the land of the estate beside its map."""
    return list_page(
        PARCELS,
        select_parcels(current_actor()),
        template="portfolio/parcel_list.html",
        beside=("reference", "commune", "use", "area_ha"),
        layers=[parcel_layer(), *boundary_layers()],
    )


@blueprint.get("/land-parcels/<uuid:parcel_id>")
@needs(PortfolioPermission.READ_LAND)
def parcel_detail(parcel_id: UUID) -> ResponseReturnValue:
    """Show a parcel with its outline."""
    parcel = get_parcel(current_actor(), reader(), parcel_id)
    return render_template(
        "portfolio/parcel_detail.html",
        parcel=parcel,
        layers=[parcel_layer(parcel.id)],
        panels=panel_tabs("parcel", parcel.id),
    )


@blueprint.get("/land-parcels/new")
@needs(PortfolioPermission.CHANGE_LAND)
def parcel_new() -> ResponseReturnValue:
    """Show the form of a new parcel."""
    return render_template("portfolio/parcel_form.html", form=Form(ParcelIn), **options())


@blueprint.post("/land-parcels")
@needs(PortfolioPermission.CHANGE_LAND)
def parcel_create() -> ResponseReturnValue:
    """Add a parcel."""
    form = Form(ParcelIn, request.form)
    try:
        with open_unit_of_work() as uow:
            parcel = create_parcel(current_actor(), form.load(), None, uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "portfolio/parcel_form.html", **options())
    target = url_for("portfolio.parcel_detail", parcel_id=parcel.id)
    return done(target, _("Parcel %(reference)s added", reference=parcel.reference))


@blueprint.get("/land-parcels/<uuid:parcel_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def parcel_edit(parcel_id: UUID) -> ResponseReturnValue:
    """Show the form of a parcel."""
    parcel = get_parcel(current_actor(), reader(), parcel_id)
    refuse_archived(parcel)
    form = Form(ParcelIn, shows=parcel)
    return render_template("portfolio/parcel_form.html", form=form, parcel=parcel, **options())


@blueprint.post("/land-parcels/<uuid:parcel_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def parcel_change(parcel_id: UUID) -> ResponseReturnValue:
    """Save a parcel; two people at once are shown both versions."""
    form = Form(ParcelIn, request.form)
    try:
        change = Change(parcel_id, Form(VersionIn, request.form).load()["version"])
        with open_unit_of_work() as uow:
            change_parcel(current_actor(), change, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        parcel = get_parcel(current_actor(), reader(), parcel_id)
        return form.refused(
            error, "portfolio/parcel_form.html", fresh=parcel, parcel=parcel, **options()
        )
    return done(url_for("portfolio.parcel_detail", parcel_id=parcel_id), _("Saved"))


@blueprint.post("/land-parcels/<uuid:parcel_id>/archive")
@needs(PortfolioPermission.CHANGE_LAND)
def parcel_archive(parcel_id: UUID) -> ResponseReturnValue:
    """Take a parcel out of the estate; its sheet offers to bring it back."""
    return _move(parcel_id, archive_parcel, _("Archived"))


@blueprint.post("/land-parcels/<uuid:parcel_id>/restore")
@needs(PortfolioPermission.CHANGE_LAND)
def parcel_restore(parcel_id: UUID) -> ResponseReturnValue:
    """Bring a parcel back."""
    return _move(parcel_id, restore_parcel, _("Brought back"))


def _move(parcel_id: UUID, service: Any, message: str) -> ResponseReturnValue:
    parcel = get_parcel(current_actor(), reader(), parcel_id)

    def move(uow: UnitOfWork) -> str:
        service(current_actor(), asked_change(parcel_id), uow, current_clock())
        return url_for("portfolio.parcel_detail", parcel_id=parcel_id)

    return answer(
        Form(ParcelIn, shows=parcel), move, message, "portfolio/parcel_form.html",
        lambda: {"fresh": parcel, "parcel": parcel, **options()},
    )  # fmt: skip
