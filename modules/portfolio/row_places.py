"""The places rows of a file name: a building by its code, a lot by its reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.tabular.numbered import named
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.portfolio.queries.places import codes_of_lots, seen_buildings, seen_lots


def find_row_places(actor: Actor, session: Session, rows: Sequence[Row]) -> Iterator[Problem]:
    """Look buildings and lots up; the building of a lot needs no mention, another is refused."""
    buildings = seen_buildings(actor, session, named(rows, "building"))
    lots = seen_lots(actor, session, named(rows, "lot"))
    codes = codes_of_lots(session, lots.values())
    for row in rows:
        building, lot = row.values.get("building"), row.values.get("lot")
        if building and building not in buildings:
            yield Problem("not_found", row.number, field="building", value=building)
        elif lot and (lot not in lots or building not in (None, codes[lots[lot]])):
            yield Problem("not_found", row.number, field="lot", value=lot)
        elif lot:
            row.values["building"] = codes[lots[lot]]


def row_place_ids(
    actor: Actor, session: Session, building: str | None, lot: str | None
) -> tuple[UUID | None, UUID | None]:
    """Return building and lot of a row whose places were found."""
    lot_id = seen_lots(actor, session, {lot}).get(lot) if lot else None
    building_id = seen_buildings(actor, session, {building}).get(building) if building else None
    return building_id, lot_id
