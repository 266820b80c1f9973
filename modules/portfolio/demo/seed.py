"""Plant the demo estate: plan, rows, bulk insertion, land and boundaries."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import shapely
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from app.db import Base, TranslatedText, UnitOfWork
from app.demo import Planting, Seed, invented_id
from app.geo import Crs, area_m2, place, read_features
from app.numbers import reserve_numbers
from app.search.changes import touch_documents
from modules.portfolio.boundary_import import load_boundaries
from modules.portfolio.boundary_rows import BoundaryFile
from modules.portfolio.demo.ground import Moment
from modules.portfolio.demo.plan import DATA, plan_buildings
from modules.portfolio.demo.rows import Planter
from modules.portfolio.enums import Acquisition, BoundaryKind, LandUse, Region
from modules.portfolio.models import Boundary, Building, LandParcel
from modules.portfolio.services.common import EVERY_YEAR
from modules.portfolio.services.land import parcel_search_text
from modules.portfolio.shapes import ShapeFile

AREAS = (("C", "Centre", "Centrum"), ("N", "Nord", "Noord"))
DEPARTMENTS = (
    ("MR", "Maisons de repos", "Woonzorgcentra"),
    ("PAT", "Patrimoine", "Patrimonium"),
    ("FIN", "Finances", "Financiën"),
    ("SOC", "Action sociale", "Maatschappelijke actie"),
    ("RH", "Ressources humaines", "Personeelsdienst"),
    ("TEC", "Service technique", "Technische dienst"),
)
SITES = 6
# Tables in the order their foreign keys allow.
ORDER = (
    "areas",
    "sites",
    "departments",
    "addresses",
    "buildings",
    "entrances",
    "floors",
    "lots",
    "stack_links",
    "lot_status_events",
    "energy_certificates",
    "installations",
    "service_links",
    "rooms",
    "place_warnings",
    "access_codes",
    "land_parcels",
)
# What the land is used for, in the proportions of an office with many farm leases.
USES = (
    (LandUse.FARM_LEASE, 70),
    (LandUse.PRECARIOUS, 12),
    (LandUse.EMPHYTEUSIS, 5),
    (LandUse.HUNTING, 5),
    (LandUse.FISHING, 2),
    (LandUse.TELECOM, 2),
    (LandUse.BUILDING_LAND, 4),
)

# Land of the office in the city: commune, its NIS code, use and area in m².
CITY_LAND = (
    ("Anderlecht", "21001", LandUse.GARDEN, 8_420.0),
    ("Neder-Over-Heembeek", "21004", LandUse.BUILDING_LAND, 3_150.0),
)

# How land came to the office: given in turns, most of it nobody remembers.
ORIGINS: tuple[tuple[Acquisition, date | None, str], ...] = (
    (Acquisition.UNKNOWN, None, ""),
    (
        Acquisition.BEQUEST,
        date(1887, 5, 12),
        "Faire dire une messe par an ; ne pas vendre le bois.",
    ),
    (Acquisition.PURCHASE, date(1964, 9, 30), ""),
    (Acquisition.UNKNOWN, None, ""),
    (Acquisition.MERGER, date(1977, 1, 1), ""),
    (Acquisition.DONATION, date(1921, 3, 4), "Opbrengst voor het weeshuis."),
    (Acquisition.EXCHANGE, date(1998, 6, 15), ""),
)


def is_planted(session: Session) -> bool:
    """Tell whether there is an estate already, invented or real."""
    return (session.scalar(select(func.count()).select_from(Building)) or 0) > 0


def plant_estate(planting: Planting) -> None:
    """Plant everything in one transaction; 2,391 private lots at scale 1."""
    moment = Moment(planting.clock.now(), planting.clock.today())
    planter = _begin(planting.chance, moment)
    for planned in plan_buildings(planting.chance, planting.scale):
        planter.plant(planned)
    for parcel in _parcels(planting.chance, planter, planting.scale):
        planter.rows.add("land_parcels", **parcel)
    for parcel in _city_land(planting.chance, planter):
        planter.rows.add("land_parcels", **parcel)
    _gather_sites(planting.chance, planter)
    with planting.database.unit_of_work("demo") as uow:
        insert_rows(uow, planter.rows.tables)
        counts = planter.counts | {"PAR": len(planter.rows.tables["land_parcels"])}
        for series, count in counts.items():
            reserve_numbers(series, EVERY_YEAR, count, uow.session)
        for kind in ("building", "lot", "parcel", "installation", "room", "site"):
            touch_documents(uow.session, kind)
    planting.say(f"{planter.counts['BLD']} buildings, {planter.counts['LOT']} lots")


def _begin(chance: Random, moment: Moment) -> Planter:
    areas = {code: invented_id(chance) for code, _fr, _nl in AREAS}
    planter = Planter(chance, moment, areas)
    for code, fr, nl in AREAS:
        planter.rows.add(
            "areas", id=areas[code], code=code, name=TranslatedText(fr=fr, nl=nl),
            **planter.stamps(),
        )  # fmt: skip
    for code, fr, nl in DEPARTMENTS:
        planter.rows.add(
            "departments", id=invented_id(chance), code=code,
            name=TranslatedText(fr=fr, nl=nl), version=1,
        )  # fmt: skip
    return planter


def _gather_sites(chance: Random, planter: Planter) -> None:
    """File the buildings of the streets that have the most of them under a site each."""
    tables = planter.rows.tables
    streets: dict[tuple[str, str], list[dict[str, Any]]] = {}
    addresses = {address["id"]: address for address in tables["addresses"]}
    for building in tables["buildings"]:
        address = addresses[building["address_id"]]
        streets.setdefault((address["street_fr"], address["street_nl"]), []).append(building)
    largest = sorted(streets.items(), key=lambda item: (-len(item[1]), item[0]))[:SITES]
    for number, ((fr, nl), buildings) in enumerate(largest, start=1):
        site_id = invented_id(chance)
        name = TranslatedText(fr=f"Ensemble {fr}", nl=f"Geheel {nl or fr}")
        planter.rows.add(
            "sites", id=site_id, code=f"S{number:02d}", name=name,
            area_id=buildings[0]["area_id"], **planter.stamps(),
        )  # fmt: skip
        for building in buildings:
            building["site_id"] = site_id


def insert_rows(uow: UnitOfWork, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Insert rows table by table, in the order of their foreign keys."""
    for name in ORDER:
        if rows := tables.get(name):
            table: Table = Base.metadata.tables[name]
            uow.session.execute(insert(table), rows)


