"""Outlines in and out: what goes out comes in again, errors are told row by row."""

import io
import json
import math
import re
from datetime import timedelta
from random import Random

import geopandas
import pytest
import shapely
from shapely.affinity import translate
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPoint,
    MultiPolygon,
    Point,
    box,
)
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.demo import Planting
from app.errors import Conflict, Invalid
from app.geo import Crs, geometry_text, read_geojson, to_wgs84
from app.i18n import use_locale
from app.tabular.batches import batch_problems
from app.tabular.models import ImportBatch
from app.tabular.services import undo_batch
from modules.portfolio.commands import Change, ShapeGiven
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.services import place_building, place_parcel
from modules.portfolio.shape_batches import BATCH_KINDS
from modules.portfolio.shape_import import import_shapes
from modules.portfolio.shapes import (
    ShapeFile,
    ShapeKind,
    export_shapes,
    geojson_of,
    read_shapes,
    write_geopackage,
)

ACTOR = system_actor("test")
KINDS = {kind.name: kind for kind in BATCH_KINDS}
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


def collection(at: tuple[float, float], code: str = "BLD-0001", side: float = 1e-3) -> bytes:
    """Write a file with one square, by its corner and side in the units of its system."""
    square = box(*at, at[0] + side, at[1] + side)
    feature = {
        "type": "Feature",
        "geometry": json.loads(geometry_text(square)),
        "properties": {"code": code},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def drawn_from(database, clock, kind, *shapes, crs=Crs.WGS84):
    with database.unit_of_work() as uow:
        return import_shapes(ACTOR, kind, ShapeFile(shapes, crs), uow, clock)


@pytest.mark.parametrize(
    "lesser",
    [
        SQUARE.centroid,
        LineString(SQUARE.exterior.coords),
        MultiPoint(SQUARE.exterior.coords),
        GeometryCollection([SQUARE, SQUARE.centroid]),
    ],
    ids=lambda shape: shape.geom_type,
)
@pytest.mark.parametrize("kind", list(ShapeKind))
def test_nothing_less_takes_the_place_of_an_outline(database, clock, estate, kind, lesser):
    known = {ShapeKind.BUILDINGS: Building, ShapeKind.PARCELS: LandParcel}[kind]
    with database.reader() as session:
        (_, _, facts) = next(export_shapes(ACTOR, kind, session))
    before = outlines(database, known)
    report = drawn_from(database, clock, kind, (lesser, facts))
    assert [refusal.row for refusal in report.refused] == [1]
    is_point = kind is ShapeKind.BUILDINGS and lesser.geom_type == "Point"
    with use_locale("en"):
        assert str(report.refused[0].reason) == (
            "This building has an outline, which stays: draw it anew to move it."
            if is_point
            else "This shape is no outline: draw the edge of what it shows, as a polygon."
        )
    assert outlines(database, known) == before


def test_a_building_without_an_outline_may_be_a_point_and_land_may_not(database, clock, estate):
    with database.unit_of_work() as uow:
        building = uow.session.scalars(select(Building).order_by(Building.code).limit(1)).one()
        place_building(ACTOR, Change(building.id, building.version), None, uow, clock)
        code, key = building.code, building.id
    dot, west = SQUARE.centroid, translate(SQUARE.centroid, -0.001)
    for shape, drawn, unchanged in (
        (dot, 1, 0),
        (dot, 0, 1),
        # Programs write a lone point as a collection of one.
        (MultiPoint([west]), 1, 0),
        (SQUARE, 1, 0),
        (MultiPolygon([SQUARE]), 0, 1),
    ):
        report = drawn_from(database, clock, ShapeKind.BUILDINGS, (shape, {"code": code}))
        assert (report.drawn, report.unchanged, report.refused) == (drawn, unchanged, [])
    assert '"Polygon"' in outlines(database, Building)[key][0]
    new = {"reference": "PAR-NEW", "region": "wallonia", "use": "woodland"}
    report = drawn_from(database, clock, ShapeKind.PARCELS, (dot, new))
    assert (report.made, len(report.refused)) == (0, 1)


@pytest.mark.parametrize("crs", [Crs.LAMBERT_72, Crs.LAMBERT_2008, Crs.WGS84])
def test_a_geopackage_comes_back_unchanged(database, clock, estate, tmp_path, crs):
    # What a strict comparison of rounded texts would take for another outline: a corner at the
    # edge of the rounding, and a land in two pieces, for which all others become collections too.
    at = (4.3500005, 50.8400005)
    edge = box(*at, at[0] + 0.001, at[1] + 0.001)
    two = MultiPolygon([SQUARE, translate(SQUARE, 0.01)])
    drawn_from(database, clock, ShapeKind.BUILDINGS, (edge, {"code": first_code(database)}))
    drawn_from(database, clock, ShapeKind.PARCELS, (two, {"reference": "PAR-0001"}))
    path = tmp_path / "estate.gpkg"
    with database.reader() as session:
        write_geopackage(ACTOR, session, path, crs)
    before = outlines(database, Building, LandParcel)
    for kind in ShapeKind:
        with database.unit_of_work() as uow:
            report = import_shapes(ACTOR, kind, read_shapes(path, kind), uow, clock)
        assert report.total == report.unchanged > 1, kind
    assert outlines(database, Building, LandParcel) == before


def test_an_outline_moved_by_more_than_a_millimetre_is_drawn_again(database, clock, estate):
    about = {"code": first_code(database)}
    lambert = box(148_950, 170_800, 148_970, 170_820)
    for shape, drawn in (
        (lambert, 1),
        (translate(lambert, 3e-4), 0),
        (translate(lambert, 5e-3), 1),
    ):
        report = drawn_from(
            database, clock, ShapeKind.BUILDINGS, (shape, about), crs=Crs.LAMBERT_72
        )
        assert (report.drawn, report.unchanged) == (drawn, 1 - drawn)


def first_code(database):
    with database.reader() as session:
        return session.scalars(select(Building.code).order_by(Building.code)).first()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_geojson_is_read_with_a_mark_of_byte_order(tmp_path, encoding):
    path = tmp_path / "b.geojson"
    path.write_bytes(collection((4.35, 50.84), code="BLD-é").decode().encode(encoding))
    ((shape, facts),) = read_shapes(path).rows
    assert (shape.bounds[:2], facts) == ((4.35, 50.84), {"code": "BLD-é"})


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "null", "1e308"])
def test_a_coordinate_that_is_no_number_costs_its_own_row(
    database, clock, estate, tmp_path, written
):
    good = json.loads(collection((4.35, 50.84), code=first_code(database)))
    bad = json.loads(collection((4.35, 50.84), code="BAD"))
    bad["features"][0]["geometry"]["coordinates"][0][1][0] = "HERE"
    text = json.dumps({"type": "FeatureCollection", "features": bad["features"] + good["features"]})
    path = tmp_path / "b.geojson"
    path.write_text(text.replace('"HERE"', written), "utf-8")
    with database.unit_of_work() as uow:
        report = import_shapes(ACTOR, ShapeKind.BUILDINGS, read_shapes(path), uow, clock)
    assert (report.drawn, [(r.row, r.name) for r in report.refused]) == (1, [(1, "BAD")])


