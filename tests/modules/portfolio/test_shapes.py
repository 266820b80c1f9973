"""Outlines in and out: what goes out comes in again, errors are told row by row."""

import io
import json
from random import Random

import geopandas
import pytest
from shapely.affinity import translate
from shapely.geometry import Point, box
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.demo import Planting
from app.errors import Invalid
from app.geo import Crs, geometry_text, to_wgs84
from app.i18n import use_locale
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.shapes import (
    ShapeFile,
    ShapeKind,
    export_shapes,
    geojson_of,
    import_shapes,
    read_shapes,
    write_geopackage,
)

ACTOR = system_actor("test")
SQUARE = to_wgs84(box(148_950, 170_800, 148_970, 170_820), Crs.LAMBERT_72)


@pytest.fixture
def estate(database, clock):
    plant_estate(Planting(database, clock, ACTOR, Random("1"), 0.03, lambda _text: None))


@pytest.mark.parametrize("kind", list(ShapeKind))
def test_geojson_comes_back_unchanged(database, clock, estate, tmp_path, kind):
    path = tmp_path / "all.geojson"
    with database.reader() as session:
        path.write_bytes(geojson_of(ACTOR, kind, session))
    with database.unit_of_work() as uow:
        report = import_shapes(ACTOR, kind, read_shapes(path, kind), uow, clock)
    assert report.total == report.unchanged > 0


@pytest.mark.parametrize("crs", [Crs.LAMBERT_72, Crs.LAMBERT_2008])
def test_geopackage_comes_back_to_the_centimetre(database, clock, estate, tmp_path, crs):
    path = tmp_path / "estate.gpkg"
    with database.reader() as session:
        write_geopackage(ACTOR, session, path, crs)
        before = {f["code"]: g for _, g, f in export_shapes(ACTOR, ShapeKind.BUILDINGS, session)}
    shapes = read_shapes(path, ShapeKind.BUILDINGS)
    assert (len(shapes.rows), shapes.crs, shapes.is_guessed) == (len(before), crs, False)
    for geometry, facts in shapes.rows:
        assert to_wgs84(geometry, crs).hausdorff_distance(before[facts["code"]]) < 2e-7
    with database.unit_of_work() as uow:
        report = import_shapes(ACTOR, ShapeKind.BUILDINGS, shapes, uow, clock)
    assert report.refused == []


def test_each_shape_is_drawn_made_or_refused_with_a_reason(database, clock, estate):
    far = translate(SQUARE, 40, 0)
    new = {"reference": "PAR-NEW", "region": "wallonia", "use": "woodland", "area_m2": 400}
    shapes = [
        (SQUARE, {"reference": "PAR-0001"}),
        (SQUARE, new),
        (SQUARE, {"reference": "PAR-X"}),
        (SQUARE, new | {"reference": "PAR-Y", "region": "atlantis"}),
        (far, {"reference": "PAR-0002"}),
        (None, {"reference": "PAR-0003"}),
        (SQUARE, new | {"reference": "PAR-Z", "area_m2": "vast"}),
        (SQUARE, new | {"reference": "PAR-N", "area_m2": "nan"}),
        # What a column of a strict database does not hold costs its own row as well.
        (SQUARE, new | {"reference": "PAR-L", "commune": "x" * 81}),
        (SQUARE, new | {"reference": "P" * 300}),
        (SQUARE, {"reference": "PAR-\x00"}),
    ]
    with database.unit_of_work() as uow:
        report = import_shapes(ACTOR, ShapeKind.PARCELS, ShapeFile(shapes), uow, clock)
    assert (report.drawn, report.made) == (1, 1)
    assert [(r.row, r.name) for r in report.refused] == [
        (3, "PAR-X"),
        (4, "PAR-Y"),
        (5, "PAR-0002"),
        (6, "PAR-0003"),
        (7, "PAR-Z"),
        (8, "PAR-N"),
        (9, "PAR-L"),
        (10, "P" * 300),
        (11, "PAR-"),
    ]
    with use_locale("en"):
        said = {refusal.name: str(refusal.reason) for refusal in report.refused}
    assert said["PAR-Y"] == "region: “atlantis” is not one of brussels, flanders, wallonia."
    assert said["PAR-Z"] == "area_m2: “vast” is no number."
    assert said["PAR-L"] == "commune: the text is longer than 80 characters."
    with database.reader() as session:
        made = session.query(LandParcel).filter_by(reference="PAR-NEW").one()
        assert made.drawn_area_m2 == pytest.approx(400, rel=1e-3)


