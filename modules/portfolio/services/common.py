"""What the services of places share: reading for change, references, search texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import Subject, record
from app.auth.actor import Actor
from app.clock import Clock
from app.db import Archivable, Base, UnitOfWork
from app.db.codes import has_code, refuse_formula
from app.errors import Invalid
from app.i18n import lazy as _l
from app.numbers import reserve_numbers
from app.search.changes import touch_documents
from app.search.normalise import index_text
from modules.portfolio.enums import EMPTY_STATUSES
from modules.portfolio.errors import archived, reference_taken
from modules.portfolio.models import (
    Address,
    Area,
    Building,
    Department,
    Entrance,
    Floor,
    Installation,
    LandParcel,
    Lot,
    Room,
    Site,
)

EVERY_YEAR = 0
"""The year under which a series that never starts again is counted."""

# What lies in a building and is found by its words too.
INSIDES: dict[str, Any] = {"installation": Installation, "room": Room}


def next_reference(session: Session, prefix: str, width: int) -> str:
    """Take the next reference of a series, such as LOT-000123, counted over all years."""
    return f"{prefix}-{reserve_numbers(prefix, EVERY_YEAR, 1, session):0{width}d}"


def refuse_taken(session: Session, column: Any, value: str, except_id: UUID | None = None) -> None:
    """Raise Conflict when another record bears a reference, whatever its capitals."""
    model: Any = column.class_
    taken = select(column).where(has_code(column, [value]), model.id != except_id)
    if (other := session.scalars(taken).first()) is not None:
        raise reference_taken(column.key, other)


def refuse_archived(*rows: Archivable) -> None:
    """Raise Conflict for what is archived: it is brought back before it is changed or added to."""
    if any(row.archived_at is not None for row in rows):
        raise archived()


def refuse_unknown(session: Session, **links: tuple[type[Base], UUID | None]) -> None:
    """Raise Invalid, naming the field, when something pointed at does not exist."""
    for field, (model, identifier) in links.items():
        if identifier is not None and session.get(model, identifier) is None:
            raise Invalid("unknown_record", _l("This record does not exist."), field=field)


def fresh_reference(session: Session, column: Any, given: str, series: tuple[str, int]) -> str:
    """Return the reference given, checked, or the next free one of a series."""
    if given.strip():
        refuse_formula(column.key, given)
        refuse_taken(session, column, given.strip())
        return given.strip()
    while True:
        # An import may have brought references of the same form: those are passed over.
        reference = next_reference(session, *series)
        if session.scalar(select(func.count()).where(has_code(column, [reference]))) == 0:
            return reference


def kept_reference(session: Session, column: Any, given: str, row: Any) -> str:
    """Return the reference a record has from now on: the one given, checked, or its own."""
    own: str = getattr(row, column.key)
    reference = given.strip() or own
    if reference != own:
        refuse_formula(column.key, reference)
    refuse_taken(session, column, reference, except_id=row.id)
    return reference


def building_search_text(building: Building, address: Address) -> str:
    """Return the words a building is found by, both streets included."""
    return index_text(
        building.code,
        building.name,
        building.external_ref,
        *_address_words(address),
    )[:500]


def lot_search_text(lot: Lot, address: Address) -> str:
    """Return the words a lot is found by, both streets and the box included."""
    return index_text(lot.reference, lot.external_ref, *_address_words(address), lot.box)[:500]


def _address_words(address: Address) -> tuple[str, ...]:
    return (
        address.street_fr,
        address.street_nl,
        address.number,
        address.postcode,
        address.commune_fr,
        address.commune_nl,
    )


def announce(session: Session, *rows: Building | Lot) -> None:
    """Tell the search index that these places read differently now, and what lies in them."""
    for kind, model in (("building", Building), ("lot", Lot)):
        if ids := [row.id for row in rows if isinstance(row, model)]:
            touch_documents(session, kind, ids)
            if model is Building:
                _announce_insides(session, ids)


def _announce_insides(session: Session, building_ids: Sequence[UUID]) -> None:
    """Tell that plant and rooms are found by other words of their building."""
    for kind, model in INSIDES.items():
        inside = select(model.id).where(model.building_id.in_(building_ids))
        if ids := session.scalars(inside).all():
            touch_documents(session, kind, ids)


def count_lots(session: Session, building: Building) -> None:
    """Bring the lot counts of a building up to date."""
    session.flush()
    rows = session.execute(
        select(Lot.status, func.count())
        .where(Lot.building_id == building.id, Lot.archived_at.is_(None))
        .group_by(Lot.status)
    ).all()
    building.lot_count = sum(n for _status, n in rows)
    building.empty_lot_count = sum(n for status, n in rows if status in EMPTY_STATUSES)


def note(  # an entry has these parts, as in app.audit.record
    uow: UnitOfWork,
    actor: Actor,
    clock: Clock,
    action: str,
    about: tuple[Subject, UUID | None],
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    """Write the audit entry of a change to a place; `about` is the subject and its building.

    Plant, rooms and sites are announced to the search here, with each change that is written.
    """
    subject, building_id = about
    if subject.type in {*INSIDES, "site"}:
        touch_documents(uow.session, subject.type, [subject.id])
    named = {
        field: (_named(uow.session, field, old), _named(uow.session, field, new))
        for field, (old, new) in (changes or {}).items()
    }
    record(
        uow, actor, clock,
        action=f"portfolio.{action}", subject=subject, changes=named, building_id=building_id,
    )  # fmt: skip


# What people call the record a field points at: a history holds no identifiers.
_CALLED: dict[str, Any] = {
    "area_id": Area.code,
    "building_id": Building.code,
    "department_id": Department.code,
    "entrance_id": Entrance.code,
    "floor_id": Floor.level,
    "lot_id": Lot.reference,
    "predecessor_id": LandParcel.reference,
    "site_id": Site.code,
}


def _named(session: Session, field: str, value: Any) -> Any:
    """Return the code of the record a field points at; other values stay."""
    column = _CALLED.get(field)
    if column is None or not isinstance(value, UUID):
        return value
    return session.scalar(select(column).where(column.class_.id == value))


def building_subject(building: Building) -> tuple[Subject, UUID]:
    """Name a building for the audit trail."""
    return Subject("building", building.id, building.code), building.id


def lot_subject(lot: Lot) -> tuple[Subject, UUID]:
    """Name a lot for the audit trail."""
    return Subject("lot", lot.id, lot.reference), lot.building_id


def part_subject(
    part: Entrance | Floor | Installation | Room, building: Building
) -> tuple[Subject, UUID]:
    """Name what lies in a building for the audit trail; the history of the building tells it."""
    kind = type(part).__name__.lower()
    name = part.level if isinstance(part, Floor) else part.code
    return Subject(kind, part.id, f"{building.code} · {name}"), building.id


def refuse_twin(
    session: Session, model: Any, building_id: UUID, except_id: UUID | None = None, **named: Any
) -> None:
    """Raise Conflict when a building has another record of this code or level.

    A code is the same whatever its capitals.
    """
    ((field, value),) = named.items()
    column = getattr(model, field)
    alike = has_code(column, [value]) if isinstance(value, str) else column == value
    twins = select(model.id).where(model.building_id == building_id, alike, model.id != except_id)
    if session.scalars(twins).first() is not None:
        raise reference_taken(field, str(value))


def note_inside(
    uow: UnitOfWork,
    actor: Actor,
    clock: Clock,
    action: str,
    about: tuple[Subject, UUID],
    changes: dict[str, tuple[Any, Any]],
) -> None:
    """Write a change of what lies in a building; nothing changed is not written."""
    if changes:
        note(uow, actor, clock, action, about, changes)
