"""Geography: Belgian coordinate systems, shapes, GeoJSON and GeoPackage."""

from app.geo.crs import Crs, distance_m, from_wgs84, guess_crs, to_wgs84
from app.geo.geojson import (
    Feature,
    collection_json,
    feature_of,
    geometry_from_geojson,
    geometry_text,
    read_features,
)
from app.geo.shapes import PlacedShape, area_m2, clean_polygon, place

__all__ = [
    "Crs",
    "Feature",
    "PlacedShape",
    "area_m2",
    "clean_polygon",
    "collection_json",
    "distance_m",
    "feature_of",
    "from_wgs84",
    "geometry_from_geojson",
    "geometry_text",
    "guess_crs",
    "place",
    "read_features",
    "to_wgs84",
]
