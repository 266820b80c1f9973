"""Tell who follows land that a decision is due soon, or that a permit is about to lapse."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.auth.actor import Actor
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork, change_rows
from app.i18n import LazyText, format_date
from app.i18n import lazy as _l
from app.notifications import News, Notice, NotificationKind
from modules.land.models import Permit
from modules.land.queries.permits import awaits_decision, is_about_to_lapse, parcel_ids_of
from modules.portfolio.api import PortfolioPermission, parcel_areas

DEADLINE = NotificationKind(
    "land.deadline",
    _l("A decision on a permit is due soon, or a permit is about to lapse"),
    by_mail=False,
    permission=PortfolioPermission.CHANGE_LAND,
)


def tell_deadlines(permit_id: UUID, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Say which days of a procedure are near: each once for each day it is set to."""
    permit, today = uow.session.get_one(Permit, permit_id), clock.today(BRUSSELS)
    about = {"reference": permit.reference, "subject": permit.subject}
    decision = awaits_decision(today), Permit.due_told_on, Permit.due_on
    if permit.due_on and _is_first(permit_id, *decision, uow):
        day = format_date(permit.due_on)
        message = _l("%(reference)s: a decision is due by %(day)s (%(subject)s)", day=day, **about)
        _tell(permit, message, actor, uow, clock)
    lapse = is_about_to_lapse(today), Permit.lapse_told_on, Permit.lapses_on
    if permit.lapses_on and _is_first(permit_id, *lapse, uow):
        day = format_date(permit.lapses_on)
        message = _l("%(reference)s lapses on %(day)s (%(subject)s)", day=day, **about)
        _tell(permit, message, actor, uow, clock)


def _is_first(permit_id: UUID, is_near: Any, told: Any, day: Any, uow: UnitOfWork) -> bool:
    """Note that a day is told; one statement, so that two runs do not both tell it."""
    statement = (
        update(Permit)
        .where(Permit.id == permit_id, is_near, told.is_distinct_from(day))
        .values({told: day})
        .execution_options(synchronize_session=False)
    )
    return change_rows(uow.session, statement) == 1


def _tell(permit: Permit, message: LazyText, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    notice = Notice(DEADLINE, message, f"/permits/{permit.id}", ("permit", permit.id))
    areas = parcel_areas(uow.session, parcel_ids_of(uow.session, permit.id))
    uow.publish(News(notice, PortfolioPermission.CHANGE_LAND, areas), actor, clock)
