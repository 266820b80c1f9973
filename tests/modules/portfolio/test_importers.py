"""Our own templates: what is exported imports again unchanged, rules are those of the services."""

import csv
import io
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.demo import Planting
from app.errors import Conflict, Forbidden
from app.i18n import use_locale
from app.policies import HousePermission
from app.tabular.exports import FileFormat, export_file, write_file
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.services import undo_batch
from modules.parties.demo.seed import plant_people
from modules.parties.importers import IMPORTERS as PARTY_IMPORTERS
from modules.parties.models import Party
from modules.portfolio.demo.seed import plant_estate
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.models import Building, LandParcel, Lot
from modules.portfolio.policies import GRANTS
from modules.portfolio.tables import LOTS

BY_NAME = {importer.name: importer for importer in (*IMPORTERS, *PARTY_IMPORTERS)}
FIELDS = {"enum", "labels", "aliases"}
OURS = (
    "sites",
    "areas",
    "departments",
    "buildings",
    "entrances",
    "lots",
    "rooms",
    "installations",
    "certificates",
    "parcels",
    "parties",
)


@pytest.fixture(autouse=True)
def words(app):
    """Read the catalogues of the modules, and forget words understood before that."""
    for importer in BY_NAME.values():
        for column in importer.columns:
            for name in [n for n in getattr(column.kind, "__dict__", {}) if n not in FIELDS]:
                column.kind.__dict__.pop(name)


@pytest.fixture
def estate(database, clock):
    planting = Planting(database, clock, system_actor("demo"), Random("1"), 0.02, lambda _t: None)
    plant_estate(planting)
    plant_people(planting)


@pytest.fixture
def actor():
    return system_actor("import")


def export(database, actor, name, path, locale="fr"):
    importer = BY_NAME[name]
    kind = FileFormat.CSV if path.suffix == ".csv" else FileFormat.XLSX
    with use_locale(locale), database.reader() as session:
        records = list(importer.records(actor, session))
        write_file(export_file(importer.columns, records, kind, title=name), path)
    return len(records)


def source(path, name):
    return ImportFile(path, path.name, BY_NAME[name], BY_NAME[name].formats)


def counts(report):
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


def undo(database, actor, clock, report):
    with database.unit_of_work() as uow:
        undo_batch(actor, UUID(report.batch_id), BY_NAME, uow, clock)


@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
def test_what_is_exported_imports_again_unchanged(database, clock, actor, estate, tmp_path, form):
    path = tmp_path / form
    for name in OURS:
        count = export(database, actor, name, path, path.stem)
        assert count > 0, name
        report = import_file(actor, source(path, name), database, clock)
        assert report.errors == [], name
        assert counts(report) == (0, 0, count, 0), name


LISTS = {
    "sites": "/sites",
    "areas": "/areas",
    "departments": "/departments",
    "buildings": "/buildings",
    "lots": "/lots",
    "rooms": "/rooms",
    "installations": "/installations",
    "parcels": "/land-parcels",
    "parties": "/parties",
}


@pytest.fixture
def office(client, login, estate):
    """A client that sees everything, in Dutch."""
    login(client, Role.ADMINISTRATOR, locale="nl")
    return client


def test_the_export_of_a_list_imports_as_nothing_new(office, database, clock, actor, tmp_path):
    path = tmp_path / "list.xlsx"
    for name, address in LISTS.items():
        path.write_bytes(office.get(f"{address}?format=xlsx").data)
        report = check_file(actor, source(path, name), database, clock)
        assert report.errors == [], name
        assert counts(report)[:2] == (0, 0), name
        assert counts(report)[2] > 0, name


def test_every_column_of_a_list_imports_too(office, database, clock, actor, tmp_path):
    path = tmp_path / "list.csv"
    columns = "&".join(f"cols={c.key}" for c in LOTS.columns)
    path.write_bytes(office.get(f"/lots?format=csv&{columns}").data)
    report = check_file(actor, source(path, "lots"), database, clock)
    assert report.errors == []
    assert counts(report)[:2] == (0, 0)


def edited(path, change):
    """Change the rows of an exported csv file."""
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    change(rows)
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8")
    return path


def test_parcels_are_made_changed_and_taken_back(database, clock, actor, estate, tmp_path):
    path = tmp_path / "p.csv"
    count = export(database, actor, "parcels", path)

    def change(rows):
        crop = rows[0].index("Culture")
        rows[1][crop] = "Lin"
        new = list(rows[2])
        new[0], new[crop] = "PAR-NEW", "Chanvre"
        broken = list(rows[3])
        broken[0], broken[2], broken[crop] = "X", "Atlantide", "Rien"
        rows += [new, broken]

    report = import_file(actor, source(edited(path, change), "parcels"), database, clock)
    assert counts(report) == (1, 1, count - 1, 1)
    assert [(p.code, p.field) for p in report.errors] == [("not_a_choice", "region")]
    with database.reader() as session:
        assert {"Lin", "Chanvre"} <= set(session.scalars(select(LandParcel.crop)))
    undo(database, actor, clock, report)
    with database.reader() as session:
        assert not {"Lin", "Chanvre"} & set(session.scalars(select(LandParcel.crop)))


