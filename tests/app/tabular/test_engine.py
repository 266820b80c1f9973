"""The engine on a real database: compare, apply, resume, undo, report."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from app.audit.models import AuditEntry
from app.errors import Conflict, Forbidden
from app.i18n import use_locale
from app.ids import new_id
from app.policies import HousePermission
from app.tabular.annotate import annotated_file
from app.tabular.engine import Cancelled
from app.tabular.exports import FileFormat, export_file, template_file, write_file
from app.tabular.formats import Blank, Formats
from app.tabular.importer import Outcome
from app.tabular.models import BatchState, ImportBatch, ImportBatchRow
from app.tabular.readers import open_reader
from app.tabular.report import Report, restore_problem, store_problem
from app.tabular.runner import ImportFile, Watch, check_file, import_file
from app.tabular.services import undo_batch
from tests.app.tabular.support import (
    COLUMNS,
    HEADER,
    IMPORTER,
    LOANS,
    PERMISSION,
    TOOLS,
    create_tables,
    tool_rows,
    write_csv,
)


@pytest.fixture
def tools(database):
    create_tables(database)
    return database


@pytest.fixture
def actor(actor_with):
    return actor_with(PERMISSION, HousePermission.IMPORT_RUN)


def source(path, formats=None, **kwargs):
    return ImportFile(path, path.name, IMPORTER, formats or IMPORTER.formats, **kwargs)


def counts(report: Report) -> tuple[int, int, int, int]:
    return tuple(report.tally.counts[o] for o in Outcome)


def stored(database):
    with database.reader() as session:
        rows = session.execute(select(TOOLS).order_by(TOOLS.c.code)).mappings()
        return {row["code"]: dict(row) for row in rows}


def undo(database, actor, clock, report):
    with database.unit_of_work() as uow:
        return undo_batch(actor, _id(report), {IMPORTER.name: IMPORTER}, uow, clock)


def _id(report):
    from uuid import UUID

    return UUID(report.batch_id)


def test_new_changed_unchanged_refused_are_counted_and_add_up(tools, actor, clock, tmp_path):
    first = write_csv(tmp_path / "a.csv", tool_rows(1_200))
    assert counts(import_file(actor, source(first), tools, clock)) == (1200, 0, 0, 0)
    rows = [list(row) for row in tool_rows(1_300)]
    rows[0][1] = "Autre nom"
    rows[1][3] = "13,00"
    rows[2][2] = "beaucoup"
    rows[3][4] = "31/02/2020"
    rows[4][0] = rows[5][0]
    second = write_csv(tmp_path / "b.csv", rows)
    for work in (check_file, import_file):
        report = work(actor, source(second), tools, clock)
        assert counts(report) == (100, 3, 1194, 3)
        assert report.tally.rows == 1_300
        codes = [(p.code, p.cell) for p in report.errors]
        assert codes == [("not_a_number", "C4"), ("not_a_date", "E5"), ("duplicate_row", "7")]
    assert stored(tools)["T00001"]["price"] == Decimal("13.00")
    assert stored(tools)["T00001"]["version"] == 2
    assert stored(tools)["T00006"]["version"] == 1


def test_a_check_writes_nothing(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", tool_rows(10))
    report = check_file(actor, source(path), tools, clock)
    assert counts(report) == (10, 0, 0, 0)
    assert stored(tools) == {}
    with tools.reader() as session:
        assert session.scalar(select(func.count()).select_from(ImportBatch)) == 0


def test_differences_are_told_old_and_new(tools, actor, clock, tmp_path):
    import_file(actor, source(write_csv(tmp_path / "a.csv", tool_rows(3))), tools, clock)
    changed = write_csv(tmp_path / "b.csv", tool_rows(3, price="9,99"))
    report = check_file(actor, source(changed), tools, clock)
    assert report.tally.changed_fields == {"price": 3}
    assert report.tally.differences[0] == {
        "row": 2,
        "key": "T00000",
        "fields": {"price": ["12.50", "9.99"]},
    }


def test_a_column_that_is_not_in_the_file_erases_nothing(tools, actor, clock, tmp_path):
    import_file(actor, source(write_csv(tmp_path / "a.csv", tool_rows(5))), tools, clock)
    narrow = write_csv(tmp_path / "b.csv", [(r[0], "x") for r in tool_rows(5)], ("code", "title"))
    assert counts(import_file(actor, source(narrow), tools, clock)) == (0, 5, 0, 0)
    assert stored(tools)["T00001"]["price"] == Decimal("12.50")


@pytest.mark.parametrize(("blank", "price"), [(Blank.ERASE, None), (Blank.KEEP, Decimal("12.50"))])
def test_an_empty_cell_says_what_the_profile_says(tools, actor, clock, tmp_path, blank, price):
    import_file(actor, source(write_csv(tmp_path / "a.csv", tool_rows(1))), tools, clock)
    emptied = write_csv(
        tmp_path / "b.csv", [("T00000", "Outil n° 0", "0", "", "31/12/2020", "north")]
    )
    import_file(actor, source(emptied, Formats(blank=blank)), tools, clock)
    assert stored(tools)["T00000"]["price"] == price


def test_a_missing_required_column_refuses_every_row(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", [r[1:] for r in tool_rows(7)], HEADER[1:])
    report = import_file(actor, source(path), tools, clock)
    assert counts(report) == (0, 0, 0, 7)
    assert [(p.code, p.row) for p in report.errors] == [
        ("missing_column", 1),
        *(("not_read", row) for row in range(2, 9)),
    ]
    with use_locale("en"):
        told = restore_problem(store_problem(report.errors[1])).message
    assert told.startswith("This row was not read: The column “Code” is missing.")
    assert not report.is_clean


def test_more_rows_than_a_report_holds_are_counted(tools, actor, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("app.tabular.report.STORED_PROBLEMS", 4)
    path = write_csv(tmp_path / "a.csv", [r[1:] for r in tool_rows(7)], HEADER[1:])
    stored_report = check_file(actor, source(path), tools, clock).as_stored()
    assert [p["code"] for p in stored_report["problems"]] == ["missing_column", *["not_read"] * 3]
    assert stored_report["omitted"] == 4


def test_unknown_headings_are_no_refused_row(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", tool_rows(3), [f"x{i}" for i in range(len(HEADER))])
    report = check_file(actor, source(path), tools, clock)
    assert counts(report) == (0, 0, 0, 3)
    assert [(p.code, p.row) for p in report.errors] == [
        ("no_header", 1), ("not_read", 2), ("not_read", 3), ("not_read", 4),
    ]  # fmt: skip
    target = tmp_path / "errors.csv"
    problems = report.tally.problems
    write_file(annotated_file(open_reader(path), "", 1, problems, FileFormat.CSV), target)
    back = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(back) == 4


def test_headings_are_matched_in_any_language_case_and_order(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("5", "T1", "?")], ("PIÈCES", "Numero ", "autre"))
    mapping = {"pièces": "pieces"}
    report = import_file(actor, source(path, mapping=mapping), tools, clock)
    assert counts(report) == (1, 0, 0, 0)
    assert stored(tools)["T1"]["pieces"] == 5
    assert [p.code for p in report.tally.problems] == ["ignored_column"]


def test_improbable_values_are_warnings_not_refusals(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("T1", "900")], ("code", "pieces"))
    report = check_file(actor, source(path), tools, clock)
    assert counts(report) == (1, 0, 0, 0)
    assert (report.tally.warnings, report.is_clean) == (1, True)


def test_columns_that_are_not_read_are_told_and_need_no_confirmation(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("T1", "x", "y")], ("code", "colour", ""))
    report = check_file(actor, source(path), tools, clock)
    assert report.tally.warnings == 0
    assert [n["code"] for n in report.as_json()["notices"]] == ["ignored_column", "missing_heading"]


def test_an_import_asks_for_its_permission(tools, actor_with, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", tool_rows(1))
    with pytest.raises(Forbidden):
        import_file(actor_with(), source(path), tools, clock)
    with pytest.raises(Forbidden):
        check_file(actor_with(), source(path), tools, clock)


def test_a_stopped_import_goes_on_and_counts_the_same(tools, actor, clock, tmp_path):
    rows = [list(row) for row in tool_rows(2_300)]
    rows[700][2] = "x"
    rows[2_200][2] = "y"
    path = write_csv(tmp_path / "a.csv", rows)
    turns = iter(range(10))

    def stop_at_third():
        if next(turns) == 3:
            raise Cancelled

    stopped = import_file(actor, source(path), tools, clock, Watch(stop=stop_at_third))
    assert stopped.state == "cancelled"
    assert 0 < len(stored(tools)) < 2_300
    again = import_file(actor, source(path), tools, clock)
    assert again.batch_id == stopped.batch_id
    assert counts(again) == (2_298, 0, 0, 2)
    assert len(stored(tools)) == 2_298
    assert counts(import_file(actor, source(path), tools, clock)) == (0, 0, 2_298, 2)


def test_a_batch_another_process_works_on_is_left_alone(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", tool_rows(5))
    report = import_file(actor, source(path), tools, clock)
    with tools.unit_of_work() as uow:
        batch = uow.session.get_one(ImportBatch, _id(report))
        batch.state, batch.owner, batch.heartbeat_at = (
            BatchState.RUNNING,
            "elsewhere:1",
            clock.now(),
        )
    with pytest.raises(Conflict):
        import_file(actor, source(path), tools, clock)


def test_a_row_the_database_refuses_is_told_and_the_others_are_written(
    tools, actor, clock, tmp_path
):
    with tools.unit_of_work() as uow:
        uow.session.execute(insert(TOOLS), [{"id": new_id(), "code": "HIDDEN", "version": 1}])
    hiding = IMPORTER.__class__(
        **{
            **{name: getattr(IMPORTER, name) for name in IMPORTER.__slots__},
            "visible": lambda actor, query: query.where(TOOLS.c.code != "HIDDEN"),
        }
    )
    rows = [*tool_rows(40), ("HIDDEN", "x", "1", "1", "", "")]
    random.Random(1).shuffle(rows)
    path = write_csv(tmp_path / "a.csv", rows)
    file = ImportFile(path, path.name, hiding, hiding.formats)
    report = import_file(actor, file, tools, clock)
    assert counts(report) == (40, 0, 0, 1)
    (error,) = report.errors
    assert (error.code, error.value) == ("changed_meanwhile", "HIDDEN")


def test_undo_takes_back_what_was_made_and_changed(tools, actor, clock, tmp_path):
    import_file(actor, source(write_csv(tmp_path / "a.csv", tool_rows(3))), tools, clock)
    before = stored(tools)
    second = write_csv(tmp_path / "b.csv", tool_rows(6, price="1,00"))
    report = import_file(actor, source(second), tools, clock)
    assert counts(report) == (3, 3, 0, 0)
    batch = undo(tools, actor, clock, report)
    assert batch.state is BatchState.UNDONE
    after = stored(tools)
    assert {c: {**row, "version": 1} for c, row in after.items()} == before
    with tools.reader() as session:
        assert session.scalar(select(func.count()).select_from(ImportBatchRow)) == 3
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.occurred_at)).all()
    assert sorted(actions) == ["house.import.done", "house.import.done", "house.import.undone"]
    with pytest.raises(Conflict):
        undo(tools, actor, clock, report)


def test_undo_is_refused_when_something_changed_or_depends_on_it(tools, actor, clock, tmp_path):
    report = import_file(actor, source(write_csv(tmp_path / "a.csv", tool_rows(3))), tools, clock)
    with tools.unit_of_work() as uow:
        uow.session.execute(
            TOOLS.update().where(TOOLS.c.code == "T00001").values(version=2, title="Repeint")
        )
    with pytest.raises(Conflict) as refused:
        undo(tools, actor, clock, report)
    assert refused.value.code == "import_changed_since"
    with use_locale("fr"):
        said = str(refused.value.message)
    assert said == "Rien n’a été annulé. Modifié depuis cet import : T00001."
    assert len(stored(tools)) == 3


def test_the_same_file_comes_back_with_its_errors(tools, actor, clock, tmp_path):
    rows = [list(row) for row in tool_rows(4)]
    rows[1][2] = "x"
    rows[2][4] = "hier"
    path = write_csv(tmp_path / "a.csv", rows)
    with use_locale("en"):
        report = check_file(actor, source(path), tools, clock)
        for wanted in FileFormat:
            target = tmp_path / f"errors.{wanted.value}"
            problems = report.tally.problems
            write_file(annotated_file(open_reader(path), "", 1, problems, wanted), target)
            reader = open_reader(target)
            back = [list(row) for block in reader.blocks(reader.sheets[0]) for row in block.rows]
            assert len(back) == 5
            assert [bool(row[0]) for row in back] == [True, False, True, True, False]
            assert back[0][2:] == list(HEADER)
            assert "not a number" in back[2][0]
            assert [row[2] for row in back[1:]] == [row[0] for row in rows]
            corrected = check_file(actor, source(target), tools, clock)
            assert counts(corrected) == (2, 0, 0, 2)
            # The letter is that of the file given back, and its own columns disturb nobody.
            assert back[2][0].startswith("E — ")
            assert not [one for one in corrected.tally.problems if one.is_notice]


@pytest.mark.parametrize("wanted", list(FileFormat))
@pytest.mark.parametrize("locale", ["fr", "nl", "en"])
def test_an_export_is_a_valid_import(tools, actor, clock, tmp_path, wanted, locale):
    rows = [
        *tool_rows(50),
        ("=1+1", "+32 2", "1", "0,01", "1960-01-01", "south"),
        ("'=x", "-", "", "", "", ""),
    ]
    import_file(actor, source(write_csv(tmp_path / "a.csv", rows)), tools, clock)
    path = tmp_path / f"list.{wanted.value}"
    with use_locale(locale):
        with tools.reader() as session:
            records = IMPORTER.records(actor, session)
            write_file(export_file(COLUMNS[:-1], records, wanted, title="Tools"), path)
        report = check_file(actor, source(path), tools, clock)
    assert counts(report) == (0, 0, 52, 0)
    with tools.unit_of_work() as uow:
        before = stored(tools)
        uow.session.execute(delete(TOOLS))
    import_file(actor, source(path), tools, clock)
    drop = {"id": None, "version": None}
    assert {c: r | drop for c, r in stored(tools).items()} == {
        c: r | drop for c, r in before.items()
    }


@pytest.mark.parametrize("wanted", list(FileFormat))
def test_an_empty_template_is_accepted_and_holds_no_row(tools, actor, clock, tmp_path, wanted):
    path = tmp_path / f"template.{wanted.value}"
    write_file(template_file(COLUMNS, wanted, title="Tools"), path)
    report = check_file(actor, source(path), tools, clock)
    assert (report.failure, report.tally.rows) == (None, 0)


def test_the_report_speaks_the_language_of_the_moment(tools, actor, clock, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("T1", "x")], ("code", "pieces"))
    report = check_file(actor, source(path), tools, clock)
    problem = report.as_stored()["problems"][0]
    with use_locale("en"):
        (error,) = report.as_json()["errors"]
        assert error["message"] == "This is not a number."
        assert (error["cell"], error["value"], error["code"]) == ("B2", "x", "not_a_number")
        assert restore_problem(problem).as_json() == error


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**6))
def test_permuted_overlapping_corrected_files_end_in_the_same_state(
    tools, actor, clock, tmp_path, seed
):
    """Test 3 of the reliability list, on records: no duplicate, the last word counts."""
    dice = random.Random(seed)
    with tools.unit_of_work() as uow:
        uow.session.execute(delete(TOOLS))
    truth: dict[str, str] = {}
    for number in range(3):
        part = {f"T{dice.randrange(60)}": str(dice.randrange(500)) for _ in range(40)}
        rows = list(part.items())
        dice.shuffle(rows)
        path = write_csv(tmp_path / f"{seed}-{number}.csv", rows, ("code", "pieces"))
        report = import_file(actor, source(path), tools, clock)
        expected = (
            sum(code not in truth for code in part),
            sum(code in truth and truth[code] != pieces for code, pieces in part.items()),
            sum(truth.get(code) == pieces for code, pieces in part.items()),
            0,
        )
        assert counts(report) == expected
        assert report.tally.changed_fields["pieces"] == expected[1]
        truth |= part
    assert {code: str(row["pieces"]) for code, row in stored(tools).items()} == truth


def test_a_record_others_refer_to_is_not_undone(tools, actor, clock, tmp_path, monkeypatch):
    from app.db import Base
    from app.tabular import bulk

    report = import_file(actor, source(write_csv(tmp_path / "a.csv", tool_rows(2))), tools, clock)
    with tools.unit_of_work() as uow:
        tool = uow.session.scalar(select(TOOLS.c.id).limit(1))
        uow.session.execute(insert(LOANS), [{"id": new_id(), "tool_id": tool}])

    class Together:
        metadata = type("M", (), {"sorted_tables": [*Base.metadata.sorted_tables, LOANS]})

    monkeypatch.setattr(bulk, "Base", Together)
    with pytest.raises(Conflict) as refused:
        undo(tools, actor, clock, report)
    assert refused.value.code == "import_has_dependents"
