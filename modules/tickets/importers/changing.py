"""What a file may ask of a ticket, and the services that do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.tabular.importer import Change, Outcome, Values
from app.tabular.kinds import instant_of
from app.tabular.problems import Problem
from app.tabular.service_importer import Stored
from modules.portfolio.api import row_place_ids, seen_rooms
from modules.tickets import services
from modules.tickets.commands import (
    Caller,
    ChangeCategory,
    ChangePriority,
    OnSite,
    OpenTicket,
    Place,
    TakeOver,
)
from modules.tickets.enums import (
    OPEN_STATUSES,
    STATUS_LABELS,
    EventKind,
    TicketSource,
    TicketStatus,
)
from modules.tickets.errors import NotTakenOver
from modules.tickets.importers.moving import Move, find_move, refuse_move, refuse_said
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import get_ticket_by_number
from modules.tickets.services.bulk import hand_over
from modules.tickets.services.taking_over import TAKEN_OVER, take_over_ticket

_ENDS: Mapping[str, frozenset[TicketStatus]] = {
    "completed": frozenset({TicketStatus.COMPLETED, TicketStatus.CLOSED}),
    "closed": frozenset({TicketStatus.CLOSED}),
}
_WHILE_OPEN = ("category", "priority", "trade")


def check(change: Change) -> Iterator[Problem]:
    """Refuse what no service would do, before anything is written."""
    if change.outcome is Outcome.NEW:
        yield from _check_new(change)
        return
    was = change.before or {}
    status = TicketStatus(was["status"])
    move = find_move(was, change.row.values)
    refused = list(refuse_move(change, move))
    for name, why in refused:
        yield _refusal(change, name, why)
    if not refused and _needs_reason(change, move) and not change.row.values.get("reason"):
        yield _refusal(change, "reason", _l("Give a reason for this change."))
    for name in _WHILE_OPEN:
        if name in change.differences and status not in OPEN_STATUSES:
            yield _refusal(
                change, name, _l("The ticket is not open any more: open it again first.")
            )


def check_at(change: Change, now: datetime) -> Iterator[Problem]:
    """Refuse to put a ticket that is here aside until a day that has come."""
    values = change.row.values
    until = values.get("deferred_until")
    if change.outcome is Outcome.NEW or until is None or until > now.astimezone(BRUSSELS).date():
        return
    move = find_move(change.before or {}, values)
    if move is not None and move.kind is EventKind.DEFERRED:
        yield _refusal(change, "deferred_until", _l("Choose a day after today."))


def _check_new(change: Change) -> Iterator[Problem]:
    values = change.row.values
    status = values.get("status", TicketStatus.NEW)
    if not values.get("building"):
        yield _refusal(
            change, "building", _l("Choose the home, the building or the installation it is about.")
        )
    if status not in TAKEN_OVER:
        yield _refusal(change, "status", _l("A file cannot make it that: do it on the ticket."))
    for name, why in refuse_said(values, {}, status):
        yield _refusal(change, name, why)
    yield from _check_moments(change, status)


def _check_moments(change: Change, status: TicketStatus) -> Iterator[Problem]:
    """Refuse a day of the end on a ticket that did not end, or that came before its report."""
    values, before = change.row.values, change.row.values.get("opened")
    for name, fitting in _ENDS.items():
        after = values.get(name)
        if after is None:
            continue
        if status not in fitting:
            yield _refusal(change, name, _l("This day does not go with the status of the row."))
        elif before is None or after < before:
            yield _refusal(change, name, _l("Say when it was reported; it ends later than that."))
        before = after


def _needs_reason(change: Change, move: Move | None) -> bool:
    touched = change.differences.keys()
    is_handed_over = "trade" in touched and "category" not in touched
    return "priority" in touched or is_handed_over or (move is not None and move.needs_reason)


def _refusal(change: Change, field: str, text: LazyText) -> Problem:
    value = change.row.said_in(field)
    shown = STATUS_LABELS[value] if isinstance(value, TicketStatus) else value
    return Problem(
        "not_possible", change.row.number, field=field, value=str(shown or ""), text=text
    )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Take a ticket over from an older tool."""
    command = TakeOver(
        ticket=_opening(actor, values, uow, clock),
        status=values.get("status", TicketStatus.NEW),
        trade=values.get("trade"),
        completed_at=instant_of(values.get("completed")),
        closed_at=instant_of(values.get("closed")),
        reason=values.get("reason", ""),
        note=values.get("note", ""),
        waiting_reason=values.get("waiting_reason"),
        deferred_until=values.get("deferred_until"),
        duplicate_of_id=_original_id(actor, values, uow),
    )
    return take_over_ticket(actor, command, uow, clock).id


def _original_id(actor: Actor, values: Values, uow: UnitOfWork) -> UUID | None:
    number = values.get("duplicate_of")
    return get_ticket_by_number(actor, uow.session, number).id if number else None


def _opening(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> OpenTicket:
    building_id, lot_id = row_place_ids(
        actor, uow.session, values.get("building"), values.get("lot")
    )
    building, room = values.get("building", ""), values.get("room")
    rooms = seen_rooms(actor, uow.session, {building}) if room else {}
    return OpenTicket(
        place=Place(
            lot_id=lot_id,
            building_id=building_id,
            room_id=rooms[building, room] if room else None,
            note=values.get("place_note", ""),
        ),
        category_key=values["category"],
        title=values.get("title", ""),
        description=values.get("description", ""),
        source=values.get("source", TicketSource.OTHER),
        caller=Caller(
            name=values.get("caller", ""),
            phone=values.get("caller_phone", ""),
            email=values.get("caller_email", ""),
            locale=values["caller_locale"].value if "caller_locale" in values else "fr",
        ),
        on_site=OnSite(
            name=values.get("contact_name", ""),
            phone=values.get("contact_phone", ""),
            availability=values.get("availability", ""),
        ),
        priority_key=values.get("priority", ""),
        priority_reason=values.get("reason") or _("As it stood in the older tool."),
        opened_at=instant_of(values.get("opened")),
        external_ref=values["external_ref"],
    )


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Correct a ticket, then move it along; each change is an event as on its page."""
    key, was = stored.id, stored.values
    reason = values.get("reason") or _("As a file says.")
    if values["category"] != was["category"]:
        command = ChangeCategory(values["category"], reason)
        services.change_category(actor, key, command, uow, clock)
    if values["priority"] != was["priority"]:
        services.change_priority(actor, key, ChangePriority(values["priority"], reason), uow, clock)
    if values["trade"] != uow.session.get_one(Ticket, key).trade:
        hand_over(actor, key, values["trade"], reason, uow, clock)
    move = find_move(was, values)
    if move is not None:
        move.take(actor, key, {**values, "reason": reason}, uow, clock)
    elif values["status"] != was["status"]:
        raise NotTakenOver(values["status"])
    if values.get("note") and values["note"] != was["note"]:
        services.note_ticket(actor, key, values["note"], uow, clock)
