"""The French register on excerpts of real files, as they are and as accidents make them."""

from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import func, select

from app.auth.actor import Scope
from app.errors import Conflict, Forbidden
from app.policies import HousePermission
from app.tabular.importer import Outcome
from app.tabular.runner import ImportFile, Watch, check_file, import_file
from app.tabular.services import undo_batch
from modules.portfolio.importers import IMPORTERS
from modules.portfolio.importers.rpls_places import lot_key, plain_code, read_floor, read_street
from modules.portfolio.models import Address, Building, Entrance, Floor, Lot, LotStatusEvent
from modules.portfolio.policies import PortfolioPermission

DATA = Path(__file__).parents[3] / "data" / "rpls"
Y2018, Y2017 = DATA / "nantes_2018_excerpt.csv", DATA / "nantes_2017_excerpt.csv"
BY_NAME = {importer.name: importer for importer in IMPORTERS}
TABLES = (Address, Building, Entrance, Floor, Lot, LotStatusEvent)


@pytest.fixture
def actor(actor_with):
    return actor_with(PortfolioPermission.IMPORT, HousePermission.IMPORT_RUN)


def source(path: Path, name: str = "rpls") -> ImportFile:
    return ImportFile(path, path.name, BY_NAME[name], BY_NAME[name].formats)


def counts(report):
    return tuple(report.tally.counts[outcome] for outcome in Outcome)


def sizes(database):
    with database.reader() as session:
        return [session.scalar(select(func.count()).select_from(model)) for model in TABLES]


def lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter=";"))


def write(path: Path, lines: list[str], encoding: str = "utf-8") -> Path:
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def edited(path: Path, target: Path, edits: dict[int, dict[str, str]]) -> Path:
    """Copy a file with cells of some rows (by line number) replaced."""
    rows = rows_of(path)
    for line, cells in edits.items():
        rows[line - 2] |= cells
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0], delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    target.write_text(buffer.getvalue(), encoding="utf-8")
    return target


def undo(database, actor, clock, report):
    with database.unit_of_work() as uow:
        undo_batch(actor, UUID(report.batch_id), BY_NAME, uow, clock)


def test_dwellings_become_buildings_entrances_floors_and_lots(database, actor, clock):
    total = len(rows_of(Y2018))
    report = import_file(actor, source(Y2018), database, clock)
    assert counts(report) == (total, 0, 0, 0)
    addresses, buildings, entrances, floors, lots, events = sizes(database)
    assert (lots, events) == (total, total)
    assert addresses == buildings + entrances
    assert 0 < buildings < entrances < floors < lots
    with database.reader() as session:
        assert session.scalar(select(func.sum(Building.lot_count))) == total
        lot = session.scalars(select(Lot).where(Lot.search_text.contains("courbet")).limit(1)).one()
        building = session.get_one(Building, lot.building_id)
    assert building.address.street_fr == "Boulevard Amiral Courbet"
    assert (building.address.number, building.address.postcode) == ("23", "44000")
    assert building.energy_class is None or building.energy_class in "ABCDEFG"


def test_the_same_file_again_changes_nothing(database, actor, clock):
    total = len(rows_of(Y2018))
    import_file(actor, source(Y2018), database, clock)
    before = sizes(database)
    assert counts(import_file(actor, source(Y2018), database, clock)) == (0, 0, total, 0)
    assert sizes(database) == before


def test_another_year_in_another_layout_is_compared_field_by_field(database, actor, clock):
    import_file(actor, source(Y2018), database, clock)
    with database.reader() as session:
        with_class = session.scalar(select(func.count(Lot.energy_class)))
    report = import_file(actor, source(Y2017), database, clock)
    new, changed, unchanged, refused = counts(report)
    assert new + changed + unchanged == len(rows_of(Y2017))
    assert refused == 0
    assert unchanged > 100
    assert sum(report.tally.changed_fields.values()) >= changed
    assert sizes(database)[4] == len(rows_of(Y2018)) + new
    with database.reader() as session:
        assert session.scalar(select(func.count(Lot.energy_class))) >= with_class
    again = import_file(actor, source(Y2017), database, clock)
    assert counts(again) == (0, 0, new + changed + unchanged, 0)


def test_columns_the_other_year_lacks_erase_nothing(database, actor, clock, tmp_path):
    import_file(actor, source(Y2018), database, clock)
    with database.reader() as session:
        before = dict(session.execute(select(Lot.reference, Lot.first_let_year)).all())
    narrow = write(
        tmp_path / "narrow.csv",
        [";".join(cells) for cells in _without(Y2018, {"LOCAT", "CONSTRUCT", "CONV"})],
    )
    report = import_file(actor, source(narrow), database, clock)
    assert counts(report)[2] == len(before)
    with database.reader() as session:
        assert dict(session.execute(select(Lot.reference, Lot.first_let_year)).all()) == before


