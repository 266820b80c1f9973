"""Codes are found whatever their capitals and the spaces around them, and never made twice."""

import csv
import io
from random import Random

import pytest
from sqlalchemy import func, select, text

from app.auth.actor import Scope, system_actor
from app.demo import Planting
from app.errors import Conflict
from app.policies import HousePermission
from app.tabular.runner import ImportFile, check_file, import_file
from modules.parties.demo.seed import plant_people
from modules.parties.importers import IMPORTERS as PARTY_IMPORTERS
from modules.parties.models import Party
from modules.portfolio.api import find_building_by_code, find_lot_by_reference
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.models import Building, Installation, Lot
from modules.portfolio.policies import PortfolioPermission
from tests.factories.parties import make_party
from tests.factories.portfolio import make_building, make_lot

OFFICE = system_actor("Office")
BY_NAME = {
    importer.name: importer
    for importer in (*IMPORTERS, *PARTY_IMPORTERS)
    if getattr(importer, "codes", None)
}
LISTS = {"installations": ("entrances", "lots", "other_buildings"), "lots": ("entrance",)}


@pytest.fixture
def take(database, clock, tmp_path):
    """Import lines under a heading, or only check them."""

    def run(name, *lines, work=import_file, actor=OFFICE):
        path = tmp_path / "file.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        importer = BY_NAME[name]
        return work(actor, ImportFile(path, path.name, importer, importer.formats), database, clock)

    return run


def counts(report):
    return {outcome.value: count for outcome, count in report.tally.counts.items() if count}


def written_otherwise(importer, values):
    """Write the codes of a record in small letters with spaces around, the rest as exported."""
    cells = {column.name: column.kind.write(values.get(column.name)) for column in importer.columns}
    for name in (*importer.codes, *LISTS.get(importer.name, ())):
        if cells.get(name):
            cells[name] = f"  {str(cells[name]).lower()}\u00a0"
    return cells


def test_every_export_in_other_capitals_says_nothing_new(database, clock, take):
    planting = Planting(database, clock, system_actor("demo"), Random("1"), 0.02, lambda _t: None)
    plant_estate(planting)
    plant_people(planting)
    seen = []
    for name, importer in BY_NAME.items():
        with database.reader() as session:
            rows = [written_otherwise(importer, row) for row in importer.records(OFFICE, session)]
        out = io.StringIO()
        writer = csv.DictWriter(out, [c.name for c in importer.columns], delimiter=";")
        writer.writeheader()
        writer.writerows(rows[:40])
        report = take(name, out.getvalue(), work=check_file)
        assert counts(report) in ({}, {"unchanged": len(rows[:40])}), (name, report.errors[:3])
        seen += [name] if rows else []
    assert {"buildings", "lots", "sites", "installations", "parcels", "parties"} <= set(seen)


def test_a_new_code_that_differs_by_capitals_alone_is_the_same_row(database, take):
    lines = ("code;name;kind;postcode", "Bat-9;B;residential;1000", "BAT-9;B;residential;1000")
    for work in (take("buildings", *lines, work=check_file), take("buildings", *lines)):
        assert counts(work) == {"new": 1, "refused": 1}
        assert [p.code for p in work.errors] == ["duplicate_row"]
    again = take("buildings", "code;kind;postcode", "bat-9;residential;1070")
    assert counts(again) == {"changed": 1}
    with database.reader() as session:
        assert session.scalars(select(Building.code)).all() == ["Bat-9"]


def test_a_code_out_of_scope_is_as_absent_in_any_capitals(database, clock, take, actor_with):
    with database.unit_of_work() as uow:
        near, far = make_building(uow, clock), make_building(uow, clock)
        far.code = "FAR-1"
    actor = actor_with(
        *PortfolioPermission, *HousePermission, scope=Scope(building_ids=frozenset({near.id}))
    )
    lines = ("building;level", f"{near.code.lower()};1", "far-1;1")
    report = take("floors", *lines, work=check_file, actor=actor)
    assert [(p.row, p.code, p.value) for p in report.errors] == [(3, "not_found", "far-1")]
    assert counts(report) == {"new": 1, "refused": 1}


def test_a_twin_by_capitals_is_refused_by_hand_too(uow, clock):
    building = make_building(uow, clock, code="Bat-0012")
    with pytest.raises(Conflict, match="reference_taken"):
        make_building(uow, clock, code=" BAT-0012 ")
    make_lot(uow, clock, building, reference="Lot-1")
    with pytest.raises(Conflict, match="reference_taken"):
        make_lot(uow, clock, building, reference="LOT-1")
    make_party(uow, clock, reference="p-x1")
    with pytest.raises(Conflict, match="reference_taken"):
        make_party(uow, clock, reference="P-X1")


def test_one_written_just_so_is_meant_before_another(uow, clock):
    first = make_building(uow, clock, code="bat-1")
    second = make_building(uow, clock)
    # An earlier release let it in.
    second.code = "BAT-1"
    uow.flush()
    for given, found in (("bat-1", first), ("BAT-1 ", second)):
        assert find_building_by_code(OFFICE, uow.session, given) is found
    lot = make_lot(uow, clock, first, reference="Lot-7")
    assert find_lot_by_reference(OFFICE, uow.session, " LOT-7") is lot


# The planner of PostgreSQL rightly reads so small a table whole.
@pytest.mark.one_database
@pytest.mark.parametrize(
    "column", [Building.code, Lot.reference, Installation.code, Party.reference]
)
def test_a_code_is_read_by_an_index(database, column):
    query = select(column).where(func.upper(column).in_(["A", "B"]))
    compiled = query.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.reader() as session:
        plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
    assert "_upper" in plan
