"""Orders on screen: list, sheet, the dispatcher's board and the steps taken from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.auth.needs import needs
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.errors import Invalid, StaleVersion
from app.i18n import format_date
from app.i18n import gettext as _
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.fields import LocalInstant
from app.web.forms import FORM_ERRORS, Form, choices, done
from app.web.tables import list_page
from app.web.urls import safe_next
from modules.interventions import services
from modules.interventions.commands import NOBODY, BoardFilter
from modules.interventions.enums import OPEN_STATUSES, WORK_CLASS_LABELS
from modules.interventions.lifecycle import visit_called_off
from modules.interventions.models import WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.queries import orders as queries
from modules.interventions.queries.board import place_labels, read_board
from modules.interventions.queries.contractors import describe_contractor
from modules.interventions.routes_web.words import rules_today, words
from modules.interventions.schemas import (
    AssignIn,
    BoardIn,
    NeededTextIn,
    OrderIn,
    ScheduleIn,
    TextIn,
)
from modules.interventions.tables import order_table, select_orders
from modules.parties.api import find_organisation
from modules.portfolio.api import installation_labels, place_facts
from modules.tickets.api import TRADE_LABELS, get_ticket_facts, list_ticket_facts

ABOUT = ("ticket", "building", "lot", "installation")
blueprint = Blueprint("interventions", __name__)
blueprint.context_processor(words)

DAYS_ON_BOARD = 7
Step = Callable[[Actor, UUID, Any, UnitOfWork, Clock], WorkOrder]


@blueprint.get("/work-orders")
@needs(OrderPermission.READ)
def order_list() -> ResponseReturnValue:
    """List the orders the actor may see."""
    actions = []
    if current_actor().can(OrderPermission.ASSIGN):
        actions.append((_("Board"), url_for("interventions.board")))
    return list_page(
        order_table(rules_today(), current_clock().now()),
        select_orders(current_actor()),
        actions=actions,
    )


@blueprint.get("/work-orders/board")
@needs(OrderPermission.ASSIGN)
def board() -> ResponseReturnValue:
    """Show what is open, who is there, and who should do what."""
    now = current_clock().now()
    form = Form(BoardIn, request.args)
    try:
        wanted = form.load()
    except Invalid:
        wanted = BoardFilter()  # an address typed wrong shows everything
    found = read_board(current_actor(), reader(), now, wanted)
    return render_template("interventions/board.html", board=found, **_board_words(wanted))


def _board_words(wanted: BoardFilter) -> dict[str, Any]:
    today = current_clock().today(BRUSSELS)
    coming = [today + timedelta(days=ahead) for ahead in range(DAYS_ON_BOARD)]
    return {
        "wanted": wanted,
        "is_filtered": wanted != BoardFilter(),
        "today": today,
        "board_address": request.full_path.rstrip("?"),
        "days": [(day.isoformat(), format_date(day, "full")) for day in coming],
        "technicians": _technicians(reader()),
        "trades": [(key.value, str(label)) for key, label in TRADE_LABELS.items()],
    }


@blueprint.get("/work-orders/new")
@needs(OrderPermission.CREATE)
def order_new() -> ResponseReturnValue:
    """Show the form, filled from the ticket."""
    form = Form(OrderIn)
    form.values = {key: value for key, value in request.args.items() if key in ABOUT}
    return render_template("interventions/order_form.html", form=form, errors=(), **_about(form))


@blueprint.post("/work-orders")
@needs(OrderPermission.CREATE)
def order_create() -> ResponseReturnValue:
    """Create an order."""
    form = Form(OrderIn, request.form)
    if "description" in request.form:  # emptied, it stays empty
        form.values.setdefault("description", "")
    try:
        with open_unit_of_work() as uow:
            command, given = form.load()
            order = services.create_order(current_actor(), command, uow, current_clock())
            order_id, number = order.id, order.number
            if given != NOBODY:
                services.assign_order(current_actor(), order_id, given, uow, current_clock())
    except FORM_ERRORS as error:
        return form.refused(error, "interventions/order_form.html", **_about(form))
    said = _("Order %(number)s created", number=number)
    return done(url_for("interventions.order_detail", order_id=order_id), said)


@blueprint.get("/work-orders/<uuid:order_id>")
@needs(OrderPermission.READ)
def order_detail(order_id: UUID) -> ResponseReturnValue:
    """Show an order: what, where, who, what happened."""
    return render_template("interventions/order_detail.html", errors=(), **_sheet(order_id))


@blueprint.post("/work-orders/<uuid:order_id>/assign")
@needs(OrderPermission.ASSIGN)
def order_assign(order_id: UUID) -> ResponseReturnValue:
    """Give an order to a technician, or take it back."""
    return take_step(order_id, AssignIn, services.assign_order)


@blueprint.post("/work-orders/<uuid:order_id>/schedule")
@needs(OrderPermission.ASSIGN)
def order_schedule(order_id: UUID) -> ResponseReturnValue:
    """Plan the visit."""
    return take_step(order_id, ScheduleIn, services.schedule_order)


@blueprint.post("/work-orders/<uuid:order_id>/hold")
@needs(OrderPermission.ASSIGN)
def order_hold(order_id: UUID) -> ResponseReturnValue:
    """Put on hold, with the reason."""
    return take_step(order_id, NeededTextIn, with_text(services.hold_order))


@blueprint.post("/work-orders/<uuid:order_id>/close")
@needs(OrderPermission.CLOSE)
def order_close(order_id: UUID) -> ResponseReturnValue:
    """Close an order whose work is done."""
    return take_step(order_id, TextIn, with_text(services.close_order))


@blueprint.post("/work-orders/<uuid:order_id>/cancel")
@needs(OrderPermission.CANCEL)
def order_cancel(order_id: UUID) -> ResponseReturnValue:
    """Cancel, with the reason."""
    return take_step(order_id, NeededTextIn, with_text(services.cancel_order))


@blueprint.post("/work-orders/<uuid:order_id>/reopen")
@needs(OrderPermission.ASSIGN)
def order_reopen(order_id: UUID) -> ResponseReturnValue:
    """Open a finished order again."""
    return take_step(order_id, NeededTextIn, with_text(services.reopen_order))


@blueprint.post("/work-orders/<uuid:order_id>/notes")
@needs(OrderPermission.CREATE)
def order_note(order_id: UUID) -> ResponseReturnValue:
    """Add a note of the office."""
    return take_step(order_id, NeededTextIn, _note)


def with_text(step: Callable[..., WorkOrder]) -> Step:
    """Hand a step the text of its form, and the version its page showed."""

    def take(
        actor: Actor, order_id: UUID, data: dict[str, Any], uow: UnitOfWork, clock: Clock
    ) -> WorkOrder:
        seen = {} if data["version"] is None else {"version": data["version"]}
        return step(actor, order_id, data["text"], uow, clock, **seen)

    return take


def _note(
    actor: Actor, order_id: UUID, data: dict[str, Any], uow: UnitOfWork, clock: Clock
) -> WorkOrder:
    """Add a note, which undoes nothing, whatever happened meanwhile."""
    return services.note_order(actor, order_id, data["text"], uow, clock)


def take_step(order_id: UUID, schema: type[Schema], step: Step) -> ResponseReturnValue:
    """Take a step and go back to where it was taken; what is refused is said on the sheet."""
    form = Form(schema, request.form)
    try:
        with open_unit_of_work() as uow:
            step(current_actor(), order_id, form.load(), uow, current_clock())
    except FORM_ERRORS as error:
        sheet = _sheet(order_id) | {"firms": _chosen_firm(form)}
        if not isinstance(error, StaleVersion):
            # Only who was told of a change decides on the order as it now stands.
            sheet["seen"] = form.value("version", sheet["seen"])
        return form.refused(error, "interventions/order_detail.html", **sheet)
    target = url_for("interventions.order_detail", order_id=order_id)
    back = safe_next(request.form.get("next"), target)
    return done(back) if "HX-Request" in request.headers else redirect(back, code=303)


def _about(form: Form) -> dict[str, Any]:
    """Gather what the form of an order shows beside its fields."""
    actor, session = current_actor(), reader()
    ticket_id = form.value("ticket")
    ticket = get_ticket_facts(actor, session, UUID(str(ticket_id))) if ticket_id else None
    building_id = form.value("building") or (ticket.building_id if ticket else None)
    lot_id = form.value("lot") or (ticket.lot_id if ticket else None)
    place = ""
    if building_id or lot_id:
        place = place_facts(
            actor,
            session,
            building_id=UUID(str(building_id)) if building_id else None,
            lot_id=UUID(str(lot_id)) if lot_id else None,
        ).label
    if plant := form.value("installation"):
        labels = installation_labels(session, [UUID(str(plant))])
        place = " · ".join([place, *labels.values()]).strip(" ·")
    return {
        "ticket": ticket,
        "place": place,
        "technicians": _technicians(session),
        "firms": _chosen_firm(form),
        "trades": choices(TRADE_LABELS),
        "priorities": rules_today().priority_choices,
        "classes": choices(WORK_CLASS_LABELS),
    }


def _chosen_firm(form: Form) -> list[tuple[str, str]]:
    """Return the organisation a refused form named, to show it again."""
    try:
        chosen = UUID(str(form.value("contractor")))
    except ValueError:
        return []
    firm = find_organisation(current_actor(), reader(), chosen)
    return [(str(firm.id), firm.name)] if firm else []


def _technicians(session: Session) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in queries.list_technicians(session)]


def _sheet(order_id: UUID) -> dict[str, Any]:
    actor, session = current_actor(), reader()
    order = queries.get_order(actor, session, order_id)
    may_see_tickets = actor.can("tickets.ticket.read")
    ticket_ids = queries.ticket_ids_of(session, order_id)
    parent = order.parent_id
    events = queries.list_events(session, order_id)
    return {
        "order": order,
        "seen": order.version,
        "firms": [],
        "place": place_labels(session, [order])[order.id],
        "plants": installation_labels(session, filter(None, [order.installation_id])),
        "planned": {
            "start": LocalInstant().serialize("planned_start_at", order),
            "end": LocalInstant().serialize("planned_end_at", order),
        },
        "events": list(reversed(events)),
        "called_off": visit_called_off(events) if order.is_open and ticket_ids else None,
        "entries": queries.list_entries(session, order_id),
        "visits": queries.list_visits(session, order_id),
        "earlier": queries.earlier_texts(session, order),
        "tickets": list_ticket_facts(actor, session, ticket_ids) if may_see_tickets else [],
        "parent": queries.get_order(actor, session, parent) if parent else None,
        "follow_ons": queries.list_follow_ons(actor, session, order_id),
        "technicians": _technicians(session),
        "contractor": describe_contractor(session, order),
        "is_open": order.status in OPEN_STATUSES,
    }
