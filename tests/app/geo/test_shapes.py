"""Shapes as stored, GeoJSON text and GeoPackage files."""

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pyogrio
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box, shape

from app.errors import Invalid
from app.geo import (
    Crs,
    area_m2,
    clean_polygon,
    collection_json,
    feature_of,
    geometry_from_geojson,
    geometry_text,
    place,
    read_features,
    read_geojson,
    to_wgs84,
)
from app.geo.geopackage import layers, read_layer, write_layers

SQUARE_72 = box(148_900, 170_700, 149_000, 170_800)


def test_place_keeps_both_systems() -> None:
    placed = place(SQUARE_72, Crs.LAMBERT_72)
    assert placed.source.equals(SQUARE_72)
    assert placed.source_crs is Crs.LAMBERT_72
    assert placed.geometry.contains(Point(placed.lon, placed.lat))
    assert shape(orjson.loads(placed.geojson)).is_valid


def test_label_point_of_a_courtyard_lies_in_the_building() -> None:
    around_a_court = box(0, 0, 90, 90).difference(box(10, 10, 80, 90))
    from shapely.affinity import translate

    placed = place(translate(around_a_court, 148_900, 170_700), Crs.LAMBERT_72)
    assert placed.geometry.contains(Point(placed.lon, placed.lat))


def test_area_is_the_surface_on_the_ground() -> None:
    assert area_m2(place(SQUARE_72, Crs.LAMBERT_72).geometry) == pytest.approx(10_000, rel=2e-4)


def test_bow_tie_is_repaired() -> None:
    tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    repaired = clean_polygon(tie)
    assert repaired.is_valid
    assert isinstance(repaired, MultiPolygon)


def test_shape_without_surface_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        clean_polygon(Polygon([(0, 0), (10, 10), (0, 0), (10, 10)]))
    assert caught.value.code == "shape_without_surface"


def test_text_has_six_decimals_at_most() -> None:
    assert geometry_text(Point(4.123456789, 50.987654321)) == (
        '{"type":"Point","coordinates":[4.123457,50.987654]}'
    )


def test_collection_round_trip() -> None:
    text = collection_json([feature_of("a", geometry_text(Point(4.3, 50.8)), {"name": "Rue"})])
    ((geometry, properties),) = read_features(text)
    assert geometry.equals(Point(4.3, 50.8))
    assert properties == {"name": "Rue"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '{"type":"Polygon"}',
        '{"type":"Polygon","coordinates":[[[1]]]}',
        '{"type":"Polygon","coordinates":"x"}',
        '{"type":"Nonsense","coordinates":[]}',
        '{"type":"Point","coordinates":[]}',
    ],
)
def test_what_is_not_geojson_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Invalid):
        geometry_from_geojson(text)
    with pytest.raises(Invalid):
        list(read_features(text))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '{"type":"FeatureCollection"}'])
def test_a_file_that_holds_no_features_is_refused_whole(text: str) -> None:
    with pytest.raises(Invalid):
        read_geojson(text)


@pytest.mark.parametrize(
    ("said", "crs"),
    [
        (None, None),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}, Crs.LAMBERT_72),
        ({"type": "name", "properties": {"name": "EPSG:3812"}}, Crs.LAMBERT_2008),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, Crs.WGS84),
    ],
)
def test_a_system_said_the_old_way_is_read(said: object, crs: Crs | None) -> None:
    feature = {"type": "Feature", "geometry": None, "properties": {"code": "B1"}}
    text = json.dumps({"type": "FeatureCollection", "crs": said, "features": [feature]})
    table = read_geojson(text)
    assert (table.rows, table.crs) == ([(None, {"code": "B1"})], crs)


@pytest.mark.parametrize("said", [7, [], {}, {"properties": []}, {"properties": {"name": "RD"}}])
def test_a_system_nobody_knows_is_refused(said: object) -> None:
    with pytest.raises(Invalid) as caught:
        read_geojson(json.dumps({"type": "FeatureCollection", "crs": said, "features": []}))
    assert caught.value.code == "coordinate_system_unknown"


