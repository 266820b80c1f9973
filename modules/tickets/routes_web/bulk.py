"""The same for many tickets of the list: choose, confirm, see what came of it, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import needs
from app.clock import BRUSSELS
from app.errors import NotFound
from app.i18n import ngettext
from app.web.context import current_actor, current_clock, open_unit_of_work, reader
from app.web.forms import FORM_ERRORS, Form, choices
from modules.tickets.commands import ChangeMany
from modules.tickets.enums import BULK_LABELS, STATUS_LABELS, STATUS_TONES, TRADE_LABELS, BulkVerb
from modules.tickets.policies import TicketPermission
from modules.tickets.queries.tickets import list_by_ids
from modules.tickets.rules import load_rules
from modules.tickets.schemas import ChangeManyIn
from modules.tickets.services.bulk import change_many, undo_many

blueprint = Blueprint("tickets_bulk", __name__)
FORM = "tickets/bulk_form.html"


@blueprint.post("/tickets/bulk/team")
@needs(TicketPermission.HANDLE)
def team() -> ResponseReturnValue:
    """Ask to which team the tickets chosen go."""
    return _ask(BulkVerb.TEAM)


@blueprint.post("/tickets/bulk/priority")
@needs(TicketPermission.PRIORITISE)
def priority() -> ResponseReturnValue:
    """Ask which priority the tickets chosen get."""
    return _ask(BulkVerb.PRIORITY)


@blueprint.post("/tickets/bulk/duplicate")
@needs(TicketPermission.HANDLE)
def duplicate() -> ResponseReturnValue:
    """Ask of which of the tickets chosen the others are duplicates."""
    return _ask(BulkVerb.DUPLICATE)


@blueprint.post("/tickets/bulk/<string:verb>/apply")
@needs(TicketPermission.READ)
def apply(verb: str) -> ResponseReturnValue:
    """Do it; the service asks for the right it needs. The answer offers to take it back."""
    form = Form(ChangeManyIn, request.form)
    try:
        with open_unit_of_work() as uow:
            done = change_many(current_actor(), _command(verb, form), uow, current_clock())
            changed, left = [[one.id for one in part] for part in (done.changed, done.left)]
    except FORM_ERRORS as error:
        return form.refused(error, FORM, **_words(_verb(verb)))
    actor, session = current_actor(), reader()
    return render_template(
        "tickets/bulk_done.html",
        changed=list_by_ids(actor, session, changed),
        left=list_by_ids(actor, session, left),
        **_words(_verb(verb)),
    )


@blueprint.post("/tickets/bulk/<string:verb>/undo")
@needs(TicketPermission.READ)
def undo(verb: str) -> ResponseReturnValue:
    """Take it back; the service asks for the right it needs."""
    command = ChangeMany(_verb(verb), _selected())
    try:
        with open_unit_of_work() as uow:
            count = len(undo_many(current_actor(), command, uow, current_clock()).changed)
    except FORM_ERRORS as error:
        flash(str(error.message), "danger")
        return redirect(url_for("tickets.ticket_list"), code=303)
    message = ngettext(
        "%(count)s ticket is as it was.", "%(count)s tickets are as they were.", count
    )
    flash(message, "success" if count else "warning")
    return redirect(url_for("tickets.ticket_list"), code=303)


def _ask(verb: BulkVerb) -> ResponseReturnValue:
    return render_template(FORM, form=Form(ChangeManyIn), errors=(), **_words(verb))


def _command(verb: str, form: Form) -> ChangeMany:
    typed = form.load()
    return ChangeMany(_verb(verb), _selected(), typed["target"], typed["reason"])


def _verb(text: str) -> BulkVerb:
    try:
        return BulkVerb(text)
    except ValueError:
        raise NotFound from None


def _selected() -> tuple[UUID, ...]:
    try:
        return tuple(UUID(text) for text in request.form.getlist("selected"))
    except ValueError:
        raise NotFound from None


def _words(verb: BulkVerb) -> dict[str, Any]:
    tickets = list_by_ids(current_actor(), reader(), _selected())
    rules = load_rules(reader(), current_clock().today(BRUSSELS))
    offered = {
        BulkVerb.TEAM: choices(TRADE_LABELS),
        BulkVerb.PRIORITY: rules.priority_choices,
        BulkVerb.DUPLICATE: [(str(one.id), f"{one.number} · {one.title}") for one in tickets],
    }
    return {
        "verb": verb,
        "title": BULK_LABELS[verb],
        "tickets": tickets,
        "choices": offered[verb],
        "rules": rules,
        "status_labels": STATUS_LABELS,
        "tones": STATUS_TONES,
    }
