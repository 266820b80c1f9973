"""Readings typed by people: an index read on a counter, a correction, and putting one back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.errors import Conflict
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.fields import LocalInstant
from app.web.forms import FORM_ERRORS, Form, done
from modules.energy.commands import CorrectReadings, TakeReading
from modules.energy.enums import DOUBT_LABELS, SOURCE_LABELS, ReadingSource, RegisterKind, Unit
from modules.energy.models import Register
from modules.energy.policies import EnergyPermission
from modules.energy.queries.entries import correctable_registers, get_entry
from modules.energy.queries.meters import get_meter
from modules.energy.routes_web.blueprint import blueprint, shared_words
from modules.energy.schemas import CorrectReadingsIn, TakeReadingIn
from modules.energy.services.corrections import correct_readings, undo_entry
from modules.energy.services.entries import take_reading
from modules.energy.words import say_register

TAKE_PAGE = "energy/reading_form.html"
CORRECT_PAGE = "energy/correction_form.html"


@blueprint.get("/meters/<uuid:meter_id>/readings/new")
@needs(EnergyPermission.READINGS_ENTER)
def reading_new(meter_id: UUID) -> ResponseReturnValue:
    """Show the form of an index read on the counter."""
    form = Form(TakeReadingIn)
    form.values["read_at"] = LocalInstant().serialize("at", {"at": current_clock().now()})
    return render_template(TAKE_PAGE, form=form, **_context(meter_id))


@blueprint.post("/meters/<uuid:meter_id>/readings/new")
@needs(EnergyPermission.READINGS_ENTER)
def reading_take(meter_id: UUID) -> ResponseReturnValue:
    """Keep an index read on the counter; what is odd about it is said, never refused."""
    form = Form(TakeReadingIn, request.form)
    try:
        with open_unit_of_work() as uow:
            typed = form.load() | {"meter_id": meter_id}
            typed["index"] = float(typed["index"])
            entry = take_reading(current_actor(), TakeReading(**typed), uow, current_clock())
            doubt = entry.doubt
    except FORM_ERRORS as error:
        return form.refused(error, TAKE_PAGE, **_context(meter_id))
    if doubt is not None:
        flash(_("Look at it again: %(doubt)s", doubt=DOUBT_LABELS[doubt]), "warning")
    return done(url_for("energy.meter_detail", meter_id=meter_id), _("Reading saved"))


@blueprint.get("/meters/<uuid:meter_id>/readings/correct")
@needs(EnergyPermission.READINGS_CORRECT)
def correction_new(meter_id: UUID) -> ResponseReturnValue:
    """Show the form that corrects readings or marks them as wrong."""
    return render_template(CORRECT_PAGE, form=Form(CorrectReadingsIn), **_context(meter_id))


@blueprint.post("/meters/<uuid:meter_id>/readings/correct")
@needs(EnergyPermission.READINGS_CORRECT)
def reading_correct(meter_id: UUID) -> ResponseReturnValue:
    """Correct readings or mark them as wrong."""
    form = Form(CorrectReadingsIn, request.form)
    try:
        with open_unit_of_work() as uow:
            typed = form.load() | {"meter_id": meter_id}
            command = CorrectReadings(**typed)
            correct_readings(current_actor(), command, uow, current_clock())
    except FORM_ERRORS as error:
        is_doubtful = error.code == "doubtful_reading"
        return form.refused(error, CORRECT_PAGE, **_context(meter_id, is_doubtful=is_doubtful))
    return done(url_for("energy.meter_detail", meter_id=meter_id), _("Reading saved"))


@blueprint.post("/readings/<uuid:entry_id>/undo")
@needs(EnergyPermission.READINGS_CORRECT)
def reading_undo(entry_id: UUID) -> ResponseReturnValue:
    """Put back what stood before a typed reading."""
    try:
        with open_unit_of_work() as uow:
            undo_entry(current_actor(), entry_id, uow, current_clock())
        flash(_("Reading put back"), "success")
    except Conflict as error:
        flash(str(error.message), "danger")
    entry = get_entry(current_actor(), reader(), entry_id)
    return redirect(url_for("energy.meter_detail", meter_id=entry.meter_id), code=303)


def _context(meter_id: UUID, *, is_doubtful: bool = False) -> dict[str, Any]:
    meter = get_meter(current_actor(), reader(), meter_id)
    unit = "m³" if meter.main_unit is Unit.LITRE else "kWh"
    return {
        "meter": meter,
        "unit": unit,
        "is_doubtful": is_doubtful,
        "registers": [(str(r.id), _register_name(r)) for r in correctable_registers(meter)],
        "source_options": [(source.value, SOURCE_LABELS[source]) for source in ReadingSource],
        **shared_words(),
    }


def _register_name(register: Register) -> str:
    if register.kind is RegisterKind.INDEX:
        return _("Index · %(code)s", code=say_register(register.code))
    minutes = register.interval_minutes
    code = say_register(register.code)
    return _("Consumption every %(minutes)s minutes · %(code)s", minutes=minutes, code=code)