def collection(*coordinates: tuple[float, float], code: str = "BLD-0001", **more) -> bytes:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": coordinates[0]},
        "properties": {"code": code},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode()


def test_one_shape_nobody_can_read_does_not_cost_the_others(database, clock, estate, tmp_path):
    broken = [
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Nonsense", "coordinates": []},
        [4.35, 50.84],
    ]
    good = json.loads(geometry_text(SQUARE))
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"code": "BLD-0001"}}
        for shape in (*broken, good)
    ]
    features += [{"type": "Feature", "geometry": good, "properties": ["BLD-0001"]}, 7]
    path = tmp_path / "outlines.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    with database.unit_of_work() as uow:
        report = import_shapes(
            ACTOR, ShapeKind.BUILDINGS, read_shapes(path, ShapeKind.BUILDINGS), uow, clock
        )
    assert report.drawn == 1
    assert [refusal.row for refusal in report.refused] == [1, 2, 3, 5, 6]
    assert {r.reason.message for r in report.refused[:3]} == {
        "This shape cannot be read. Send a GeoJSON geometry such as a polygon."
    }
    assert report.total == 6


@pytest.mark.parametrize(
    ("at", "crs", "is_guessed"),
    [
        ((148_950.0, 170_800.0), Crs.LAMBERT_72, True),
        ((648_950.0, 670_800.0), Crs.LAMBERT_2008, True),
        ((4.35, 50.84), Crs.WGS84, False),
        # In no Belgian system: the rule of the format holds, and the row says what is wrong.
        ((2_000_000.0, 3.0), Crs.WGS84, False),
    ],
)
def test_a_system_nobody_said_is_recognised_by_its_coordinates(tmp_path, at, crs, is_guessed):
    path = tmp_path / "b.geojson"
    path.write_bytes(collection(at))
    found = read_shapes(path, ShapeKind.BUILDINGS)
    assert (found.crs, found.is_guessed) == (crs, is_guessed)
    chosen = read_shapes(path, ShapeKind.BUILDINGS, Crs.LAMBERT_2008)
    assert (chosen.crs, chosen.is_guessed) == (Crs.LAMBERT_2008, False)


def test_a_geopackage_that_says_nothing_is_recognised_or_refused(tmp_path):
    path = tmp_path / "b.gpkg"
    for shape, crs in ((Point(148_950, 170_800), Crs.LAMBERT_72), (Point(9e6, 9e6), None)):
        path.unlink(missing_ok=True)
        table = geopandas.GeoDataFrame([{"code": "B"}], geometry=[shape], crs=None)
        with pytest.warns(UserWarning, match="crs"):
            table.to_file(path, layer="buildings", driver="GPKG", engine="pyogrio")
        if crs is None:
            with pytest.raises(Invalid) as caught:
                read_shapes(path, ShapeKind.BUILDINGS)
            assert caught.value.code == "coordinate_system_unknown"
        else:
            assert read_shapes(path, ShapeKind.BUILDINGS).crs is crs


def test_what_was_recognised_is_said_and_drawn_from_its_own_system(
    client, login, database, clock, estate
):
    login(client, Role.ADMINISTRATOR, locale="en")
    with database.reader() as session:
        code = session.scalars(select(Building.code).order_by(Building.code)).first()
    sent = collection((148_950.0, 170_800.0), code=code)
    page = client.post("/shapes", data={"kind": "buildings", "file": (io.BytesIO(sent), "b.json")})
    assert page.status_code == 200
    assert "By its coordinates it is EPSG:31370" in page.text
    with database.reader() as session:
        drawn = session.scalars(
            select(Building).where(Building.code == code).options(undefer("*"))
        ).one()
    assert drawn.source_crs == Crs.LAMBERT_72
    assert (drawn.source_geometry.x, drawn.source_geometry.y) == (148_950.0, 170_800.0)
    assert 50.8 < drawn.lat < 50.9