def test_a_corner_that_is_no_number_is_refused_whatever_wrote_it(database, clock, estate):
    points = shapely.get_coordinates(SQUARE)
    points[1, 0] = math.nan
    broken = shapely.set_coordinates(shapely.from_wkb(SQUARE.wkb), points)
    about = {"code": first_code(database)}
    report = drawn_from(database, clock, ShapeKind.BUILDINGS, (broken, about))
    assert (report.drawn, len(report.refused)) == (0, 1)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": "\\ud800"}', "{NaN}", "NaN", ""])
def test_what_is_no_geojson_stays_none(text):
    with pytest.raises(Invalid) as caught:
        read_geojson(text.encode())
    assert caught.value.code == "geojson_unreadable"


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
    path.write_bytes(collection(at, side=1e-3 if crs is Crs.WGS84 else 20))
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
    sent = collection((148_950.0, 170_800.0), code=code, side=20)
    page = client.post("/shapes", data={"kind": "buildings", "file": (io.BytesIO(sent), "b.json")})
    assert page.status_code == 200
    assert "By its coordinates it is EPSG:31370" in page.text
    with database.reader() as session:
        drawn = session.scalars(
            select(Building).where(Building.code == code).options(undefer("*"))
        ).one()
    assert drawn.source_crs == Crs.LAMBERT_72
    assert drawn.source_geometry.bounds == (148_950.0, 170_800.0, 148_970.0, 170_820.0)
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


