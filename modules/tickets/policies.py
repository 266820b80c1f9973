"""Permissions of the tickets module, and who holds them at first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.auth.actor import Actor
from app.auth.roles import Role
from app.i18n import LazyText
from app.i18n import lazy as _l
from modules.tickets.enums import BulkVerb, TicketSource


class TicketPermission(StrEnum):
    """What may be done with tickets, outages and their rules."""

    CANCEL = "tickets.ticket.cancel"
    CLOSE = "tickets.ticket.close"
    HANDLE = "tickets.ticket.handle"
    IMPORT = "tickets.ticket.import"
    NOTE = "tickets.ticket.note"
    OPEN = "tickets.ticket.open"
    OUTAGE = "tickets.outage.manage"
    PRIORITISE = "tickets.ticket.prioritise"
    READ = "tickets.ticket.read"
    RULES = "tickets.rules.change"
    SATISFACTION = "tickets.satisfaction.read"
    SATISFACTION_RECORD = "tickets.satisfaction.record"
    TAKE_CALLS = "tickets.call.take"


P = TicketPermission
READ = frozenset({P.READ})
REPORT = READ | {P.OPEN, P.NOTE}
CALLS = REPORT | {
    P.TAKE_CALLS,
    P.HANDLE,
    P.PRIORITISE,
    P.CLOSE,
    P.CANCEL,
    P.SATISFACTION_RECORD,
}
DISPATCH = CALLS | {P.OUTAGE}
EVERYTHING = frozenset(TicketPermission)

GRANTS: Mapping[Role, frozenset[TicketPermission]] = {
    Role.ADMINISTRATOR: EVERYTHING,
    Role.DISPATCH_LEADER: EVERYTHING,
    Role.DISPATCHER: DISPATCH,
    Role.CALL_CENTRE_AGENT: CALLS | {P.OUTAGE},
    Role.PROPERTY_DIRECTOR: READ | {P.NOTE, P.SATISFACTION},
    Role.LETTING_AGENT: REPORT,
    Role.CARETAKER: REPORT,
    Role.SITE_COORDINATOR: REPORT,
    Role.WORKS_CREW: REPORT,
    Role.TECHNICIAN: REPORT,
    Role.INTERIOR_ARCHITECT: READ,
    Role.MAINTENANCE_ENGINEER: REPORT | {P.HANDLE, P.PRIORITISE, P.OUTAGE},
    Role.ENERGY_COORDINATOR: REPORT | {P.HANDLE},
    Role.WORKS_PROJECT_LEAD: READ,
    Role.PREVENTION_ADVISER: REPORT,
    Role.ANALYST: READ | {P.SATISFACTION},
    Role.CARE_HOME_DIRECTOR: REPORT,
    Role.BRANCH_OFFICE_HEAD: REPORT | {P.SATISFACTION},
    Role.SOCIAL_WORKER: REPORT,
}


BULK_RIGHTS: Mapping[BulkVerb, TicketPermission] = {
    BulkVerb.TEAM: TicketPermission.HANDLE,
    BulkVerb.PRIORITY: TicketPermission.PRIORITISE,
    BulkVerb.DUPLICATE: TicketPermission.HANDLE,
}


def sources_of(actor: Actor) -> list[TicketSource]:
    """Return the channels an actor may name; only who takes calls names the phone."""
    takes_calls = actor.can(TicketPermission.TAKE_CALLS)
    return [one for one in TicketSource if takes_calls or one is not TicketSource.PHONE]


# Through what a colleague reports, who writes it down themselves.
_OWN_SOURCES: Mapping[Role, TicketSource] = {
    Role.CARE_HOME_DIRECTOR: TicketSource.ESTABLISHMENT,
    Role.BRANCH_OFFICE_HEAD: TicketSource.ESTABLISHMENT,
    Role.CARETAKER: TicketSource.CARETAKER,
    Role.TECHNICIAN: TicketSource.TECHNICIAN,
    Role.WORKS_CREW: TicketSource.TECHNICIAN,
    Role.PREVENTION_ADVISER: TicketSource.INSPECTION,
}


def own_source(actor: Actor) -> TicketSource:
    """Return through what an actor reports for themselves, by their role."""
    known = (source for role, source in _OWN_SOURCES.items() if role in actor.roles)
    return next(known, TicketSource.OTHER)


LABELS: dict[TicketPermission, LazyText] = {
    TicketPermission.CANCEL: _l("Cancel tickets"),
    TicketPermission.CLOSE: _l("Close tickets"),
    TicketPermission.HANDLE: _l("Handle tickets"),
    TicketPermission.IMPORT: _l("Import tickets"),
    TicketPermission.NOTE: _l("Write notes on tickets"),
    TicketPermission.OPEN: _l("Open tickets"),
    TicketPermission.OUTAGE: _l("Declare and end known outages"),
    TicketPermission.PRIORITISE: _l("Change the priority of tickets"),
    TicketPermission.READ: _l("See tickets"),
    TicketPermission.RULES: _l("Change priorities, categories and deadlines"),
    TicketPermission.SATISFACTION: _l("See how satisfied callers are"),
    TicketPermission.SATISFACTION_RECORD: _l("Record what a caller says of the work"),
    TicketPermission.TAKE_CALLS: _l("Take calls"),
}
