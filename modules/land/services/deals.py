"""Land files: begun, changed, archived and brought back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from app.search.changes import touch_documents
from app.search.normalise import index_text
from modules.land.commands import Change, DealFacts
from modules.land.enums import DealKind
from modules.land.errors import archived, no_parcel, use_needed, use_of_lettings
from modules.land.models import Deal, DealParcel
from modules.land.queries.deals import get_deal, parcel_ids_of_deal
from modules.land.services.common import fresh_reference, kept_reference, parcels_kept
from modules.portfolio.api import (
    LandUse,
    PortfolioPermission,
    parcel_references,
    visible_parcel_ids,
)

SERIES = "LAND"


def create_deal(actor: Actor, facts: DealFacts, uow: UnitOfWork, clock: Clock) -> Deal:
    """Begin a land file; Invalid without land, but for a purchase of land that is not ours yet."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    session = uow.session
    _refuse_no_land(actor, facts, ())
    parcels, _seen = parcels_kept(actor, session, facts.parcel_ids)
    values = _values(facts)
    values["reference"] = fresh_reference(session, Deal.reference, facts.reference.strip(), SERIES)
    now = clock.now()
    deal = Deal(**values, created_at=now, updated_at=now)
    deal.search_text = deal_search_text(deal)
    session.add(deal)
    uow.flush()
    session.add_all(DealParcel(deal_id=deal.id, parcel_id=key) for key in sorted(parcels))
    return _noted(actor, "create", deal, uow, clock)


def change_deal(
    actor: Actor, change: Change, facts: DealFacts, uow: UnitOfWork, clock: Clock
) -> Deal:
    """Change the facts of a land file; StaleVersion when somebody was first."""
    deal = _to_change(actor, change, uow)
    if deal.archived_at is not None:
        raise archived()
    session = uow.session
    before = parcel_ids_of_deal(session, deal.id)
    _refuse_no_land(actor, facts, before)
    parcels, _seen = parcels_kept(actor, session, facts.parcel_ids, before)
    values = _values(facts)
    values["reference"] = kept_reference(session, Deal.reference, facts.reference, deal)
    changes = changed_fields(deal, values)
    if parcels != before:
        changes["parcels"] = _move(session, deal.id, before, parcels)
    if not changes:
        return deal
    deal.updated_at = clock.now()
    deal.search_text = deal_search_text(deal)
    return _noted(actor, "change", deal, uow, clock, changes)


def archive_deal(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Deal:
    """Take a land file out of the lists; it can be brought back."""
    deal = _to_change(actor, change, uow)
    deal.archive(actor.user_id, clock.now())
    return _noted(actor, "archive", deal, uow, clock)


def restore_deal(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Deal:
    """Bring an archived land file back."""
    deal = _to_change(actor, change, uow)
    deal.restore()
    return _noted(actor, "restore", deal, uow, clock)


def _noted(
    actor: Actor,
    done: str,
    deal: Deal,
    uow: UnitOfWork,
    clock: Clock,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> Deal:
    uow.flush()
    touch_documents(uow.session, "land_deal", [deal.id])
    record(
        uow, actor, clock, action=f"land.deal.{done}", subject=deal_subject(deal), changes=changes
    )
    return deal


def _to_change(actor: Actor, change: Change, uow: UnitOfWork) -> Deal:
    require(actor, PortfolioPermission.CHANGE_LAND)
    deal = get_deal(actor, uow.session, change.id)
    deal.require_version(change.version)
    return deal


def _refuse_no_land(actor: Actor, facts: DealFacts, before: Any) -> None:
    """Refuse a file about no land, which a purchase may be for whoever sees all of it."""
    sees_all = visible_parcel_ids(actor) is None
    may_be_none = facts.kind is DealKind.PURCHASE and (sees_all or before)
    if not facts.parcel_ids and not may_be_none:
        raise no_parcel()


def _values(facts: DealFacts) -> dict[str, Any]:
    """Turn what was written into columns; Invalid for a title of use where there is none."""
    check_use(facts.kind, facts.use)
    values = asdict(facts)
    del values["parcel_ids"]
    return values


def check_use(kind: DealKind, use: LandUse | None) -> None:
    """Raise Invalid when a letting lacks the title by which land is given, or another has one."""
    if kind is DealKind.LETTING and use is None:
        raise use_needed()
    if kind is not DealKind.LETTING and use is not None:
        raise use_of_lettings()


def _move(session: Session, deal_id: UUID, before: set[UUID], after: set[UUID]) -> tuple[str, str]:
    """Make a land file be about other parcels; return both lists as people read them."""
    for key in sorted(before - after):
        session.delete(session.get_one(DealParcel, (deal_id, key)))
    session.add_all(DealParcel(deal_id=deal_id, parcel_id=key) for key in sorted(after - before))
    old, new = (", ".join(parcel_references(session, keys)) for keys in (before, after))
    return old, new


def deal_search_text(deal: Deal) -> str:
    """Return the words a land file is found by."""
    return index_text(deal.reference, deal.subject, deal.project, deal.counterparty)[:300]


def deal_subject(deal: Deal) -> Subject:
    """Name a land file for the audit trail."""
    return Subject("land_deal", deal.id, deal.reference)
