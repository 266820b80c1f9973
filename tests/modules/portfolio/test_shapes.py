"""Outlines in and out: what goes out comes in again, errors are told row by row."""

import io
from random import Random

import pytest
from shapely.affinity import translate
from shapely.geometry import box

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.demo import Planting
from app.geo import Crs, to_wgs84
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.shapes import (
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
    assert len(shapes) == len(before)
    for geometry, facts in shapes:
        assert geometry.hausdorff_distance(before[facts["code"]]) < 2e-7
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
    ]
    with database.unit_of_work() as uow:
        report = import_shapes(ACTOR, ShapeKind.PARCELS, shapes, uow, clock)
    assert (report.drawn, report.made) == (1, 1)
    assert [(r.row, r.name) for r in report.refused] == [
        (3, "PAR-X"),
        (4, "PAR-Y"),
        (5, "PAR-0002"),
    ]
    with database.reader() as session:
        made = session.query(LandParcel).filter_by(reference="PAR-NEW").one()
        assert made.drawn_area_m2 == pytest.approx(400, rel=1e-3)


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


def test_a_scope_holds_for_shapes(client, login, database, clock, estate, actor_with):
    from app.auth.actor import Scope
    from modules.portfolio.policies import PortfolioPermission

    stranger = actor_with(*PortfolioPermission, scope=Scope())
    with database.reader() as session:
        code = session.query(Building.code).first()[0]
        assert list(export_shapes(stranger, ShapeKind.BUILDINGS, session)) == []
    with database.unit_of_work() as uow:
        report = import_shapes(
            stranger, ShapeKind.BUILDINGS, [(SQUARE, {"code": code})], uow, clock
        )
    assert len(report.refused) == 1
