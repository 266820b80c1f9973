"""Who is in a lot: the parts of its sheet and of its building's, moving in and out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from app.web.urls import safe_next
from modules.parties.policies import PartyPermission
from modules.parties.queries.people import (
    get_stay,
    list_occupancies,
    occupants_of_lots,
    party_labels,
)
from modules.parties.routes_web.blueprint import blueprint, options
from modules.parties.schemas import MoveOutIn, OccupyIn
from modules.parties.services import move_in, move_out
from modules.portfolio.api import LotStatus, get_lot, list_lots_of_building, lot_address


@blueprint.get("/lots/<uuid:subject_id>/parts/occupants")
@needs(PartyPermission.READ)
def lot_occupants(subject_id: UUID) -> ResponseReturnValue:
    """Show who is in a lot, and who was."""
    lot = get_lot(current_actor(), reader(), subject_id)
    stays, today = list_occupancies(reader(), lot_id=lot.id), current_clock().today()
    is_vacant = lot.status is LotStatus.VACANT
    return render_template(
        "parties/_occupants.html",
        lot=lot,
        stays=stays,
        names=party_labels(reader(), [stay.party_id for stay in stays]),
        today=today,
        is_said_empty=is_vacant and bool(occupants_of_lots(reader(), [lot.id], today)),
        **options(),
    )


@blueprint.get("/buildings/<uuid:subject_id>/parts/occupants")
@needs(PartyPermission.READ)
def building_occupants(subject_id: UUID) -> ResponseReturnValue:
    """Show who is in each lot of a building today."""
    lots = list_lots_of_building(current_actor(), reader(), subject_id)
    people = occupants_of_lots(reader(), [lot.id for lot in lots], current_clock().today())
    return render_template("parties/_building_occupants.html", lots=lots, people=people)


@blueprint.get("/lots/<uuid:lot_id>/occupancies/new")
@needs(PartyPermission.OCCUPY)
def occupancy_new(lot_id: UUID) -> ResponseReturnValue:
    """Show the form to move a party into a lot."""
    lot = get_lot(current_actor(), reader(), lot_id)
    form = Form(OccupyIn, {"lot_id": str(lot.id), "starts_on": str(current_clock().today())})
    return render_template("parties/occupancy_form.html", form=form, **_lot_context(lot))


def _lot_context(lot: Any) -> dict[str, Any]:
    return {"lot": lot, "address": lot_address(lot), **options()}


@blueprint.post("/lots/<uuid:lot_id>/occupancies")
@needs(PartyPermission.OCCUPY)
def occupancy_create(lot_id: UUID) -> ResponseReturnValue:
    """Move a party into a lot."""
    form = Form(OccupyIn, {**request.form, "lot_id": str(lot_id)})
    try:
        with open_unit_of_work() as uow:
            move_in(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        lot = get_lot(current_actor(), reader(), lot_id)
        return form.refused(error, "parties/occupancy_form.html", **_lot_context(lot))
    return done(url_for("portfolio.lot_detail", lot_id=lot_id), _("Saved"))


@blueprint.post("/occupancies/<uuid:occupancy_id>/end")
@needs(PartyPermission.OCCUPY)
def occupancy_end(occupancy_id: UUID) -> ResponseReturnValue:
    """Write the last day of a party in a lot; what is refused is said on the sheet of the lot."""
    form = Form(MoveOutIn, request.form)
    try:
        with open_unit_of_work() as uow:
            day = form.load()["ends_on"]
            stay = move_out(current_actor(), occupancy_id, day, uow, current_clock())
    except FORM_ERRORS as error:
        # What is wrong with the form is for who may see the stay.
        get_stay(current_actor(), reader(), occupancy_id)
        for found in error.errors or (error,):
            flash(str(found.message), "danger")
        return redirect(safe_next(request.form.get("next"), url_for("parties.party_list")), 303)
    return done(url_for("portfolio.lot_detail", lot_id=stay.lot_id), _("Saved"))
