"""Geography: Belgian coordinate systems, shapes, GeoJSON and GeoPackage."""

from app.geo.crs import Crs, ShapeTable, from_wgs84, to_wgs84, unknown_system
from app.geo.geojson import (
    Feature,
    collection_json,
    feature_of,
    geometry_from_geojson,
    geometry_text,
    middle_of,
    read_features,
    read_geojson,
)
from app.geo.shapes import (
    PlacedShape,
    area_m2,
    clean_polygon,
    is_drawn_so,
    is_surface,
    place,
    plain,
)

__all__ = [
    "Crs",
    "Feature",
    "PlacedShape",
    "ShapeTable",
    "area_m2",
    "clean_polygon",
    "collection_json",
    "feature_of",
    "from_wgs84",
    "geometry_from_geojson",
    "geometry_text",
    "is_drawn_so",
    "is_surface",
    "middle_of",
    "place",
    "plain",
    "read_features",
    "read_geojson",
    "to_wgs84",
    "unknown_system",
]