def test_parties_are_made_and_taken_back(database, clock, actor, estate, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "reference;kind;name;first_name;language;phone_1;email_1\n"
        "P-X1;Personne;Peeters;An;Néerlandais;0470 12 34 56;an@example.be\n"
        "P-X2;Personne;;Sans nom;;;\n"
        "P-X3;Personne;Faux;Numéro;;12;\n",
        encoding="utf-8",
    )
    report = import_file(actor, source(path, "parties"), database, clock)
    assert counts(report) == (1, 0, 0, 2)
    with database.reader() as session:
        party = session.scalars(select(Party).where(Party.reference == "P-X1")).one()
        assert party.full_name == "An Peeters"
    undo(database, actor, clock, report)
    with database.reader() as session:
        assert session.scalars(select(Party).where(Party.reference == "P-X1")).all() == []


def test_undo_is_refused_after_another_change(database, clock, actor, estate, tmp_path):
    path = tmp_path / "p.csv"
    export(database, actor, "parties", path)

    def rename(rows):
        rows[1][2] = "Zzz"

    report = import_file(actor, source(edited(path, rename), "parties"), database, clock)
    with database.unit_of_work() as uow:
        uow.session.scalars(select(Party).where(Party.name == "Zzz")).one().name = "Yyy"
    with pytest.raises(Conflict):
        undo(database, actor, clock, report)


def test_a_scope_holds_for_imports_too(database, clock, actor, estate, actor_with, tmp_path):
    from app.auth.actor import Scope
    from modules.portfolio.policies import PortfolioPermission

    path = tmp_path / "l.csv"
    count = export(database, actor, "lots", path)
    stranger = actor_with(PortfolioPermission.IMPORT, HousePermission.IMPORT_RUN, scope=Scope())
    report = check_file(stranger, source(path, "lots"), database, clock)
    assert counts(report) == (0, 0, 0, count)


def test_the_pages_offer_what_is_stored(client, login, estate, database):
    login(client, Role.ADMINISTRATOR)
    assert "/imports/exports/lots/xlsx" in client.get("/imports").get_data(as_text=True)
    response = client.get("/imports/exports/lots/csv")
    assert response.status_code == 200
    with database.reader() as session:
        assert len(response.data.splitlines()) == len(session.scalars(select(Lot.id)).all()) + 1
    assert client.get("/imports/exports/nonsense/csv").status_code == 404


def test_the_energy_coordinator_is_offered_certificates_and_no_other_list(client, login, estate):
    login(client, Role.ENERGY_COORDINATOR, locale="en")
    page = client.get("/imports/new").get_data(as_text=True)
    assert 'value="certificates"' in page
    assert 'value="buildings"' not in page
    assert client.get("/imports/exports/certificates/csv").status_code == 200


NEW_ROWS = {
    "sites": "code;name_fr;area\nS-NEW;Nouveau;C\n",
    "areas": "code;name_nl\nA-NEW;Nieuw\n",
    "departments": "code;name_fr\nD-NEW;Neuf\n",
    "entrances": "building;code;street_fr;number\n{building};Z;Rue Neuve;1\n",
    "rooms": "building;code;use;floor_level;department\n{building};9.99;office;9;FIN\n",
    "installations": "code;building;kind;lots\nI-NEW;{building};lift;{lot}\n",
    "certificates": (
        "lot;scheme;issued_on;region;kwh_m2_year\n{lot};home;05/01/2026;brussels;400\n"
    ),
}


