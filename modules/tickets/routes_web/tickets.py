"""Tickets on screen: the list, the sheet, and the steps a person may take from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.clock import BRUSSELS
from app.errors import AppError, NotFound, StaleVersion
from app.i18n import gettext as _
from app.mail import MAIL_STATE_LABELS, MAIL_STATE_TONES
from app.registry import panels_for
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader
from app.web.downloads import download
from app.web.forms import FORM_ERRORS, Form, done
from app.web.letterhead import letterhead_desk
from app.web.tables import list_page
from modules.tickets import schemas, services
from modules.tickets.alerts import ENDINGS
from modules.tickets.commands import LinkTickets
from modules.tickets.enums import (
    CHANNEL_LABELS,
    DROPPED_STATUSES,
    EVENT_LABELS,
    LINK_LABELS,
    SCORE_LABELS,
    SCORE_TONES,
    SOURCE_LABELS,
    STATUS_LABELS,
    STATUS_TONES,
    TRADE_LABELS,
    WAITING_LABELS,
    EventKind,
)
from modules.tickets.lifecycle import next_steps
from modules.tickets.models import Ticket
from modules.tickets.policies import TicketPermission
from modules.tickets.printed import print_letter
from modules.tickets.queries import tickets as queries
from modules.tickets.queries.callers import places_of_tickets
from modules.tickets.queries.repeats import repeats_on
from modules.tickets.queries.sheet import describe_ticket
from modules.tickets.queries.urgent import list_urgent
from modules.tickets.rules import load_rules
from modules.tickets.schemas_opinions import AnswerIn
from modules.tickets.standing import describe_standing
from modules.tickets.tables import select_tickets, ticket_table

blueprint = Blueprint("tickets", __name__)

TEXT_STEPS: dict[str, Callable[..., Ticket]] = {
    "qualify": services.qualify_ticket,
    "resume": services.resume_ticket,
    "complete": services.complete_ticket,
    "return": services.return_ticket,
    "close": services.close_ticket,
    "cancel": services.cancel_ticket,
    "reopen": services.reopen_ticket,
    "note": services.note_ticket,
}
NEEDS_TEXT = frozenset({"complete", "return", "cancel", "reopen", "note"})
COMMAND_STEPS: dict[str, tuple[Callable[..., Ticket], type[Any]]] = {
    "wait": (services.put_on_hold, schemas.WaitIn),
    "defer": (services.defer_ticket, schemas.DeferIn),
    "priority": (services.change_priority, schemas.PriorityIn),
    "category": (services.change_category, schemas.CategoryIn),
    "opinion": (services.record_answer, AnswerIn),
}


@blueprint.get("/tickets")
@needs(TicketPermission.READ)
def ticket_list() -> ResponseReturnValue:
    """List the tickets the actor may see."""
    rules = load_rules(reader(), current_clock().today(BRUSSELS))
    table = ticket_table(rules, current_clock().now())
    return list_page(table, select_tickets(current_actor()), **_ways_in())


def _ways_in() -> dict[str, Any]:
    """Return how to begin a ticket, and for who reports for themselves what they reported."""
    actor, begin = current_actor(), url_for("calls.call_new")
    if actor.can(TicketPermission.TAKE_CALLS):
        return {"new": (_("New call"), begin)}
    own = url_for("tickets.ticket_list", reporter=actor.user_id)
    may_report = actor.can(TicketPermission.OPEN)
    return {
        "new": (_("Report a problem"), begin) if may_report else None,
        "actions": [(_("What I reported"), own)] if may_report else [],
    }


@blueprint.get("/tickets/<uuid:ticket_id>")
@needs(TicketPermission.READ)
def ticket_detail(ticket_id: UUID) -> ResponseReturnValue:
    """Show a ticket: what was said, its clock, what happened, what belongs to it."""
    return _sheet(ticket_id)


@blueprint.post("/tickets/<uuid:ticket_id>/steps/<string:step>")
@needs(TicketPermission.READ)
def ticket_step(ticket_id: UUID, step: str) -> ResponseReturnValue:
    """Take a step; the service asks for the right it needs."""
    try:
        _take_step(ticket_id, step)
    except FORM_ERRORS as error:
        return _sheet(ticket_id, error, step)
    return done(url_for("tickets.ticket_detail", ticket_id=ticket_id), _("Noted."))


@blueprint.post("/tickets/<uuid:ticket_id>/letter")
@needs(TicketPermission.HANDLE)
def ticket_letter(ticket_id: UUID) -> ResponseReturnValue:
    """Write to the caller on paper: a PDF, noted as told."""
    try:
        with open_unit_of_work() as uow:
            letter = services.write_letter(current_actor(), ticket_id, uow, current_clock())
    except FORM_ERRORS as error:
        return _sheet(ticket_id, error)
    printed = print_letter(letter, letterhead_desk().kept())
    return download(printed, f"{letter.number}.pdf", "application/pdf")


@blueprint.post("/tickets/<uuid:ticket_id>/renewal")
@needs(TicketPermission.OPEN)
def ticket_renew(ticket_id: UUID) -> ResponseReturnValue:
    """Open another ticket for the alert of one that has ended."""
    try:
        with open_unit_of_work() as uow:
            ticket = services.renew_ticket(current_actor(), ticket_id, uow, current_clock())
    except FORM_ERRORS as error:
        return _sheet(ticket_id, error)
    return done(url_for("tickets.ticket_detail", ticket_id=ticket.id), _("Noted."))


@blueprint.post("/tickets/<uuid:ticket_id>/links")
@needs(TicketPermission.NOTE)
def ticket_link(ticket_id: UUID) -> ResponseReturnValue:
    """Say that another ticket belongs to this one, or that this one is its duplicate."""
    actor, clock = current_actor(), current_clock()
    try:
        values = Form(schemas.LinkIn, request.form).load()
        other = queries.get_ticket_by_number(actor, reader(), values["number"])
        with open_unit_of_work() as uow:
            if request.form.get("is_duplicate") == "on":
                seen = request.form.get("version", type=int)
                services.mark_duplicate(actor, ticket_id, other.id, uow, clock, version=seen)
            else:
                services.link_tickets(
                    actor, ticket_id, LinkTickets(other.id, values["kind"]), uow, clock
                )
    except (*FORM_ERRORS, NotFound) as error:
        return _sheet(ticket_id, error)
    return redirect(url_for("tickets.ticket_detail", ticket_id=ticket_id), code=303)


@blueprint.get("/tickets/panels/lots/<uuid:subject_id>")
@needs(TicketPermission.READ)
def panel_lot(subject_id: UUID) -> ResponseReturnValue:
    """Show the tickets of a lot on its sheet."""
    actor, session = current_actor(), reader()
    repeats = repeats_on(actor, session, current_clock(), lot_id=subject_id)
    return _panel(queries.list_on_place(actor, session, lot_id=subject_id), repeats=repeats)


@blueprint.get("/tickets/panels/buildings/<uuid:subject_id>")
@needs(TicketPermission.READ)
def panel_building(subject_id: UUID) -> ResponseReturnValue:
    """Show the tickets of a building on its sheet."""
    actor, session = current_actor(), reader()
    found = queries.list_on_place(actor, session, building_id=subject_id)
    inside = [one for one in found if one.lot_id]
    repeats = repeats_on(actor, session, current_clock(), building_id=subject_id)
    return _panel(found, building_id=subject_id, repeats=repeats, places=_places(inside))


@blueprint.get("/tickets/panels/rooms/<uuid:subject_id>")
@needs(TicketPermission.READ)
def panel_room(subject_id: UUID) -> ResponseReturnValue:
    """Show the tickets about a room on its sheet."""
    return _panel(queries.list_on_place(current_actor(), reader(), room_id=subject_id))


@blueprint.get("/tickets/panels/installations/<uuid:subject_id>")
@needs(TicketPermission.READ)
def panel_installation(subject_id: UUID) -> ResponseReturnValue:
    """Show the tickets about an installation on its sheet."""
    return _panel(queries.list_on_place(current_actor(), reader(), installation_id=subject_id))


@blueprint.get("/tickets/panels/people/<uuid:subject_id>")
@needs(TicketPermission.READ)
def panel_party(subject_id: UUID) -> ResponseReturnValue:
    """Show what a person reported on their sheet."""
    found = queries.list_of_caller(current_actor(), reader(), subject_id)
    return _panel(found, places=_places(found))


@blueprint.get("/tickets/panels/alerts/<uuid:subject_id>")
@needs(TicketPermission.READ)
def panel_alert(subject_id: UUID) -> ResponseReturnValue:
    """Show the ticket of an alert on its sheet, and what to do when it ended before the alert."""
    found = queries.list_of_alert(current_actor(), reader(), subject_id)
    mine = found[0] if found else None
    is_dropped = mine is not None and mine.status in DROPPED_STATUSES
    return render_template(
        "tickets/_alert_tickets.html",
        tickets=found,
        is_unattended=mine is not None
        and mine.has_open_alert
        and not any(one.is_open for one in found),
        return_step="reopen" if is_dropped else "return",
        return_right=TicketPermission.HANDLE if is_dropped else TicketPermission.NOTE,
        **_labels(),
    )


@blueprint.get("/tickets/panels/urgent")
@needs(TicketPermission.READ)
def panel_home() -> ResponseReturnValue:
    """Show what cannot wait on the home page, with where it is and who is on it."""
    actor, session, labels = current_actor(), reader(), _labels()
    urgent = list_urgent(actor, session, labels["rules"], current_clock().now())
    return render_template(
        "tickets/_home_panel.html",
        urgent=urgent,
        places=_places(urgent.tickets),
        **labels | describe_standing(urgent.tickets),
    )


def _take_step(ticket_id: UUID, step: str) -> None:
    actor, clock = current_actor(), current_clock()
    if step == "start":
        version = Form(schemas.NoteIn, request.form).load()["version"]
        with open_unit_of_work() as uow:
            services.start_ticket(actor, ticket_id, uow, clock, version=version)
    elif step in TEXT_STEPS:
        schema = schemas.NeededNoteIn if step in NEEDS_TEXT else schemas.NoteIn
        given = Form(schema, request.form).load()
        # A note undoes nothing, whatever happened meanwhile.
        seen = {} if step == "note" else {"version": given["version"]}
        with open_unit_of_work() as uow:
            TEXT_STEPS[step](actor, ticket_id, given["text"], uow, clock, **seen)
    elif step in COMMAND_STEPS:
        take, schema = COMMAND_STEPS[step]
        command = Form(schema, request.form).load()
        with open_unit_of_work() as uow:
            take(actor, ticket_id, command, uow, clock)
    else:
        raise NotFound


def _panel(found: Sequence[Ticket], **context: Any) -> str:
    given = {"building_id": None, "repeats": ()} | context
    return render_template("tickets/_place_panel.html", tickets=found, **given, **_labels())


def _places(found: Sequence[Ticket]) -> Mapping[UUID, str]:
    return places_of_tickets(current_actor(), reader(), found)


def _labels() -> dict[str, Any]:
    rules = load_rules(reader(), current_clock().today(BRUSSELS))
    return {
        "rules": rules,
        "priorities": rules.priority_choices,
        "status_labels": STATUS_LABELS,
        "tones": STATUS_TONES,
    }


def _sheet(
    ticket_id: UUID, error: AppError | None = None, failed_step: str = ""
) -> ResponseReturnValue:
    actor = current_actor()
    sheet = describe_ticket(actor, reader(), ticket_id, current_clock())
    seen = sheet.ticket.version
    if error and not isinstance(error, StaleVersion):
        # Only who was told of a change decides on the ticket as it now stands.
        seen = request.form.get("version", seen, type=int)
    page = render_template(
        "tickets/ticket_detail.html",
        sheet=sheet,
        ticket=sheet.ticket,
        seen=seen,
        error=error,
        failed_step=failed_step,
        steps={kind.value for kind in next_steps(sheet.ticket.status)},
        panels=panels_for(house().modules, "ticket", actor),
        event_labels=EVENT_LABELS,
        event_icons=EVENT_ICONS,
        alert_endings=ENDINGS,
        waiting_labels=WAITING_LABELS,
        score_labels=SCORE_LABELS,
        score_tones=SCORE_TONES,
        channel_labels=CHANNEL_LABELS,
        link_labels=LINK_LABELS,
        source_labels=SOURCE_LABELS,
        trade_labels=TRADE_LABELS,
        mail_labels=MAIL_STATE_LABELS,
        mail_tones=MAIL_STATE_TONES,
        **_labels(),
    )
    return (page, error.status) if error else page


EVENT_ICONS: dict[EventKind, tuple[str, str]] = {
    EventKind.OPENED: ("phone", "info"),
    EventKind.COMPLETED: ("check", "success"),
    EventKind.CLOSED: ("check", "success"),
    EventKind.RETURNED: ("alert-triangle", "danger"),
    EventKind.CANCELLED: ("x", "neutral"),
    EventKind.WAITED: ("clock-pause", "warning"),
    EventKind.DEFERRED: ("clock-pause", "warning"),
    EventKind.NOTED: ("message", "neutral"),
    EventKind.TOLD: ("mail", "info"),
    EventKind.CALLED_AGAIN: ("phone", "info"),
    EventKind.STARTED: ("tool", "info"),
    EventKind.ORDERED: ("tool", "info"),
    EventKind.ALERT_STILL: ("bolt", "warning"),
    EventKind.ANSWERED: ("mood-smile", "info"),
    EventKind.ALERT_RESOLVED: ("bolt", "success"),
    EventKind.ALERT_REOPENED: ("bolt", "danger"),
}
