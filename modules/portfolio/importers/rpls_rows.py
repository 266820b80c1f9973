"""Rows of the estate made from the register: written in bulk, those referred to first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import shapely
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.clock import Clock
from app.geo import geometry_text
from app.ids import new_id
from app.search.normalise import index_text
from app.tabular.bulk import insert_rows
from app.tabular.importer import Entry, Outcome
from app.tabular.typed import Row
from modules.portfolio.enums import (
    BuildingKind,
    Heating,
    HeatSource,
    Heritage,
)
from modules.portfolio.importers.rpls_places import Place
from modules.portfolio.models import Address, Building, Entrance, Floor


@dataclass(slots=True)
class Makers:
    """Collects the rows of one chunk and writes them table by table."""

    session: Session
    clock: Clock
    addresses: list[dict[str, Any]] = field(default_factory=list)
    buildings: list[dict[str, Any]] = field(default_factory=list)
    entrances: list[dict[str, Any]] = field(default_factory=list)
    floors: list[dict[str, Any]] = field(default_factory=list)

    def find_buildings(self, codes: Iterable[str]) -> dict[str, UUID]:
        """Return the buildings that exist already."""
        wanted = list(codes)
        if not wanted:
            return {}
        query = select(Building.code, Building.id).where(Building.code.in_(wanted))
        return {row.code: row.id for row in self.session.execute(query)}

    def find_entrances(self, building_ids: Sequence[UUID]) -> dict[tuple[UUID, str], UUID]:
        """Return the entrances of buildings."""
        query = select(Entrance.building_id, Entrance.code, Entrance.id)
        rows = self.session.execute(query.where(Entrance.building_id.in_(building_ids)))
        return {(building, code): entrance for building, code, entrance in rows}

    def find_floors(self, building_ids: Sequence[UUID]) -> dict[tuple[UUID, int], UUID]:
        """Return the floors of buildings."""
        query = select(Floor.building_id, Floor.level, Floor.id)
        rows = self.session.execute(query.where(Floor.building_id.in_(building_ids)))
        return {(building, level): floor for building, level, floor in rows}

    def add_address(self, row: int, place: Place) -> Entry:
        """Make the address of a place."""
        address_id = new_id()
        address: dict[str, Any] = {
            "id": address_id,
            "street_fr": place.street[:120],
            "street_nl": "",
            "number": place.number,
            "postcode": place.postcode,
            "commune_fr": place.commune,
            "commune_nl": "",
            "country": "FR",
        }
        self.addresses.append(address)
        label = f"{place.street} {place.number}".strip()
        return Entry(row, Outcome.NEW, "address", address_id, label)

    def add_building(self, row: Row, place: Place, known: dict[str, UUID]) -> list[Entry]:
        """Make the building of a dwelling, where its first dwelling is."""
        address = self.add_address(row.number, place)
        building_id = new_id()
        known[place.building] = building_id
        now = self.clock.now()
        self.buildings.append(
            {
                "id": building_id,
                "code": place.building,
                "name": place.name,
                "kind": BuildingKind.RESIDENTIAL,
                "address_id": address.subject_id,
                "built_year": row.values.get("built_year"),
                "heating": Heating.UNKNOWN,
                "heat_source": HeatSource.UNKNOWN,
                "heritage": Heritage.NONE,
                "note": "",
                "lot_count": 0,
                "empty_lot_count": 0,
                "search_text": search_text(place.building, place.name, place),
                "version": 1,
                "created_at": now,
                "updated_at": now,
                **_on_the_map(place),
            }
        )
        label = place.building
        return [address, Entry(row.number, Outcome.NEW, "building", building_id, label)]

    def add_entrance(
        self, row: Row, place: Place, building_id: UUID, known: dict[tuple[UUID, str], UUID]
    ) -> list[Entry]:
        """Make the street door of a dwelling, with its own address."""
        address = self.add_address(row.number, place)
        entrance_id = known[building_id, place.entrance] = new_id()
        self.entrances.append(
            {
                "id": entrance_id,
                "building_id": building_id,
                "code": place.entrance,
                "address_id": address.subject_id,
                "position": 0,
                "version": 1,
            }
        )
        made = Entry(row.number, Outcome.NEW, "entrance", entrance_id, place.entrance)
        return [address, made]

    def add_floor(
        self, row: Row, building_id: UUID, level: int, known: dict[tuple[UUID, int], UUID]
    ) -> list[Entry]:
        """Make a floor of a building."""
        floor_id = known[building_id, level] = new_id()
        self.floors.append({"id": floor_id, "building_id": building_id, "level": level})
        return [Entry(row.number, Outcome.NEW, "floor", floor_id, str(level))]

    def write(self) -> None:
        """Insert what was collected, those referred to first."""
        for model, rows in (
            (Address, self.addresses),
            (Building, self.buildings),
            (Entrance, self.entrances),
            (Floor, self.floors),
        ):
            insert_rows(self.session, cast("Table", model.__table__), rows)
            rows.clear()


def _on_the_map(place: Place) -> dict[str, Any]:
    if place.lon is None or place.lat is None:
        empty = ("lon", "lat", "geometry", "geojson", "source_geometry", "source_crs")
        return dict.fromkeys(empty)
    point = shapely.Point(place.lon, place.lat)
    return {
        "lon": place.lon,
        "lat": place.lat,
        "geometry": point,
        "geojson": geometry_text(point),
        "source_geometry": point,
        "source_crs": 4326,
    }


def search_text(reference: str, more: str, place: Place) -> str:
    """Return the words a place is found by; those of its address are spelt once."""
    # A reference of ours is its own normal form but for capitals and hyphens.
    own = reference.lower().split("-")
    own += [more] if more.isdigit() else index_text(more).split()
    words = _address_words(place.street, place.number, place.postcode, place.commune)
    return " ".join(dict.fromkeys((*own, *words)))[:500]


@lru_cache(maxsize=4_096)
def _address_words(*parts: str) -> tuple[str, ...]:
    return tuple(index_text(*parts).split())