def test_a_file_is_checked_before_it_is_taken_in(client, login, database, estate):
    login(client, Role.ADMINISTRATOR, locale="en")
    with database.reader() as session:
        code = session.scalars(select(Building.code).order_by(Building.code)).first()
    x, y = SQUARE.exterior.coords[0]
    bow = [[x, y], [x + 1e-4, y + 1e-4], [x + 1e-4, y], [x, y + 1e-4], [x, y]]
    sent = json.dumps(
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [bow]},
            "properties": {"code": code},
        }
    ).encode()

    def post(headers=None, **more):
        data = {"kind": "buildings", "file": (io.BytesIO(sent), "b.json"), **more}
        return client.post("/shapes", data=data, headers=headers)

    def drawn():
        with database.reader() as session:
            return session.scalars(select(Building.geojson).where(Building.code == code)).one()

    before = drawn()
    checked = post(rehearse="yes", headers={"HX-Request": "true"})
    assert "Nothing is written yet" in checked.text
    assert "crosses itself" in checked.text
    assert "<form" not in checked.text
    assert drawn() == before
    told = client.post(
        "/api/v1/shapes/buildings?rehearse=true", data={"file": (io.BytesIO(sent), "b.json")}
    )
    assert (told.json["drawn"], told.json["mended"][0]["name"]) == (1, code)
    assert drawn() == before
    assert "Nothing is written yet" not in post().text
    assert drawn() != before


def test_pages(client, login, database, estate):
    login(client, Role.ADMINISTRATOR)
    assert client.get("/shapes").status_code == 200
    out = client.get("/shapes/buildings.geojson")
    assert out.mimetype == "application/geo+json"
    assert client.get("/shapes/estate.gpkg?crs=31370").data[:6] == b"SQLite"
    assert client.get("/shapes/castles.geojson").status_code == 404
    data = {"kind": "buildings", "file": (io.BytesIO(out.data), "b.geojson")}
    assert client.post("/shapes", data=data).status_code == 200
    for content, name in ((b"{", "b.geojson"), (b"no", "b.gpkg"), (b"", "b.exe")):
        broken = {"kind": "buildings", "file": (io.BytesIO(content), name)}
        assert client.post("/shapes", data=broken).status_code == 422, name


def test_programs_take_outlines_out_and_bring_them_in(client, login, estate):
    login(client, Role.ADMINISTRATOR, locale="en")
    shapes = "/api/v1/shapes"
    out = client.get(f"{shapes}/buildings")
    assert out.mimetype == "application/geo+json"
    assert client.get(f"{shapes}/geopackage?crs=31370").data[:6] == b"SQLite"
    assert client.get(f"{shapes}/geopackage?crs=4711").status_code == 422
    assert client.get(f"{shapes}/castles").status_code == 404

    def send(content, name="b.geojson", address=f"{shapes}/buildings"):
        return client.post(address, data={"file": (io.BytesIO(content), name)})

    again = send(out.data)
    assert (again.status_code, again.json["drawn"], again.json["refused"]) == (200, 0, [])
    assert again.json["unchanged"] > 0
    moved = send(collection((148_950.0, 170_800.0), code="nobody"))
    assert (moved.json["assumed"], len(moved.json["refused"])) == (31370, 1)
    assert moved.json["refused"][0]["reason"]
    for content, name in ((b"{", "b.geojson"), (b"no", "b.gpkg"), (b"", "b.exe")):
        assert send(content, name).status_code == 422, name
    login(client, Role.TECHNICIAN)
    assert client.get(f"{shapes}/buildings").status_code == 403
    assert send(out.data).status_code == 403


def test_a_scope_holds_for_shapes(client, login, database, clock, estate, actor_with):
    from app.auth.actor import Scope
    from modules.portfolio.policies import PortfolioPermission

    stranger = actor_with(*PortfolioPermission, scope=Scope())
    with database.reader() as session:
        code = session.query(Building.code).first()[0]
        assert list(export_shapes(stranger, ShapeKind.BUILDINGS, session)) == []
    with database.unit_of_work() as uow:
        report = import_shapes(
            stranger, ShapeKind.BUILDINGS, ShapeFile([(SQUARE, {"code": code})]), uow, clock
        )
    assert len(report.refused) == 1
