"""Tell who does the work what changes for them, and who sends somebody that danger was reported."""

from __future__ import annotations

from uuid import UUID

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.i18n import LazyText
from app.i18n import lazy as _l
from app.notifications import News, Notice, NotificationKind, notify
from modules.energy.api import title_to_read
from modules.interventions.commands import Assignee
from modules.interventions.models import Technician, WorkOrder
from modules.interventions.policies import OrderPermission
from modules.interventions.services.contractors import write_to_contractor
from modules.portfolio.api import scope_places
from modules.tickets.events import DangerReported

ORDER_GIVEN = NotificationKind(
    "interventions.order_given", _l("An order is given to me"), permission=OrderPermission.WORK
)
ORDER_CHANGED = NotificationKind(
    "interventions.order_changed",
    _l("An order of mine is planned, taken back, put on hold, cancelled or opened again"),
    permission=OrderPermission.WORK,
)
DANGER = NotificationKind(
    "interventions.danger", _l("A ticket is immediate"), permission=OrderPermission.ASSIGN
)


def tell_assignee(
    order: WorkOrder,
    message: LazyText,
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
    *,
    to_firm: LazyText | None = None,
    with_order: bool = False,
) -> None:
    """Tell who has an order what changed: a technician (unless they did it), or a contractor.

    `to_firm` is what a contractor reads instead: the reasons of the office are not for outsiders.
    `with_order` sends the contractor the order anew.
    """
    _tell(order.technician_id, Notice(ORDER_CHANGED, message, _url(order)), actor, uow, clock)
    if order.contractor_id is not None:
        firm = order.contractor_id
        write_to_contractor(order, firm, to_firm or message, uow, clock, with_order=with_order)


def tell_of_hand_over(
    order: WorkOrder, before: Assignee, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    """Tell who got an order and who had it; either may be nobody."""
    named = {"number": order.number, "title": title_to_read(order.stored_title)}
    given = _l("Order %(number)s is yours: %(title)s", **named)
    _tell(order.technician_id, Notice(ORDER_GIVEN, given, _url(order)), actor, uow, clock)
    gone = _l("Order %(number)s is no longer yours: %(title)s", **named)
    _tell(before.technician_id, Notice(ORDER_CHANGED, gone), actor, uow, clock)
    if order.contractor_id is not None:
        asked = _l("We ask you to carry out order %(number)s: %(title)s", **named)
        write_to_contractor(order, order.contractor_id, asked, uow, clock, with_order=True)
    if before.contractor_id is not None:
        withdrawn = _l(
            "We withdraw order %(number)s: %(title)s. Please do not carry it out.", **named
        )
        write_to_contractor(order, before.contractor_id, withdrawn, uow, clock)


def tell_of_danger(event: DangerReported, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Tell all who can send somebody to the place that a ticket is immediate."""
    message = _l("Immediate: %(title)s (%(number)s)", title=event.title, number=event.number)
    notice = Notice(
        DANGER, message, f"/tickets/{event.ticket_id}", subject=("ticket", event.ticket_id)
    )
    places = scope_places(uow.session, event.building_id)
    uow.publish(News(notice, OrderPermission.ASSIGN, places), actor, clock)


def _tell(
    technician_id: UUID | None, notice: Notice, actor: Actor, uow: UnitOfWork, clock: Clock
) -> None:
    technician = uow.session.get(Technician, technician_id) if technician_id else None
    if technician is None or technician.user_id in (None, actor.user_id):
        return
    notify(notice, [technician.user_id], uow, clock)


def _url(order: WorkOrder) -> str:
    return f"/field/orders/{order.id}"
