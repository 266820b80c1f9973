"""GeoPackage in and out; geopandas is imported only when a file is really read or written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from app.errors import Invalid
from app.geo.crs import Crs, from_wgs84, to_wgs84
from app.i18n import lazy as _l


def layers(path: Path) -> list[str]:
    """Name the layers of a GeoPackage (or another vector file)."""
    import pyogrio

    try:
        return [str(name) for name, _kind in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable() from error


def read_layer(
    path: Path, layer: str | None = None, crs: Crs | None = None
) -> Iterator[tuple[BaseGeometry, dict[str, Any]]]:
    """Read the shapes of a layer, moved to WGS 84, with their attributes.

    `crs` is used when the file does not say in which system it is written. Rows without a shape
    are skipped; blanks become None. Raises Invalid for a file that cannot be read or a system
    the house does not know.
    """
    import geopandas
    import pyogrio

    try:
        table = geopandas.read_file(path, layer=layer)
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable() from error
    source = _known_crs(table.crs, crs)
    facts = table.drop(columns=table.geometry.name)
    facts = facts.astype(object).where(facts.notna(), None)
    for geometry, row in zip(table.geometry, facts.to_dict("records"), strict=True):
        if geometry is not None and not geometry.is_empty:
            yield to_wgs84(geometry, source), {str(key): value for key, value in row.items()}


def write_layers(
    path: Path,
    content: Mapping[str, Sequence[tuple[BaseGeometry, Mapping[str, Any]]]],
    crs: Crs = Crs.LAMBERT_2008,
) -> None:
    """Write shapes in WGS 84 as layers of a new GeoPackage, in the system asked.

    A layer without rows is left out, since a file cannot say what its columns would be.
    """
    import geopandas

    path.unlink(missing_ok=True)
    for name, rows in content.items():
        if not rows:
            continue
        table = geopandas.GeoDataFrame(
            [dict(facts) for _shape, facts in rows],
            geometry=[from_wgs84(geometry, crs) for geometry, _facts in rows],
            crs=int(crs),
        )
        table.to_file(path, layer=name, driver="GPKG", engine="pyogrio")


def _known_crs(found: Any, fallback: Crs | None) -> Crs:
    code = found.to_epsg(min_confidence=25) if found is not None else None
    if code is not None and code in {int(known) for known in Crs}:
        return Crs(code)
    if fallback is not None:
        return fallback
    raise Invalid(
        "coordinate_system_unknown",
        _l("The file does not say a known coordinate system. Choose one and try again."),
        field="crs",
    )


def _unreadable() -> Invalid:
    return Invalid(
        "geopackage_unreadable",
        _l("This file cannot be read as a GeoPackage or another map file."),
        field="file",
    )
