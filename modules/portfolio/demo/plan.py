"""What the demo estate holds: how many lots of each kind, and which footprints carry them.

The numbers are those of a large centre: 2,391 private lots, 43 % of them subsidised, five care
homes, offices and branch offices.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from modules.portfolio.enums import BuildingKind, LotCategory

DATA = Path(__file__).parent / "data"

# Lots of each category in a whole estate (scale 1).
LOTS: dict[LotCategory, int] = {
    LotCategory.ORDINARY: 1873,
    LotCategory.INSERTION_BODY: 185,
    LotCategory.TRANSIT: 69,
    LotCategory.INSERTION: 42,
    LotCategory.COMMERCIAL: 173,
    LotCategory.OFFICE: 49,
}
SUBSIDISED_SHARE = 0.43
PUBLIC: tuple[tuple[BuildingKind, int], ...] = (
    (BuildingKind.CARE_HOME, 5),
    (BuildingKind.ADMINISTRATION, 3),
    (BuildingKind.BRANCH_OFFICE, 12),
    (BuildingKind.WORKSHOP, 2),
)
# The public buildings are the largest of this many outlines.
PUBLIC_CHOICE = 30
NORTHERN_POSTCODES = frozenset({"1020", "1120", "1130"})


@dataclass(frozen=True, slots=True)
class Footprint:
    """An outline with its street in both languages, in Lambert 72."""

    osm_id: str
    is_large: bool
    street_fr: str
    street_nl: str
    number: str
    postcode: str
    sector: str
    wkt: str
    area_m2: float


@dataclass(slots=True)
class PlannedBuilding:
    """A building to plant: where, what for, how high, and how many lots a floor holds."""

    footprint: Footprint
    kind: BuildingKind
    category: LotCategory | None
    floors: int
    lots_per_floor: int
    shops: int = 0
    homes: int = 0
    offices: int = 0


@cache
def footprints() -> tuple[Footprint, ...]:
    """Read the extract, in the order of the file."""
    import shapely

    with (DATA / "footprints.csv").open(encoding="utf-8", newline="") as source:
        return tuple(
            Footprint(
                osm_id=row["osm_id"],
                is_large=row["size"] == "large",
                street_fr=row["street_fr"],
                street_nl=row["street_nl"],
                number=row["number"],
                postcode=row["postcode"],
                sector=row["sector"],
                wkt=row["wkt_31370"],
                area_m2=float(shapely.from_wkt(row["wkt_31370"]).area),
            )
            for row in csv.DictReader(source)
        )


def wanted(scale: float) -> dict[LotCategory, int]:
    """Return the lots of each category to plant at a scale; at least one of each."""
    return {category: max(1, round(count * scale)) for category, count in LOTS.items()}


def plan_buildings(chance: Random, scale: float) -> list[PlannedBuilding]:
    """Choose footprints and hand out the lots until each category has exactly its number."""
    small = [f for f in footprints() if not f.is_large]
    large = [f for f in footprints() if f.is_large]
    chance.shuffle(small)
    chance.shuffle(large)
    public = list(_public(large, scale))
    rest = wanted(scale)
    offices = list(_offices(chance, large[PUBLIC_CHOICE:], rest.pop(LotCategory.OFFICE)))
    shops = rest.pop(LotCategory.COMMERCIAL)
    homes = list(_homes(chance, small, rest))
    _hand_out_shops(homes, shops)
    return public + offices + homes


def _public(large: Sequence[Footprint], scale: float) -> Iterator[PlannedBuilding]:
    places = iter(sorted(large[:PUBLIC_CHOICE], key=lambda f: -f.area_m2))
    for kind, count in PUBLIC:
        for _ in range(max(1, round(count * min(1.0, scale * 2)))):
            floors = 5 if kind is BuildingKind.CARE_HOME else 3
            yield PlannedBuilding(next(places), kind, None, floors, 0)


def _offices(chance: Random, large: Sequence[Footprint], count: int) -> Iterator[PlannedBuilding]:
    places = iter(large)
    while count > 0:
        floors = chance.randint(3, 5)
        lots = min(count, floors * 2)
        count -= lots
        yield PlannedBuilding(
            next(places), BuildingKind.OFFICE, LotCategory.OFFICE, floors, 2, offices=lots
        )


def _homes(
    chance: Random, small: Sequence[Footprint], rest: dict[LotCategory, int]
) -> Iterator[PlannedBuilding]:
    """Fill houses one category after the other; the last one of each takes what is left."""
    places = iter(small)
    for category, count in rest.items():
        left = count
        while left > 0:
            place = next(places)
            floors = chance.choices((2, 3, 4, 5, 6), (10, 30, 35, 18, 7))[0]
            per_floor = max(1, min(4, round(place.area_m2 / 95)))
            homes = min(left, floors * per_floor)
            left -= homes
            yield PlannedBuilding(
                place, BuildingKind.RESIDENTIAL, category, floors, per_floor, homes=homes
            )


def _hand_out_shops(homes: Sequence[PlannedBuilding], shops: int) -> None:
    """Put one shop on the ground floor of every n-th building, a second round if needed."""
    order = sorted(homes, key=lambda b: -b.footprint.area_m2)
    while shops > 0:
        for building in order[:shops]:
            building.shops += 1
            building.kind = BuildingKind.MIXED
        shops -= min(shops, len(order))