def _without(path: Path, names: set[str]) -> list[list[str]]:
    table = [line.split(";") for line in lines_of(path)]
    kept = [i for i, name in enumerate(table[0]) if name not in names]
    return [[row[i] for i in kept] for row in table]


def test_the_file_as_published_is_read_with_its_lost_accents(database, actor, clock):
    path = DATA / "mayotte_2018_excerpt.csv"
    report = import_file(actor, source(path, "rpls-raw"), database, clock)
    assert counts(report) == (len(lines_of(path)) - 1, 0, 0, 0)
    assert {p.code for p in report.tally.problems if p.severity == "warning"} >= {"lost_accents"}


def test_packed_and_plain_files_are_the_same(database, actor, clock, tmp_path):
    packed = tmp_path / "file.csv.gz"
    packed.write_bytes(gzip.compress(Y2018.read_bytes()))
    import_file(actor, source(packed), database, clock)
    assert counts(check_file(actor, source(Y2018), database, clock))[2] == len(rows_of(Y2018))


def test_broken_quotes_refuse_their_line_and_no_other(database, actor, clock, tmp_path):
    lines = lines_of(Y2018)
    hit = [5, 6, 40, 90]
    for number in hit:
        cells = lines[number - 1].split(";")
        cells[13] = '"' + cells[13]
        lines[number - 1] = ";".join(cells)
    report = import_file(actor, source(write(tmp_path / "a.csv", lines)), database, clock)
    assert [(p.code, p.row) for p in report.errors] == [("broken_quotes", n) for n in hit]
    assert counts(report) == (len(lines) - 1 - len(hit), 0, 0, len(hit))


def test_a_file_in_another_encoding_is_read_or_refused_by_row(database, actor, clock, tmp_path):
    lines = [line.replace("NANTES", "Nantes-Évêché", 1) for line in lines_of(Y2018)]
    total = len(lines) - 1
    as_windows = write(tmp_path / "a.csv", lines, "cp1252")
    assert counts(check_file(actor, source(as_windows), database, clock)) == (total, 0, 0, 0)
    mixed = tmp_path / "b.csv"
    raw = [line.encode("cp1252" if i == 9 else "utf-8") for i, line in enumerate(lines)]
    mixed.write_bytes(b"\n".join(raw))
    report = check_file(actor, source(mixed), database, clock)
    assert counts(report) == (total - 1, 0, 0, 1)
    assert [(p.code, p.row) for p in report.errors] == [("bad_encoding", 10)]


@pytest.mark.parametrize("column", ["DEPCOM", "SURFHAB", "TYPECONST", "NUMAPPT"])
def test_a_missing_column_refuses_every_row_and_names_it(database, actor, clock, tmp_path, column):
    lines = [";".join(cells) for cells in _without(Y2018, {column})]
    report = import_file(actor, source(write(tmp_path / "a.csv", lines)), database, clock)
    assert counts(report) == (0, 0, 0, len(lines) - 1)
    assert [(p.code, p.field) for p in report.errors] == [
        ("missing_column", column.lower()),
        *[("not_read", "")] * (len(lines) - 1),
    ]
    assert sizes(database)[4] == 0


def test_impossible_values_are_told_by_cell(database, actor, clock, tmp_path):
    edits = {
        3: {"SURFHAB": "-4"},
        4: {"NBPIECE": "trois"},
        5: {"CONSTRUCT": "20018"},
        6: {"TYPECONST": "X"},
        7: {"DPEDATE": "13/2010"},
        8: {"SURFHAB": ""},
        9: {"DPEENERGIE": "Z"},
        10: {"ETAGE": "haut"},
    }
    report = check_file(actor, source(edited(Y2018, tmp_path / "a.csv", edits)), database, clock)
    assert counts(report)[3] == len(edits)
    found = {p.row: (p.field, p.code, p.value) for p in report.errors}
    for row, cells in edits.items():
        ((column, value),) = cells.items()
        assert found[row][0] == column.lower()
        assert found[row][2] == value
    assert found[3][1] == "too_small"
    assert found[8][1] == "required"


def test_merged_cells_of_a_workbook_are_told_by_row(database, actor, clock, tmp_path):
    workbook = openpyxl.Workbook()
    for line in lines_of(Y2018)[:30]:
        workbook.active.append(line.split(";"))
    workbook.active.merge_cells("N5:N7")
    path = tmp_path / "register.xlsx"
    workbook.save(path)
    report = import_file(actor, source(path), database, clock)
    assert counts(report) == (26, 0, 0, 3)
    assert [(p.code, p.row) for p in report.errors] == [("merged_cells", n) for n in (5, 6, 7)]


