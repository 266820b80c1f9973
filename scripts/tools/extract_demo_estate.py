"""Cut the small extracts behind the demo estate out of the full open data sets.

Developers run this once when the sources change; its output is versioned with its licences in
modules/portfolio/demo/data and modules/parties/demo/data. The sources are described in the
LICENCES.md of both folders.
"""

from __future__ import annotations

import argparse
import csv
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[2]
PLACES = ROOT / "modules" / "portfolio" / "demo" / "data"
PEOPLE = ROOT / "modules" / "parties" / "demo" / "data"
CITY = "21004"

# Postal district by former commune: the City has several post codes and shares two of them.
POSTCODES = {
    "BRUXELLES PENTAGONE": "1000",
    "BRUXELLES-CHAUSSEE D'ANVERS": "1000",
    "BRUXELLES-RUE DE LA LOI": "1040",
    "BRUXELLES-LOUISE": "1050",
    "BRUXELLES-LAEKEN": "1020",
    "BRUXELLES-NEDER-OVERHEEMBEEK": "1120",
    "BRUXELLES-HAREN": "1130",
}
HOUSING = {
    "BRUXELLES PENTAGONE": 330,
    "BRUXELLES-LOUISE": 70,
    "BRUXELLES-LAEKEN": 60,
    "BRUXELLES-NEDER-OVERHEEMBEEK": 50,
    "BRUXELLES-HAREN": 60,
    "BRUXELLES-RUE DE LA LOI": 40,
}


def main() -> None:
    """Write all extracts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("geo", type=Path, help="folder geo_brussels")
    parser.add_argument("names", type=Path, help="folder names_be")
    parser.add_argument("farmland", type=Path, help="folder farmland_be")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*geographic CRS.*")
    write_footprints(arguments.geo)
    write_boundaries(arguments.geo)
    write_farmland(arguments.farmland)
    write_names(arguments.names)


def write_footprints(geo: Path) -> None:
    """Sample footprints with a street in both languages and a plausible house number."""
    buildings = gpd.read_file(geo / "osm2013_batiments_ville_bruxelles.gpkg")
    buildings = buildings.dropna(subset=["street_nearest"]).copy()
    pairs = _street_pairs(geo)
    buildings = buildings[buildings.street_nearest.isin(pairs) & (buildings.street_nearest_m < 30)]
    chosen = pd.concat([_housing(buildings), _large(buildings)])
    _number(chosen, gpd.read_file(geo / "osm2013_adresses_bruxelles_etterbeek.gpkg"), geo)
    with (PLACES / "footprints.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(
            [
                "osm_id",
                "size",
                "street_fr",
                "street_nl",
                "number",
                "number_source",
                "postcode",
                "sector",
                "wkt_31370",
            ]
        )
        for row in chosen.sort_values(["size", "osm_id"]).itertuples():
            fr, nl = pairs[row.street_nearest]
            writer.writerow(
                [
                    row.osm_id,
                    row.size,
                    fr,
                    nl,
                    row.number,
                    row.number_source,
                    POSTCODES[row.sub_munty_fr],
                    row.sector_nis,
                    shapely.to_wkt(row.geometry, rounding_precision=1),
                ]
            )


def _street_pairs(geo: Path) -> dict[str, tuple[str, str]]:
    streets = gpd.read_file(geo / "osm_rues_axes.gpkg", ignore_geometry=True)
    streets = streets[(streets.nis.astype(str) == CITY)].dropna(subset=["name_fr", "name_nl"])
    return {
        row.name: _french_first(row.name_fr, row.name_nl)
        for row in streets[["name", "name_fr", "name_nl"]].itertuples(index=False)
        if len(row.name_fr) > 5 and "/" not in row.name_fr
    }


def _french_first(one: str, other: str) -> tuple[str, str]:
    # The map writes a few streets Dutch first.
    french = (
        "rue",
        "avenue",
        "chaussée",
        "place",
        "porte",
        "quai",
        "boulevard",
        "square",
        "impasse",
    )
    swapped = other.lower().startswith(french) and not one.lower().startswith(french)
    first, second = (other, one) if swapped else (one, other)
    return first[0].upper() + first[1:], second[0].upper() + second[1:]


def _housing(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plain = buildings[
        buildings.area_m2.between(55, 420) & buildings.name.isna() & buildings.amenity.isna()
    ]
    parts = [
        plain[plain.sub_munty_fr == district].sample(count, random_state=2)
        for district, count in HOUSING.items()
    ]
    return pd.concat(parts).assign(size="house")


def _large(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plain = buildings[
        buildings.area_m2.between(700, 4500)
        & buildings.name.isna()
        & buildings.amenity.isna()
        & buildings.sub_munty_fr.isin(HOUSING)
    ]
    return plain.sample(70, random_state=2).assign(size="large")


def _number(chosen: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, geo: Path) -> None:
    """Give each footprint its tagged number, else a neighbour's node, else one by position."""
    axes = gpd.read_file(geo / "osm_rues_axes.gpkg").dissolve(by="name").geometry
    points = nodes.dropna(subset=["housenumber"])
    numbers, sources, seen = [], [], set()
    for row in chosen.itertuples():
        number, source = _one_number(row, points, axes)
        while (row.street_nearest, number) in seen:
            digits = int("".join(filter(str.isdigit, number)) or "1")
            number, source = str(digits + 2), "invented"
        seen.add((row.street_nearest, number))
        numbers.append(number)
        sources.append(source)
    chosen["number"], chosen["number_source"] = numbers, sources


