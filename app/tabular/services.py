"""Undo batches; save, change and delete mapping profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from app.audit import Subject, changed_fields, record
from app.auth.actor import Actor
from app.auth.policy import require
from app.clock import Clock
from app.db import JsonDict, UnitOfWork
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.i18n import lazy as _l
from app.policies import HousePermission
from app.tabular.commands import SaveProfile
from app.tabular.importer import BatchKind, ChangedSince, Entry, Importer
from app.tabular.models import BatchState, ImportBatch, ImportBatchRow, ImportProfile
from app.tabular.queries import get_profile

NO_SUCH_COLUMN = _l("The mapping names a column that does not exist.")


def undo_batch(
    actor: Actor,
    batch_id: UUID,
    kinds: Mapping[str, BatchKind],
    uow: UnitOfWork,
    clock: Clock,
) -> ImportBatch:
    """Take back everything a batch made and changed, in one transaction.

    Conflict when one of its records was changed since, or something else depends on it.
    """
    require(actor, HousePermission.IMPORT_RUN)
    batch = get_batch(actor, batch_id, uow)
    kind = kinds.get(batch.importer)
    if kind is None:
        raise NotFound
    require(actor, kind.permission)
    if not batch.is_undoable:
        raise Conflict("import_not_undoable", _l("There is nothing to undo in this import."))
    entries = journal_of(uow, batch.id)
    try:
        kind.undo(uow, actor, clock, entries)
    except ChangedSince as found:
        raise found.naming(entries) from found
    uow.session.execute(delete(ImportBatchRow).where(ImportBatchRow.batch_id == batch.id))
    batch.state = BatchState.UNDONE
    batch.undone_at = batch.updated_at = clock.now()
    batch.undone_by_name = actor.display_name
    subject = Subject("import_batch", batch.id, batch.file_name)
    record(uow, actor, clock, action="house.import.undone", subject=subject)
    uow.flush()
    return batch


def get_batch(actor: Actor, batch_id: UUID, uow: UnitOfWork) -> ImportBatch:
    """Return a batch the actor may handle; NotFound for somebody else's."""
    batch = uow.session.get(ImportBatch, batch_id)
    own = batch is not None and batch.created_by_id == actor.user_id
    if batch is None or not (own or actor.can(HousePermission.AUDIT_READ)):
        raise NotFound
    return batch


def journal_of(uow: UnitOfWork, batch_id: UUID) -> Sequence[Entry]:
    """Return the journal of a batch, the last entry first."""
    query = (
        select(ImportBatchRow)
        .where(ImportBatchRow.batch_id == batch_id)
        .order_by(ImportBatchRow.position.desc())
        .execution_options(yield_per=2_000)
    )
    return [
        Entry(
            line.row,
            line.outcome,
            line.subject_type,
            line.subject_id,
            line.label,
            dict(line.before) if line.before is not None else None,
            dict(line.after) if line.after is not None else None,
        )
        for line in uow.session.scalars(query)
    ]


def save_profile(
    actor: Actor, command: SaveProfile, importer: Importer, uow: UnitOfWork, clock: Clock
) -> ImportProfile:
    """Save a mapping profile; Invalid when the name is empty or taken by another importer."""
    require(actor, HousePermission.IMPORT_RUN)
    require(actor, importer.permission)
    name = " ".join(command.name.split())
    profile = uow.session.scalar(select(ImportProfile).where(ImportProfile.name == name))
    _refuse_profile(name, command, importer, profile)
    values = {
        "mapping": JsonDict(dict(command.mapping)),
        "formats": JsonDict(dict(command.formats.as_json())),
    }
    if profile is None:
        profile = ImportProfile(
            name=name,
            importer=importer.name,
            created_by_id=actor.user_id,
            created_by_name=actor.display_name,
            created_at=clock.now(),
            mapping=JsonDict({}),
            formats=JsonDict({}),
        )
        uow.session.add(profile)
    changes = changed_fields(profile, values)
    profile.updated_at = clock.now()
    uow.flush()
    subject = Subject("import_profile", profile.id, name)
    record(uow, actor, clock, action="house.import_profile.saved", subject=subject, changes=changes)
    return profile


def _refuse_profile(
    name: str, command: SaveProfile, importer: Importer, profile: ImportProfile | None
) -> None:
    errors = []
    if not name or len(name) > 120:
        errors.append(FieldError("name", _l("Give the profile a name of at most 120 characters.")))
    if profile is not None and profile.importer != importer.name:
        errors.append(FieldError("name", _l("This name is taken by a profile of another kind.")))
    if not is_mappable(command.mapping, importer):
        errors.append(FieldError("mapping", NO_SUCH_COLUMN))
    if errors:
        raise Invalid("profile_invalid", _l("This profile cannot be saved."), errors=tuple(errors))


def is_mappable(mapping: Mapping[str, str], importer: Importer) -> bool:
    """Tell whether a mapping names only columns there are; an empty name leaves one out."""
    return {"", *(column.name for column in importer.columns)}.issuperset(mapping.values())


def delete_profile(
    actor: Actor,
    profile_id: UUID,
    importers: Mapping[str, Importer],
    uow: UnitOfWork,
    clock: Clock,
    *,
    expected_version: int | None = None,
) -> None:
    """Delete a mapping profile of what the actor may import; batches made with it keep its name."""
    require(actor, HousePermission.IMPORT_RUN)
    profile = get_profile(profile_id, uow.session, importers)
    if expected_version is not None:
        profile.require_version(expected_version)
    subject = Subject("import_profile", profile.id, profile.name)
    record(uow, actor, clock, action="house.import_profile.deleted", subject=subject)
    uow.session.delete(profile)
    uow.flush()
