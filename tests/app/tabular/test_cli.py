"""`flask imports` as a person at a terminal uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.tabular.models import ImportProfile
from app.tabular.problems import column_letter
from modules.portfolio.models import Lot

DATA = Path(__file__).parents[2] / "data" / "rpls"
Y2018 = DATA / "nantes_2018_excerpt.csv"


@pytest.fixture
def run(app):
    def invoke(*arguments: object):
        words = [str(argument) for argument in arguments]
        return app.test_cli_runner().invoke(args=["imports", *words])

    return invoke


def lots(database) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(Lot))


def test_a_clean_file_is_imported_and_reported(run, database, tmp_path):
    report = tmp_path / "report.json"
    dry = run("run", "rpls", Y2018, "--dry-run", "--report", report)
    assert dry.exit_code == 0, dry.output
    assert lots(database) == 0
    done = run("run", "rpls", Y2018, "--report", report, "--language", "nl")
    assert done.exit_code == 0, done.output
    assert lots(database) == 224
    found = json.loads(report.read_text())
    assert found["profile"] == "rpls"
    assert found["file"] == Y2018.name
    assert len(found["sha256"]) == 64
    assert (found["rows"], found["new"], found["refused"], found["errors"]) == (224, 224, 0, [])
    again = run("run", "rpls", Y2018, "--report", report)
    assert again.exit_code == 0
    assert json.loads(report.read_text())["unchanged"] == 224


def test_a_report_that_cannot_be_written_is_said_before_anything_is_imported(
    run, database, tmp_path
):
    nowhere = tmp_path / "nowhere"
    refused = run("run", "rpls", Y2018, "--report", nowhere / "report.json")
    assert refused.exit_code == 2
    assert f"there is no folder {nowhere}" in refused.output
    assert lots(database) == 0


def test_a_refused_row_is_told_and_the_status_is_not_zero(run, database, tmp_path):
    lines = Y2018.read_text("utf-8").splitlines()
    lines[4] = lines[4].replace(";C;", ';"C;')
    path, report = tmp_path / "a.csv", tmp_path / "report.json"
    path.write_text("\n".join(lines), "utf-8")
    done = run("run", "rpls", path, "--report", report)
    assert done.exit_code == 1
    assert "broken_quotes" in done.output
    found = json.loads(report.read_text())
    assert found["new"] + found["changed"] + found["unchanged"] + found["refused"] == 224
    (error,) = found["errors"]
    assert (error["row"], error["code"]) == (5, "broken_quotes")
    assert lots(database) == 223


def test_a_wrong_value_is_told_by_cell_with_what_stands_there_and_its_form(run, tmp_path):
    first, second = Y2018.read_text("utf-8").splitlines()[:2]
    headings = first.split(";")
    cells = second.split(";")
    for heading, value in (("CODEPOSTAL", "4400"), ("SURFHAB", "-5")):
        cells[headings.index(heading)] = value
    path = tmp_path / "a.csv"
    path.write_text(f"{first}\n{';'.join(cells)}\n", "utf-8")
    told = run("run", "rpls", path, "--dry-run", "--language", "en").output
    place = column_letter(headings.index("CODEPOSTAL"))
    assert f"{place}2 “4400” [bad_pattern]" in told
    assert "expected: five digits, for example 44000" in told
    assert "“-5” [too_small]" in told


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x03\x04broken", b"\xff\xfe", b"a\n1\n"])
def test_what_is_no_register_is_told_without_a_stack_trace(run, tmp_path, content):
    path, report = tmp_path / "odd.bin", tmp_path / "report.json"
    path.write_bytes(content)
    done = run("run", "rpls", path, "--report", report)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    found = json.loads(report.read_text())
    assert len(found["errors"]) >= 1
    assert found["rows"] == found["refused"]


def test_an_unknown_profile_names_those_that_exist(run):
    done = run("run", "nonsense", Y2018)
    assert done.exit_code == 2
    assert "rpls-raw" in done.output


def test_a_saved_profile_is_found_by_its_name(run, database, clock, actor_with, tmp_path):
    from app.db import JsonDict

    with database.unit_of_work() as uow:
        uow.session.add(
            ImportProfile(
                name="Bailleur X",
                importer="rpls",
                mapping=JsonDict({"Surface": "surfhab"}),
                formats=JsonDict({"decimal": "point", "blank": "keep"}),
                created_by_id=actor_with().user_id,
                created_by_name="X",
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    path = tmp_path / "a.csv"
    path.write_text(Y2018.read_text("utf-8").replace("SURFHAB", "Surface", 1), "utf-8")
    assert run("run", "Bailleur X", path).exit_code == 0
    assert lots(database) == 224
    assert "Bailleur X" in run("list").output


def test_a_batch_is_undone_by_its_number(run, database, tmp_path):
    report = tmp_path / "report.json"
    run("run", "rpls", Y2018, "--report", report)
    batch = json.loads(report.read_text())["batch"]
    assert run("undo", batch).exit_code == 0
    assert lots(database) == 0
    again = run("undo", batch)
    assert again.exit_code == 1
    assert "Traceback" not in again.output


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_a_template_is_written_for_each_importer(run, tmp_path, name):
    for importer in ("buildings", "lots", "rpls"):
        path = tmp_path / f"{importer}-{name}"
        assert run("template", importer, path).exit_code == 0
        assert path.stat().st_size > 100
    assert run("template", "nonsense", tmp_path / name).exit_code == 2


def test_every_command_explains_itself(run):
    for command in ("", "run", "list", "template", "undo"):
        assert run(*([command] if command else []), "--help").exit_code == 0
