"""Guard 11: every importer has a template, rehearses without writing and tells what is wrong where.

The importers are those the modules declare; a new one is tested here without a line of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.audit.models import AuditEntry
from app.auth.actor import system_actor
from app.auth.roles import Role
from app.clock import Clock
from app.db import Base, Database
from app.policies import HousePermission
from app.registry import find_modules, grants_of
from app.tabular.importer import Importer, Outcome
from app.tabular.models import ImportBatch
from app.tabular.queries import declared_importers
from app.tabular.report import Report
from app.tabular.runner import ImportFile, check_file, import_file
from app.tabular.writers import WorkbookWriter, csv_chunks
from tests.support.web import Login

IMPORTERS = declared_importers(find_modules())
FORMATS = ("csv", "xlsx")
ACTOR = system_actor("guard")
# What a failed formula leaves behind, and a text longer than any cell of ours.
GARBAGE = ("#REF!", "¿" * 6_000)

each_importer = pytest.mark.parametrize("importer", IMPORTERS.values(), ids=IMPORTERS.keys())
each_format = pytest.mark.parametrize("file_format", FORMATS)


def role_that_imports(importer: Importer) -> Role:
    held = grants_of(find_modules())
    able = [r for r in Role if {importer.permission, HousePermission.IMPORT_RUN} <= held[r]]
    assert able, f"no role may import {importer.name}: grant {importer.permission}"
    return able[0]


def rows_of(content: bytes, file_format: str) -> list[list[str]]:
    """Read a file as a spreadsheet would show it."""
    if file_format == "csv":
        text = content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text), delimiter=";"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        ["" if cell is None else str(cell) for cell in row]
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
    ]


def source_of(
    importer: Importer, rows: Iterable[Sequence[Any]], folder: Path, file_format: str
) -> ImportFile:
    """Write rows under the headings of the template."""
    path = folder / f"{importer.name}.{file_format}"
    titles = [str(column.title) for column in importer.columns]
    if file_format == "csv":
        path.write_bytes(b"".join(csv_chunks(titles, rows)))
    else:
        with WorkbookWriter(path) as book, book.sheet("Sheet", [20.0] * len(titles)) as sheet:
            sheet.write_header(titles)
            sheet.write_rows(rows)
    return ImportFile(path, path.name, importer, importer.formats)


def broken_rows(importer: Importer, garbage: str) -> list[list[str]]:
    """Make one row for each column, with garbage there and nothing elsewhere."""
    count = len(importer.columns)
    return [[garbage if i == broken else "" for i in range(count)] for broken in range(count)]


def stock(database: Database) -> dict[str, int]:
    """Count the rows of every table, leaving out those that tell of the import itself."""
    of_batches = {ImportBatch.__tablename__, AuditEntry.__tablename__}
    names = sorted(Base.metadata.tables.keys() - of_batches)
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names)  # noqa: S608 # our own names
    with database.reader() as session:
        return dict(session.execute(text(counts)).all())


def told(report: Report) -> set[tuple[int | None, str]]:
    return {(p.row, p.field) for p in report.errors}


@each_importer
@each_format
def test_the_template_is_downloaded_explained_and_imports_as_nothing(
    importer: Importer, file_format: str, client: FlaskClient, login: Login, database: Database,
    clock: Clock, tmp_path: Path,
) -> None:  # fmt: skip
    login(client, role_that_imports(importer))
    answer = client.get(f"/imports/templates/{importer.name}/{file_format}")
    assert answer.status_code == 200
    headings, *more = rows_of(answer.data, file_format)
    assert len(headings) == len(set(headings)) == len(importer.columns)
    if file_format == "xlsx":
        explained = {row[0]: row[2] for row in more}
        assert all(explained[heading] for heading in headings), "say which form is expected"
    path = tmp_path / f"template.{file_format}"
    path.write_bytes(answer.data)
    source = ImportFile(path, path.name, importer, importer.formats)
    for work in (check_file, import_file):
        report = work(ACTOR, source, database, clock)
        assert (report.is_clean, report.tally.rows, report.tally.problems) == (True, 0, [])


@each_importer
@each_format
def test_the_examples_of_the_template_would_be_accepted(
    importer: Importer, file_format: str, client: FlaskClient, login: Login, database: Database,
    clock: Clock, tmp_path: Path,
) -> None:  # fmt: skip
    login(client, role_that_imports(importer))
    template = client.get(f"/imports/templates/{importer.name}/xlsx").data
    examples = [line[3] for line in rows_of(template, "xlsx")[2:]]
    source = source_of(importer, [examples], tmp_path, file_format)
    before = stock(database)
    report = check_file(ACTOR, source, database, clock)
    assert stock(database) == before, "a dry run writes nothing"
    # The records that examples name are not there; everything else about them is right.
    wrong = [p.as_json() for p in report.tally.problems if p.code != "not_found"]
    assert not wrong, f"give these columns of {importer.name} a better example: {wrong}"
    assert report.tally.rows == 1


@each_importer
@each_format
@pytest.mark.parametrize("garbage", GARBAGE, ids=["formula error", "endless text"])
def test_garbage_is_told_by_row_and_column_and_written_nowhere(
    importer: Importer, file_format: str, garbage: str, database: Database, clock: Clock,
    tmp_path: Path,
) -> None:  # fmt: skip
    source = source_of(importer, broken_rows(importer, garbage), tmp_path, file_format)
    expected = {(i, column.name) for i, column in enumerate(importer.columns, start=2)}
    before = stock(database)
    for work in (check_file, import_file):
        report = work(ACTOR, source, database, clock)
        assert expected <= told(report), f"not told: {sorted(expected - told(report))}"
        assert report.tally.counts[Outcome.REFUSED] == report.tally.rows == len(expected)
        for problem in (p for p in report.errors if (p.row, p.field) in expected):
            assert (problem.letter, bool(problem.header)) != ("", False), "name the column"
            assert problem.value[:5] == garbage[:5], "give the value found"
            assert str(problem.expected), "say which form is expected"
            assert problem.message, "say what is wrong"
        assert stock(database) == before, f"{work.__name__} wrote rows that were refused"
