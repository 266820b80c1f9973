"""Write audit entries and read them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.auth.actor import Actor
from app.clock import Clock
from app.db import JsonDict, UnitOfWork


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about: `type` is the noun, `label` what people call the record."""

    type: str
    id: UUID
    label: str


def record(
    uow: UnitOfWork,
    actor: Actor,
    clock: Clock,
    *,
    action: str,
    subject: Subject,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    building_id: UUID | None = None,
) -> AuditEntry:
    """Write one entry in the transaction of the change; `changes` maps field to (old, new)."""
    entry = AuditEntry(
        occurred_at=clock.now(),
        actor_id=actor.user_id,
        actor_name=actor.display_name,
        request_id=uow.request_id,
        action=action,
        subject_type=subject.type,
        subject_id=subject.id,
        subject_label=subject.label[:200],
        building_id=building_id,
        changes=JsonDict(
            {name: [_plain(old), _plain(new)] for name, (old, new) in (changes or {}).items()}
        ),
    )
    uow.session.add(entry)
    return entry


def record_consultation(
    uow: UnitOfWork, actor: Actor, clock: Clock, *, subject: Subject, reason: str = ""
) -> AuditEntry:
    """Note that sensitive data was read, with the reason when one was asked."""
    changes = {"reason": (None, reason)} if reason else {}
    action = f"{subject.type}.consulted"
    return record(uow, actor, clock, action=action, subject=subject, changes=changes)


def changed_fields(row: object, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set new values on a row and return the differences as {field: (old, new)}."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            changes[name] = (old, new)
            setattr(row, name, new)
    return changes


def history_of(
    session: Session,
    subject_type: str,
    subject_id: UUID,
    *,
    parts: Iterable[str] = (),
    limit: int = 100,
) -> Sequence[AuditEntry]:
    """Return the latest entries about a record, the latest first."""
    return session.scalars(select_history(subject_type, subject_id, parts).limit(limit)).all()


def select_history(
    subject_type: str, subject_id: UUID, parts: Iterable[str] = ()
) -> Select[AuditEntry]:
    """Return the entries about a record, the latest first; `parts` are kinds within a building."""
    about = and_(AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id)
    if kinds := tuple(parts):
        inside = and_(AuditEntry.building_id == subject_id, AuditEntry.subject_type.in_(kinds))
        about = or_(about, inside)
    latest_first = AuditEntry.occurred_at.desc(), AuditEntry.id.desc()
    return select(AuditEntry).where(about).order_by(*latest_first)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(v) for v in value]
    return str(value)
