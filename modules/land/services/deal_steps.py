"""The steps of a land file: added and taken back; where it stands and its figures follow."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from modules.land.commands import AddDealStep, TakeBackStep
from modules.land.deal_lifecycle import DealOutOfTurn, DealStanding, read_deal
from modules.land.enums import PRICED_STEPS
from modules.land.errors import (
    archived,
    day_to_come,
    deal_out_of_turn,
    no_amount,
    step_there,
    taken_back_already,
)
from modules.land.models import Deal, DealStep
from modules.land.queries.deals import counted_deal_steps, get_deal, get_deal_step
from modules.land.services.deals import deal_subject
from modules.portfolio.api import PortfolioPermission


def add_deal_step(actor: Actor, command: AddDealStep, uow: UnitOfWork, clock: Clock) -> DealStep:
    """Write what happened in a land file; Conflict when it cannot follow what did before."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    deal = get_deal(actor, uow.session, command.deal_id)
    if deal.archived_at is not None:
        raise archived()
    if command.happened_on > clock.today(BRUSSELS):
        raise day_to_come()
    if command.amount_cents is not None and command.kind not in PRICED_STEPS:
        raise no_amount()
    step = DealStep(
        deal_id=deal.id,
        position=_next_position(uow.session, deal),
        kind=command.kind,
        happened_on=command.happened_on,
        amount_cents=command.amount_cents,
        note=command.note,
        recorded_at=clock.now(),
        actor_id=actor.user_id,
        actor_name=actor.display_name,
    )
    before = counted_deal_steps(uow.session, deal.id)
    if any(_says_the_same(step, one) for one in before):
        raise step_there()
    stand(deal, _read([*before, step]))
    uow.session.add(step)
    _note(actor, deal, step, "add", uow, clock)
    return step


def _says_the_same(step: DealStep, other: DealStep) -> bool:
    return (step.kind, step.happened_on, step.note) == (other.kind, other.happened_on, other.note)


def take_back_deal_step(actor: Actor, command: TakeBackStep, uow: UnitOfWork, clock: Clock) -> Deal:
    """Let a step written by mistake count no longer; Conflict when later ones rest on it."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    step, deal = get_deal_step(actor, uow.session, command.step_id)
    if deal.archived_at is not None:
        raise archived()
    if step.taken_back_at is not None:
        raise taken_back_already()
    step.taken_back_at, step.taken_back_by_name = clock.now(), actor.display_name
    step.taken_back_reason = command.reason
    left = [one for one in counted_deal_steps(uow.session, deal.id) if one.id != step.id]
    stand(deal, _read(left, field="reason"))
    _note(actor, deal, step, "take_back", uow, clock)
    return deal


def refresh_deal(session: Session, deal: Deal) -> None:
    """Let where a land file stands, and its figures, follow from its steps."""
    stand(deal, _read(counted_deal_steps(session, deal.id)))


def _read(steps: Sequence[DealStep], field: str = "kind") -> DealStanding:
    try:
        return read_deal(steps)
    except DealOutOfTurn as error:
        raise deal_out_of_turn(error, field) from error


def stand(deal: Deal, standing: DealStanding) -> None:
    """Write on a land file what its steps make of it."""
    deal.status, deal.status_since = standing.status, standing.since
    deal.signed_on = standing.signed_on
    deal.valued_cents, deal.agreed_cents = standing.valued_cents, standing.agreed_cents
    deal.offer_count = standing.offer_count


def _next_position(session: Session, deal: Deal) -> int:
    highest = select(func.max(DealStep.position)).where(DealStep.deal_id == deal.id)
    return (session.scalar(highest) or 0) + 1


def _note(
    actor: Actor, deal: Deal, step: DealStep, done: str, uow: UnitOfWork, clock: Clock
) -> None:
    """Flush, and write the audit entry of a step on its land file."""
    deal.updated_at = clock.now()
    uow.flush()
    changes = {"step": (None, step.kind), "happened_on": (None, step.happened_on)}
    if step.amount_cents is not None:
        changes["amount_cents"] = (None, step.amount_cents)
    if step.taken_back_reason:
        changes["reason"] = (None, step.taken_back_reason)
    action = f"land.deal_step.{done}"
    record(uow, actor, clock, action=action, subject=deal_subject(deal), changes=changes)
