"""Permissions of the interventions module, and who holds them at first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.auth.actor import Actor
from app.auth.roles import Role
from app.i18n import LazyText
from app.i18n import lazy as _l
from modules.interventions.models import Technician, WorkOrder


class OrderPermission(StrEnum):
    """What may be done with work orders, technicians and the tablet."""

    ASSIGN = "interventions.order.assign"
    CANCEL = "interventions.order.cancel"
    CHECKLISTS = "interventions.checklist.manage"
    CLOSE = "interventions.order.close"
    CREATE = "interventions.order.create"
    IMPORT = "interventions.order.import"
    READ = "interventions.order.read"
    TECHNICIANS = "interventions.technician.manage"
    WORK = "interventions.field.work"


P = OrderPermission
READ = frozenset({P.READ})
WORK = READ | {P.WORK}
DISPATCH = READ | {P.ASSIGN, P.CREATE, P.CLOSE, P.CANCEL}
EVERYTHING = frozenset(OrderPermission)

GRANTS: Mapping[Role, frozenset[OrderPermission]] = {
    Role.ADMINISTRATOR: EVERYTHING,
    Role.DISPATCH_LEADER: EVERYTHING,
    Role.DISPATCHER: DISPATCH | {P.TECHNICIANS},
    Role.CALL_CENTRE_AGENT: READ | {P.CREATE},
    Role.TECHNICIAN: WORK,
    Role.WORKS_CREW: WORK,
    Role.MAINTENANCE_ENGINEER: DISPATCH | {P.CHECKLISTS},
    Role.ENERGY_COORDINATOR: READ | {P.CREATE},
    Role.PROPERTY_DIRECTOR: READ,
    Role.CARETAKER: READ,
    Role.SITE_COORDINATOR: READ | {P.CREATE},
    Role.STOREKEEPER: READ,
    Role.WORKS_PROJECT_LEAD: READ,
    Role.PREVENTION_ADVISER: READ,
    Role.ANALYST: READ,
    Role.CARE_HOME_DIRECTOR: READ,
    Role.BRANCH_OFFICE_HEAD: READ,
}


def can_work_on_order(actor: Actor, technician: Technician | None, order: WorkOrder) -> bool:
    """Say whether the actor may record work on an order: it is theirs, or they dispatch."""
    if actor.can(OrderPermission.ASSIGN):
        return True
    is_own = technician is not None and order.technician_id == technician.id
    return actor.can(OrderPermission.WORK) and is_own


def can_have_codes(actor: Actor, technician: Technician | None, order: WorkOrder) -> bool:
    """Say whether the actor gets the access codes of an order: it is theirs and still to do."""
    is_own = technician is not None and order.technician_id == technician.id
    return actor.can(OrderPermission.WORK) and is_own and order.is_open


LABELS: dict[OrderPermission, LazyText] = {
    OrderPermission.ASSIGN: _l("Assign work orders"),
    OrderPermission.CANCEL: _l("Cancel work orders"),
    OrderPermission.CHECKLISTS: _l("Change the checklists"),
    OrderPermission.CLOSE: _l("Close work orders"),
    OrderPermission.CREATE: _l("Make work orders"),
    OrderPermission.IMPORT: _l("Import work orders"),
    OrderPermission.READ: _l("See work orders"),
    OrderPermission.TECHNICIANS: _l("Manage technicians"),
    OrderPermission.WORK: _l("Work on the tablet"),
}
