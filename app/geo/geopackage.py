"""GeoPackage in and out; geopandas is imported only when a file is really read or written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from app.errors import Invalid
from app.geo.crs import Crs, ShapeTable, from_wgs84, unknown_system
from app.i18n import lazy as _l

_GEOPACKAGE = b"SQLite format 3\x00"
_GML = b"opengis.net/gml"
# What names another file, or an address, to be opened in its place: files of a few lines, entities
# of XML, tables of SQLite that stand for a file.
_POINTER = re.compile(
    rb"<OGR\w*DataSource|Product_Observational|<!DOCTYPE|<!ENTITY|USING\s+\"?Virtual",
    re.IGNORECASE,
)


def layers(path: Path) -> list[str]:
    """Name the layers with shapes of a GeoPackage or a GML file; Invalid for any other."""
    import pyogrio

    _refuse_foreign(path)
    with _told_in_words():
        return [str(name) for name, kind in pyogrio.list_layers(path) if kind]


def fullest_layer(path: Path, names: Sequence[str]) -> str | None:
    """Name the layer with most shapes, the first of several; None where there is none.

    A GML file of a register begins with a layer that describes the others, of one shape.
    """
    import pyogrio

    if len(names) < 2:
        return next(iter(names), None)
    with _told_in_words():
        sizes = {
            name: pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
            for name in names
        }
    return max(names, key=lambda name: sizes[name])


def read_layer(path: Path, layer: str | None = None) -> ShapeTable:
    """Read every row of a layer as it is written; blanks become None.

    Raises Invalid for a file that is neither GeoPackage nor GML, cannot be read, holds no shapes,
    or names a system the house does not know.
    """
    import geopandas

    _refuse_foreign(path)
    with _told_in_words():
        table = geopandas.read_file(path, layer=layer)
    if not isinstance(table, geopandas.GeoDataFrame):
        words = _l("There are no shapes in this file.")
        raise Invalid("geopackage_without_shapes", words, field="file")
    crs = _known_crs(table.crs) if table.crs is not None else None
    facts = table.drop(columns=table.geometry.name)
    facts = facts.astype(object).where(facts.notna(), None)
    rows = [
        (
            None if geometry is None or geometry.is_empty else geometry,
            {str(key): value for key, value in row.items()},
        )
        for geometry, row in zip(table.geometry, facts.to_dict("records"), strict=True)
    ]
    return ShapeTable(rows, crs)


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


def _refuse_foreign(path: Path) -> None:
    """Judge a file by its content: the library opens dozens of formats, whatever a name says.

    Invalid for one that would make it open other files of the machine, or call an address.
    """
    import pyogrio

    # What a file says of its schema is an address, and nobody may make us call one.
    pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "NO"})
    content = path.read_bytes()
    is_gml = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _GML in content
    if not (is_gml or content.startswith(_GEOPACKAGE)) or _POINTER.search(content):
        raise _unreadable()


@contextmanager
def _told_in_words() -> Iterator[None]:
    """Raise Invalid for whatever a damaged file makes the library say."""
    from pyogrio import errors
    from shapely.errors import ShapelyError

    of_the_file = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError)
    of_a_part = (errors.FieldError, errors.GeometryError, errors.CRSError, ShapelyError)
    try:
        yield
    except (*of_the_file, *of_a_part, ValueError) as error:
        raise _unreadable() from error


def _known_crs(found: Any) -> Crs:
    code = found.to_epsg(min_confidence=25)
    if code in {int(known) for known in Crs}:
        return Crs(code)
    raise unknown_system()


def _unreadable() -> Invalid:
    return Invalid(
        "geopackage_unreadable",
        _l("This file cannot be read as a GeoPackage or another map file."),
        field="file",
    )
