"""Installations of buildings, and which lots they serve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import changed_fields
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import UnitOfWork
from modules.portfolio.commands import Change, InstallationFacts
from modules.portfolio.errors import elsewhere
from modules.portfolio.models import Entrance, Installation, Lot, ServiceLink
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.queries.places import find_building, get_building
from modules.portfolio.queries.topology import get_installation, links_of
from modules.portfolio.services.common import (
    fresh_reference,
    kept_reference,
    note_inside,
    part_subject,
    refuse_archived,
)

SERIES = ("INS", 5)


def add_installation(
    actor: Actor, facts: InstallationFacts, uow: UnitOfWork, clock: Clock
) -> Installation:
    """Add an installation and write whom it serves: lots, entrances, else buildings."""
    require(actor, PortfolioPermission.CHANGE)
    building = get_building(actor, uow.session, facts.building_id)
    refuse_archived(building)
    code = fresh_reference(uow.session, Installation.code, facts.code, SERIES)
    now = clock.now()
    installation = Installation(**(_values(facts) | {"code": code}), created_at=now, updated_at=now)
    uow.session.add(installation)
    uow.flush()
    _write_links(actor, uow.session, installation, facts)
    change = {"installation": (None, f"{installation.code} {installation.kind}")}
    note_inside(uow, actor, clock, "installation.add", part_subject(installation, building), change)
    return installation


def change_installation(
    actor: Actor, change: Change, facts: InstallationFacts, uow: UnitOfWork, clock: Clock
) -> Installation:
    """Change an installation and whom it serves; it stays in its building."""
    installation = _changing(actor, change, uow)
    refuse_archived(installation)
    building = get_building(actor, uow.session, installation.building_id)
    values = _values(facts) | {"building_id": building.id}
    values["code"] = kept_reference(uow.session, Installation.code, facts.code, installation)
    changes = changed_fields(installation, values)
    before = _served(links_of(uow.session, installation.id))
    _write_links(actor, uow.session, installation, facts)
    after = _served(links_of(uow.session, installation.id))
    if before != after:
        changes["serves"] = (len(before), len(after))
    if changes:
        installation.updated_at = clock.now()
        uow.flush()
        about = part_subject(installation, building)
        note_inside(uow, actor, clock, "installation.change", about, changes)
    return installation


def archive_installation(
    actor: Actor, change: Change, uow: UnitOfWork, clock: Clock
) -> Installation:
    """Take an installation that was removed out of the lists."""
    installation = _changing(actor, change, uow)
    installation.archive(actor.user_id, clock.now())
    return _moved(actor, installation, "installation.archive", uow, clock)


def restore_installation(
    actor: Actor, change: Change, uow: UnitOfWork, clock: Clock
) -> Installation:
    """Bring an installation back."""
    installation = _changing(actor, change, uow)
    installation.restore()
    return _moved(actor, installation, "installation.restore", uow, clock)


def _changing(actor: Actor, change: Change, uow: UnitOfWork) -> Installation:
    require(actor, PortfolioPermission.CHANGE)
    installation = get_installation(actor, uow.session, change.id)
    installation.require_version(change.version)
    return installation


def _moved(
    actor: Actor, installation: Installation, action: str, uow: UnitOfWork, clock: Clock
) -> Installation:
    installation.updated_at = clock.now()
    uow.flush()
    building = get_building(actor, uow.session, installation.building_id)
    moved = {"installation": (None, installation.code)}
    note_inside(uow, actor, clock, action, part_subject(installation, building), moved)
    return installation


def _values(facts: InstallationFacts) -> dict[str, Any]:
    links = {"entrance_ids", "lot_ids", "building_ids", "names_archived"}
    return {f.name: getattr(facts, f.name) for f in fields(facts) if f.name not in links}


def _served(links: Iterable[ServiceLink]) -> set[UUID | None]:
    return {link.lot_id or link.entrance_id or link.building_id for link in links}


def _write_links(
    actor: Actor, session: Session, installation: Installation, facts: InstallationFacts
) -> None:
    """Replace what an installation serves; NotFound for a building the actor does not see.

    Entrances and lots are those of its own building. A building the actor does not see stays
    served: whoever wrote it did. So does an archived one, unless the facts name those too.
    """
    home = installation.building_id
    _refuse_elsewhere(session, home, facts)
    others = set(facts.building_ids) - {home}
    for building_id in others:
        get_building(actor, session, building_id)
    kept = set()
    for link in links_of(session, installation.id):
        other = link.building_id
        if other in {None, home} or _is_named(actor, session, other, facts):
            session.delete(link)
        else:
            kept.add(link.building_id)
    whole = (others if facts.entrance_ids or facts.lot_ids else others | {home}) - kept
    about = {"installation_id": installation.id}
    session.add_all(ServiceLink(**about, lot_id=one) for one in facts.lot_ids)
    session.add_all(ServiceLink(**about, entrance_id=one) for one in facts.entrance_ids)
    session.add_all(ServiceLink(**about, building_id=one) for one in whole)
    session.flush()


def _is_named(actor: Actor, session: Session, building_id: UUID, facts: InstallationFacts) -> bool:
    """Say whether the facts would name a building, had it to stay served."""
    building = find_building(actor, session, building_id)
    return building is not None and (facts.names_archived or building.archived_at is None)


def _refuse_elsewhere(session: Session, home: UUID, facts: InstallationFacts) -> None:
    """Raise Invalid for an entrance or a lot of another building, or one that is not there."""
    named: dict[str, tuple[Any, tuple[UUID, ...]]] = {
        "entrance_ids": (Entrance, facts.entrance_ids),
        "lot_ids": (Lot, facts.lot_ids),
    }
    for field, (model, ids) in named.items():
        owners = session.scalars(select(model.building_id).where(model.id.in_(ids))).all()
        if len(owners) != len(set(ids)) or any(owner != home for owner in owners):
            raise elsewhere(field)
