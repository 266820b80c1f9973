"""Codes and keys: kept by those who may, read under audit, never written into a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.audit import Subject, changed_fields, record_consultation
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import BRUSSELS, Clock
from app.db import UnitOfWork
from modules.portfolio.commands import AccessFacts, Change
from modules.portfolio.errors import elsewhere
from modules.portfolio.models import AccessCode, Building, Entrance, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.access import access_not_noted, get_access_code
from modules.portfolio.queries.places import get_building
from modules.portfolio.services.common import note, refuse_archived

HIDDEN = "••••"


def add_access_code(actor: Actor, facts: AccessFacts, uow: UnitOfWork, clock: Clock) -> AccessCode:
    """Write down how to get in; Invalid when the entrance or the lot is of another building."""
    require(actor, PortfolioPermission.CHANGE_ACCESS)
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    now = clock.now()
    row = AccessCode(**_values(facts, uow), created_at=now, updated_at=now)
    uow.session.add(row)
    uow.flush()
    _note(row, building, "add", {"location": (None, row.location)}, actor, uow, clock)
    return row


def change_access_code(
    actor: Actor, change: Change, facts: AccessFacts, uow: UnitOfWork, clock: Clock
) -> AccessCode:
    """Change a code; the history says that it changed, not what it was or is."""
    row, building = _to_change(actor, change, uow)
    refuse_archived(row)
    if facts.building_id != row.building_id:
        raise elsewhere("building_id")
    changes = changed_fields(row, _values(facts, uow))
    if changes:
        row.updated_at = clock.now()
        uow.flush()
        _note(row, building, "change", changes, actor, uow, clock)
    return row


def archive_access_code(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> AccessCode:
    """Stop showing a code; it can be brought back."""
    row, building = _to_change(actor, change, uow)
    row.archive(actor.user_id, clock.now())
    uow.flush()
    _note(row, building, "archive", {}, actor, uow, clock)
    return row


def restore_access_code(actor: Actor, change: Change, uow: UnitOfWork, clock: Clock) -> AccessCode:
    """Show a code again."""
    row, building = _to_change(actor, change, uow)
    row.restore()
    uow.flush()
    _note(row, building, "restore", {}, actor, uow, clock)
    return row


def reveal_access_code(actor: Actor, code_id: UUID, uow: UnitOfWork, clock: Clock) -> AccessCode:
    """Return a code to somebody who asked to read it, and note who did."""
    row = get_access_code(actor, uow.session, code_id)
    record_consultation(uow, actor, clock, subject=_subject(row))
    return row


def note_access_given(
    actor: Actor, given: Mapping[UUID, str], uow: UnitOfWork, clock: Clock
) -> None:
    """Note which codes went along with work, each with the number of the order that needed it.

    Once a day for each person and code: a tablet asks for its day every few minutes, and a hundred
    lines would hide the one that matters.
    """
    for code in access_not_noted(actor, uow.session, given.keys(), clock.today(BRUSSELS)):
        record_consultation(uow, actor, clock, subject=_subject(code), reason=given[code.id])


def _to_change(actor: Actor, change: Change, uow: UnitOfWork) -> tuple[AccessCode, Building]:
    require(actor, PortfolioPermission.CHANGE_ACCESS)
    row = get_access_code(actor, uow.session, change.id)
    row.require_version(change.version)
    return row, get_building(actor, uow.session, row.building_id)


def _values(facts: AccessFacts, uow: UnitOfWork) -> dict[str, Any]:
    for field, model, wanted in (
        ("entrance_id", Entrance, facts.entrance_id),
        ("lot_id", Lot, facts.lot_id),
    ):
        if wanted is None:
            continue
        found: Any = uow.session.get(model, wanted)
        if found is None or found.building_id != facts.building_id:
            raise elsewhere(field)
    return {
        "building_id": facts.building_id,
        # A lot has one way in of its own: naming its entrance too would say it twice.
        "entrance_id": None if facts.lot_id else facts.entrance_id,
        "lot_id": facts.lot_id,
        "kind": facts.kind,
        "location": facts.location,
        "code": facts.code,
        "note": facts.note,
    }


def _subject(row: AccessCode) -> Subject:
    return Subject("access_code", row.id, row.location or row.kind.value)


def _note(
    row: AccessCode,
    building: Building,
    verb: str,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    uow: UnitOfWork,
    clock: Clock,
) -> None:
    said = {
        field: (HIDDEN, HIDDEN) if field in ("code", "note") else pair
        for field, pair in changes.items()
    }
    note(uow, actor, clock, f"access.{verb}", (_subject(row), building.id), said)
