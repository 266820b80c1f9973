"""Who does works on land stays in the lists of organisations until they are done."""

from __future__ import annotations

from sqlalchemy import select

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from modules.land.models import LandWork
from modules.land.queries.works import visible_works
from modules.parties.api import PartyArchived, has_open_work
from modules.portfolio.api import PortfolioPermission


def keep_contractors(event: PartyArchived, actor: Actor, uow: UnitOfWork, _clock: Clock) -> None:
    """Refuse to archive a contractor with works on land that are not done."""
    given = (
        select(LandWork.reference)
        .where(
            LandWork.contractor_id == event.party_id,
            LandWork.done_on.is_(None),
            LandWork.archived_at.is_(None),
        )
        .order_by(LandWork.reference)
        .limit(1)
    )
    if uow.session.scalar(given) is None:
        return
    may_read = actor.can(PortfolioPermission.READ_LAND)
    raise has_open_work(uow.session.scalar(visible_works(actor, given)) if may_read else None)
