"""Import the French register of social housing: buildings, entrances, floors and lots.

One row is one dwelling. Buildings and entrances are made when a first dwelling needs them. The
register does not say who lives where: a new dwelling is taken as let, and its history says so.
A dwelling that is not in a later file stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.auth.actor import Actor
from app.clock import Clock
from app.db import UnitOfWork
from app.errors import Forbidden
from app.i18n import LazyText
from app.ids import new_ids
from app.tabular.bulk import to_json, update_rows
from app.tabular.columns import Column
from app.tabular.formats import Blank, DecimalSign, Formats
from app.tabular.importer import Change, Entry, Outcome, Values
from app.tabular.problems import Problem
from app.tabular.typed import Row
from modules.portfolio.importers.rpls_dwellings import FACTS, doubt_years, lot_values, same_door
from modules.portfolio.importers.rpls_index import announce, recount, stored_values
from modules.portfolio.importers.rpls_lots import NewLot, insert_lots
from modules.portfolio.importers.rpls_places import Place, lot_key, read_place, rpls_reference
from modules.portfolio.importers.rpls_rows import Makers, search_text
from modules.portfolio.importers.rpls_undo import undo_register
from modules.portfolio.models import Building, Entrance, Lot
from modules.portfolio.policies import PortfolioPermission

LOTS = cast("Table", Lot.__table__)
BUILDINGS = cast("Table", Building.__table__)
ENTRANCES = cast("Table", Entrance.__table__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterImporter:
    """The register, with or without the columns a geocoder added."""

    name: str
    title: LazyText
    columns: tuple[Column, ...]
    permission: str = PortfolioPermission.IMPORT
    formats: Formats = field(
        default_factory=lambda: Formats(decimal=DecimalSign.POINT, blank=Blank.KEEP)
    )

    def open(self, actor: Actor, clock: Clock) -> RegisterWork:
        """Begin a file; Forbidden for a person who sees only a part of the estate."""
        if not actor.scope.everything:
            raise Forbidden
        return RegisterWork()

    def undo(self, uow: UnitOfWork, actor: Actor, clock: Clock, entries: Sequence[Entry]) -> None:
        """Take back what a batch made and changed."""
        undo_register(uow, entries)


@dataclass(slots=True)
class RegisterWork:
    """One pass over a file: the places met so far, and the ranks of dwellings that are alike."""

    ranks: Counter[tuple[str, ...]] = field(default_factory=Counter)
    places: dict[int, Place] = field(default_factory=dict)
    keys_of_rows: dict[int, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[Hashable, Row] = field(default_factory=dict)
    buildings: dict[str, UUID] = field(default_factory=dict)
    entrances: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    floors: dict[tuple[UUID, int], UUID] = field(default_factory=dict)
    ids: dict[Hashable, UUID] = field(default_factory=dict)

    def prepare(self, session: Session, rows: Sequence[Row]) -> Iterable[Problem]:
        """Turn register columns into fields of the estate; doubt what contradicts itself."""
        self.places.clear()
        self.keys_of_rows.clear()
        problems: list[Problem] = []
        for row in rows:
            values = row.values
            problems += doubt_years(row.number, values)
            place = self.places[row.number] = read_place(values)
            self.keys_of_rows[row.number] = lot_key(values)
            row.values = lot_values(values, place)
        return problems

    def keys(self, rows: Sequence[Row]) -> Sequence[Hashable | None]:
        """Return the reference each dwelling has or will have."""
        self.rows.clear()
        references: list[Hashable | None] = []
        for row in rows:
            key = self.keys_of_rows[row.number]
            self.ranks[key] += 1
            reference = rpls_reference(key[0], (*key, self.ranks[key]))
            self.rows[reference] = row
            references.append(reference)
        return references

    def load_existing(
        self, session: Session, keys: Sequence[Hashable]
    ) -> Mapping[Hashable, Values]:
        """Return the stored dwellings of these references, in one query."""
        query = (
            select(
                *(LOTS.c[name] for name in ("id", "reference", *FACTS)),
                BUILDINGS.c.code.label("building"),
                ENTRANCES.c.code.label("entrance"),
            )
            .join(BUILDINGS, LOTS.c.building_id == BUILDINGS.c.id)
            .outerjoin(ENTRANCES, LOTS.c.entrance_id == ENTRANCES.c.id)
            .where(LOTS.c.reference.in_(keys))
        )
        found: dict[Hashable, Values] = {}
        for stored in session.execute(query).mappings():
            values = dict(stored)
            reference = values.pop("reference")
            self.ids[reference] = values.pop("id")
            row = self.rows.get(reference)
            if row is not None and same_door(row.values["entrance"], values["entrance"]):
                values["entrance"] = row.values["entrance"]
            found[reference] = values
        return found

    def review(self, changes: Sequence[Change]) -> Iterable[Problem]:
        """Refuse nothing more: a row that could be read can be written."""
        return ()

    def apply(
        self, uow: UnitOfWork, actor: Actor, clock: Clock, changes: Sequence[Change]
    ) -> Sequence[Entry]:
        """Write buildings, entrances and floors where they lack, then the dwellings."""
        session = uow.session
        makers = Makers(session, clock)
        entries = self._make_places(makers, changes)
        new = [c for c in changes if c.outcome is Outcome.NEW]
        changed = [c for c in changes if c.outcome is Outcome.CHANGED]
        entries += self._insert_lots(session, actor, clock, new)
        entries += self._update_lots(session, clock, changed)
        touched = {self.buildings[self.places[c.row.number].building] for c in changes}
        recount(session, touched)
        announce(session, touched, entries)
        self.ids.clear()
        return entries

    def _make_places(self, makers: Makers, changes: Sequence[Change]) -> list[Entry]:
        """Make the buildings, entrances and floors these dwellings need and nobody made yet."""
        places = [(c.row, self.places[c.row.number]) for c in changes]
        codes = {place.building for _, place in places} - self.buildings.keys()
        self.buildings |= makers.find_buildings(codes)
        if met := [self.buildings[code] for code in codes & self.buildings.keys()]:
            self.entrances |= makers.find_entrances(met)
            self.floors |= makers.find_floors(met)
        entries = []
        for row, place in places:
            if place.building not in self.buildings:
                entries += makers.add_building(row, place, self.buildings)
            building_id = self.buildings[place.building]
            if (building_id, place.entrance) not in self.entrances:
                entries += makers.add_entrance(row, place, building_id, self.entrances)
            level = row.values.get("floor_level")
            if level is not None and (building_id, level) not in self.floors:
                entries += makers.add_floor(row, building_id, level, self.floors)
        makers.write()
        return entries

    def _insert_lots(
        self, session: Session, actor: Actor, clock: Clock, changes: Sequence[Change]
    ) -> list[Entry]:
        lots = []
        for lot_id, change in zip(new_ids(len(changes)), changes, strict=True):
            values, place = change.row.values, self.places[change.row.number]
            building_id, reference = self.buildings[place.building], str(change.key)
            level = values.get("floor_level")
            more = values.get("box") or values["door"]
            lots.append(
                NewLot(
                    lot_id,
                    reference,
                    building_id,
                    self.entrances[building_id, place.entrance],
                    None if level is None else self.floors[building_id, level],
                    search_text(reference, more, place),
                    values,
                )
            )
        insert_lots(session, actor, clock, lots)
        return [
            Entry(change.row.number, Outcome.NEW, "lot", lot.id, lot.reference)
            for change, lot in zip(changes, lots, strict=True)
        ]

    def _update_lots(
        self, session: Session, clock: Clock, changes: Sequence[Change]
    ) -> list[Entry]:
        entries, updates = [], []
        for change in changes:
            lot_id = self.ids[change.key]
            place = self.places[change.row.number]
            new = {n: v for n, (_, v) in change.differences.items() if n in FACTS}
            if change.differences.keys() & {"building", "entrance"}:
                building_id = self.buildings[place.building]
                new["building_id"] = building_id
                new["entrance_id"] = self.entrances[building_id, place.entrance]
            updates.append((lot_id, new))
        before = stored_values(session, updates)
        update_rows(session, LOTS, updates, also={"updated_at": clock.now()})
        for change, (lot_id, new) in zip(changes, updates, strict=True):
            old = {name: to_json(value) for name, value in before[lot_id].items()}
            after = {name: to_json(value) for name, value in new.items()}
            label = str(change.key)
            entries.append(
                Entry(change.row.number, Outcome.CHANGED, "lot", lot_id, label, old, after)
            )
        return entries

    def rolled_back(self) -> None:
        """Forget every place: some of them are not in the database after all."""
        self.buildings.clear()
        self.entrances.clear()
        self.floors.clear()
        self.ids.clear()
