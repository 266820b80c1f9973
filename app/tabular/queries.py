"""Read batches and profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.errors import Forbidden, NotFound
from app.policies import HousePermission
from app.registry import Module
from app.tabular.importer import BatchKind, Importer
from app.tabular.models import BatchState, ImportBatch, ImportProfile


def declared_importers(modules: Iterable[Module]) -> dict[str, Importer]:
    """Return what the modules can import, by name."""
    return {importer.name: importer for module in modules for importer in module.importers}


def allowed_importers(actor: Actor, modules: Iterable[Module]) -> dict[str, Importer]:
    """Return what this actor may import."""
    declared = declared_importers(modules)
    return {name: i for name, i in declared.items() if actor.can(i.permission)}


def declared_kinds(modules: Sequence[Module]) -> dict[str, BatchKind]:
    """Return everything one file can bring in, tables and other files, by name."""
    others = {kind.name: kind for module in modules for kind in module.batch_kinds}
    return {**declared_importers(modules), **others}


def allowed_kinds(actor: Actor, modules: Sequence[Module]) -> dict[str, BatchKind]:
    """Return what this actor may bring in by a file, and take back."""
    declared = declared_kinds(modules)
    return {name: kind for name, kind in declared.items() if actor.can(kind.permission)}


def select_batches(actor: Actor) -> Select[ImportBatch]:
    """Select the batches an actor sees, the latest first."""
    return _visible(actor).order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())


def _visible(actor: Actor) -> Select[ImportBatch]:
    query = select(ImportBatch)
    if not actor.can(HousePermission.AUDIT_READ):
        query = query.where(ImportBatch.created_by_id == actor.user_id)
    return query


def list_batches(
    actor: Actor, session: Session, page: int = 1, size: int = 25
) -> tuple[Sequence[ImportBatch], int]:
    """Return a page of batches, the latest first, and how many there are.

    People see their own; who reads the audit trail sees all.
    """
    total = session.scalar(select(func.count()).select_from(_visible(actor).subquery())) or 0
    rows = session.scalars(select_batches(actor).limit(size).offset((page - 1) * size))
    return rows.all(), total


def running_batches(session: Session) -> Sequence[UUID]:
    """Return the imports that are under way."""
    running = ImportBatch.state == BatchState.RUNNING
    return session.scalars(select(ImportBatch.id).where(running)).all()


def get_batch(actor: Actor, batch_id: UUID, session: Session) -> ImportBatch:
    """Return a batch the actor may see; NotFound for somebody else's."""
    batch = session.scalar(_visible(actor).where(ImportBatch.id == batch_id))
    if batch is None:
        raise NotFound
    return batch


def get_contents(
    actor: Actor, batch_id: UUID, session: Session, importers: Mapping[str, BatchKind]
) -> ImportBatch:
    """Return a batch whose rows the actor may read: of a kind among those they may import.

    Who reads the audit trail sees that there was an import and what it counted, no more. Raises
    NotFound for somebody else's, Forbidden for another kind.
    """
    batch = get_batch(actor, batch_id, session)
    if batch.importer not in importers:
        raise Forbidden
    return batch


def list_profiles(
    actor: Actor, session: Session, importers: Mapping[str, Importer]
) -> Sequence[ImportProfile]:
    """Return the saved profiles of what the actor may import, by name."""
    query = (
        select(ImportProfile)
        .where(ImportProfile.importer.in_(importers))
        .order_by(func.lower(ImportProfile.name))
    )
    return session.scalars(query).all()


def get_profile(
    profile_id: UUID, session: Session, importers: Mapping[str, Importer]
) -> ImportProfile:
    """Return a saved profile; NotFound for one of what the actor may not import."""
    profile = session.get(ImportProfile, profile_id)
    if profile is None or profile.importer not in importers:
        raise NotFound
    return profile


def find_profile(session: Session, name: str) -> ImportProfile | None:
    """Return a saved profile by its name, or None."""
    return session.scalar(select(ImportProfile).where(ImportProfile.name == name))
