"""Our own templates: what is exported imports again unchanged, rules are those of the services."""

import csv
import io
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from app.auth.actor import system_actor
from app.auth.roles import Role
from app.demo import Planting
from app.errors import Conflict
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
from modules.portfolio.models import LandParcel, Lot

BY_NAME = {importer.name: importer for importer in (*IMPORTERS, *PARTY_IMPORTERS)}
FIELDS = {"enum", "labels", "aliases"}
OURS = ("buildings", "lots", "parcels", "parties")


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


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("form", ["fr.csv", "nl.xlsx"])
def test_what_is_exported_imports_again_unchanged(
    database, clock, actor, estate, tmp_path, name, form
):
    path = tmp_path / form
    count = export(database, actor, name, path, path.stem)
    assert count > 0
    report = import_file(actor, source(path, name), database, clock)
    assert report.errors == []
    assert counts(report) == (0, 0, count, 0)


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
