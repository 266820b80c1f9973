"""Where buildings lie comes in and goes out with their list; outlines stay as they are drawn."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from shapely.geometry import Point, box
from sqlalchemy import select

from app.auth.actor import system_actor
from app.geo import Crs
from app.i18n import use_locale
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.portfolio.commands import Change, ShapeGiven
from modules.portfolio.importers.buildings import BUILDINGS
from modules.portfolio.models import Building
from modules.portfolio.services import place_building
from tests.factories.portfolio import BUILDER, make_building

ACTOR = system_actor("import")
SQUARE = box(148_900, 170_300, 148_930, 170_330)
HEAD = "code;latitude;longitude\n"


@pytest.fixture
def three(database, clock):
    """Make a building with an outline, one with a point, one off the map."""
    with database.unit_of_work() as uow:
        for code, shape in (("B-1", SQUARE), ("B-2", Point(148_900, 170_300)), ("B-3", None)):
            row = make_building(uow, clock, code=code)
            if shape is not None:
                given = ShapeGiven(shape, Crs.LAMBERT_72)
                place_building(BUILDER, Change(row.id, row.version), given, uow, clock)


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "buildings.csv"
        path.write_text(HEAD + text, encoding="utf-8")
        return ImportFile(path, path.name, BUILDINGS, BUILDINGS.formats)

    return write


def counts(report):
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


def where(database, code):
    with database.reader() as session:
        row = session.scalars(select(Building).filter_by(code=code)).one()
        kind = json.loads(row.geojson)["type"] if row.geojson else None
        return row.lat, row.lon, kind


def test_what_is_exported_imports_again_unchanged(database, clock, three, tmp_path):
    path = tmp_path / "all.xlsx"
    with use_locale("nl"), database.reader() as session:
        records = list(BUILDINGS.records(ACTOR, session))
        write_file(export_file(BUILDINGS.columns, records, FileFormat.XLSX, title="x"), path)
    assert [row["latitude"] is None for row in records] == [False, False, True]
    source = ImportFile(path, path.name, BUILDINGS, BUILDINGS.formats)
    report = import_file(ACTOR, source, database, clock)
    assert (counts(report), report.errors, report.tally.warnings) == ((0, 0, 3, 0), [], 0)


def test_points_are_set_moved_and_taken_off_and_the_file_taken_back(database, clock, three, file):
    before = where(database, "B-2")
    report = import_file(
        ACTOR, file("B-3;50.8389;4.3447\nB-2;;\nB-4;50,84;4,35\n"), database, clock
    )
    # A new building needs more than a place.
    assert counts(report) == (0, 2, 0, 1)
    assert where(database, "B-3") == (50.8389, 4.3447, "Point")
    assert where(database, "B-2") == (None, None, None)
    with database.unit_of_work() as uow:
        undo_batch(ACTOR, UUID(report.batch_id), {"buildings": BUILDINGS}, uow, clock)
    assert where(database, "B-3") == (None, None, None)
    assert where(database, "B-2")[:2] == pytest.approx(before[:2], abs=1e-6)


def test_an_outline_stays_and_a_file_that_differs_is_told(database, clock, three, file):
    before = where(database, "B-1")
    report = import_file(ACTOR, file("B-1;50.8;4.3\n"), database, clock)
    assert (counts(report), report.tally.warnings) == ((0, 0, 1, 0), 1)
    assert import_file(ACTOR, file("B-1;;\n"), database, clock).tally.warnings == 0
    assert where(database, "B-1") == before
    assert before[2] == "Polygon"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("B-3;50.8;\n", "give both"),
        ("B-3;4.35;50.84\n", "Belgium"),
        ("B-3;48.85;2.35\n", "Belgium"),
    ],
)
def test_half_a_place_or_one_abroad_is_refused(database, clock, three, file, row, said):
    report = check_file(ACTOR, file(row), database, clock)
    assert counts(report) == (0, 0, 0, 1)
    with use_locale("en"):
        assert said in str(report.errors[0].text)


def test_a_new_building_comes_with_its_place(database, clock, tmp_path, three):
    path = tmp_path / "new.csv"
    path.write_text(
        "code;name;kind;postcode;latitude;longitude\nB-9;B;residential;1000;50.8389;4.3447\n",
        "utf-8",
    )
    source = ImportFile(path, path.name, BUILDINGS, BUILDINGS.formats)
    report = import_file(ACTOR, source, database, clock)
    assert (counts(report), report.errors) == ((1, 0, 0, 0), [])
    assert where(database, "B-9") == (50.8389, 4.3447, "Point")
    with database.unit_of_work() as uow:
        undo_batch(ACTOR, UUID(report.batch_id), {"buildings": BUILDINGS}, uow, clock)
    with database.reader() as session:
        assert session.scalars(select(Building).filter_by(code="B-9")).all() == []