class TestNewRecords:
    """A file with one new row of each kind is taken in, and taken back whole."""

    @pytest.fixture
    def names(self, database, estate):
        with database.reader() as session:
            lot = session.scalars(
                select(Lot).order_by(Lot.reference).options(joinedload(Lot.building))
            ).first()
            return {"lot": lot.reference, "building": lot.building.code}

    def stock(self, database, actor, name):
        with database.reader() as session:
            return list(BY_NAME[name].records(actor, session))

    def test_are_made_and_taken_back(self, database, clock, actor, tmp_path, names):
        path = tmp_path / "new.csv"
        for name, rows in NEW_ROWS.items():
            path.write_text(rows.format(**names), encoding="utf-8")
            before = self.stock(database, actor, name)
            report = import_file(actor, source(path, name), database, clock)
            assert (counts(report), report.errors) == ((1, 0, 0, 0), []), name
            assert len(self.stock(database, actor, name)) == len(before) + 1, name
            again = check_file(actor, source(path, name), database, clock)
            assert counts(again) == (0, 0, 1, 0), name
            undo(database, actor, clock, report)
            assert self.stock(database, actor, name) == before, name

    @pytest.mark.parametrize("name", ["rooms", "entrances"])
    def test_a_code_inside_a_building_is_found_whatever_its_capitals(
        self, database, clock, actor, tmp_path, names, name
    ):
        path = tmp_path / "codes.csv"
        head, value = {
            "rooms": ("building;code;use;capacity", "office;{count}"),
            "entrances": ("building;code;position", "{count}"),
        }[name]

        def rows(*counted):
            lines = (
                f"{names['building'].lower()};{code};{value.format(count=count)}"
                for code, count in counted
            )
            path.write_text("\n".join([head, *lines]), encoding="utf-8")
            return source(path, name)

        made = import_file(actor, rows(("Hall-a", 3)), database, clock)
        assert (counts(made), made.errors) == ((1, 0, 0, 0), [])
        before = self.stock(database, actor, name)
        known = check_file(actor, rows(("hall-A", 3)), database, clock)
        assert counts(known) == (0, 0, 1, 0)
        changed = import_file(actor, rows((" HALL-A", 4)), database, clock)
        assert (counts(changed), changed.errors) == ((0, 1, 0, 0), [])
        stock = self.stock(database, actor, name)
        assert len(stock) == len(before)
        assert [row["code"] for row in stock if row["code"].lower() == "hall-a"] == ["Hall-a"]
        undo(database, actor, clock, changed)
        assert self.stock(database, actor, name) == before
        # Twice in one file is once too often, also of a new one.
        twice = check_file(actor, rows(("New-b", 1), ("new-B", 2)), database, clock)
        assert counts(twice)[0] == 1
        assert [problem.code for problem in twice.errors] == ["duplicate_row"]

    def test_what_they_name_must_be_there(self, database, clock, actor, tmp_path, names):
        path = tmp_path / "wrong.csv"
        rows = (
            "code;building;kind;lots;entrances\n"
            "I-1;BLD-NONE;lift;;\n"
            "I-2;{building};lift;LOT-NONE;\n"
            "I-3;{building};lift;;{lot}\n"
        )
        path.write_text(rows.format(**names), encoding="utf-8")
        report = check_file(actor, source(path, "installations"), database, clock)
        assert counts(report) == (0, 0, 0, 3)
        assert [p.field for p in report.errors] == ["building", "lots", "entrances"]

    def test_an_installation_names_the_other_buildings_it_serves(
        self, database, clock, actor, tmp_path, names
    ):
        with database.reader() as session:
            others = session.scalars(
                select(Building.code).where(Building.code != names["building"]).limit(2)
            ).all()
        path = tmp_path / "plant.csv"
        head = "code;building;kind;other_buildings\n"
        both = f"{head}I-1;{names['building']};boiler_house;{others[1]}, {others[0]}\n"
        path.write_text(both, encoding="utf-8")
        report = import_file(actor, source(path, "installations"), database, clock)
        assert (counts(report), report.errors) == ((1, 0, 0, 0), [])
        assert counts(check_file(actor, source(path, "installations"), database, clock))[2] == 1
        path.write_text(both.replace(others[0], "BLD-NONE"), encoding="utf-8")
        wrong = check_file(actor, source(path, "installations"), database, clock)
        assert [(p.field, p.value) for p in wrong.errors] == [("other_buildings", "BLD-NONE")]
        path.write_text(both.replace(f", {others[0]}", ""), encoding="utf-8")
        fewer = import_file(actor, source(path, "installations"), database, clock)
        assert counts(fewer) == (0, 1, 0, 0)
        undo(database, actor, clock, fewer)
        stock = {row["code"]: row for row in self.stock(database, actor, "installations")}
        assert stock["I-1"]["other_buildings"] == ", ".join(sorted(others))

    def test_who_records_certificates_takes_their_file_in_and_back(
        self, database, clock, actor_with, tmp_path, names
    ):
        coordinator = actor_with(*GRANTS[Role.ENERGY_COORDINATOR], HousePermission.IMPORT_RUN)
        path = tmp_path / "certificates.csv"
        path.write_text(NEW_ROWS["certificates"].format(**names), encoding="utf-8")
        report = import_file(coordinator, source(path, "certificates"), database, clock)
        assert (counts(report), report.errors) == ((1, 0, 0, 0), [])
        undo(database, coordinator, clock, report)
        path.write_text(NEW_ROWS["sites"].format(**names), encoding="utf-8")
        with pytest.raises(Forbidden):
            import_file(coordinator, source(path, "sites"), database, clock)

    def test_a_certificate_is_of_one_place(self, database, clock, actor, tmp_path, names):
        path = tmp_path / "two.csv"
        rows = (
            "lot;building;scheme;issued_on;region;energy_class\n"
            "{lot};{building};home;05/01/2026;brussels;B\n"
            ";;home;05/01/2026;brussels;B\n"
        )
        path.write_text(rows.format(**names), encoding="utf-8")
        report = check_file(actor, source(path, "certificates"), database, clock)
        assert counts(report) == (0, 0, 0, 2)
        assert {p.code for p in report.errors} == {"one_place"}
