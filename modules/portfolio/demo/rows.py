"""Turn the plan into rows: buildings with their entrances, floors, lots and plant."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import shapely

from app.demo import invented_id
from app.geo import Crs, place
from app.search.normalise import index_text
from modules.portfolio.demo.furnish import (
    SHARE_WITH_WARNING,
    furnish_rooms,
    lock,
    plant_machines,
    stack_shops,
    warn,
)
from modules.portfolio.demo.ground import Moment
from modules.portfolio.demo.lots import LotMaker, words_of
from modules.portfolio.demo.plan import (
    NORTHERN_POSTCODES,
    Footprint,
    PlannedBuilding,
)
from modules.portfolio.energy_classes import worst
from modules.portfolio.enums import (
    EMPTY_STATUSES,
    BuildingKind,
    Heating,
    HeatSource,
    Heritage,
)

# A building with so many homes a floor and in all has two entrances.
WIDE, LARGE = 3, 8
CITY = {"commune_fr": "Bruxelles", "commune_nl": "Brussel", "commune_nis": "21004"}
# A name is the same in both languages; what has none is called by its street, in the reader's.
CARE_HOMES = ("Magnolia", "Iris", "Orion", "Horizon", "Aurora")


class Planter(LotMaker):
    """Makes the rows of one estate, building by building."""

    def __init__(self, chance: Random, moment: Moment, areas: dict[str, UUID]) -> None:
        """Start an empty estate with two areas, "C" and "N"."""
        super().__init__(chance, moment)
        self.areas = areas

    def plant(self, planned: PlannedBuilding) -> None:
        """Make a building with everything in it."""
        address = self._address(planned.footprint)
        building = self._building(planned, address)
        entrances = self._entrances(planned, building["id"])
        floors = self._floors(planned, building["id"])
        lots = list(self.lots_of(planned, building, address, (entrances, floors)))
        stack_shops(self, building["id"], lots)
        building["lot_count"] = len(lots)
        building["empty_lot_count"] = sum(lot["status"] in EMPTY_STATUSES for lot in lots)
        letters = [lot["energy_class"] for lot in lots if lot["energy_class"]]
        building["energy_class"] = building["energy_class"] or worst(letters)
        plant_machines(self, planned, building, entrances)
        if planned.category is None:
            building["energy_class"] = self.certify(
                None, building["id"], self.chance.randint(90, 320)
            )
            furnish_rooms(self, planned, building["id"], floors)
        if self.chance.random() < SHARE_WITH_WARNING:
            warn(self, building["id"], lots)
        if len(lots) > 1:
            lock(self, building, entrances)

    def _address(self, footprint: Footprint) -> dict[str, Any]:
        address = {
            "id": invented_id(self.chance),
            "street_fr": footprint.street_fr,
            "street_nl": footprint.street_nl,
            "number": footprint.number,
            "postcode": footprint.postcode,
            "country": "BE",
            **CITY,
        }
        self.rows.add("addresses", **address)
        return address

    def _building(self, planned: PlannedBuilding, address: dict[str, Any]) -> dict[str, Any]:
        footprint = planned.footprint
        shape = place(shapely.from_wkt(footprint.wkt), Crs.LAMBERT_72)
        code = self.reference("BLD", 4)
        name = self._name(planned.kind)
        is_communal = planned.category is None or planned.homes + planned.offices >= 9
        return self.rows.add(
            "buildings",
            **{
                "id": invented_id(self.chance),
                "code": code,
                "name": name,
                "kind": planned.kind,
                "area_id": self.areas["N" if footprint.postcode in NORTHERN_POSTCODES else "C"],
                "address_id": address["id"],
                "site_id": None,
                "built_year": self._built_year(planned),
                "renovated_year": self.chance.choice(
                    (None, None, None, 2004, 2011, 2016, 2019, 2022)
                ),
                "area_m2": round(footprint.area_m2 * planned.floors * 0.92),
                "heating": Heating.COMMUNAL if is_communal else Heating.OWN,
                "heat_source": self.chance.choices(
                    (HeatSource.GAS, HeatSource.OIL, HeatSource.HEAT_PUMP), (92, 3, 5)
                )[0],
                "heritage": self.chance.choices(
                    (Heritage.NONE, Heritage.INVENTORY, Heritage.LISTED), (78, 19, 3)
                )[0],
                "cadastral_ref": self._capakey(),
                "external_ref": footprint.osm_id,
                "sector_code": footprint.sector,
                "note": "",
                "lot_count": 0,
                "empty_lot_count": 0,
                "energy_class": None,
                "search_text": index_text(code, name, footprint.osm_id, *words_of(address))[:500],
                "geometry": shape.geometry,
                "lon": shape.lon,
                "lat": shape.lat,
                "geojson": shape.geojson,
                "source_geometry": shape.source,
                "source_crs": int(shape.source_crs),
                **self.stamps(),
            },
        )

    def _name(self, kind: BuildingKind) -> str:
        if kind is BuildingKind.CARE_HOME:
            number = sum(b["kind"] is kind for b in self.rows.tables.get("buildings", ()))
            return CARE_HOMES[number % len(CARE_HOMES)]
        return ""

    def _built_year(self, planned: PlannedBuilding) -> int:
        if planned.category is None or planned.kind is BuildingKind.OFFICE:
            return self.chance.randint(1955, 2012)
        return self.chance.choices(
            (
                self.chance.randint(1860, 1919),
                self.chance.randint(1920, 1949),
                self.chance.randint(1950, 1979),
                self.chance.randint(1980, 2023),
            ),
            (38, 20, 24, 18),
        )[0]

    def _capakey(self) -> str:
        c = self.chance
        return (
            f"{c.choice((21804, 21805, 21806, 21813, 21816))}{c.choice('ABCDEFG')}"
            f"{c.randint(1, 999):04d}/00{c.choice('ABCDEFGHKLMNPRSTVWXYZ')}{c.randint(0, 9):03d}"
        )

    def _entrances(self, planned: PlannedBuilding, building_id: UUID) -> list[UUID]:
        """Give a building a street door, a second one when it is a large one."""
        is_wide = planned.lots_per_floor >= WIDE and planned.homes >= LARGE
        codes = ("A", "B") if is_wide or planned.kind is BuildingKind.CARE_HOME else ("A",)
        found = [invented_id(self.chance) for _code in codes]
        for position, (entrance, code) in enumerate(zip(found, codes, strict=True)):
            self.rows.add(
                "entrances", id=entrance, building_id=building_id, code=code,
                address_id=None, position=position, version=1,
            )  # fmt: skip
        return found

    def _floors(self, planned: PlannedBuilding, building_id: UUID) -> dict[int, UUID]:
        floors = {level: invented_id(self.chance) for level in range(-1, planned.floors)}
        for level, identifier in floors.items():
            self.rows.add(
                "floors", id=identifier, building_id=building_id, level=level,
                name=None, area_m2=round(planned.footprint.area_m2, 1),
            )  # fmt: skip
        return floors
