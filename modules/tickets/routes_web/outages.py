"""Known failures: what goes on, announcing one from wherever it is learned of, and its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.clock import BRUSSELS
from app.i18n import get_locale
from app.i18n import gettext as _
from app.search.routes_web import engine as search_engine
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, done
from modules.portfolio.api import (
    building_labels,
    get_building,
    installation_choices,
    installation_labels,
)
from modules.tickets import services
from modules.tickets.models import Outage
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.outages import get_outage, list_outages
from modules.tickets.rules import load_rules
from modules.tickets.schemas import OutageChangeIn, OutageIn

blueprint = Blueprint("outages", __name__)
FORM = "tickets/outage_form.html"
FOUND = 8


@blueprint.get("/outages")
@needs(TicketPermission.READ)
def outage_list() -> ResponseReturnValue:
    """Show the known failures that go on, and the last that ended."""
    actor, session = current_actor(), reader()
    running = list_outages(actor, session)
    ended = list_outages(actor, session, ended=True)[:20]
    shown = [*running, *ended]
    return render_template(
        "tickets/outage_list.html",
        running=running,
        ended=ended,
        buildings=building_labels(session, filter(None, (one.building_id for one in shown))),
        plants=installation_labels(session, filter(None, (one.installation_id for one in shown))),
        now=current_clock().now(),
    )


@blueprint.get("/outages/new")
@needs(TicketPermission.OUTAGE)
def outage_new() -> ResponseReturnValue:
    """Show the form, with the building and the kind known where one comes from."""
    form = Form(OutageIn)
    kind = ".".join(request.args.get("category", "").split(".")[:2])
    named = {name: request.args.get(name, "") for name in ("building", "installation")}
    form.values = {**named, "category": kind}
    return render_template(FORM, form=form, errors=(), **_choices(form))


@blueprint.post("/outages")
@needs(TicketPermission.OUTAGE)
def outage_open() -> ResponseReturnValue:
    """Announce a failure that touches many."""
    form = Form(OutageIn, request.form)
    try:
        with open_unit_of_work() as uow:
            services.open_outage(current_actor(), form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, FORM, **_choices(form))
    return done(url_for("outages.outage_list"), _("The failure is announced."))


@blueprint.get("/outages/<uuid:outage_id>/edit")
@needs(TicketPermission.OUTAGE)
def outage_edit(outage_id: UUID) -> ResponseReturnValue:
    """Show what is said of a failure, to say more."""
    outage = get_outage(current_actor(), reader(), outage_id)
    form = Form(OutageChangeIn, shows=_facts(outage))
    return render_template(FORM, form=form, errors=(), **_about(form, outage))


@blueprint.post("/outages/<uuid:outage_id>/edit")
@needs(TicketPermission.OUTAGE)
def outage_change(outage_id: UUID) -> ResponseReturnValue:
    """Save it; two people at once are shown both versions."""
    form = Form(OutageChangeIn, request.form)
    try:
        with open_unit_of_work() as uow:
            services.change_outage(current_actor(), outage_id, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        outage = get_outage(current_actor(), reader(), outage_id)
        return form.refused(error, FORM, fresh=_facts(outage), **_about(form, outage))
    return done(url_for("outages.outage_list"), _("Saved. Agents say the new sentence."))


def _facts(outage: Outage) -> dict[str, Any]:
    words = {
        f"{name}_{locale}": getattr(outage, name).get(locale, "")
        for name in ("title", "sentence")
        for locale in ("fr", "nl")
    }
    plain = ("version", "category_key", "expected_end_at")
    return words | {name: getattr(outage, name) for name in plain}


def _about(form: Form, outage: Outage) -> dict[str, Any]:
    label = building_labels(reader(), filter(None, [outage.building_id]))
    return _choices(form) | {"outage": outage, "place": "".join(label.values())}


@blueprint.post("/outages/<uuid:outage_id>/end")
@needs(TicketPermission.OUTAGE)
def outage_end(outage_id: UUID) -> ResponseReturnValue:
    """Say that a failure is over; everybody who called is told."""
    with open_unit_of_work() as uow:
        services.end_outage(current_actor(), outage_id, uow, current_clock())
    return done(
        url_for("outages.outage_list"),
        _("The failure is over; everybody who called about it is told."),
    )


@blueprint.get("/outages/buildings")
@needs(TicketPermission.OUTAGE)
def building_options() -> ResponseReturnValue:
    """Answer the words of an address with the buildings they may mean."""
    text = request.args.get("q", "")
    groups = search_engine().search(
        current_actor(), reader(), text, limit=FOUND, kinds=("building",)
    )
    hits = [hit for group in groups for hit in group.hits]
    return jsonify([{"value": str(h.id), "text": h.title, "hint": h.detail} for h in hits])


def _choices(form: Form) -> dict[str, Any]:
    """Return the building chosen, as its own option, and the kinds of failures."""
    rules = load_rules(reader(), current_clock().today(BRUSSELS))
    kinds = [
        (key, rules.label_of(key, get_locale()))
        for key, one in rules.categories.items()
        if key.count(".") == 1 and not one.is_retired
    ]
    chosen = _building(form.value("building"))
    return {
        "kinds": kinds,
        "buildings": chosen,
        "plants": _plants(chosen),
        "outage": None,
        "place": "",
    }


def _plants(chosen: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what serves the building chosen, also from a building one does not see."""
    found = [installation_choices(current_actor(), reader(), UUID(key)) for key, _label in chosen]
    return [(str(key), label) for plants in found for key, label in plants.items()]


def _building(chosen: str) -> list[tuple[str, str]]:
    try:
        building_id = UUID(chosen)
    except ValueError:
        return []
    building = get_building(current_actor(), reader(), building_id)
    return [(chosen, building_labels(reader(), [building.id])[building.id])]
