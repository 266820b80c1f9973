"""Records of one place, a lot or a building, as files name it: certificates, warnings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.i18n import lazy as _l
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.portfolio.importers.source import named, unknown
from modules.portfolio.models import Building, EnergyCertificate, Lot, PlaceWarning
from modules.portfolio.queries.places import seen_buildings, seen_lots
from modules.portfolio.queries.scope import in_scope

# What the place of a record is called, in SQL: one of the two is empty.
PLACE_KEY = (func.coalesce(Lot.reference, ""), func.coalesce(Building.code, ""))


def select_in_places(actor: Actor, model: type[EnergyCertificate | PlaceWarning]) -> Select[Any]:
    """Select the records an actor sees, with the reference of their lot or code of building."""
    statement: Any = (
        select(model, Lot.reference, Building.code)
        .outerjoin(Lot, model.lot_id == Lot.id)
        .outerjoin(Building, model.building_id == Building.id)
        .where(model.archived_at.is_(None))
    )
    seen: Select[Any] = in_scope(
        statement, actor, func.coalesce(model.building_id, Lot.building_id)
    )
    return seen


def refuse_places(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Refuse rows that name no place, two, or one that is not there."""
    yield from unknown(rows, "lot", seen_lots(actor, session, named(rows, "lot")))
    buildings = seen_buildings(actor, session, named(rows, "building"))
    yield from unknown(rows, "building", buildings)
    for row in rows:
        lot, building = row.values.get("lot"), row.values.get("building")
        if bool(lot) == bool(building):
            text = _l("Name exactly one place.")
            yield Problem("one_place", row.number, field="lot", value=str(lot or ""), text=text)


def place_ids(
    actor: Actor, session: Session, values: Mapping[str, Any]
) -> tuple[UUID | None, UUID | None]:
    """Return the identifiers of the lot and of the building a row names; one of them is None."""
    lot, building = values.get("lot"), values.get("building")
    return (
        seen_lots(actor, session, {lot})[lot] if lot else None,
        seen_buildings(actor, session, {building})[building] if building else None,
    )
