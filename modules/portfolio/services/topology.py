"""Which lots lie above and below one another, where floors and doors do not tell it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio.commands import StackLots
from modules.portfolio.errors import elsewhere
from modules.portfolio.models import Lot, StackLink
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import get_lot
from modules.portfolio.queries.topology import written_stack
from modules.portfolio.services.common import lot_subject, note, refuse_archived


def stack_lots(actor: Actor, command: StackLots, uow: UnitOfWork, clock: Clock) -> Lot:
    """Write which lots lie above and below a lot; none written: floors and doors tell it again."""
    require(actor, PortfolioPermission.CHANGE)
    session = uow.session
    lot = get_lot(actor, session, command.lot_id)
    refuse_archived(lot)
    lot.require_version(command.version)
    above, below = set(command.above), set(command.below)
    _refuse_strangers(session, lot, above, "above")
    _refuse_strangers(session, lot, below - above, "below")
    before = written_stack(session, lot.id)
    links = or_(StackLink.upper_lot_id == lot.id, StackLink.lower_lot_id == lot.id)
    for link in session.scalars(select(StackLink).where(links)):
        session.delete(link)
    session.flush()
    session.add_all(StackLink(upper_lot_id=upper, lower_lot_id=lot.id) for upper in above)
    session.add_all(StackLink(upper_lot_id=lot.id, lower_lot_id=lower) for lower in below - above)
    session.flush()
    names = _references(session, {*before[0], *before[1], *above, *below})
    changes = {
        name: (_listed(names, old), _listed(names, new))
        for name, old, new in (
            ("above", before[0], above),
            ("below", before[1], below - above),
        )
        if set(old) != set(new)
    }
    if changes:
        lot.updated_at = clock.now()
        # Other lots around it are a changed lot, also within the same instant.
        flag_modified(lot, "updated_at")
        session.flush()
        note(uow, actor, clock, "lot.stack", lot_subject(lot), changes)
    return lot


def _refuse_strangers(session: Session, lot: Lot, ids: set[UUID], field: str) -> None:
    """Raise Invalid for the lot itself and for lots of other buildings."""
    known = select(Lot.id).where(
        Lot.id.in_(ids), Lot.building_id == lot.building_id, Lot.id != lot.id
    )
    if set(session.scalars(known)) != ids:
        raise elsewhere(field)


def _references(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Lot.id, Lot.reference).where(Lot.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _listed(names: dict[UUID, str], ids: Iterable[UUID]) -> str | None:
    return ", ".join(sorted(names[identifier] for identifier in ids)) or None
