"""Buildings and lots from files: through the services, and back from what the lists export."""

from __future__ import annotations

import csv
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.auth.actor import Scope
from app.auth.roles import Role
from app.errors import Conflict
from app.i18n import LOCALES, use_locale
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, template_file, write_file
from app.tabular.importer import Outcome
from app.tabular.normalise import normalise
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.portfolio.commands import AddressFacts, ChangeLotStatus
from modules.portfolio.enums import BuildingKind, Heating, LotStatus, Regime
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.importers.buildings import BUILDINGS
from modules.portfolio.importers.lots import LOTS
from modules.portfolio.models import Building, Lot
from modules.portfolio.policies import PortfolioPermission
from modules.portfolio.services import change_lot_status
from tests.factories.portfolio import make_area, make_building, make_lot

BY_NAME = {importer.name: importer for importer in IMPORTERS}


@pytest.fixture
def actor(actor_with):
    return actor_with(*PortfolioPermission, HousePermission.IMPORT_RUN)


@pytest.fixture
def estate(database, clock):
    """Three buildings with odd names and ten lots."""
    with database.unit_of_work() as uow:
        make_area(uow, clock, "C")
        for number in range(3):
            building = make_building(
                uow,
                clock,
                code=f"BLD-{number}",
                name=["=1+1", "Résidence « Été »", "-5 étages; bloc A"][number],
                address=AddressFacts("Rue Haute", "Hoogstraat", f"{number + 1}", "1000"),
                area_m2=1234.5678 + number,
                built_year=1930 + number,
                heating=Heating.COMMUNAL,
            )
            for floor in range(number + 2):
                make_lot(
                    uow, clock, building, reference=f"LOT-{number}-{floor}", floor_level=floor,
                    area_m2=55.1 + floor, bedrooms=floor,
                )  # fmt: skip
    clock.advance(timedelta(hours=1))
    return database


def source(path, importer):
    return ImportFile(path, path.name, importer, importer.formats)


def counts(report):
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


def write(path, header, *rows):
    with path.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target, delimiter=";").writerows([header, *rows])
    return path


@pytest.mark.parametrize("kind", list(FileFormat))
def test_what_a_list_exports_can_be_imported_again(
    client, login, estate, actor, clock, tmp_path, kind
):
    path = tmp_path / f"list.{kind}"
    for locale in LOCALES:
        login(client, Role.PROPERTY_DIRECTOR, locale=locale, email=f"{locale}@example.org")
        for importer, page, total in ((BUILDINGS, "/buildings", 3), (LOTS, "/lots", 9)):
            exported = client.get(f"{page}?format={kind}")
            assert exported.status_code == 200
            path.write_bytes(exported.data)
            with use_locale(locale):
                report = check_file(actor, source(path, importer), estate, clock)
            assert report.as_json()["errors"] == [], (page, locale)
            assert counts(report) == (0, 0, total, 0), (page, locale)


@pytest.mark.parametrize("wanted", list(FileFormat))
def test_a_full_export_is_a_valid_import(estate, actor, clock, tmp_path, wanted):
    path = tmp_path / f"all.{wanted.value}"
    for importer in (BUILDINGS, LOTS):
        with estate.reader() as session:
            records = importer.records(actor, session)
            write_file(export_file(importer.columns, records, wanted, title="x"), path)
        report = check_file(actor, source(path, importer), estate, clock)
        assert report.as_json()["errors"] == [], importer.name
        assert counts(report)[2] == report.tally.rows > 0, importer.name


@pytest.mark.parametrize("wanted", list(FileFormat))
def test_every_importer_has_a_template_a_dry_run_and_tells_broken_rows(
    database, actor, clock, tmp_path, wanted
):
    path = tmp_path / f"template.{wanted.value}"
    for importer in IMPORTERS:
        write_file(template_file(importer.columns, wanted, title="x"), path)
        report = check_file(actor, source(path, importer), database, clock)
        assert (report.errors, report.tally.rows) == ([], 0), importer.name
        titles = [column.name for column in importer.columns]
        broken = write(tmp_path / "broken.csv", titles, ["\x01"] * len(titles), ["x"], ['="'] * 99)
        report = check_file(actor, source(broken, importer), database, clock)
        assert counts(report) == (0, 0, 0, 3), importer.name
        assert len({p.row for p in report.errors}) == 3, importer.name


def test_new_and_changed_buildings_go_through_the_services(estate, actor, clock, tmp_path):
    path = write(
        tmp_path / "a.csv",
        ["Code", "Kind", "Postcode", "Street in French", "Number", "Work area", "Built"],
        ["BLD-0", "", "1000", "Rue Haute", "1", "", "1931"],
        ["NEW-1", "care_home", "1020", "Rue Neuve", "5", "C", "1970"],
    )
    with use_locale("en"):
        report = import_file(actor, source(path, BUILDINGS), estate, clock)
    assert report.as_json()["errors"] == []
    assert counts(report) == (1, 1, 0, 0)
    with estate.reader() as session:
        new = session.scalars(select(Building).where(Building.code == "NEW-1")).one()
        old = session.scalars(select(Building).where(Building.code == "BLD-0")).one()
        audit = set(session.scalars(select(AuditEntry.action)))
    assert (new.kind, new.address.street_fr, new.area_id is not None) == (
        BuildingKind.CARE_HOME,
        "Rue Neuve",
        True,
    )
    assert (old.built_year, old.heating) == (1931, Heating.COMMUNAL)
    assert {"portfolio.building.create", "portfolio.building.change"} <= audit


