"""Which step leads a ticket to the state a row names, and what else the row must say for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.tabular.importer import Change, Values
from modules.tickets import services
from modules.tickets.commands import Defer, Wait
from modules.tickets.enums import DROPPED_STATUSES, EventKind, TicketStatus
from modules.tickets.lifecycle import next_steps
from modules.tickets.models import Ticket
from modules.tickets.queries.tickets import get_ticket_by_number

Take = Callable[[Actor, UUID, Values, UnitOfWork, Clock], Ticket]
Refused = tuple[str, LazyText]

# What a state is not without: for whom it waits, until when, of which ticket it is a duplicate.
SAID: Mapping[TicketStatus, str] = {
    TicketStatus.WAITING: "waiting_reason",
    TicketStatus.DEFERRED: "deferred_until",
    TicketStatus.DUPLICATE: "duplicate_of",
}


@dataclass(frozen=True, slots=True)
class Move:
    """A step, its service, and whether it asks for a reason."""

    kind: EventKind
    take: Take
    needs_reason: bool = False


def _with_reason(service: Callable[..., Ticket]) -> Take:
    return lambda actor, key, values, uow, clock: service(actor, key, values["reason"], uow, clock)


def _start(actor: Actor, key: UUID, _values: Values, uow: UnitOfWork, clock: Clock) -> Ticket:
    return services.start_ticket(actor, key, uow, clock)


def _wait(actor: Actor, key: UUID, values: Values, uow: UnitOfWork, clock: Clock) -> Ticket:
    command = Wait(values["waiting_reason"], values["reason"])
    return services.put_on_hold(actor, key, command, uow, clock)


def _defer(actor: Actor, key: UUID, values: Values, uow: UnitOfWork, clock: Clock) -> Ticket:
    command = Defer(values["deferred_until"], values["reason"])
    return services.defer_ticket(actor, key, command, uow, clock)


def _repeat(actor: Actor, key: UUID, values: Values, uow: UnitOfWork, clock: Clock) -> Ticket:
    original = get_ticket_by_number(actor, uow.session, values["duplicate_of"])
    return services.mark_duplicate(actor, key, original.id, uow, clock)


_K, _S = EventKind, TicketStatus
# The one step that leads to a state.
_MOVES: Mapping[TicketStatus, Move] = {
    _S.QUALIFIED: Move(_K.QUALIFIED, _with_reason(services.qualify_ticket)),
    _S.IN_PROGRESS: Move(_K.STARTED, _start),
    _S.WAITING: Move(_K.WAITED, _wait),
    _S.DEFERRED: Move(_K.DEFERRED, _defer),
    _S.COMPLETED: Move(_K.COMPLETED, _with_reason(services.complete_ticket)),
    _S.CLOSED: Move(_K.CLOSED, _with_reason(services.close_ticket)),
    _S.RETURNED: Move(_K.RETURNED, _with_reason(services.return_ticket), needs_reason=True),
    _S.CANCELLED: Move(_K.CANCELLED, _with_reason(services.cancel_ticket), needs_reason=True),
    _S.DUPLICATE: Move(_K.MARKED_DUPLICATE, _repeat),
}
_REOPEN = Move(_K.REOPENED, _with_reason(services.reopen_ticket), needs_reason=True)
_NOT_BY_FILE = _l("A file cannot make it that: do it on the ticket.")


def find_move(was: Values, wanted: Values) -> Move | None:
    """Return the step from what is stored to what a row wants, None when it asks for none."""
    status = wanted.get("status", was["status"])
    said = SAID.get(status)
    is_said_anew = said in wanted and wanted.get(said) != was.get(said) if said else False
    if status == was["status"] and not is_said_anew:
        return None
    if status is TicketStatus.QUALIFIED and was["status"] in DROPPED_STATUSES:
        return _REOPEN
    return _MOVES.get(status)


def refuse_move(change: Change, move: Move | None) -> Iterator[Refused]:
    """Say which field makes the step impossible, and why."""
    was, wanted = change.before or {}, change.row.values
    status: TicketStatus = wanted.get("status") or was["status"]
    if move is None and status != was["status"]:
        yield "status", _NOT_BY_FILE
    elif move is not None and move.kind not in next_steps(was["status"]):
        yield ("status" if status != was["status"] else SAID[status]), _NOT_BY_FILE
    yield from refuse_said(wanted, was, status)


def refuse_said(wanted: Values, was: Values, status: TicketStatus) -> Iterator[Refused]:
    """Ask for what the state is not without; refuse what belongs to another state."""
    for owner, name in SAID.items():
        said = wanted.get(name, was.get(name))
        if owner is status and not said:
            yield name, _l("Say for whom it waits, until when, or which ticket it repeats.")
        elif owner is not status and wanted.get(name) and wanted[name] != was.get(name):
            yield name, _l("This does not go with the status of the row.")
    if wanted.get("duplicate_of") and wanted["duplicate_of"] == wanted.get("number"):
        yield "duplicate_of", _l("Choose another ticket: a ticket is not a duplicate of itself.")
