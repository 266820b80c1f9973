"""What a file may ask of a work order, and the services that do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.i18n import gettext as _
from app.i18n import lazy as _l
from app.tabular.importer import Change, Outcome, Values
from app.tabular.kinds import instant_of
from app.tabular.problems import Problem
from app.tabular.service_importer import Stored
from modules.interventions.commands import Assignee, CreateOrder, ScheduleOrder, TakeOver
from modules.interventions.enums import FINISHED, STATUS_LABELS, OrderStatus, WorkClass
from modules.interventions.errors import NoContractor, NoTechnician, NotTakenOver
from modules.interventions.importers.resolving import PLANNED, split, technicians_called
from modules.interventions.models import WorkOrder
from modules.interventions.services.assigning import assign_order
from modules.interventions.services.orders import (
    cancel_order,
    close_order,
    hold_order,
    reopen_order,
    schedule_order,
)
from modules.interventions.services.taking_over import take_over_order
from modules.parties.api import named_organisations
from modules.portfolio.api import row_place_ids
from modules.tickets.api import ticket_numbers

Step = Callable[[Actor, UUID, str, UnitOfWork, Clock], WorkOrder]
S = OrderStatus
WHO = ("technician", "contractor")

_STEPS: Mapping[OrderStatus, Step] = {
    S.HOLD: hold_order,
    S.CANCELLED: cancel_order,
    S.CLOSED: close_order,
    S.OPEN: reopen_order,
}
_EXPLAINED = frozenset({S.HOLD, S.CANCELLED, S.OPEN})
_NEW = PLANNED | {S.HOLD, S.COMPLETE, S.CLOSED, S.CANCELLED}
_NOT_THAT = _l("A file cannot make it that: do it on the order.")


def check(change: Change) -> Iterator[Problem]:
    """Refuse what no service would do, before anything is written."""
    values = change.row.values
    if all(values.get(name) for name in WHO):
        yield _refusal(change, "contractor", _l("Choose a technician or a contractor, not both."))
    if change.outcome is Outcome.NEW:
        yield from _check_new(change)
        return
    before = change.before or {}
    was = S(before["status"])
    if was not in FINISHED:
        _take_from_the_other(change, before)
    wanted = values.get("status", was)
    if wanted != was and not _leads(was, wanted):
        yield _refusal(change, "status", _NOT_THAT)
    elif wanted != was and wanted in _EXPLAINED and "reason" not in values:
        yield _refusal(change, "reason", _l("Give the reason in a few words."))
    elif wanted == was and "reason" in change.differences and was is not S.HOLD:
        yield _refusal(change, "reason", _l("A reason goes with a new status, or with a hold."))
    for name in (*WHO, "planned"):
        if name in change.differences and was in FINISHED:
            yield _refusal(change, name, _l("The work is over: open the order again first."))


def _take_from_the_other(change: Change, before: Values) -> None:
    """Say that who had an order loses it to who gets it, also when the file names only one column.

    So the rehearsal shows both, and undo gives it back.
    """
    for name, other in zip(WHO, reversed(WHO), strict=True):
        if change.row.values.get(name) and name in change.differences and before[other]:
            change.differences.setdefault(other, (before[other], None))


def check_at(change: Change, now: datetime) -> Iterator[Problem]:
    """Refuse nothing, but say that who gets an order loses the visit that found nobody.

    So the rehearsal shows it, and undo gives it back.
    """
    before = change.before or {}
    planned = instant_of(before.get("planned"))
    changes_hands = any(name in change.differences for name in WHO)
    if before.get("status") is S.NO_ACCESS and changes_hands and planned and planned <= now:
        change.differences.setdefault("planned", (before["planned"], None))
    yield from ()


def _leads(was: OrderStatus, wanted: OrderStatus) -> bool:
    """Say whether one step of the dispatcher leads from a state to another."""
    if wanted in (S.HOLD, S.CANCELLED):
        return was not in FINISHED
    if wanted is S.CLOSED:
        return was is S.COMPLETE
    return wanted is S.OPEN and was in FINISHED


def _check_new(change: Change) -> Iterator[Problem]:
    values = change.row.values
    status = values.get("status", _planned_status(values))
    if not values.get("building"):
        yield _refusal(change, "building", _l("Say in which building."))
    if status not in _NEW or (status in PLANNED and status is not _planned_status(values)):
        yield _refusal(change, "status", _NOT_THAT)
    if status in (S.HOLD, S.CANCELLED) and "reason" not in values:
        yield _refusal(change, "reason", _l("Give the reason in a few words."))
    if "completed" in values and status not in (S.COMPLETE, S.CLOSED):
        yield _refusal(change, "completed", _l("This day does not go with the status of the row."))


def _planned_status(values: Values) -> OrderStatus:
    if values.get("planned"):
        return S.SCHEDULED
    return S.ASSIGNED if any(values.get(name) for name in WHO) else S.OPEN


def _refusal(change: Change, field: str, text: LazyText) -> Problem:
    value = change.row.said_in(field)
    shown = STATUS_LABELS[value] if isinstance(value, OrderStatus) else value
    return Problem(
        "not_possible", change.row.number, field=field, value=str(shown or ""), text=text
    )


def create(actor: Actor, values: Values, uow: UnitOfWork, clock: Clock) -> UUID:
    """Take an order over from an older tool."""
    command = TakeOver(
        order=_ordered(actor, values, uow),
        status=values.get("status", _planned_status(values)),
        assignee=_assignee(actor, values, uow),
        planned_at=instant_of(values.get("planned")),
        completed_at=instant_of(values.get("completed")),
        reason=values.get("reason", ""),
    )
    return take_over_order(actor, command, uow, clock).id


def _ordered(actor: Actor, values: Values, uow: UnitOfWork) -> CreateOrder:
    building_id, lot_id = row_place_ids(
        actor, uow.session, values.get("building"), values.get("lot")
    )
    numbers = split(values.get("tickets", ""))
    tickets = ticket_numbers(actor, uow.session, numbers) if numbers else {}
    return CreateOrder(
        ticket_ids=tuple(tickets[number][0] for number in numbers),
        title=values.get("title", ""),
        description=values.get("description"),
        trade=values.get("trade"),
        priority_key=values.get("priority", ""),
        work_class=values.get("work_class", WorkClass.RESPONSIVE),
        building_id=building_id,
        lot_id=lot_id,
        planner_note=values.get("planner_note", ""),
        due_at=instant_of(values.get("due")),
        estimated_minutes=values.get("estimated_minutes", 60),
        external_ref=values["external_ref"],
    )


def _assignee(actor: Actor, values: Values, uow: UnitOfWork) -> Assignee:
    name, reference = values.get("technician"), values.get("contractor")
    technician = technicians_called(uow.session, {name}).get(name) if name else None
    if name and technician is None:
        raise NoTechnician
    technician_id = technician.id if technician else None
    if not reference:
        return Assignee(technician_id, is_confirmed=True)
    firms = named_organisations(actor, uow.session, [reference])
    if reference not in firms:
        raise NoContractor
    return Assignee(technician_id, firms[reference][0].id)


def change(actor: Actor, stored: Stored, values: Values, uow: UnitOfWork, clock: Clock) -> None:
    """Give an order to somebody, plan it, then move it along; each is an event as on its page."""
    key, was = stored.id, stored.values
    given = {name: values[name] for name in WHO}
    if given != {name: was[name] for name in WHO}:
        assign_order(actor, key, _assignee(actor, given, uow), uow, clock)
    start = instant_of(values["planned"])
    order = uow.session.get_one(WorkOrder, key)
    if start is None and order.planned_start_at is not None:
        raise NotTakenOver
    if start is not None and values["planned"] != was["planned"]:
        end = start + timedelta(minutes=values["estimated_minutes"])
        slot = ScheduleOrder(start, end, is_confirmed=True, is_taken_over=True)
        schedule_order(actor, key, slot, uow, clock)
    if {values["status"], was["status"]} <= PLANNED:
        return
    if values["status"] == was["status"] and was["status"] is not S.HOLD:
        # Who gets it, or a visit, leads on from a closed door; a hold stands until it is lifted.
        return
    is_new_state = values["status"] != order.status
    is_new_reason = values["status"] is S.HOLD and values.get("reason") != was.get("reason")
    if not is_new_state and not is_new_reason:
        return
    step = _STEPS.get(values["status"])
    if step is None:
        raise NotTakenOver
    step(actor, key, values.get("reason") or _("As a file says."), uow, clock)
