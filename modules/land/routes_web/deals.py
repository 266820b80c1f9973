"""Land files: list, sheet, new, edit, archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, reader
from app.web.forms import Form, choices
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.land.deal_lifecycle import deal_steps_that_may_follow
from modules.land.enums import DEAL_KIND_LABELS
from modules.land.models import Deal
from modules.land.queries.deals import get_deal, list_deal_steps, nearby_deals, select_deals
from modules.land.routes_web.blueprint import answer, asked_change, asked_parcels, blueprint
from modules.land.schemas import DealIn
from modules.land.services.deals import archive_deal, change_deal, create_deal, restore_deal
from modules.land.tables import DEALS
from modules.portfolio.api import LAND_USE_LABELS, PortfolioPermission, parcel_options

PAGE = "land/deal_form.html"


@blueprint.get("/land-deals")
@needs(PortfolioPermission.READ_LAND)
def deal_list() -> ResponseReturnValue:
    """List the sales, purchases and lettings of land."""
    return list_page(DEALS, select_deals(current_actor()), template="land/deal_list.html")


@blueprint.get("/land-deals/<uuid:deal_id>")
@needs(PortfolioPermission.READ_LAND)
def deal_detail(deal_id: UUID) -> ResponseReturnValue:
    """Show a land file: where it stands, its steps, what land near came to."""
    deal = get_deal(current_actor(), reader(), deal_id)
    return render_template(
        "land/deal_detail.html",
        deal=deal,
        steps=list_deal_steps(reader(), deal.id),
        may_follow=deal_steps_that_may_follow(deal.status),
        nearby=nearby_deals(current_actor(), reader(), deal),
        panels=panel_tabs("land_deal", deal.id),
    )


@blueprint.get("/land-deals/new")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_new() -> ResponseReturnValue:
    """Show the form of a new land file, about the parcel it begins on."""
    form = Form(DealIn, shows={"parcel_ids": asked_parcels()})
    return render_template(PAGE, form=form, **_context())


@blueprint.post("/land-deals")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_create() -> ResponseReturnValue:
    """Begin a land file."""
    form = Form(DealIn, request.form)

    def create(uow: UnitOfWork) -> str:
        deal = create_deal(current_actor(), form.load(), uow, current_clock())
        return url_for("land.deal_detail", deal_id=deal.id)

    return answer(form, create, _("Land file begun"), PAGE, _context)


def _context(deal: Deal | None = None) -> dict[str, Any]:
    also = deal.parcel_ids if deal else ()
    return {
        "deal": deal,
        "fresh": deal,
        "parcels": parcel_options(current_actor(), reader(), also),
        "kinds": choices(DEAL_KIND_LABELS),
        "uses": choices(LAND_USE_LABELS),
    }


@blueprint.get("/land-deals/<uuid:deal_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_edit(deal_id: UUID) -> ResponseReturnValue:
    """Show the form of a land file."""
    deal = get_deal(current_actor(), reader(), deal_id)
    form = Form(DealIn, shows=deal)
    return render_template(PAGE, form=form, **_context(deal))


@blueprint.post("/land-deals/<uuid:deal_id>/edit")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_change(deal_id: UUID) -> ResponseReturnValue:
    """Save a land file; two people at once are shown both versions."""
    form = Form(DealIn, request.form)

    def change(uow: UnitOfWork) -> str:
        asked = asked_change(deal_id)
        change_deal(current_actor(), asked, form.load(), uow, current_clock())
        return url_for("land.deal_detail", deal_id=deal_id)

    return answer(form, change, _("Saved"), PAGE, lambda: _again(deal_id))


def _again(deal_id: UUID) -> dict[str, Any]:
    return _context(get_deal(current_actor(), reader(), deal_id))


@blueprint.post("/land-deals/<uuid:deal_id>/archive")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_archive(deal_id: UUID) -> ResponseReturnValue:
    """Take a land file out of the lists; its sheet offers to bring it back."""
    return _move(deal_id, archive_deal, _("Archived"))


@blueprint.post("/land-deals/<uuid:deal_id>/restore")
@needs(PortfolioPermission.CHANGE_LAND)
def deal_restore(deal_id: UUID) -> ResponseReturnValue:
    """Bring a land file back."""
    return _move(deal_id, restore_deal, _("Brought back"))


def _move(deal_id: UUID, service: Any, message: str) -> ResponseReturnValue:
    form = Form(DealIn, shows=get_deal(current_actor(), reader(), deal_id))

    def move(uow: UnitOfWork) -> str:
        service(current_actor(), asked_change(deal_id), uow, current_clock())
        return url_for("land.deal_detail", deal_id=deal_id)

    return answer(form, move, message, PAGE, lambda: _again(deal_id))
