"""The dated states of a lot written as a history, earlier ones included, and corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from modules.portfolio.commands import ChangeLotStatus
from modules.portfolio.enums import LotStatus
from modules.portfolio.events import LotStatusChanged
from modules.portfolio.models import Lot, LotStatusEvent
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import get_lot
from modules.portfolio.services.common import lot_subject, note, refuse_archived
from modules.portfolio.services.lots import refresh_status


def write_lot_state(
    actor: Actor, command: ChangeLotStatus, uow: UnitOfWork, clock: Clock
) -> LotStatusEvent:
    """Write or correct the state a lot is in from a day on, whatever it is before and after.

    That a lot is vacant since it was added is assumed until its history is known: an earlier
    state takes the place of that assumption.
    """
    require(actor, PortfolioPermission.CHANGE_STATUS)
    lot = get_lot(actor, uow.session, command.lot_id)
    refuse_archived(lot)
    events = _events(uow.session, lot)
    known = next((event for event in events if event.starts_on == command.starts_on), None)
    told = {"status": command.status, "reason": command.reason}
    if known is not None:
        changes = changed_fields(known, told)
        action, event = "lot.correct_status", known
    else:
        earlier = [event.status for event in events if event.starts_on < command.starts_on]
        changes = {"status": (earlier[-1] if earlier else None, command.status)}
        _forget_assumed(uow.session, lot, events, command)
        action, event = "lot.change_status", _added(actor, command, uow, clock)
    settle_history(uow.session, lot, clock)
    note(uow, actor, clock, action, lot_subject(lot), changes)
    if "status" in changes:
        changed = LotStatusChanged(lot.id, lot.building_id, command.status, command.starts_on)
        uow.publish(changed, actor, clock)
    return event


def _events(session: Session, lot: Lot) -> Sequence[LotStatusEvent]:
    statement = select(LotStatusEvent).where(LotStatusEvent.lot_id == lot.id)
    return session.scalars(statement.order_by(LotStatusEvent.starts_on)).all()


def _added(actor: Actor, command: ChangeLotStatus, uow: UnitOfWork, clock: Clock) -> LotStatusEvent:
    event = LotStatusEvent(
        lot_id=command.lot_id,
        status=command.status,
        starts_on=command.starts_on,
        reason=command.reason,
        author_id=actor.user_id,
        recorded_at=clock.now(),
    )
    uow.session.add(event)
    return event


def is_assumed(event: LotStatusEvent, lot: Lot) -> bool:
    """Tell whether a state is the one every lot is given when it is added."""
    return event.status is LotStatus.VACANT and event.recorded_at == lot.created_at


def _forget_assumed(
    session: Session, lot: Lot, events: Sequence[LotStatusEvent], command: ChangeLotStatus
) -> None:
    if len(events) == 1 and is_assumed(events[0], lot) and command.starts_on < events[0].starts_on:
        session.delete(events[0])


def settle_history(session: Session, lot: Lot, clock: Clock) -> None:
    """End each state of a lot where the next begins, and show the one of today in lists."""
    session.flush()
    events = _events(session, lot)
    for event, following in pairwise(events):
        event.ends_on = following.starts_on
    if events:
        events[-1].ends_on = None
    session.flush()
    refresh_status(session, lot, clock)


def give_back_history(actor: Actor, lots: Iterable[Lot], uow: UnitOfWork, clock: Clock) -> None:
    """Settle histories that lost states; a lot without any is vacant since it was added again."""
    require(actor, PortfolioPermission.CHANGE_STATUS)
    for lot in lots:
        if not _events(uow.session, lot):
            first = LotStatusEvent(
                lot_id=lot.id,
                status=LotStatus.VACANT,
                starts_on=lot.created_at.astimezone(BRUSSELS).date(),
                author_id=actor.user_id,
                recorded_at=lot.created_at,
            )
            uow.session.add(first)
        settle_history(uow.session, lot, clock)