@pytest.mark.parametrize("crs", [Crs.LAMBERT_72, Crs.LAMBERT_2008, Crs.WGS84])
def test_geopackage_round_trip(tmp_path: Path, crs: Crs) -> None:
    path = tmp_path / "estate.gpkg"
    placed = place(SQUARE_72, Crs.LAMBERT_72)
    write_layers(path, {"buildings": [(placed.geometry, {"code": "B1", "note": None})]}, crs)
    assert layers(path) == ["buildings"]
    table = read_layer(path)
    ((geometry, facts),) = table.rows
    assert table.crs is crs
    assert to_wgs84(geometry, crs).hausdorff_distance(placed.geometry) < 1e-7
    assert facts == {"code": "B1", "note": None}


def test_a_text_file_is_not_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "no.gpkg"
    path.write_text("name;street\n", encoding="utf-8")
    with pytest.raises(Invalid):
        read_layer(path)
    with pytest.raises(Invalid):
        layers(path)


GML = """<?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs"
  xmlns:gml="http://www.opengis.net/gml" xmlns:a="http://estate.example/a"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://estate.example/a {address}">
  <gml:featureMember><a:buildings fid="b.1"><a:code>B1</a:code><a:geom><gml:Point
  srsName="EPSG:4326"><gml:coordinates>4.35,50.85</gml:coordinates></gml:Point></a:geom>
  </a:buildings></gml:featureMember></wfs:FeatureCollection>"""


def test_a_gml_file_is_read_without_calling_the_address_it_names(tmp_path: Path) -> None:
    path = tmp_path / "estate.gml"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Only a reader that does call would wait for an answer.
        pyogrio.set_gdal_config_options({"GDAL_HTTP_TIMEOUT": "1"})
        port = listening.getsockname()[1]
        asked = "service=WFS&amp;version=1.0.0&amp;request=DescribeFeatureType"
        address = f"http://127.0.0.1:{port}/?{asked}&amp;typeName=a:buildings"
        path.write_text(GML.format(address=address), encoding="utf-8")
        assert layers(path) == ["buildings"]
        ((_geometry, facts),) = read_layer(path, "buildings").rows
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert facts["code"] == "B1"


VRT = """<OGRVRTDataSource><OGRVRTLayer name="secrets"><SrcDataSource>{other}</SrcDataSource>
  </OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize(
    "content",
    [
        VRT,
        """<!DOCTYPE a [<!ENTITY other SYSTEM "file://{other}">]>
        <a xmlns:gml='http://www.opengis.net/gml'>&other;</a>""",
        f"<a xmlns:gml='http://www.opengis.net/gml'/>{VRT}",
        '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {other}"}}',
    ],
)
@pytest.mark.parametrize("suffix", ["gml", "gpkg"])
def test_a_file_that_names_another_file_opens_nothing(
    tmp_path: Path, content: str, suffix: str
) -> None:
    other, path = tmp_path / "secrets.gpkg", tmp_path / f"outlines.{suffix}"
    write_layers(other, {"secrets": [(Point(4.35, 50.85), {"code": "never shown"})]})
    path.write_text(content.format(other=other), encoding="utf-8")
    for read in (layers, read_layer):
        with pytest.raises(Invalid) as caught:
            read(path)
        assert caught.value.code == "geopackage_unreadable"


def test_a_geopackage_whose_table_stands_for_another_file_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outlines.gpkg"
    write_layers(path, {"buildings": [(Point(4.35, 50.85), {"code": "B1"})]})
    assert layers(path) == ["buildings"]
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA writable_schema=ON")
        file.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'secrets', 'secrets', 0,"
            " 'CREATE VIRTUAL TABLE secrets USING VirtualOGR(''/etc/passwd'')')"
        )
    with pytest.raises(Invalid):
        layers(path)


def test_a_table_without_shapes_is_no_layer_and_is_refused_in_words(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "facts.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"code": ["B1"]}), path, layer="facts", driver="GPKG")
    assert layers(path) == []
    with pytest.raises(Invalid) as caught:
        read_layer(path)
    assert caught.value.code == "geopackage_without_shapes"


def test_of_a_file_with_a_table_and_shapes_the_shapes_are_read(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "estate.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"code": ["B1"]}), path, layer="facts", driver="GPKG")
    shapes = tmp_path / "shapes.gpkg"
    write_layers(shapes, {"buildings": [(place(SQUARE_72, Crs.LAMBERT_72).geometry, {})]})
    pyogrio.write_dataframe(pyogrio.read_dataframe(shapes), path, layer="buildings", append=True)
    assert layers(path) == ["buildings"]