def _parcels(chance: Random, planter: Planter, scale: float) -> Iterator[dict[str, Any]]:
    """Yield the farm parcels of the extract, with invented cadastral facts."""
    with (DATA / "farmland.csv").open(encoding="utf-8", newline="") as source:
        lines = list(csv.DictReader(source))
    for number, line in enumerate(lines[: max(5, round(len(lines) * min(1.0, scale)))], start=1):
        yield _parcel(chance, planter, line, number)


def _parcel(chance: Random, planter: Planter, line: dict[str, str], number: int) -> dict[str, Any]:
    shape = place(shapely.from_wkt(line["wkt"]), Crs(int(line["crs"])))
    drawn = round(area_m2(shape.geometry), 1)
    declared = float(line["declared_ha"]) * 10_000 if line["declared_ha"] else drawn
    uses, weights = zip(*USES, strict=True)
    parcel = LandParcel(
        reference=f"PAR-{number:04d}",
        capakey=_capakey(chance),
        commune=line["commune"],
        crop=line["crop"],
        farm_ref=line["source_id"],
    )
    return {
        "id": invented_id(chance),
        "reference": parcel.reference,
        "capakey": parcel.capakey,
        "valid_from": date(1975, 1, 1),
        "valid_to": None,
        "predecessor_id": None,
        "area_id": None,
        "region": Region(line["region"]),
        "commune": parcel.commune,
        "commune_nis": line["nis"] or None,
        "use": chance.choices(uses, weights)[0],
        "area_m2": round(declared, 1),
        "drawn_area_m2": drawn,
        "cadastral_income_cents": round(declared / 10_000 * chance.randint(3500, 7200)),
        "farm_region": "Zandstreek" if line["region"] == "flanders" else "Limoneuse",
        "crop": parcel.crop,
        "crop_year": 2023 if line["region"] == "flanders" else 2022,
        "farm_ref": parcel.farm_ref,
        **_origin(number),
        "note": "",
        "search_text": parcel_search_text(parcel),
        "geometry": shape.geometry,
        "lon": shape.lon,
        "lat": shape.lat,
        "geojson": shape.geojson,
        "source_geometry": shape.source,
        "source_crs": int(shape.source_crs),
        **planter.stamps(),
    }


def _city_land(chance: Random, planter: Planter) -> Iterator[dict[str, Any]]:
    """Yield land in the city, which has no outline: none is at hand under an open licence."""
    planted = len(planter.rows.tables["land_parcels"])
    pattern = dict.fromkeys(planter.rows.tables["land_parcels"][0])
    for number, (commune, nis, use, area) in enumerate(CITY_LAND, start=planted + 1):
        named = LandParcel(reference=f"PAR-{number:04d}", commune=commune, crop="")
        yield pattern | {
            "id": invented_id(chance),
            "reference": named.reference,
            "region": Region.BRUSSELS,
            "commune": commune,
            "commune_nis": nis,
            "use": use,
            "area_m2": area,
            "farm_region": "",
            "crop": "",
            **_origin(number),
            "note": "",
            "search_text": parcel_search_text(named),
            **planter.stamps(),
        }


def _origin(number: int) -> dict[str, Any]:
    """Say of each parcel how it came to the office: much land was given, some with a charge."""
    how, on, charge = ORIGINS[number % len(ORIGINS)]
    return {"acquisition": how, "acquired_on": on, "acquisition_charge": charge}


def _capakey(chance: Random) -> str:
    letter = chance.choice("ABCDEFGHKLMNPRST")
    return (
        f"{chance.randint(23_001, 23_105)}{chance.choice('ABCDEF')}{chance.randint(1, 999):04d}"
        f"/00{letter}000"
    )


def plant_boundaries(planting: Planting) -> None:
    """Lay the communes and statistical sectors under the map."""
    with planting.database.unit_of_work("demo") as uow:
        for kind, name in ((BoundaryKind.COMMUNE, "communes"), (BoundaryKind.SECTOR, "sectors")):
            text = (DATA / f"{name}.geojson").read_bytes()
            shapes = ShapeFile(tuple(read_features(text)))
            load_boundaries(planting.actor, kind, BoundaryFile(shapes), uow, planting.clock)


def are_boundaries_planted(session: Session) -> bool:
    """Tell whether the map has its boundaries."""
    return session.scalar(select(Boundary.id).limit(1)) is not None


SEEDS = (
    Seed("estate", plant_estate, is_planted),
    Seed("boundaries", plant_boundaries, are_boundaries_planted),
)
