"""Rows of the estate made from the register: what is written, in bulk, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import shapely
from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.geo import geometry_text
from app.i18n import gettext as _
from app.ids import new_id, new_ids
from app.search.changes import touch_documents
from app.search.normalise import index_text
from app.tabular.bulk import insert_columns, insert_rows
from app.tabular.importer import Entry, Outcome
from app.tabular.problems import Problem, Severity
from app.tabular.typed import Row
from modules.portfolio.enums import (
    Accessibility,
    BuildingKind,
    Funding,
    Heating,
    HeatSource,
    Heritage,
    LotCategory,
    LotKind,
    LotStatus,
    Regime,
)
from modules.portfolio.importers.rpls_columns import Construction
from modules.portfolio.importers.rpls_places import Place, plain_code, read_floor
from modules.portfolio.models import Address, Building, Entrance, Floor, Lot, LotStatusEvent

# The columns of a lot the register knows; building and entrance come beside them.
FACTS = (
    "floor_level", "box", "rooms", "area_m2", "built_year", "first_let_year", "regime",
    "energy_class",
)  # fmt: skip
# Columns of a lot that are what the file says, or nothing.
_AS_READ = (
    "floor_level", "door", "rooms", "area_m2", "built_year", "first_let_year", "energy_class",
)  # fmt: skip
LOTS = cast("Table", Lot.__table__)
EVENTS = cast("Table", LotStatusEvent.__table__)
_IDS_A_QUERY = 400
_NAMED_ONE_BY_ONE = 50


def lot_values(values: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Turn the columns of a row into fields of a dwelling; a column not there gives no field."""
    fields: dict[str, Any] = {
        "door": plain_code(values.get("numappt")),
        "building": place.building,
        "entrance": place.entrance,
        "rooms": values["nbpiece"],
        "area_m2": float(values["surfhab"]),
    }
    if "etage" in values:
        fields["floor_level"] = read_floor(values["etage"])
    if "numboite" in values:
        fields["box"] = plain_code(values["numboite"])
    if "construct" in values:
        fields["built_year"] = values["construct"]
    if "locat" in values:
        fields["first_let_year"] = values["locat"]
    if "dpeenergie" in values:
        fields["energy_class"] = values["dpeenergie"]
    if "conv" in values:
        fields["regime"] = _regime(values)
    return fields


def _regime(values: Mapping[str, Any]) -> Regime | None:
    if values["typeconst"] is Construction.STUDENT:
        return Regime.STUDENT
    if values["conv"] is None:
        return None
    return Regime.SUBSIDISED if values["conv"] else Regime.FREE


def doubt_years(row: int, values: Mapping[str, Any]) -> Iterable[Problem]:
    """Warn of a dwelling let before it was built."""
    built, first_let = values.get("construct"), values.get("locat")
    if built and first_let and first_let < built:
        yield Problem(
            "improbable",
            row,
            field="locat",
            value=str(first_let),
            severity=Severity.WARNING,
            params={"low": built, "high": "…"},
        )


def same_door(new: str, old: str | None) -> bool:
    """Tell whether an entrance is the stored one, the suffix of its number being lost.

    >>> same_door("2/1", "2B/1"), same_door("2/1", "3/1")
    (True, False)
    """
    if old is None or "/" not in new or "/" not in old:
        return new == old
    new_number, _, new_stairs = new.partition("/")
    old_number, _, old_stairs = old.partition("/")
    suffixed = new_number.isdigit() and re.fullmatch(f"{new_number}[A-Z]+", old_number)
    return new_stairs == old_stairs and (new_number == old_number or bool(suffixed))


