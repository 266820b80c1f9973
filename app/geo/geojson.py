"""GeoJSON in and out, rounded to six decimals (11 cm), written fast from cached texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from app.errors import Invalid
from app.geo.crs import Crs, ShapeTable, unknown_system
from app.i18n import lazy as _l

DECIMALS = 6

Feature = dict[str, Any]


def geometry_text(geometry: BaseGeometry, decimals: int = DECIMALS) -> str:
    """Write a geometry as GeoJSON text without blanks, coordinates rounded."""
    return orjson.dumps(mapping(rounded(geometry, decimals))).decode()


def rounded(geometry: BaseGeometry, decimals: int = DECIMALS) -> BaseGeometry:
    """Round the coordinates of a geometry.

    Rounding can fold a tiny ring onto itself; the shape then stays unrounded rather than be lost.
    """
    round_one = shapely.transform(geometry, lambda points: points.round(decimals))
    return round_one if round_one.is_valid or not geometry.is_valid else geometry


def geometry_from_geojson(value: str | Mapping[str, Any]) -> BaseGeometry:
    """Read a GeoJSON geometry (text or object); Invalid when it is not one."""
    try:
        data = orjson.loads(value) if isinstance(value, str) else value
        geometry = shape(data)
    except (orjson.JSONDecodeError, ShapelyError, *_SHAPE_ERRORS) as error:
        raise Invalid("geometry_unreadable", _UNREADABLE, field="geometry") from error
    if geometry.is_empty:
        raise Invalid("geometry_unreadable", _UNREADABLE, field="geometry")
    return geometry


def middle_of(geometry_json: str) -> str:
    """Return a point inside a surface, both as GeoJSON text: where its name is written."""
    return geometry_text(geometry_from_geojson(geometry_json).representative_point())


# What shapely raises, depending on where a malformed object breaks.
_SHAPE_ERRORS = (AttributeError, IndexError, KeyError, TypeError, ValueError)
_UNREADABLE = _l("This shape cannot be read. Send a GeoJSON geometry such as a polygon.")


def feature_of(identifier: str, geometry_json: str, properties: dict[str, Any]) -> Feature:
    """Make one feature around the text of its geometry, which is copied as it is."""
    geometry = orjson.Fragment(geometry_json)
    return {"type": "Feature", "id": identifier, "geometry": geometry, "properties": properties}


def collection_json(features: Iterable[Feature], notice: str = "") -> bytes:
    """Write a feature collection, with what people should know of it."""
    said = {"notice": notice} if notice else {}
    return orjson.dumps({"type": "FeatureCollection", **said, "features": list(features)})


def read_features(text: str | bytes) -> Iterator[tuple[BaseGeometry, dict[str, Any]]]:
    """Read the geometries and properties of a feature collection or of a single feature.

    Raises Invalid when the text is not GeoJSON. Coordinates are longitude and latitude, as the
    format demands.
    """
    for geometry, properties in _features_of(_parsed(text)):
        yield geometry_from_geojson(geometry), properties


def read_geojson(text: str | bytes) -> ShapeTable:
    """Read every row of a file as it is written; a feature without shape has None.

    A shape that cannot be read is refused in its row. Programs still write the coordinate system
    as the format did before 2016, and in Lambert without saying so; `crs` is None when nothing is
    said.
    """
    data = _parsed(text)
    rows = [(_shape_or_refusal(shape), facts) for shape, facts in _features_of(data)]
    return ShapeTable(rows, _said_crs(data))


def _shape_or_refusal(value: Any) -> BaseGeometry | Invalid | None:
    if value is None:
        return None
    try:
        return geometry_from_geojson(value)
    except Invalid as refusal:
        return refusal


def _said_crs(data: Mapping[str, Any]) -> Crs | None:
    if data.get("crs") is None:
        return None
    try:
        code = str(data["crs"]["properties"]["name"]).rpartition(":")[2]
    except (KeyError, TypeError) as error:
        raise unknown_system() from error
    if code == "CRS84":
        return Crs.WGS84
    if code not in {str(int(known)) for known in Crs}:
        raise unknown_system()
    return Crs(int(code))


def _parsed(text: str | bytes) -> Mapping[str, Any]:
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        data = _parsed_as_written(text)
    if not isinstance(data, dict):
        raise _not_geojson()
    return data


def _parsed_as_written(text: str | bytes) -> Any:
    """Read what programs write although JSON has no such thing; Invalid for what is none at all.

    A byte-order mark, another Unicode, and NaN or Infinity, which become null: they cost their
    own row. Written anew, so that what passes here is no less strict than elsewhere.
    """
    try:
        return orjson.loads(orjson.dumps(json.loads(text)))
    except (ValueError, TypeError, RecursionError) as error:
        raise _not_geojson() from error


def _features_of(data: Mapping[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Return shape and attributes of each feature, whatever stands there; Invalid without any."""
    features = [data] if data.get("type") == "Feature" else data.get("features")
    if not isinstance(features, list):
        raise _not_geojson()
    return [
        (item.get("geometry"), _facts_of(item)) if isinstance(item, dict) else (item, {})
        for item in features
    ]


def _facts_of(feature: Mapping[str, Any]) -> dict[str, Any]:
    facts = feature.get("properties")
    return facts if isinstance(facts, dict) else {}


def _not_geojson() -> Invalid:
    return Invalid("geojson_unreadable", _l("This file is not GeoJSON."), field="file")
