"""Installations of a building: list, new, edit, archive."""

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
from modules.portfolio.inside_tables import INSTALLATIONS
from modules.portfolio.models import Installation
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.choices import building_options
from modules.portfolio.queries.places import get_building
from modules.portfolio.queries.topology import (
    get_installation,
    links_of,
    lots_served_by,
    select_installations,
)
from modules.portfolio.routes_web.blueprint import (
    answer,
    asked_change,
    blueprint,
    building_part,
    options,
)
from modules.portfolio.schemas.facts import InstallationIn
from modules.portfolio.services import (
    add_installation,
    archive_installation,
    change_installation,
    refuse_archived,
    restore_installation,
)

PAGE = "portfolio/installation_form.html"


@blueprint.get("/installations")
@needs(PortfolioPermission.READ)
def installation_list() -> ResponseReturnValue:
    """List the boiler houses, lifts, risers… of the estate."""
    query = select_installations(current_actor())
    return list_page(INSTALLATIONS, query, template="portfolio/installation_list.html")


@blueprint.get("/installations/<uuid:installation_id>")
@needs(PortfolioPermission.READ)
def installation_detail(installation_id: UUID) -> ResponseReturnValue:
    """Show an installation: facts at once, each other part when it is opened."""
    actor, session = current_actor(), reader()
    found = get_installation(actor, session, installation_id)
    building = get_building(actor, session, found.building_id)
    return render_template(
        "portfolio/installation_detail.html",
        installation=found,
        building=building,
        served=len(lots_served_by(actor, session, found)),
        panels=panel_tabs("installation", found.id),
    )


@blueprint.get("/buildings/<uuid:building_id>/installations/new")
@needs(PortfolioPermission.CHANGE)
def installation_new(building_id: UUID) -> ResponseReturnValue:
    """Show the form of a new installation."""
    given = {"building_id": str(building_id), "is_in_service": "on"}
    return render_template(PAGE, form=Form(InstallationIn, given), **_context(building_id))


def _context(building_id: UUID, installation: Installation | None = None) -> dict[str, Any]:
    building = get_building(current_actor(), reader(), building_id)
    lots = list_lots_of_building(current_actor(), reader(), building.id)
    return {
        "installation": installation,
        "building": building,
        "back": building_part(building.id, "installations"),
        "other_buildings": building_options(current_actor(), reader(), except_id=building.id),
        "lots": [(str(lot.id), " · ".join(filter(None, (lot.reference, lot.box)))) for lot in lots],
        **options(building.id),
    }


@blueprint.post("/buildings/<uuid:building_id>/installations")
@needs(PortfolioPermission.CHANGE)
def installation_create(building_id: UUID) -> ResponseReturnValue:
    """Add an installation."""
    form = _sent(building_id)

    def add(uow: UnitOfWork) -> str:
        add_installation(current_actor(), form.load(), uow, current_clock())
        return building_part(building_id, "installations")

    return answer(form, add, _("Installation added"), PAGE, lambda: _context(building_id))


def _sent(building_id: UUID) -> Form:
    """Return the form as sent, in the building its address names."""
    form = Form(InstallationIn, request.form)
    form.values["building_id"] = str(building_id)
    return form


@blueprint.get("/installations/<uuid:installation_id>/edit")
@needs(PortfolioPermission.CHANGE)
def installation_edit(installation_id: UUID) -> ResponseReturnValue:
    """Show the form of an installation and whom it serves."""
    found = get_installation(current_actor(), reader(), installation_id)
    refuse_archived(found)
    return render_template(PAGE, form=_shown(found), **_context(found.building_id, found))


def _shown(installation: Installation) -> Form:
    return Form(InstallationIn, shows=_facts(installation))


def _facts(installation: Installation) -> dict[str, Any]:
    """Return what the form holds of an installation, whom it serves included."""
    links = links_of(reader(), installation.id)
    served = {
        "entrance_ids": [link.entrance_id for link in links if link.entrance_id],
        "lot_ids": [link.lot_id for link in links if link.lot_id],
        "building_ids": [link.building_id for link in links if link.building_id],
    }
    plain = {"version", *InstallationIn().fields} - served.keys()
    return {name: getattr(installation, name) for name in plain} | served


@blueprint.post("/installations/<uuid:installation_id>/edit")
@needs(PortfolioPermission.CHANGE)
def installation_change(installation_id: UUID) -> ResponseReturnValue:
    """Save an installation; two people at once are shown both versions."""
    found = get_installation(current_actor(), reader(), installation_id)
    form = _sent(found.building_id)

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(installation_id)
        change_installation(current_actor(), asked, form.load(), uow, current_clock())
        return url_for("portfolio.installation_detail", installation_id=installation_id)

    return answer(form, change, _("Saved"), PAGE, lambda: _again(installation_id))


def _again(installation_id: UUID) -> dict[str, Any]:
    found = get_installation(current_actor(), reader(), installation_id)
    return {"fresh": _facts(found), **_context(found.building_id, found)}


@blueprint.post("/installations/<uuid:installation_id>/archive")
@needs(PortfolioPermission.CHANGE)
def installation_archive(installation_id: UUID) -> ResponseReturnValue:
    """Take a removed installation out of the lists; its page offers to bring it back."""
    form = _shown(get_installation(current_actor(), reader(), installation_id))

    def archive(uow: UnitOfWork) -> str:
        asked = asked_change(installation_id)
        archive_installation(current_actor(), asked, uow, current_clock())
        return url_for("portfolio.installation_detail", installation_id=installation_id)

    return answer(form, archive, _("Archived"), PAGE, lambda: _again(installation_id))


@blueprint.post("/installations/<uuid:installation_id>/restore")
@needs(PortfolioPermission.CHANGE)
def installation_restore(installation_id: UUID) -> ResponseReturnValue:
    """Bring an installation back."""
    found = get_installation(current_actor(), reader(), installation_id)

    def restore(uow: UnitOfWork) -> str:
        asked = asked_change(installation_id)
        restore_installation(current_actor(), asked, uow, current_clock())
        return building_part(found.building_id, "installations")

    return answer(_shown(found), restore, _("Brought back"), PAGE, lambda: _again(installation_id))