def _one_number(row: Any, points: gpd.GeoDataFrame, axes: gpd.GeoSeries) -> tuple[str, str]:
    if isinstance(row.housenumber, str) and row.housenumber[0].isdigit():
        return row.housenumber.split(";")[0].split("/")[0].strip(), "osm"
    inside = points[points.within(row.geometry.buffer(3))]
    for node in inside.itertuples():
        if node.housenumber[0].isdigit() and len(node.housenumber) <= 5:
            return node.housenumber, "osm"
    axis = axes[row.street_nearest]
    axis = shapely.line_merge(axis) if axis.geom_type == "MultiLineString" else axis
    at = axis.project(row.geometry.centroid)
    foot, ahead = axis.interpolate(at), axis.interpolate(at + 1)
    centre = row.geometry.centroid
    cross = (ahead.x - foot.x) * (centre.y - foot.y) - (ahead.y - foot.y) * (centre.x - foot.x)
    # About seven metres of front a house, odd numbers on the left, as in Brussels.
    return str(max(1, 2 * int(at / 7) + (1 if cross > 0 else 2))), "invented"


def write_boundaries(geo: Path) -> None:
    """Write communes and statistical sectors, simplified together so that borders still meet."""
    sectors = gpd.read_file(geo / "secteurs_statistiques_2022.gpkg")
    sectors["geometry"] = shapely.coverage_simplify(sectors.geometry.values, 6)
    columns = {
        "cd_sector": "code",
        "tx_sector_descr_fr": "name_fr",
        "tx_sector_descr_nl": "name_nl",
        "cd_munty_refnis": "commune",
    }
    flat = sectors.rename(columns=columns)[[*columns.values(), "geometry"]]
    _geojson(flat, PLACES / "sectors.geojson")
    communes = sectors.dissolve(by="cd_munty_refnis", as_index=False).rename(
        columns={
            "cd_munty_refnis": "code",
            "tx_munty_descr_fr": "name_fr",
            "tx_munty_descr_nl": "name_nl",
        }
    )[["code", "name_fr", "name_nl", "geometry"]]
    _geojson(communes, PLACES / "communes.geojson")


def _geojson(table: gpd.GeoDataFrame, path: Path) -> None:
    # Through ETRS 89, as the house does: see app/geo/crs.py.
    table.to_crs(4258).set_crs(4326, allow_override=True).to_file(
        path, driver="GeoJSON", COORDINATE_PRECISION=5, WRITE_BBOX="NO"
    )


def write_farmland(farmland: Path) -> None:
    """Write the farm parcels, each in the system of its source."""
    flemish = gpd.read_file(farmland / "landbouwgebruikspercelen_2023_londerzeel.gpkg")
    walloon = gpd.read_file(
        farmland / "LU_ExistingLandUse_SIGEC2022.gml", layer="ExistingLandUseObject"
    )
    with (PLACES / "farmland.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(
            ["source_id", "region", "commune", "nis", "declared_ha", "crop", "crs", "wkt"]
        )
        for row in flemish.itertuples():
            writer.writerow(
                [
                    row.REF_ID,
                    "flanders",
                    row.PRC_GEM,
                    row.PRC_NIS,
                    row.GRAF_OPP,
                    row.GWSNAM_H,
                    31370,
                    shapely.to_wkt(row.geometry, rounding_precision=1),
                ]
            )
        for row in walloon.itertuples():
            crop = str(row.description).split(" - ")[-1]
            writer.writerow(
                [
                    row.localId[:12],
                    "wallonia",
                    "",
                    "",
                    "",
                    crop,
                    3035,
                    shapely.to_wkt(row.geometry, rounding_precision=1),
                ]
            )


def write_names(names: Path) -> None:
    """Write family and first names with a weight each; male first names weigh as in Brussels."""
    listed = pd.read_csv(names / "noms_prenoms_be_faker.csv", dtype=str)
    counted = pd.read_csv(names / "prenoms_masculins_bruxelles_statbel.csv", dtype={"nis": str})
    counted = counted[counted.nis == CITY].groupby("prenom").n.sum().sort_values(ascending=False)
    kinds = {"nom": "family", "prenom_f": "female", "prenom_m": "male"}
    with (PEOPLE / "names.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["kind", "language", "name", "weight"])
        for row in listed.itertuples():
            writer.writerow([kinds[row.type], row.langue[:2], row.valeur, 1])
        for name, count in counted.head(400).items():
            writer.writerow(["male", "any", name, count])


if __name__ == "__main__":
    main()
