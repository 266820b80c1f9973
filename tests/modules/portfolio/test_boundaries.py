"""Communes and statistical sectors from official files, and where buildings lie by them."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import Point, box, mapping
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import Scope, system_actor
from app.auth.roles import Role
from app.errors import Forbidden, Invalid
from app.geo import Crs, to_wgs84
from app.i18n import use_locale
from app.jobs import JobRun
from app.tabular.runner import ImportFile, import_file
from modules.portfolio.boundary_import import load_boundaries
from modules.portfolio.boundary_rows import BoundaryFile
from modules.portfolio.commands import AddressFacts, Change, ShapeGiven
from modules.portfolio.enums import BoundaryKind
from modules.portfolio.importers.buildings import BUILDINGS
from modules.portfolio.jobs import refresh_places
from modules.portfolio.models import Boundary, Building
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.services import archive_building, place_building
from modules.portfolio.shapes import ShapeFile
from tests.factories.portfolio import BUILDER, RUE_HAUTE, make_building

ACTOR = system_actor("test")
# Two squares of a kilometre beside each other, in Lambert 72.
WEST, EAST = box(148_000, 170_000, 149_000, 171_000), box(149_000, 170_000, 150_000, 171_000)
STATBEL = [
    (WEST, {"cd_sector": "21004A00-", "tx_sector_descr_fr": "RESISTANCE",
            "tx_sector_descr_nl": "VERZET", "cd_munty_refnis": "21004",
            "tx_munty_descr_fr": "Bruxelles", "tx_munty_descr_nl": "Brussel"}),
    (EAST, {"cd_sector": "21004A011", "tx_sector_descr_fr": "MOULIN",
            "tx_sector_descr_nl": "MOLEN", "cd_munty_refnis": "21004",
            "tx_munty_descr_fr": "Bruxelles", "tx_munty_descr_nl": "Brussel"}),
]  # fmt: skip
TOLD = "sectors.gpkg: 2 new, 0 changed, 0 unchanged, 0 removed, 0 rows refused; 1 buildings placed"
NOWHERE = AddressFacts("Rue Haute", "Hoogstraat", "12", "1000", "Bruxelles", "Brussel")


def load(database, clock, rows, kind=BoundaryKind.SECTOR, actor=ACTOR, **how):
    shapes = ShapeFile(rows, Crs.LAMBERT_72)
    with database.unit_of_work() as uow:
        return load_boundaries(actor, kind, BoundaryFile(shapes, **how), uow, clock)


def held(database, kind=BoundaryKind.SECTOR):
    with database.reader() as session:
        rows = session.scalars(select(Boundary).filter_by(kind=kind).order_by(Boundary.code))
        return [(row.code, row.name_fr, row.name_nl, row.parent_code) for row in rows]


def entries(database, action):
    with database.reader() as session:
        return session.scalars(select(AuditEntry).filter_by(action=action)).all()


@pytest.fixture
def building(database, clock):
    """Place a building without sector and NIS code in the eastern square."""
    with database.unit_of_work() as uow:
        row = make_building(uow, clock, address=NOWHERE)
        shape = ShapeGiven(Point(149_500, 170_500), Crs.LAMBERT_72)
        place_building(BUILDER, Change(row.id, row.version), shape, uow, clock)
        return row.id


def where(database, building_id):
    with database.reader() as session:
        row = session.get(Building, building_id)
        return row.sector_code, row.address.commune_nis


class TestFile:
    def test_columns_of_statbel_are_known_and_the_same_file_twice_changes_nothing(
        self, database, clock
    ):
        first, second = (load(database, clock, STATBEL) for _ in range(2))
        assert (first.made, first.refused) == (2, [])
        assert (second.made, second.changed, second.unchanged, second.removed) == (0, 0, 2, 0)
        assert held(database) == [
            ("21004A00-", "RESISTANCE", "VERZET", "21004"),
            ("21004A011", "MOULIN", "MOLEN", "21004"),
        ]
        (entry,) = entries(database, "portfolio.boundary.load")
        assert entry.changes == {"boundaries": [0, 2]}

    def test_communes_come_out_of_the_same_file_as_one_surface_each(self, database, clock):
        assert load(database, clock, STATBEL, BoundaryKind.COMMUNE).made == 1
        assert held(database, BoundaryKind.COMMUNE) == [("21004", "Bruxelles", "Brussel", "21004")]
        with database.reader() as session:
            drawn = json.loads(session.scalars(select(Boundary.geojson)).one())
        assert drawn["type"] == "Polygon"

    def test_columns_are_named_when_a_file_calls_them_otherwise(self, database, clock):
        rows = [(WEST, {"Nummer": 21004.0, "Naam": "Brussel"})]
        columns = {"code": "nummer", "name_nl": "Naam"}
        load(database, clock, rows, BoundaryKind.COMMUNE, columns=columns)
        assert held(database, BoundaryKind.COMMUNE) == [("21004", "Brussel", "Brussel", "21004")]

    @pytest.mark.parametrize("columns", [{}, {"code": "Number"}])
    def test_a_column_that_is_not_there_is_refused_with_those_that_are(
        self, database, clock, columns
    ):
        with pytest.raises(Invalid) as refused:
            load(database, clock, [(WEST, {"Nummer": "1"})], columns=columns)
        with use_locale("en"):
            name = columns.get("code", "code")
            assert str(refused.value.message) == (
                f"The file has no column “{name}”. It has: Nummer."
            )

    def test_only_the_communes_wanted_are_taken(self, database, clock):
        other = (EAST, {**STATBEL[1][1], "cd_sector": "23002A00-", "cd_munty_refnis": "23002"})
        assert load(database, clock, [*STATBEL, other], only=("21",)).made == 2
        with pytest.raises(Invalid, match="no_boundaries"):
            load(database, clock, STATBEL, only=("44",))
        assert len(held(database)) == 2

    def test_what_a_newer_file_no_longer_names_goes_and_what_it_calls_otherwise_changes(
        self, database, clock
    ):
        load(database, clock, STATBEL)
        renamed = (WEST, {**STATBEL[0][1], "tx_sector_descr_fr": "LIBERTE"})
        report = load(database, clock, [renamed])
        assert (report.made, report.changed, report.removed) == (0, 1, 1)
        assert held(database) == [("21004A00-", "LIBERTE", "VERZET", "21004")]

    def test_a_row_that_is_refused_is_told_and_leaves_what_was_there(self, database, clock):
        load(database, clock, STATBEL)
        rows = [
            STATBEL[0],
            (Point(149_500, 170_500), STATBEL[1][1]),
            (EAST, {**STATBEL[1][1], "cd_sector": ""}),
            (EAST, {**STATBEL[1][1], "cd_sector": "x" * 13}),
            (EAST, {**STATBEL[1][1], "cd_sector": "B", "cd_munty_refnis": "Brussels"}),
            (EAST, {**STATBEL[1][1], "cd_sector": "C", "tx_sector_descr_fr": "x" * 121}),
            (box(1, 1, 2, 2), {**STATBEL[1][1], "cd_sector": "D"}),
            (None, {**STATBEL[1][1], "cd_sector": "E"}),
        ]
        report = load(database, clock, rows)
        assert [remark.row for remark in report.refused] == [2, 3, 4, 5, 6, 7, 8]
        with use_locale("en"):
            said = {remark.row: str(remark.reason) for remark in report.refused}
        assert said[2] == said[8] == "A boundary is a surface; this row has none."
        assert said[4] == "A code of 1 to 12 characters is needed."
        assert said[5] == "The NIS code of a commune has five digits."
        assert [code for code, *_ in held(database)] == ["21004A00-", "21004A011"]

    def test_a_file_of_which_nothing_can_be_read_leaves_the_map(self, database, clock):
        load(database, clock, STATBEL)
        assert load(database, clock, [(None, STATBEL[0][1])]).removed == 0
        assert len(held(database)) == 2

    def test_it_is_for_who_may_import_and_sees_the_whole_estate(self, database, clock, actor_with):
        for actor in (
            actor_with(PortfolioPermission.CHANGE),
            actor_with(PortfolioPermission.IMPORT, scope=Scope()),
        ):
            with pytest.raises(Forbidden):
                load(database, clock, STATBEL, actor=actor)


def move(database, clock, building_id, x):
    with database.unit_of_work() as uow:
        row = uow.session.get(Building, building_id)
        shape = ShapeGiven(Point(x, 170_500), Crs.LAMBERT_72)
        place_building(BUILDER, Change(row.id, row.version), shape, uow, clock)


class TestBuildings:
    def test_each_gets_the_sector_it_lies_in_and_its_commune(self, database, clock, building):
        assert load(database, clock, STATBEL).settled == 1
        assert where(database, building) == ("21004A011", "21004")
        (entry,) = entries(database, "portfolio.building.settle")
        assert entry.changes == {"sector_code": [None, "21004A011"], "commune_nis": [None, "21004"]}
        assert load(database, clock, STATBEL).settled == 0

    def test_the_commune_comes_from_the_communes_too_and_one_written_stays(
        self, database, clock, building
    ):
        other = [(geometry, {"nis": "21009"}) for geometry, _facts in STATBEL]
        assert load(database, clock, other, BoundaryKind.COMMUNE).settled == 1
        load(database, clock, STATBEL)
        assert where(database, building) == ("21004A011", "21009")

    def test_outside_every_sector_nothing_is_written(self, database, clock, building):
        assert load(database, clock, STATBEL[:1]).settled == 0
        assert where(database, building) == (None, None)

    def test_one_that_moves_is_told_the_sector_it_lies_in_now(self, database, clock, building):
        load(database, clock, STATBEL)
        for x, told in ((148_500, "21004A00-"), (149_500, "21004A011"), (140_500, None)):
            move(database, clock, building, x)
            assert where(database, building)[0] == told
        moved = entries(database, "portfolio.building.place")
        told = [entry.changes.get("sector_code") for entry in moved]
        assert ["21004A011", "21004A00-"] in told

    def test_one_that_moves_keeps_what_is_written_without_a_map_of_sectors(
        self, database, clock, building
    ):
        with database.unit_of_work() as uow:
            uow.session.get(Building, building).sector_code = "21004A99-"
        move(database, clock, building, 148_500)
        assert where(database, building)[0] == "21004A99-"

    def test_a_sector_written_in_the_file_that_moves_it_stays(
        self, database, clock, building, tmp_path
    ):
        load(database, clock, STATBEL)
        with database.reader() as session:
            code = session.get(Building, building).code
        path = tmp_path / "moved.csv"
        path.write_text(f"code;lon;lat;sector_code\n{code};4.36;50.84;21004X\n", "utf-8")
        source = ImportFile(path, path.name, BUILDINGS, BUILDINGS.formats)
        import_file(BUILDER, source, database, clock)
        assert where(database, building)[0] == "21004X"

    def test_archived_ones_and_those_not_on_the_map_are_left(self, database, clock, building):
        with database.unit_of_work() as uow:
            make_building(uow, clock, address=NOWHERE)
            row = uow.session.get(Building, building)
            archive_building(BUILDER, Change(row.id, row.version), uow, clock)
        assert load(database, clock, STATBEL).settled == 0

    def test_one_placed_later_gets_its_sector_in_the_night_and_a_correction_stays(
        self, database, clock
    ):
        load(database, clock, STATBEL)
        with database.unit_of_work() as uow:
            late = make_building(uow, clock, address=NOWHERE)
            mended = make_building(uow, clock, address=RUE_HAUTE, sector_code="21004Z")
            for row in (late, mended):
                shape = ShapeGiven(Point(148_500, 170_500), Crs.LAMBERT_72)
                place_building(BUILDER, Change(row.id, row.version), shape, uow, clock)
        reports = []
        run = JobRun(database, clock, ACTOR, report=lambda done, *_rest: reports.append(done))
        refresh_places(run)
        clock.advance(timedelta(days=1))
        refresh_places(run)
        assert reports == [1, 0]
        assert where(database, late.id) == ("21004A00-", "21004")
        assert where(database, mended.id) == ("21004Z", "21004")


class TestCommand:
    @pytest.fixture
    def run(self, app):
        def invoke(*arguments: object):
            words = [str(word) for word in arguments]
            return app.test_cli_runner().invoke(args=["portfolio", "boundaries", *words])

        return invoke

    @pytest.fixture
    def file(self, tmp_path) -> Path:
        path = tmp_path / "sectors.gpkg"
        table = geopandas.GeoDataFrame(
            [facts for _shape, facts in STATBEL], geometry=[WEST, EAST], crs=31370
        )
        table.to_file(path, layer="secteurs", driver="GPKG", engine="pyogrio")
        return path

    def test_a_geopackage_in_lambert(self, run, file, database, building):
        result = run("sector", file, "--layer", "secteurs")
        assert (result.exit_code, result.output.strip()) == (
            0,
            TOLD,
        )
        assert where(database, building) == ("21004A011", "21004")

    def test_a_rehearsal_writes_nothing(self, run, file, database):
        assert "2 new" in run("sector", file, "--dry-run").output
        assert held(database) == []

    def test_a_geojson_in_degrees_with_a_row_it_cannot_take(self, run, tmp_path, database):
        features = [
            {"type": "Feature", "properties": {"nis": nis, "name_fr": nis},
             "geometry": mapping(to_wgs84(shape, Crs.LAMBERT_72))}
            for nis, shape in (("21004", WEST), ("Ixelles", EAST))
        ]  # fmt: skip
        path = tmp_path / "communes.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        result = run("commune", path)
        assert result.exit_code == 1
        assert "row 2, Ixelles: " in result.output
        assert held(database, BoundaryKind.COMMUNE) == [("21004", "21004", "21004", "21004")]

    def test_a_column_that_is_missing_ends_in_words(self, run, file):
        result = run("sector", file, "--code", "sektor")
        assert result.exit_code == 1
        assert "The file has no column “sektor”. It has: cd_munty_refnis" in result.output

    def test_the_layer_asked_for_is_read_else_the_first(self, run, tmp_path, database):
        path = tmp_path / "two.gpkg"
        for name, shape in (("first", WEST), ("second", EAST)):
            table = geopandas.GeoDataFrame([{"code": name}], geometry=[shape], crs=31370)
            table.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
        for asked, found in ((("--layer", "second"), "second"), ((), "first")):
            assert run("sector", path, *asked).exit_code == 0
            assert [code for code, *_ in held(database)] == [found]
        missing = run("sector", path, "--layer", "third")
        assert missing.exit_code == 2
        assert "“third” is none of first, second" in missing.output


class TestPage:
    @pytest.fixture
    def send(self, client):
        def post(*, name="sectors.geojson", **fields):
            rows = [
                {"type": "Feature", "properties": facts,
                 "geometry": mapping(to_wgs84(shape, Crs.LAMBERT_72))}
                for shape, facts in STATBEL
            ]  # fmt: skip
            content = json.dumps({"type": "FeatureCollection", "features": rows}).encode()
            form = {"kind": "sector", "file": (io.BytesIO(content), name), **fields}
            return client.post("/shapes", data=form, content_type="multipart/form-data")

        return post

    def test_a_file_is_checked_then_taken_in(self, client, login, send, database, building):
        login(client, Role.PROPERTY_DIRECTOR, sees_everything=True, locale="en")
        page = send(rehearse="yes").get_data(as_text=True)
        assert "Nothing is written yet" in page
        assert held(database) == []
        page = send().get_data(as_text=True)
        assert "Buildings placed" in page
        assert len(held(database)) == 2
        assert where(database, building) == ("21004A011", "21004")

    def test_it_is_not_offered_to_who_sees_a_part(self, client, login, send, database):
        login(client, Role.PROPERTY_DIRECTOR, sees_everything=False, locale="en")
        answer = send()
        assert answer.status_code == 422
        assert "Statistical sectors" not in client.get("/shapes").get_data(as_text=True)
        assert held(database) == []

    def test_another_kind_of_file_is_refused_in_words(self, client, login, send):
        login(client, Role.PROPERTY_DIRECTOR, sees_everything=True, locale="en")
        answer = send(name="sectors.csv")
        assert answer.status_code == 422
        assert "Choose a GeoPackage, GeoJSON or GML file." in answer.get_data(as_text=True)
