"""Who carries out orders: list and form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.auth.models import User
from app.auth.needs import needs
from app.errors import Invalid
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.phones import show_phone
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, choices, done
from modules.interventions import services
from modules.interventions.commands import SaveTechnician
from modules.interventions.models import Technician
from modules.interventions.policies import OrderPermission
from modules.interventions.queries.orders import get_technician, list_technicians
from modules.interventions.routes_web.words import words
from modules.interventions.schemas import TechnicianIn
from modules.portfolio.api import list_areas
from modules.tickets.api import TRADE_LABELS, Trade

blueprint = Blueprint("technicians", __name__)
blueprint.context_processor(words)
PAGE = "interventions/technician_form.html"


@blueprint.get("/technicians")
@needs(OrderPermission.TECHNICIANS)
def technician_list() -> ResponseReturnValue:
    """List who carries out orders."""
    found = list_technicians(reader(), active_only=False)
    areas = {area.id: str(area.name) for area in list_areas(reader())}
    return render_template("interventions/technician_list.html", technicians=found, areas=areas)


@blueprint.get("/technicians/new")
@needs(OrderPermission.TECHNICIANS)
def technician_new() -> ResponseReturnValue:
    """Show an empty form."""
    form = Form(TechnicianIn)
    form.values = {"is_active": True, "day_minutes": 420, "locale": "fr"}
    return _show(form, None)


@blueprint.get("/technicians/<uuid:technician_id>")
@needs(OrderPermission.TECHNICIANS)
def technician_edit(technician_id: UUID) -> ResponseReturnValue:
    """Show the form of a technician."""
    technician = get_technician(reader(), technician_id)
    return _show(Form(TechnicianIn, shows=_values(technician)), technician)


@blueprint.post("/technicians")
@needs(OrderPermission.TECHNICIANS)
def technician_create() -> ResponseReturnValue:
    """Add a technician."""
    return _save(None)


@blueprint.post("/technicians/<uuid:technician_id>")
@needs(OrderPermission.TECHNICIANS)
def technician_save(technician_id: UUID) -> ResponseReturnValue:
    """Change a technician."""
    return _save(technician_id)


def _save(technician_id: UUID | None) -> ResponseReturnValue:
    form = Form(TechnicianIn, request.form)
    try:
        command, email = form.load()
        command = replace(command, user_id=_account(email), skills=_levels(technician_id, command))
        with open_unit_of_work() as uow:
            services.save_technician(current_actor(), technician_id, command, uow, current_clock())
    except FORM_ERRORS as error:
        technician = get_technician(reader(), technician_id) if technician_id else None
        fresh = _values(technician) if technician else None
        return form.refused(error, PAGE, fresh=fresh, **_around(technician))
    return done(url_for("technicians.technician_list"), _("Technician saved"))


def _levels(technician_id: UUID | None, command: SaveTechnician) -> dict[Trade, int]:
    """Keep how well a trade is mastered, which the form does not ask."""
    technician = get_technician(reader(), technician_id) if technician_id else None
    known = {skill.trade: skill.level for skill in technician.skills} if technician else {}
    return {trade: known.get(trade, level) for trade, level in command.skills.items()}


def _account(email: str) -> UUID | None:
    if not email:
        return None
    found = reader().scalars(select(User.id).where(User.email == email.lower())).one_or_none()
    if found is None:
        message = _l("No account has this e-mail address.")
        raise Invalid("unknown_account", message, field="email")
    return found


def _values(technician: Technician) -> dict[str, Any]:
    account = reader().get(User, technician.user_id) if technician.user_id else None
    return {
        "name": technician.name,
        "email": account.email if account else "",
        "phone": show_phone(technician.phone),
        "locale": technician.locale,
        "day_minutes": technician.day_minutes,
        "is_active": technician.is_active,
        "trades": sorted(skill.trade for skill in technician.skills),
        "areas": sorted(area.area_id for area in technician.areas),
        "version": technician.version,
    }


def _around(technician: Technician | None) -> dict[str, Any]:
    return {
        "technician": technician,
        "trades": choices(TRADE_LABELS),
        "area_options": [(str(area.id), str(area.name)) for area in list_areas(reader())],
    }


def _show(form: Form, technician: Technician | None) -> ResponseReturnValue:
    return render_template(PAGE, form=form, errors=(), **_around(technician))