@dataclass(slots=True)
class Makers:
    """Collects the rows of one chunk and writes them table by table."""

    session: Session
    clock: Clock
    actor: Actor
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
            insert_rows(self.session, model.__table__, rows)  # type: ignore[arg-type]
            rows.clear()

    def write_lots(self, lots: Sequence[NewLot]) -> None:
        """Insert dwellings, column by column, and the first event of their history."""
        if not lots:
            return
        now, today, count = self.clock.now(), self.clock.today(), len(lots)
        constant = {
            "kind": LotKind.HOME,
            "category": LotCategory.ORDINARY,
            "funding": Funding.UNKNOWN,
            "accessibility": Accessibility.UNKNOWN,
            "heating": Heating.UNKNOWN,
            "heat_source": HeatSource.UNKNOWN,
            "note": "",
            "status": LotStatus.LET,
            "status_since": today,
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        ids = [lot.id for lot in lots]
        columns: dict[str, list[Any]] = {
            "id": ids,
            "reference": [lot.reference for lot in lots],
            "building_id": [lot.building_id for lot in lots],
            "entrance_id": [lot.entrance_id for lot in lots],
            "floor_id": [lot.floor_id for lot in lots],
            "search_text": [lot.search_text for lot in lots],
            "box": [lot.values.get("box") or "" for lot in lots],
            "regime": [lot.values.get("regime") or Regime.SUBSIDISED for lot in lots],
            **{name: [lot.values.get(name) for lot in lots] for name in _AS_READ},
            **{name: [value] * count for name, value in constant.items()},
        }
        insert_columns(self.session, LOTS, columns)
        events: dict[str, list[Any]] = {
            "id": new_ids(count),
            "lot_id": ids,
            "status": [LotStatus.LET] * count,
            "starts_on": [today] * count,
            "reason": [_("Taken as let: the register does not say who lives here.")] * count,
            "author_id": [self.actor.user_id] * count,
            "recorded_at": [now] * count,
        }
        insert_columns(self.session, EVENTS, events)


@dataclass(frozen=True, slots=True)
class NewLot:
    """A dwelling to be made, and where."""

    id: UUID
    reference: str
    building_id: UUID
    entrance_id: UUID
    floor_id: UUID | None
    search_text: str
    values: Mapping[str, Any]


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


def announce(session: Session, buildings: Iterable[UUID], entries: Sequence[Entry]) -> None:
    """Tell the search index what reads differently; of many, that it should read all again."""
    lots = [entry.subject_id for entry in entries if entry.subject_type == "lot"]
    for kind, ids in (("building", list(buildings)), ("lot", lots)):
        if ids:
            touch_documents(session, kind, ids if len(ids) <= _NAMED_ONE_BY_ONE else ())


def recount(session: Session, building_ids: Iterable[UUID]) -> None:
    """Count the lots of buildings again and show the worst energy class, in one statement."""
    held = (Lot.building_id == Building.id, Lot.archived_at.is_(None))
    count = select(func.count()).where(*held).correlate(Building).scalar_subquery()
    worst = select(func.max(Lot.energy_class)).where(*held).correlate(Building).scalar_subquery()
    ids = list(building_ids)
    for start in range(0, len(ids), _IDS_A_QUERY):
        session.execute(
            update(Building)
            .where(Building.id.in_(ids[start : start + _IDS_A_QUERY]))
            .values(lot_count=count, energy_class=worst),
            execution_options={"synchronize_session": False},
        )


def stored_values(
    session: Session, updates: Sequence[tuple[UUID, Mapping[str, Any]]]
) -> dict[UUID, dict[str, Any]]:
    """Return what the columns about to be changed hold now, and when they last changed."""
    if not updates:
        return {}
    table = Lot.__table__
    names = dict.fromkeys(("id", "updated_at", *(name for _, new in updates for name in new)))
    ids = [lot_id for lot_id, _ in updates]
    query = select(*(table.c[name] for name in names)).where(table.c.id.in_(ids))
    rows = {row["id"]: row for row in session.execute(query).mappings()}
    return {
        lot_id: {name: rows[lot_id][name] for name in (*new, "updated_at")}
        for lot_id, new in updates
    }
