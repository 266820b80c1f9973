"""The technician's pages: plain ones that work online, and the shell of the offline application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from app.auth.actor import Actor
from app.auth.needs import needs, public
from app.clock import Clock
from app.db import UnitOfWork
from app.ids import new_id
from app.web.assets import worker_source
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, choices
from app.web.frontend import current_assets
from modules.interventions import services
from modules.interventions.enums import EntryKind
from modules.interventions.models import OrderEntry, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries import orders as queries
from modules.interventions.queries.board import place_labels
from modules.interventions.queries.day import list_day
from modules.interventions.routes_web.access import note_codes_given
from modules.interventions.routes_web.words import words
from modules.interventions.schemas import (
    CompleteIn,
    FollowOnIn,
    HoursIn,
    MaterialIn,
    NeededTextIn,
    NoAccessIn,
    TextIn,
)
from modules.interventions.services.visits import Entry
from modules.portfolio.api import ACCESS_KIND_LABELS, list_warnings
from modules.tickets.api import TRADE_LABELS

blueprint = Blueprint("field", __name__)
blueprint.context_processor(words)

DAYS_AHEAD = 3
NO_PHOTO = UUID(int=0)
Step = Callable[[Actor, UUID, Any, UnitOfWork, Clock], WorkOrder | OrderEntry]


@blueprint.get("/field/")
@public("the page holds no data: it is kept on the tablet and signs in by itself")
def shell() -> ResponseReturnValue:
    """Give the page of the offline application."""
    photo_url = url_for("field_api.PhotoById", photo_id=NO_PHOTO)
    return render_template(
        "field/shell.html",
        day_url=url_for("field_api.FieldDay"),
        operations_url=url_for("field_api.FieldOperations"),
        photo_url=photo_url.replace(str(NO_PHOTO), "PHOTO_ID"),
        worker_url=url_for("field.service_worker"),
    )


@blueprint.get("/field/service-worker.js")
@public("browsers fetch it without signing in; it holds no data")
def service_worker() -> ResponseReturnValue:
    """Give the worker that keeps the application on the tablet."""
    source = worker_source(current_assets(), url_for("field.shell"))
    return Response(source, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/field/today")
@needs(OrderPermission.WORK)
def today() -> ResponseReturnValue:
    """Show the coming days of the signed-in technician, without scripts."""
    now = current_clock().now()
    technician, orders = list_day(current_actor(), reader(), now, DAYS_AHEAD)
    places = place_labels(reader(), orders)
    return render_template(
        "interventions/field_today.html", technician=technician, orders=orders, places=places
    )


@blueprint.get("/field/orders/<uuid:order_id>")
@needs(OrderPermission.WORK)
def order(order_id: UUID) -> ResponseReturnValue:
    """Show an order as a technician needs it: warnings, access, what, then the buttons."""
    sheet = _sheet(order_id)
    note_codes_given({code.id: sheet["order"].number for code in sheet["codes"]})
    return render_template("interventions/field_order.html", errors=(), **sheet)


@blueprint.post("/field/orders/<uuid:order_id>/travel")
@needs(OrderPermission.WORK)
def order_travel(order_id: UUID) -> ResponseReturnValue:
    """Say that one is on the way."""
    return _step(order_id, TextIn, lambda a, i, _d, u, c: services.travel_to(a, i, None, u, c))


@blueprint.post("/field/orders/<uuid:order_id>/start")
@needs(OrderPermission.WORK)
def order_start(order_id: UUID) -> ResponseReturnValue:
    """Start the visit; the time is stamped once."""
    return _step(order_id, TextIn, lambda a, i, _d, u, c: services.start_visit(a, i, None, u, c))


@blueprint.post("/field/orders/<uuid:order_id>/notes")
@needs(OrderPermission.WORK)
def order_note(order_id: UUID) -> ResponseReturnValue:
    """Add a note."""

    def note(actor: Actor, one: UUID, data: Any, uow: UnitOfWork, clock: Clock) -> OrderEntry:
        entry = Entry(new_id(), EntryKind.NOTE, clock.now(), data["text"])
        return services.add_entry(actor, one, entry, uow, clock)

    return _step(order_id, NeededTextIn, note)


@blueprint.post("/field/orders/<uuid:order_id>/hours")
@needs(OrderPermission.WORK)
def order_hours(order_id: UUID) -> ResponseReturnValue:
    """Add minutes of work."""

    def hours(actor: Actor, one: UUID, data: Any, uow: UnitOfWork, clock: Clock) -> OrderEntry:
        kind = {"kind": "work"}
        entry = Entry(new_id(), EntryKind.HOURS, clock.now(), minutes=data["minutes"], data=kind)
        return services.add_entry(actor, one, entry, uow, clock)

    return _step(order_id, HoursIn, hours)


@blueprint.post("/field/orders/<uuid:order_id>/material")
@needs(OrderPermission.WORK)
def order_material(order_id: UUID) -> ResponseReturnValue:
    """Add material used."""

    def material(actor: Actor, one: UUID, data: Any, uow: UnitOfWork, clock: Clock) -> OrderEntry:
        line = {"quantity": str(data["quantity"]), "unit": data["unit"]}
        entry = Entry(new_id(), EntryKind.MATERIAL, clock.now(), data["label"], data=line)
        return services.add_entry(actor, one, entry, uow, clock)

    return _step(order_id, MaterialIn, material)


@blueprint.post("/field/orders/<uuid:order_id>/no-access")
@needs(OrderPermission.WORK)
def order_no_access(order_id: UUID) -> ResponseReturnValue:
    """End the visit because nobody could get in."""
    return _step(order_id, NoAccessIn, services.record_no_access)


@blueprint.post("/field/orders/<uuid:order_id>/awaits-material")
@needs(OrderPermission.WORK)
def order_awaits_material(order_id: UUID) -> ResponseReturnValue:
    """End the visit because material is missing."""

    def wait(actor: Actor, one: UUID, data: Any, uow: UnitOfWork, clock: Clock) -> WorkOrder:
        return services.await_material(actor, one, data["text"], uow, clock)

    return _step(order_id, NeededTextIn, wait)


@blueprint.post("/field/orders/<uuid:order_id>/follow-on")
@needs(OrderPermission.WORK)
def order_follow_on(order_id: UUID) -> ResponseReturnValue:
    """Ask for further work."""

    def follow(actor: Actor, one: UUID, data: Any, uow: UnitOfWork, clock: Clock) -> WorkOrder:
        return services.ask_follow_on(actor, one, new_id(), data, uow, clock)

    return _step(order_id, FollowOnIn, follow)


@blueprint.post("/field/orders/<uuid:order_id>/complete")
@needs(OrderPermission.WORK)
def order_complete(order_id: UUID) -> ResponseReturnValue:
    """End the visit: done, or could not finish."""
    return _step(order_id, CompleteIn, services.complete_order)


def _step(order_id: UUID, schema: type[Schema], step: Step) -> ResponseReturnValue:
    form = Form(schema, request.form)
    try:
        with open_unit_of_work() as uow:
            step(current_actor(), order_id, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "interventions/field_order.html", **_sheet(order_id))
    return redirect(url_for("field.order", order_id=order_id), code=303)


def _sheet(order_id: UUID) -> dict[str, Any]:
    session = reader()
    found = queries.get_order(current_actor(), session, order_id)
    day = current_clock().today()
    history = queries.list_orders_on_place(
        current_actor(), session, building_id=found.building_id, lot_id=found.lot_id
    )
    return {
        "order": found,
        "place": place_labels(session, [found])[found.id],
        "warnings": list_warnings(session, day, building_id=found.building_id, lot_id=found.lot_id),
        "codes": queries.list_codes_of_order(current_actor(), session, found),
        "code_labels": ACCESS_KIND_LABELS,
        "entries": queries.list_entries(session, order_id),
        "visits": queries.list_visits(session, order_id),
        "history": [one for one in history if one.id != order_id][:5],
        "trades": choices(TRADE_LABELS),
    }
