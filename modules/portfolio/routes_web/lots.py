"""Lots: list, sheet, new, edit, state, archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.db import UnitOfWork
from app.errors import NotFound
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.panels import panel_tabs
from app.web.tables import list_page
from modules.portfolio.api import list_lots_of_building
from modules.portfolio.commands import Change
from modules.portfolio.models import Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.history import list_certificates, list_warnings, status_history
from modules.portfolio.queries.lists import select_lots
from modules.portfolio.queries.places import get_building, get_lot, lot_address, lot_labels
from modules.portfolio.queries.topology import neighbours, written_stack
from modules.portfolio.routes_web.blueprint import (
    answer,
    asked_change,
    blueprint,
    options,
)
from modules.portfolio.schemas.common import VersionIn
from modules.portfolio.schemas.lots import LotIn, LotStatusIn, StackIn
from modules.portfolio.services import (
    archive_lot,
    change_lot,
    change_lot_status,
    create_lot,
    refuse_archived,
    restore_lot,
    stack_lots,
)
from modules.portfolio.tables import LOTS, STATUS_TONES


@blueprint.get("/lots")
@needs(PortfolioPermission.READ)
def lot_list() -> ResponseReturnValue:
    """List the lots of the estate."""
    return list_page(LOTS, select_lots(current_actor()), template="portfolio/lot_list.html")


@blueprint.get("/lots/<uuid:lot_id>")
@needs(PortfolioPermission.READ)
def lot_detail(lot_id: UUID) -> ResponseReturnValue:
    """Show a lot: facts and state at once, each other part when it is opened."""
    session, today = reader(), current_clock().today()
    lot = get_lot(current_actor(), session, lot_id)
    return render_template(
        "portfolio/lot_detail.html",
        lot=lot,
        address=lot_address(lot),
        addresses={locale: lot_address(lot, locale) for locale in ("fr", "nl")},
        history=status_history(session, lot.id),
        certificates=list_certificates(session, lot_id=lot.id),
        warnings=list_warnings(session, today, building_id=lot.building_id, lot_id=lot.id),
        today=today,
        tones=STATUS_TONES,
        panels=panel_tabs("lot", lot.id),
    )


@blueprint.get("/lots/new")
@needs(PortfolioPermission.CHANGE)
def lot_new() -> ResponseReturnValue:
    """Show the form of a new lot of the building named in the address."""
    building = get_building(current_actor(), reader(), _asked_building())
    return _form_page(Form(LotIn, {"building_id": str(building.id)}), building_id=building.id)


def _asked_building() -> UUID:
    try:
        return UUID(request.values.get("building_id", ""))
    except ValueError:
        raise NotFound from None


def _form_page(form: Form, *, building_id: UUID, lot: Lot | None = None) -> str:
    return render_template("portfolio/lot_form.html", **_form_context(form, building_id, lot))


def _form_context(form: Form, building_id: UUID, lot: Lot | None) -> dict[str, Any]:
    building = get_building(current_actor(), reader(), building_id)
    return {"form": form, "lot": lot, "building": building, **options(building_id)}


@blueprint.post("/lots")
@needs(PortfolioPermission.CHANGE)
def lot_create() -> ResponseReturnValue:
    """Add a lot."""
    form = Form(LotIn, request.form)
    try:
        with open_unit_of_work() as uow:
            lot = create_lot(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        context = _form_context(form, _asked_building(), None)
        context.pop("form")
        return form.refused(error, "portfolio/lot_form.html", **context)
    target = url_for("portfolio.lot_detail", lot_id=lot.id)
    return done(target, _("Lot %(reference)s added", reference=lot.reference))


@blueprint.get("/lots/<uuid:lot_id>/edit")
@needs(PortfolioPermission.CHANGE)
def lot_edit(lot_id: UUID) -> ResponseReturnValue:
    """Show the form of a lot."""
    lot = get_lot(current_actor(), reader(), lot_id)
    refuse_archived(lot)
    return _form_page(Form(LotIn, shows=lot), building_id=lot.building_id, lot=lot)


@blueprint.post("/lots/<uuid:lot_id>/edit")
@needs(PortfolioPermission.CHANGE)
def lot_change(lot_id: UUID) -> ResponseReturnValue:
    """Save a lot; two people at once are shown both versions."""
    form = Form(LotIn, request.form)
    try:
        change = Change(lot_id, Form(VersionIn, request.form).load()["version"])
        with open_unit_of_work() as uow:
            change_lot(current_actor(), change, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        lot = get_lot(current_actor(), reader(), lot_id)
        context = _form_context(form, lot.building_id, lot)
        context.pop("form")
        return form.refused(error, "portfolio/lot_form.html", fresh=lot, **context)
    return done(url_for("portfolio.lot_detail", lot_id=lot_id), _("Saved"))


@blueprint.get("/lots/<uuid:lot_id>/status")
@needs(PortfolioPermission.CHANGE_STATUS)
def lot_status_edit(lot_id: UUID) -> ResponseReturnValue:
    """Show the form to change the state of a lot."""
    lot = get_lot(current_actor(), reader(), lot_id)
    refuse_archived(lot)
    form = Form(LotStatusIn, {"lot_id": str(lot.id), "starts_on": str(current_clock().today())})
    return render_template("portfolio/lot_status_form.html", form=form, **_status_context(lot))


def _status_context(lot: Lot) -> dict[str, Any]:
    history = status_history(reader(), lot.id)
    return {"lot": lot, "history": history, "tones": STATUS_TONES, **options()}


@blueprint.post("/lots/<uuid:lot_id>/status")
@needs(PortfolioPermission.CHANGE_STATUS)
def lot_status_change(lot_id: UUID) -> ResponseReturnValue:
    """Write that a lot is in another state from a day on."""
    form = Form(LotStatusIn, {**request.form, "lot_id": str(lot_id)})
    try:
        with open_unit_of_work() as uow:
            change_lot_status(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        lot = get_lot(current_actor(), reader(), lot_id)
        return form.refused(error, "portfolio/lot_status_form.html", **_status_context(lot))
    return done(url_for("portfolio.lot_detail", lot_id=lot_id), _("State changed"))


@blueprint.post("/lots/<uuid:lot_id>/archive")
@needs(PortfolioPermission.ARCHIVE)
def lot_archive(lot_id: UUID) -> ResponseReturnValue:
    """Take an empty lot out of the estate."""
    form = Form(VersionIn, request.form)
    try:
        with open_unit_of_work() as uow:
            change = Change(lot_id, form.load()["version"])
            archive_lot(current_actor(), change, uow, current_clock())
    except FORM_ERRORS as error:
        lot = get_lot(current_actor(), reader(), lot_id)
        return form.refused(error, "portfolio/lot_status_form.html", **_status_context(lot))
    return done(url_for("portfolio.lot_detail", lot_id=lot_id), _("Lot archived"))


@blueprint.post("/lots/<uuid:lot_id>/restore")
@needs(PortfolioPermission.ARCHIVE)
def lot_restore(lot_id: UUID) -> ResponseReturnValue:
    """Bring an archived lot back."""
    lot = get_lot(current_actor(), reader(), lot_id)

    def restore(uow: UnitOfWork) -> str:
        restore_lot(current_actor(), asked_change(lot_id), uow, current_clock())
        return url_for("portfolio.lot_detail", lot_id=lot_id)

    form = Form(LotStatusIn, {"lot_id": str(lot_id)})
    template = "portfolio/lot_status_form.html"
    return answer(form, restore, _("Brought back"), template, lambda: _status_context(lot))


@blueprint.get("/lots/<uuid:lot_id>/stack")
@needs(PortfolioPermission.CHANGE)
def lot_stack_edit(lot_id: UUID) -> ResponseReturnValue:
    """Show the form of the lots above and below a lot."""
    lot = get_lot(current_actor(), reader(), lot_id)
    refuse_archived(lot)
    above, below = written_stack(reader(), lot.id)
    form = Form(StackIn, {"lot_id": str(lot.id)})
    form.values |= {"above": [str(i) for i in above], "below": [str(i) for i in below]}
    return render_template("portfolio/stack_form.html", form=form, **_stack_context(lot))


def _stack_context(lot: Lot) -> dict[str, Any]:
    others = list_lots_of_building(current_actor(), reader(), lot.building_id)
    found = neighbours(reader(), lot)
    labels = lot_labels(reader(), [o.id for o in others])
    return {
        "lot": lot,
        "lots": [(str(o.id), labels[o.id]) for o in others if o.id != lot.id],
        "derived": [labels[i] for i in (*found.above, *found.below) if i in labels],
    }


@blueprint.post("/lots/<uuid:lot_id>/stack")
@needs(PortfolioPermission.CHANGE)
def lot_stack_change(lot_id: UUID) -> ResponseReturnValue:
    """Write which lots lie above and below a lot."""
    form = Form(StackIn, request.form)
    form.values["lot_id"] = str(lot_id)

    def stack(uow: UnitOfWork) -> str:
        stack_lots(current_actor(), form.load(), uow, current_clock())
        return url_for("portfolio.lot_detail", lot_id=lot_id, _anchor="part-neighbours")

    return answer(
        form, stack, _("Saved"), "portfolio/stack_form.html",
        lambda: _stack_context(get_lot(current_actor(), reader(), lot_id)),
    )  # fmt: skip
