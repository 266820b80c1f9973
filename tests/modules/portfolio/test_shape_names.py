"""Outlines of other people's files: what names a record is recognised, or said."""

import io

import geopandas
import pytest
from shapely.affinity import translate
from shapely.geometry import box
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.errors import Invalid
from app.geo import Crs
from app.i18n import use_locale
from modules.portfolio.enums import LandUse, Region
from modules.portfolio.models import Building, LandParcel
from modules.portfolio.shape_import import import_shapes
from modules.portfolio.shape_names import NamedBy, ShapesAsked, find_names
from modules.portfolio.shapes import ShapeFile, ShapeKind, read_shapes
from tests.factories.land import make_parcel
from tests.factories.portfolio import make_building

ACTOR = system_actor("test")
FIELD = box(143_100, 188_700, 143_200, 188_800)
FARM = ShapesAsked(region=Region.FLANDERS, use=LandUse.FARM_LEASE)


def file_of(*rows) -> ShapeFile:
    """Make a file of rows, each a little beside the one before."""
    drawn = [(translate(FIELD, 200 * rank, 0), facts) for rank, facts in enumerate(rows)]
    return ShapeFile(drawn, Crs.LAMBERT_72)


def bring(database, clock, kind, file, asked=ShapesAsked()):  # noqa: B008  frozen
    with database.unit_of_work() as uow:
        return import_shapes(ACTOR, kind, file, uow, clock, asked)


def test_fields_of_the_farm_register_become_parcels_once(database, clock, app):
    file = file_of(
        {"REF_ID": 487348814.0, "GWSNAM_H": "Sorghum", "PRC_GEM": "Londerzeel", "PRC_NIS": "23045"},
        {"REF_ID": 487348815.0, "GWSNAM_H": None, "PRC_GEM": "Merchtem", "PRC_NIS": None},
    )
    alone = bring(database, clock, ShapeKind.PARCELS, file)
    assert (alone.made, len(alone.refused)) == (0, 2)
    assert [one.name for one in alone.refused] == ["487348814", "487348815"]
    made = bring(database, clock, ShapeKind.PARCELS, file, FARM)
    assert (made.made, made.refused) == (2, [])
    with database.reader() as session:
        parcel = session.scalars(select(LandParcel).order_by(LandParcel.reference)).first()
    assert (parcel.reference, parcel.farm_ref, parcel.use) == (
        "PAR-0001",
        "487348814",
        LandUse.FARM_LEASE,
    )
    assert (parcel.crop, parcel.commune, parcel.commune_nis) == ("Sorghum", "Londerzeel", "23045")
    assert parcel.drawn_area_m2 == pytest.approx(10_000, rel=0.001)
    again = bring(database, clock, ShapeKind.PARCELS, file, FARM)
    assert (again.unchanged, again.made, again.refused) == (2, 0, [])


def test_parcels_are_drawn_by_their_cadastral_number(database, clock, app):
    with database.unit_of_work() as uow:
        key = make_parcel(uow, clock, capakey="23045A0001/00B000").id
    report = bring(database, clock, ShapeKind.PARCELS, file_of({"CaPaKey": "23045A0001/00B000"}))
    assert report.drawn == 1
    with database.reader() as session:
        assert session.get_one(LandParcel, key).lon is not None


def test_buildings_are_drawn_by_their_reference_elsewhere_unless_two_bear_it(database, clock, app):
    with database.unit_of_work() as uow:
        key = make_building(uow, clock, external_ref="w149542483").id
        for _twin in range(2):
            make_building(uow, clock, external_ref="w7")
    rows = {"osm_id": "w149542483"}, {"osm_id": "w7"}, {"osm_id": "w8"}, {"osm_id": None}
    report = bring(database, clock, ShapeKind.BUILDINGS, file_of(*rows))
    assert report.drawn == 1
    assert [(one.row, one.name) for one in report.refused] == [(2, "w7"), (3, "w8"), (4, "")]
    with use_locale("en"):
        assert "Several records" in str(report.refused[0].reason)
    with database.reader() as session:
        assert session.get_one(Building, key).lon is not None


def test_our_own_code_goes_before_another_name():
    rows = file_of({"osm_id": "w1", "CODE": "BLD-0001"}).rows
    names = find_names(ShapeKind.BUILDINGS, rows, ShapesAsked())
    assert (names.by, names.attribute) == (NamedBy.OWN, "CODE")
    asked = find_names(ShapeKind.BUILDINGS, rows, ShapesAsked(by=NamedBy.ELSEWHERE))
    assert (asked.by, asked.attribute) == (NamedBy.ELSEWHERE, "osm_id")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ShapesAsked(), "file"),
        (ShapesAsked(by=NamedBy.ELSEWHERE), "file"),
        (ShapesAsked(attribute="nummer"), "attribute"),
        (ShapesAsked(by=NamedBy.FARM, attribute="house"), "named_by"),
    ],
)
def test_a_file_that_names_nothing_says_what_it_has(asked, field):
    with pytest.raises(Invalid) as refused:
        find_names(ShapeKind.BUILDINGS, file_of({"house": "12", "street": "Rue"}).rows, asked)
    assert refused.value.field == field


def test_the_attribute_is_said_on_the_page_and_by_programs(
    client, login, database, clock, tmp_path
):
    login(client, Role.PROPERTY_DIRECTOR, locale="en")
    path = tmp_path / "fields.gpkg"
    table = geopandas.GeoDataFrame({"perceel": ["A1", "A2"]}, geometry=[FIELD, FIELD], crs=31370)
    table.to_file(path, layer="velden")

    def sent(**more):
        return {"kind": "parcels", "file": (io.BytesIO(path.read_bytes()), path.name), **more}

    refused = client.post("/shapes", data=sent())
    assert refused.status_code == 422
    assert "The file has: perceel" in refused.get_data(as_text=True)
    said = {"named_by": "farm_ref", "attribute": "Perceel", "region": "flanders", "use": "unused"}
    assert client.post("/shapes", data=sent(**said)).status_code == 200
    wrong = client.post("/shapes", data=sent(named_by="external_ref"))
    assert (wrong.status_code, "#f-named_by" in wrong.get_data(as_text=True)) == (422, True)
    with database.reader() as session:
        assert set(session.scalars(select(LandParcel.farm_ref))) == {"A1", "A2"}
    again = client.post(
        "/api/v1/shapes/parcels",
        data={"file": (io.BytesIO(path.read_bytes()), path.name)},
        query_string=said | {"rehearse": "true"},
    )
    assert (again.json["unchanged"], again.json["refused"]) == (2, [])


def test_the_fullest_layer_is_read_where_none_bears_the_name(tmp_path):
    path = tmp_path / "register.gpkg"
    about = geopandas.GeoDataFrame({"localId": ["all"]}, geometry=[FIELD], crs=31370)
    about.to_file(path, layer="dataset")
    fields = geopandas.GeoDataFrame({"localId": ["1", "2"]}, geometry=[FIELD, FIELD], crs=31370)
    fields.to_file(path, layer="objects")
    assert [facts["localId"] for _shape, facts in read_shapes(path, "parcels").rows] == ["1", "2"]
    assert len(read_shapes(path, "dataset").rows) == 1