def outlines(database, *models):
    """Return every outline as it is stored and as it was received."""
    with database.reader() as session:
        return {
            row.id: (row.geojson, row.source_geometry, row.source_crs, row.lon)
            for model in models
            for row in session.scalars(select(model).options(undefer("*")))
        }


def test_an_import_is_one_batch_that_is_undone_whole(database, clock, estate):
    with database.unit_of_work() as uow:
        # One that was not drawn before is taken off the map again.
        place_parcel(ACTOR, change_of(uow, "PAR-0002"), None, uow, clock)
    clock.advance(timedelta(hours=1))
    before = outlines(database, LandParcel)
    new = {"reference": "PAR-NEW", "region": "wallonia", "use": "woodland"}
    shapes = [
        (SQUARE, {"reference": "PAR-0001"}),
        (translate(SQUARE, 0.001), {"reference": "PAR-0001"}),
        (SQUARE, {"reference": "PAR-0002"}),
        (SQUARE, new),
        (SQUARE, {"reference": "PAR-X"}),
        (SQUARE, new | {"reference": "PAR-Y", "use": "castle"}),
    ]
    with database.unit_of_work() as uow:
        file = ShapeFile(shapes, name="land.gpkg", sha256="0" * 64)
        report = import_shapes(ACTOR, ShapeKind.PARCELS, file, uow, clock)
    with database.reader() as session:
        batch = session.get_one(ImportBatch, report.batch_id)
        assert (batch.importer, batch.file_name, batch.rows) == ("outlines-parcels", "land.gpkg", 6)
        assert (batch.rows_changed, batch.rows_new, batch.rows_refused) == (2, 1, 3)
        with use_locale("en"):
            told = {problem.row: problem.message for problem in batch_problems(batch)}
        assert told[2] == "This row repeats row 1: both describe the same record."
        assert told[6].startswith("use: “castle” is not one of ")
        actions = select(AuditEntry.action).where(AuditEntry.subject_id == batch.id)
        assert session.scalars(actions).all() == ["house.import.done"]
    assert outlines(database, LandParcel) != before
    with database.unit_of_work() as uow:
        undo_batch(ACTOR, batch.id, KINDS, uow, clock)
    assert outlines(database, LandParcel) == before


def change_of(uow, reference):
    row = uow.session.scalars(select(LandParcel).where(LandParcel.reference == reference)).one()
    return Change(row.id, row.version)


def test_an_outline_drawn_since_is_not_taken_back(database, clock, estate):
    shapes = [(SQUARE, {"reference": name}) for name in ("PAR-0001", "PAR-0002")]
    with database.unit_of_work() as uow:
        report = import_shapes(ACTOR, ShapeKind.PARCELS, ShapeFile(shapes), uow, clock)
    with database.unit_of_work() as uow:
        shape = ShapeGiven(translate(SQUARE, 0.001))
        place_parcel(ACTOR, change_of(uow, "PAR-0002"), shape, uow, clock)
    after = outlines(database, LandParcel)
    with pytest.raises(Conflict, match="PAR-0002"), database.unit_of_work() as uow:
        undo_batch(ACTOR, report.batch_id, KINDS, uow, clock)
    assert outlines(database, LandParcel) == after


def test_outlines_stand_in_the_list_of_imports_and_are_undone_there(
    client, login, database, clock, estate
):
    login(client, Role.ADMINISTRATOR, locale="en")
    with database.reader() as session:
        code = session.scalars(select(Building.code).order_by(Building.code)).first()
    before = outlines(database, Building)
    sent = collection((148_950.0, 170_800.0), code=code, side=20)

    def post(**more):
        data = {"kind": "buildings", "file": (io.BytesIO(sent), "houses.json"), **more}
        return client.post("/shapes", data=data).text

    assert "/imports/" not in post(rehearse="yes").partition('id="shape-report"')[2]
    (address,) = re.findall(r'href="(/imports/[^"]+)">Look at this import', post())
    listed = client.get("/imports").text
    assert listed.count("houses.json") == 1
    assert "Outlines of buildings" in listed
    page = client.get(address).text
    assert "Coordinates" in page
    assert code in page
    assert client.get(f"/api/v1{address}/differences").json[0]["key"] == code
    assert client.post(f"{address}/undo").status_code == 302
    assert outlines(database, Building) == before
    assert "undone" in client.get(address).text


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