def test_every_row_is_counted_whatever_happens_to_the_file(database, actor, clock, tmp_path):
    dice = random.Random(7)
    original = lines_of(Y2018)
    for round_number in range(40):
        lines = list(original)
        for _ in range(dice.randint(1, 8)):
            line = dice.randrange(1, len(lines))
            place = dice.randrange(len(lines[line]) + 1)
            noise = dice.choice(['"', ";", '""', "\t", "'", ';"', "é", "\x00", "=", "  "])
            lines[line] = lines[line][:place] + noise + lines[line][place:]
        path = write(tmp_path / f"{round_number}.csv", lines)
        report = check_file(actor, source(path), database, clock)
        assert report.failure is None
        assert report.tally.rows == len(original) - 1
        told = {p.row for p in report.errors}
        assert len(told) == report.tally.refused


def test_undo_leaves_the_estate_as_it_was(database, actor, clock):
    from datetime import timedelta

    empty = sizes(database)
    first = import_file(actor, source(Y2018), database, clock)
    after_first = sizes(database)
    clock.advance(timedelta(minutes=5))
    second = import_file(actor, source(Y2017), database, clock)
    with pytest.raises(Conflict):
        undo(database, actor, clock, first)
    undo(database, actor, clock, second)
    assert sizes(database) == after_first
    clock.advance(timedelta(minutes=5))
    unchanged = check_file(actor, source(Y2018), database, clock)
    assert counts(unchanged)[2] == len(rows_of(Y2018))
    undo(database, actor, clock, first)
    assert sizes(database) == empty


def test_undo_is_refused_once_a_dwelling_has_a_history(database, actor, clock):
    from modules.portfolio.enums import LotStatus

    report = import_file(actor, source(Y2018), database, clock)
    with database.unit_of_work() as uow:
        lot = uow.session.scalars(select(Lot).limit(1)).one()
        uow.session.add(
            LotStatusEvent(
                lot_id=lot.id,
                status=LotStatus.WORKS,
                starts_on=clock.today().replace(day=28),
                author_id=actor.user_id,
                recorded_at=clock.now(),
            )
        )
    with pytest.raises(Conflict):
        undo(database, actor, clock, report)


def test_who_sees_a_part_of_the_estate_cannot_import_a_register(database, actor_with, clock):
    limited = actor_with(PortfolioPermission.IMPORT, scope=Scope())
    with pytest.raises(Forbidden):
        check_file(limited, source(Y2018), database, clock)


def test_a_stopped_import_goes_on_with_the_places_that_are_there(database, actor, clock, tmp_path):
    from app.tabular.engine import Cancelled

    turns = iter(range(5))

    def stop():
        if next(turns) == 1:
            raise Cancelled

    rows = lines_of(Y2018)
    long = write(tmp_path / "long.csv", [rows[0], *(rows[1:] * 3)])
    import_file(actor, source(long), database, clock, Watch(stop=stop))
    report = import_file(actor, source(long), database, clock)
    assert report.tally.rows == 3 * (len(rows) - 1)
    assert sizes(database)[4] == report.tally.counts[Outcome.NEW]


@pytest.mark.parametrize(
    ("kind", "name", "number", "expected"),
    [
        ("", "23 BLD AMIRAL COURBET", "", ("Boulevard Amiral Courbet", "23")),
        ("RUE", "RUE DE L'EGLISE", "02", ("Rue de l'Eglise", "2")),
        ("AV", "DE SMYRNE", "7", ("Avenue de Smyrne", "7")),
        ("", "123, RUE DES HAUTS PAVES", "", ("Rue des Hauts Paves", "123")),
        ("RUE", "DU 11 NOVEMBRE", "4", ("Rue du 11 Novembre", "4")),
    ],
)
def test_streets_are_taken_apart(kind, name, number, expected):
    street = read_street(kind, name, number)
    assert (street.name, street.number) == expected


def test_codes_and_floors_of_different_years_meet():
    assert [plain_code(c) for c in ("01", "1", "True", "B1", "", None)] == [
        "1",
        "1",
        "1",
        "B1",
        "",
        "",
    ]
    assert [read_floor(f) for f in ("RC", "00", "-1", "NN", "12", "")] == [0, 0, -1, None, 12, None]


def test_the_key_forgets_what_some_years_lost():
    row = {
        "depcom": "44109",
        "nomvoie": "RUE X",
        "numvoie": "2",
        "numappt": "01",
        "surfhab": 1,
        "nbpiece": 1,
    }
    assert lot_key(row | {"indrep": "B", "numboite": "7"}) == lot_key(row | {"numappt": "1"})