def test_what_a_new_record_needs_is_told_before_anything_is_written(estate, actor, clock, tmp_path):
    path = write(
        tmp_path / "a.csv",
        ["Reference", "Kind", "Building", "Category", "Regime"],
        ["LOT-0-0", "home", "", "", ""],
        ["NEW-1", "home", "BLD-0", "ordinary", ""],
        ["NEW-2", "home", "NOWHERE", "ordinary", "free"],
        ["NEW-3", "home", "BLD-0", "ordinary", "free"],
    )
    for work in (check_file, import_file):
        report = work(actor, source(path, LOTS), estate, clock)
        codes = [(p.code, p.row, p.field) for p in report.errors]
        assert sorted(codes) == [("needed_for_new", 3, "regime"), ("not_found", 4, "building")]
        assert counts(report)[0] == 1
        assert counts(report)[3] == 2


def test_an_emptied_cell_erases_once(estate, actor, clock, tmp_path):
    path = write(tmp_path / "a.csv", ["Code", "Kind", "Heating", "Name"], ["BLD-0", "", "", ""])
    with use_locale("en"):
        report = import_file(actor, source(path, BUILDINGS), estate, clock)
        assert set(report.tally.changed_fields) == {"heating", "name"}
        again = import_file(actor, source(path, BUILDINGS), estate, clock)
    assert counts(again) == (0, 0, 1, 0)


def test_undo_gives_back_and_removes(estate, actor, clock, tmp_path):
    path = write(
        tmp_path / "a.csv",
        ["Reference", "Kind", "Building", "Category", "Regime", "Area", "Bedrooms"],
        ["LOT-0-0", "home", "BLD-0", "ordinary", "transit", "60,25", "3"],
        ["NEW-1", "home", "BLD-0", "ordinary", "free", "45", "1"],
    )
    with use_locale("en"):
        report = import_file(actor, source(path, LOTS), estate, clock)
    assert counts(report) == (1, 1, 0, 0)
    with estate.unit_of_work() as uow:
        undo_batch(actor, UUID(report.batch_id), BY_NAME, uow, clock)
    with estate.reader() as session:
        lots = {lot.reference: lot for lot in session.scalars(select(Lot))}
        assert session.scalars(select(Building.lot_count).order_by(Building.code)).all() == [
            2,
            3,
            4,
        ]
    assert "NEW-1" not in lots
    lot = lots["LOT-0-0"]
    assert (lot.regime, lot.area_m2, lot.bedrooms) == (Regime.FREE, 55.1, 0)


def test_a_lot_that_moved_on_is_not_undone(estate, actor, clock, tmp_path):
    path = write(
        tmp_path / "a.csv",
        ["Reference", "Kind", "Building", "Category", "Regime"],
        ["NEW-1", "home", "BLD-0", "ordinary", "free"],
    )
    with use_locale("en"):
        report = import_file(actor, source(path, LOTS), estate, clock)
    clock.advance(timedelta(days=2))
    with estate.unit_of_work() as uow:
        lot = uow.session.scalars(select(Lot).where(Lot.reference == "NEW-1")).one()
        change_lot_status(actor, ChangeLotStatus(lot.id, LotStatus.LET, clock.today()), uow, clock)
    with pytest.raises(Conflict), estate.unit_of_work() as uow:
        undo_batch(actor, UUID(report.batch_id), BY_NAME, uow, clock)


def test_what_lies_outside_the_scope_is_not_there(estate, actor_with, clock, tmp_path):
    nobody = actor_with(*PortfolioPermission, scope=Scope())
    path = write(
        tmp_path / "a.csv",
        ["Reference", "Kind", "Building", "Category", "Regime", "Bedrooms"],
        ["LOT-0-0", "home", "BLD-0", "ordinary", "free", "9"],
    )
    with use_locale("en"):
        report = import_file(nobody, source(path, LOTS), estate, clock)
    assert counts(report) == (0, 0, 0, 1)
    assert report.errors[0].code == "not_found"
    with estate.reader() as session:
        assert list(LOTS.records(nobody, session)) == []
        assert session.scalar(select(Lot.bedrooms).where(Lot.reference == "LOT-0-0")) == 0


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Rue", "street_fr"),
        ("Straat", "street_nl"),
        ("Commune", "commune_fr"),
        ("Gemeente", "commune_nl"),
    ],
)
def test_a_heading_in_one_language_is_the_column_of_that_language(heading: str, name: str) -> None:
    (found,) = (one for one in BUILDINGS.columns if normalise(heading) in one.headings())
    assert found.name == name
