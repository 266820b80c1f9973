"""Procedures: begun, changed, archived and brought back."""

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
from modules.land.commands import Change, PermitFacts
from modules.land.enums import KINDS_OF_REGION
from modules.land.errors import (
    archived,
    kind_elsewhere,
    reason_needed,
    several_regions,
    track_elsewhere,
)
from modules.land.limits import tracks_of
from modules.land.models import Permit, PermitParcel
from modules.land.queries.permits import get_permit, parcel_ids_of
from modules.land.services.common import chosen_parcels, fresh_reference, kept_reference
from modules.land.services.steps import begin_standing, refresh_standing
from modules.portfolio.api import PortfolioPermission, Region, parcel_references

SERIES = "PERM"


def create_permit(actor: Actor, facts: PermitFacts, uow: UnitOfWork, clock: Clock) -> Permit:
    """Begin a procedure; Invalid when its parcels lie in several regions."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    session = uow.session
    parcels, region = chosen_parcels(actor, session, facts.parcel_ids)
    values = _values(facts, region)
    values["reference"] = fresh_reference(
        session, Permit.reference, facts.reference.strip(), SERIES
    )
    now = clock.now()
    permit = Permit(**values, region=region, created_at=now, updated_at=now)
    permit.search_text = permit_search_text(permit)
    begin_standing(permit)
    session.add(permit)
    uow.flush()
    session.add_all(PermitParcel(permit_id=permit.id, parcel_id=key) for key in sorted(parcels))
    uow.flush()
    touch_documents(session, "permit", [permit.id])
    record(uow, actor, clock, action="land.permit.create", subject=permit_subject(permit))
    return permit


def change_permit(
    actor: Actor, change: Change, facts: PermitFacts, uow: UnitOfWork, clock: Clock
) -> Permit:
    """Change the facts of a procedure; StaleVersion when somebody was first."""
    permit = _to_change(actor, change, uow)
    if permit.archived_at is not None:
        raise archived()
    session = uow.session
    before = parcel_ids_of(session, permit.id)
    parcels, region = chosen_parcels(actor, session, facts.parcel_ids, before)
    if region is not permit.region and parcels != set(facts.parcel_ids):
        # Some it is about lie in the old region, where this actor does not see them.
        raise several_regions((permit.region, region))
    values = _values(facts, region) | {"region": region}
    values["reference"] = kept_reference(session, Permit.reference, facts.reference, permit)
    changes = changed_fields(permit, values)
    if parcels != before:
        changes["parcels"] = _move(session, permit.id, before, parcels)
    if not changes:
        return permit
    permit.updated_at = clock.now()
    permit.search_text = permit_search_text(permit)
    refresh_standing(session, permit)
    uow.flush()
    touch_documents(session, "permit", [permit.id])
    record(
        uow, actor, clock, action="land.permit.change", subject=permit_subject(permit),
        changes=changes,
    )  # fmt: skip
    return permit


def archive_permit(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Permit:
    """Take a procedure out of the lists; it can be brought back."""
    permit = _to_change(actor, change, uow)
    permit.archive(actor.user_id, clock.now())
    return _noted(actor, "archive", permit, uow, clock)


def restore_permit(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> Permit:
    """Bring an archived procedure back."""
    permit = _to_change(actor, change, uow)
    permit.restore()
    return _noted(actor, "restore", permit, uow, clock)


def _noted(actor: Actor, done: str, permit: Permit, uow: UnitOfWork, clock: Clock) -> Permit:
    uow.flush()
    touch_documents(uow.session, "permit", [permit.id])
    record(uow, actor, clock, action=f"land.permit.{done}", subject=permit_subject(permit))
    return permit


def _to_change(actor: Actor, change: Change, uow: UnitOfWork) -> Permit:
    require(actor, PortfolioPermission.CHANGE_LAND)
    permit = get_permit(actor, uow.session, change.id)
    permit.require_version(change.version)
    return permit


def _values(facts: PermitFacts, region: Region) -> dict[str, Any]:
    """Turn what was written into columns; Invalid for what the law of the region does not know."""
    if facts.kind not in KINDS_OF_REGION[region]:
        raise kind_elsewhere(region)
    if facts.track is not None and facts.track not in tracks_of(region, facts.kind):
        raise track_elsewhere()
    if facts.typed_due_on and not facts.due_reason:
        raise reason_needed("due_reason")
    if facts.typed_lapses_on and not facts.lapses_reason:
        raise reason_needed("lapses_reason")
    values = asdict(facts)
    del values["parcel_ids"]
    return values


def _move(
    session: Session, permit_id: UUID, before: set[UUID], after: set[UUID]
) -> tuple[str, str]:
    """Make a procedure be about other parcels; return both lists as people read them."""
    for key in sorted(before - after):
        session.delete(session.get_one(PermitParcel, (permit_id, key)))
    session.add_all(
        PermitParcel(permit_id=permit_id, parcel_id=key) for key in sorted(after - before)
    )
    old, new = (", ".join(parcel_references(session, keys)) for keys in (before, after))
    return old, new


def permit_search_text(permit: Permit) -> str:
    """Return the words a procedure is found by."""
    return index_text(permit.reference, permit.file_number, permit.subject, permit.authority)[:300]


def permit_subject(permit: Permit) -> Subject:
    """Name a procedure for the audit trail."""
    return Subject("permit", permit.id, permit.reference)
