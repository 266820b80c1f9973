"""The steps of a procedure: added and taken back; where it stands and its dates follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from modules.land.commands import AddStep, TakeBackStep
from modules.land.enums import PermitStatus
from modules.land.errors import archived, day_to_come, out_of_turn, step_there, taken_back_already
from modules.land.lifecycle import OutOfTurn, Standing, read_standing
from modules.land.limits import find_decision_limit, find_lapse_limit
from modules.land.models import Permit, PermitStep
from modules.land.queries.permits import counted_steps, get_permit, get_step
from modules.portfolio.api import PortfolioPermission


def add_step(actor: Actor, command: AddStep, uow: UnitOfWork, clock: Clock) -> PermitStep:
    """Write what happened in a procedure; Conflict when it cannot follow what did before."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    permit = get_permit(actor, uow.session, command.permit_id)
    if permit.archived_at is not None:
        raise archived()
    if command.happened_on > clock.today(BRUSSELS):
        raise day_to_come()
    step = PermitStep(
        permit_id=permit.id,
        position=_next_position(uow.session, permit),
        kind=command.kind,
        happened_on=command.happened_on,
        note=command.note,
        recorded_at=clock.now(),
        actor_id=actor.user_id,
        actor_name=actor.display_name,
    )
    before = counted_steps(uow.session, permit.id)
    if any(_says_the_same(step, one) for one in before):
        raise step_there()
    _stand(permit, _read([*before, step]))
    uow.session.add(step)
    _note(actor, permit, step, "add", uow, clock)
    return step


def _says_the_same(step: PermitStep, other: PermitStep) -> bool:
    return (step.kind, step.happened_on, step.note) == (other.kind, other.happened_on, other.note)


def take_back_step(actor: Actor, command: TakeBackStep, uow: UnitOfWork, clock: Clock) -> Permit:
    """Let a step written by mistake count no longer; Conflict when later ones rest on it."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    step, permit = get_step(actor, uow.session, command.step_id)
    if permit.archived_at is not None:
        raise archived()
    if step.taken_back_at is not None:
        raise taken_back_already()
    step.taken_back_at, step.taken_back_by_name = clock.now(), actor.display_name
    step.taken_back_reason = command.reason
    left = [one for one in counted_steps(uow.session, permit.id) if one.id != step.id]
    _stand(permit, _read(left, field="reason"))
    _note(actor, permit, step, "take_back", uow, clock)
    return permit


def begin_standing(permit: Permit) -> None:
    """Let a procedure stand at its beginning, before anything happened."""
    _stand(permit, Standing())


def refresh_standing(session: Session, permit: Permit) -> None:
    """Let where a procedure stands, and its dates, follow from its steps and its facts."""
    _stand(permit, _read(counted_steps(session, permit.id)))


def _read(steps: Sequence[PermitStep], field: str = "kind") -> Standing:
    try:
        return read_standing(steps)
    except OutOfTurn as error:
        raise out_of_turn(error, field) from error


def _stand(permit: Permit, standing: Standing) -> None:
    permit.status, permit.status_since = standing.status, standing.since
    permit.due_on = permit.typed_due_on or computed_due_on(permit, standing)
    permit.lapses_on = permit.typed_lapses_on or computed_lapses_on(permit, standing)


def computed_due_on(permit: Permit, standing: Standing) -> date | None:
    """Return by when the first authority must decide, by the rules; no rule is kept of appeals."""
    start = standing.complete_on
    if start is None or permit.track is None or standing.status is PermitStatus.APPEALED:
        return None
    rule = find_decision_limit(permit.region, permit.kind, permit.track, start)
    return rule.end_of(start) if rule else None


def computed_lapses_on(permit: Permit, standing: Standing) -> date | None:
    """Return the last day of a permit, by the rules of the region; None once begun in time."""
    start = standing.granted_on
    rule = find_lapse_limit(permit.region, permit.kind, start) if start else None
    if rule is None or start is None or (rule.begun_in_time and standing.begun_on):
        return None
    return rule.end_of(start)


def _next_position(session: Session, permit: Permit) -> int:
    highest = select(func.max(PermitStep.position)).where(PermitStep.permit_id == permit.id)
    return (session.scalar(highest) or 0) + 1


def _note(
    actor: Actor, permit: Permit, step: PermitStep, done: str, uow: UnitOfWork, clock: Clock
) -> None:
    """Flush, and write the audit entry of a step on its procedure."""
    permit.updated_at = clock.now()
    uow.flush()
    changes = {"step": (None, step.kind), "happened_on": (None, step.happened_on)}
    if step.taken_back_reason:
        changes["reason"] = (None, step.taken_back_reason)
    subject = Subject("permit", permit.id, permit.reference)
    record(uow, actor, clock, action=f"land.step.{done}", subject=subject, changes=changes)
