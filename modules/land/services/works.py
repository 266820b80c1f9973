"""Works on land: planned, changed, begun and done; archived and brought back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from app.errors import NotFound
from app.search.changes import touch_documents
from app.search.normalise import index_text
from modules.land.commands import Change, WorkFacts
from modules.land.enums import IN_FORCE
from modules.land.errors import (
    archived,
    day_to_come,
    done_before_begun,
    no_organisation,
    not_permitted,
    permit_elsewhere,
    permit_needed,
    permit_or_reason,
    unknown_permit,
)
from modules.land.lifecycle import read_standing
from modules.land.models import LandWork, LandWorkParcel, Permit
from modules.land.queries.permits import counted_steps, get_permit, parcel_ids_of
from modules.land.queries.works import get_work, parcel_ids_of_work
from modules.land.services.common import chosen_parcels, fresh_reference, kept_reference
from modules.parties.api import find_organisation, party_labels
from modules.portfolio.api import PortfolioPermission, parcel_references

SERIES = "LWK"


def create_work(actor: Actor, facts: WorkFacts, uow: UnitOfWork, clock: Clock) -> LandWork:
    """Plan works on land; Invalid when a day, the permit or the contractor does not fit."""
    require(actor, PortfolioPermission.CHANGE_LAND)
    session = uow.session
    parcels, _region = chosen_parcels(actor, session, facts.parcel_ids)
    check_days(facts, clock.today(BRUSSELS))
    _check_permit(actor, session, facts, None, parcels)
    _check_contractor(actor, session, facts.contractor_id, None)
    values = _values(facts)
    values["reference"] = fresh_reference(
        session, LandWork.reference, facts.reference.strip(), SERIES
    )
    now = clock.now()
    work = LandWork(**values, created_at=now, updated_at=now)
    work.search_text = work_search_text(work)
    session.add(work)
    uow.flush()
    session.add_all(LandWorkParcel(work_id=work.id, parcel_id=key) for key in sorted(parcels))
    return _noted(actor, "create", work, uow, clock)


def change_work(
    actor: Actor, change: Change, facts: WorkFacts, uow: UnitOfWork, clock: Clock
) -> LandWork:
    """Change works; StaleVersion when somebody was first."""
    work, session = _to_change(actor, change, uow), uow.session
    if work.archived_at is not None:
        raise archived()
    before = parcel_ids_of_work(session, work.id)
    parcels, _region = chosen_parcels(actor, session, facts.parcel_ids, before)
    check_days(facts, clock.today(BRUSSELS))
    _check_permit(actor, session, facts, work, parcels)
    _check_contractor(actor, session, facts.contractor_id, work.contractor_id)
    values = _values(facts)
    values["reference"] = kept_reference(session, LandWork.reference, facts.reference, work)
    changes = _as_read(session, changed_fields(work, values))
    if parcels != before:
        changes["parcels"] = _move(session, work.id, before, parcels)
    if not changes:
        return work
    work.updated_at = clock.now()
    work.search_text = work_search_text(work)
    return _noted(actor, "change", work, uow, clock, changes)


def archive_work(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> LandWork:
    """Take works out of the lists; they can be brought back."""
    work = _to_change(actor, change, uow)
    work.archive(actor.user_id, clock.now())
    return _noted(actor, "archive", work, uow, clock)


def restore_work(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> LandWork:
    """Bring archived works back."""
    work = _to_change(actor, change, uow)
    work.restore()
    return _noted(actor, "restore", work, uow, clock)


def _to_change(actor: Actor, change: Change, uow: UnitOfWork) -> LandWork:
    require(actor, PortfolioPermission.CHANGE_LAND)
    work = get_work(actor, uow.session, change.id)
    work.require_version(change.version)
    return work


def _noted(  # an entry has these parts, as in app.audit.record
    actor: Actor,
    done: str,
    work: LandWork,
    uow: UnitOfWork,
    clock: Clock,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> LandWork:
    uow.flush()
    touch_documents(uow.session, "land_work", [work.id])
    subject = Subject("land_work", work.id, work.reference)
    record(uow, actor, clock, action=f"land.work.{done}", subject=subject, changes=changes)
    return work


def _values(facts: WorkFacts) -> dict[str, Any]:
    values = asdict(facts)
    del values["parcel_ids"]
    return values


def check_days(facts: WorkFacts, today: date) -> None:
    """Refuse works said begun or done on a day to come, or done before they begin."""
    for field in ("begun_on", "done_on"):
        day = getattr(facts, field)
        if day is not None and day > today:
            raise day_to_come(field)
    if facts.done_on and (facts.begun_on is None or facts.done_on < facts.begun_on):
        raise done_before_begun()


def check_right(*, has_permit: bool, reason: str, begun_on: date | None) -> None:
    """Refuse works that name a permit and need none, or begin without either."""
    if has_permit and reason:
        raise permit_or_reason()
    if begun_on and not has_permit and not reason:
        raise permit_needed()


def _check_permit(
    actor: Actor, session: Session, facts: WorkFacts, work: LandWork | None, parcels: set[UUID]
) -> None:
    """Refuse works without right: the permit is about their land, and in force when they begin."""
    has_permit = facts.permit_id is not None
    check_right(has_permit=has_permit, reason=facts.no_permit_reason, begun_on=facts.begun_on)
    if facts.permit_id is None:
        return
    permit = _permit(actor, session, facts.permit_id, work)
    if not parcels <= parcel_ids_of(session, permit.id):
        raise permit_elsewhere()
    if facts.begun_on and not was_in_force(session, permit, facts.begun_on):
        raise not_permitted(permit.reference)


def _permit(actor: Actor, session: Session, permit_id: UUID, work: LandWork | None) -> Permit:
    try:
        permit = get_permit(actor, session, permit_id)
    except NotFound:
        raise unknown_permit() from None
    is_new = work is None or work.permit_id != permit_id
    if is_new and permit.archived_at is not None:
        raise unknown_permit()
    return permit


def was_in_force(session: Session, permit: Permit, day: date) -> bool:
    """Say whether a permit was granted, and had not lapsed, on a day."""
    known = [step for step in counted_steps(session, permit.id) if step.happened_on <= day]
    has_run_out = permit.lapses_on is not None and permit.lapses_on < day
    return read_standing(known).status in IN_FORCE and not has_run_out


def _check_contractor(
    actor: Actor, session: Session, contractor_id: UUID | None, before: UUID | None
) -> None:
    """Refuse a contractor who is no organisation in use the actor sees; one kept stays."""
    if contractor_id is None or contractor_id == before:
        return
    if find_organisation(actor, session, contractor_id) is None:
        raise no_organisation()


def _as_read(session: Session, changes: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Call the records fields point at by their names: a history holds no identifiers."""
    if "contractor_id" in changes:
        names = party_labels(session, [key for key in changes["contractor_id"] if key])
        old, new = (names.get(key, "") for key in changes.pop("contractor_id"))
        changes["contractor"] = (old, new)
    if "permit_id" in changes:
        permits = (session.get(Permit, key) if key else None for key in changes.pop("permit_id"))
        old, new = (permit.reference if permit else "" for permit in permits)
        changes["permit"] = (old, new)
    return changes


def _move(session: Session, work_id: UUID, before: set[UUID], after: set[UUID]) -> tuple[str, str]:
    """Let works be done on other parcels; return both lists as people read them."""
    for key in sorted(before - after):
        session.delete(session.get_one(LandWorkParcel, (work_id, key)))
    session.add_all(
        LandWorkParcel(work_id=work_id, parcel_id=key) for key in sorted(after - before)
    )
    old, new = (", ".join(parcel_references(session, keys)) for keys in (before, after))
    return old, new


def work_search_text(work: LandWork) -> str:
    """Return the words works are found by."""
    return index_text(work.reference, work.subject)[:300]
