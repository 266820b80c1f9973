"""Work orders as records that take files, comments and a history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import NotFound
from app.i18n import lazy as _l
from app.subjects import Subject, SubjectKind
from modules.interventions.checklists import KINDS_OF_WORK
from modules.interventions.enums import EVENT_LABELS, NO_ACCESS_LABELS, TAKEN_BACK
from modules.interventions.models import ChecklistVersion, Technician, WorkOrder
from modules.interventions.policies import OrderPermission, can_work_on_order
from modules.interventions.queries.orders import find_technician, get_order, was_sent_to
from modules.tickets.api import TRADE_LABELS


def find_order_subject(actor: Actor, session: Session, order_id: UUID) -> Subject | None:
    """Return an order as an actor sees it, or None."""
    if not actor.can(OrderPermission.READ):
        return None
    try:
        order = get_order(actor, session, order_id)
    except NotFound:
        return None
    technician = find_technician(session, actor.user_id)
    return _as_subject(order, can_write=can_work_on_order(actor, technician, order))


def get_order_to_photograph(actor: Actor, session: Session, order_id: UUID) -> Subject:
    """Return an order that takes a photo of the actor, also one given to a colleague meanwhile."""
    if was_sent_to(actor, session, order_id):
        return _as_subject(session.get_one(WorkOrder, order_id), can_write=True)
    subject = find_order_subject(actor, session, order_id)
    if subject is None:
        raise NotFound
    return subject


def _as_subject(order: WorkOrder, *, can_write: bool) -> Subject:
    return Subject(
        type="work_order",
        id=order.id,
        label=order.number,
        url=f"/work-orders/{order.id}",
        building_id=order.building_id,
        can_write=can_write,
    )


WORK_ORDER = SubjectKind(
    type="work_order",
    label=_l("Work order"),
    find=find_order_subject,
    actions={f"interventions.order.{kind.value}": label for kind, label in EVENT_LABELS.items()}
    | {"interventions.order.taken_back": TAKEN_BACK},
    fields={
        "call_attempted": _l("Tried to call"),
        "card_left": _l("Card left"),
        "end": _l("End time"),
        "name": _l("Given to"),
        "number": _l("Work order"),
        "proposed_slot": _l("Proposed moment"),
        "start": _l("Start time"),
        "tickets": _l("Tickets"),
    },
    values={"reason": NO_ACCESS_LABELS},
)


def find_technician_subject(actor: Actor, session: Session, technician_id: UUID) -> Subject | None:
    """Return a technician, for those who keep the list of them."""
    technician = session.get(Technician, technician_id)
    if technician is None or not actor.can(OrderPermission.TECHNICIANS):
        return None
    url = f"/technicians/{technician.id}"
    return Subject("technician", technician.id, technician.name, url=url, can_comment=False)


TECHNICIAN = SubjectKind(
    type="technician",
    label=_l("Technician"),
    find=find_technician_subject,
    actions={"interventions.technician.save": _l("Technician recorded")},
    fields={
        "user_id": _l("Account"),
        "phone": _l("Phone"),
        "day_minutes": _l("Minutes a day"),
        "is_active": _l("At work"),
        "trades": _l("Trades"),
        "areas": _l("Areas"),
    },
    values={"trades": TRADE_LABELS},
)


def find_checklist_subject(actor: Actor, session: Session, version_id: UUID) -> Subject | None:
    """Return a version of a checklist, for those who change them."""
    version = session.get(ChecklistVersion, version_id)
    if version is None or not actor.can(OrderPermission.CHECKLISTS):
        return None
    label = str(KINDS_OF_WORK[version.work])
    url = f"/checklists/{version.work}"
    return Subject("checklist_version", version.id, label, url=url, can_comment=False)


CHECKLIST = SubjectKind(
    type="checklist_version",
    label=_l("Checklist"),
    find=find_checklist_subject,
    actions={"interventions.checklist.state": _l("Checklist changed")},
    fields={"points": _l("Points"), "work": _l("Kind of work")},
    values={"work": KINDS_OF_WORK},
)
