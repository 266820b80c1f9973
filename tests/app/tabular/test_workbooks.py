import re
import resource
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from app.i18n import use_locale
from app.tabular.formats import Formats
from app.tabular.limits import Limits
from app.tabular.preview import preview_file
from app.tabular.problems import TabularError, column_letter
from app.tabular.readers import open_reader
from app.tabular.runner import ImportFile
from app.tabular.typed import TypedTable
from tests.app.tabular.support import COLUMNS, IMPORTER

ODS_HEAD = (
    '<?xml version="1.0"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="Feuille">'
)
ODS_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def book(tmp_path: Path, *rows, name: str = "book.xlsx", change=None) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in rows:
        sheet.append(row)
    if change:
        change(workbook, sheet)
    path = tmp_path / name
    workbook.save(path)
    return path


def ods(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "book.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", ODS_HEAD + rows + ODS_TAIL)
    return path


def ods_cell(text: str, attributes: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="string" {attributes}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def typed(path: Path, formats: Formats | None = None, limits: Limits | None = None):
    formats = formats or Formats()
    limits = limits or Limits()
    table = TypedTable(open_reader(path, formats, limits), COLUMNS, formats=formats, limits=limits)
    return table, list(table.blocks())


def code_of(path: Path, **kwargs) -> str:
    with pytest.raises(TabularError) as refused:
        typed(path, **kwargs)
    return refused.value.problem.code


def test_cells_of_every_type_are_understood(tmp_path):
    path = book(
        tmp_path,
        ("Code", "Titre inconnu", "Pieces", "Price", "Bought on", "Spare"),
        ("T1", "x", 3, 12.5, date(2020, 1, 2), True),
        ("T2", "y", 0, 1, datetime(2020, 1, 2), False),
        (1000, None, None, None, None, None),
    )
    _, (block,) = typed(path)
    assert [row.values["code"] for row in block.rows] == ["T1", "T2", "1000"]
    assert block.rows[0].values["bought_on"] == date(2020, 1, 2)
    assert [row.values["spare"] for row in block.rows] == [True, False, None]


def test_row_numbers_are_those_of_the_spreadsheet(tmp_path):
    def empty_rows_and_columns(_workbook, sheet):
        sheet.insert_rows(1, 3)
        sheet.insert_cols(1, 2)
        sheet["C1"] = "Inventaire 2026"

    path = book(tmp_path, ("code", "pieces"), ("T1", "x"), change=empty_rows_and_columns)
    table, (block,) = typed(path)
    assert table.header.row == 4
    assert [(p.cell, p.code) for p in block.problems] == [("D5", "not_a_number")]


def test_merged_cells_refuse_each_row_they_touch(tmp_path):
    path = book(
        tmp_path,
        ("code", "title", "pieces"),
        ("T1", "a", 1),
        ("T2", "b", 2),
        ("T3", "c", 3),
        change=lambda _workbook, sheet: sheet.merge_cells("B3:B4"),
    )
    _, (block,) = typed(path)
    assert block.refused == [3, 4]
    assert {p.params["range"] for p in block.problems} == {"B3:B4"}


def test_formulas_without_a_result_are_told_not_read_as_empty(tmp_path):
    path = book(tmp_path, ("code", "pieces"), ("T1", "=1+1"), ("T2", 2))
    _, (block,) = typed(path)
    assert [(p.code, p.cell, p.field) for p in block.problems] == [
        ("formula_not_calculated", "B2", "pieces")
    ]
    assert [row.number for row in block.rows] == [3]


ERRORS = [
    ("formula_error", "B3", "#N/A", "pieces"),
    ("formula_error", "B4", "#DIV/0!", "pieces"),
]


def told(block) -> list[tuple]:
    return [(p.code, p.cell, p.value, p.field) for p in block.problems]


def test_errors_of_a_workbook_are_told_not_read_as_empty(tmp_path):
    def fail(_workbook, sheet):
        sheet["B3"].data_type = sheet["B4"].data_type = sheet["D2"].data_type = "e"

    rows = (("T1", 1), ("T2", "#N/A"), ("T3", "#DIV/0!"))
    path = book(tmp_path, ("code", "pieces", None, "not ours"), *rows, change=None)
    with_errors = openpyxl.load_workbook(path)
    sheet = with_errors.active
    sheet["D2"] = "#REF!"
    fail(with_errors, sheet)
    with_errors.save(path)
    _, (block,) = typed(path)
    assert told(block) == ERRORS
    assert [row.number for row in block.rows] == [2]


def test_errors_are_found_whether_a_formula_gave_them_and_whatever_the_order_of_attributes(
    tmp_path,
):
    path = book(tmp_path, ("code", "pieces"), ("T1", 1), ("T2", 2), ("T3", 3))
    target = tmp_path / "errors.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for part in source.infolist():
            text = source.read(part)
            if part.filename.startswith("xl/worksheets/"):
                text = re.sub(
                    rb'<c r="B3"[^>]*>.*?</c>',
                    b'<c t="e" r="B3" s="0"><f>VLOOKUP(A3,X:Y,2)</f><v>#N/A</v></c>',
                    text,
                )
                text = re.sub(
                    rb'<c r="B4"[^>]*>.*?</c>', b"<c r=\"B4\" t='e'><v>#DIV/0!</v></c>", text
                )
            archive.writestr(part.filename, text)
    _, (block,) = typed(target)
    assert told(block) == ERRORS


def test_errors_of_an_old_workbook_are_told_not_read_as_empty():
    # Made once with xlwt, which we do not need otherwise.
    _, (block,) = typed(Path(__file__).parents[2] / "data" / "workbooks" / "errors.xls")
    assert told(block) == ERRORS
    assert [row.number for row in block.rows] == [2]


def test_errors_and_merged_cells_of_opendocument_are_told(tmp_path):
    failed = (
        '<table:table-cell xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:'
        'xmlns:calcext:1.0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    rows = (
        f"<table:table-row>{ods_cell('Code')}{ods_cell('Title')}{ods_cell('Pieces')}"
        f"</table:table-row>"
        # Two empty rows, and a table inside a cell, do not move what comes after.
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        f"<table:table-row>{ods_cell('T1')}<table:table-cell><table:table><table:table-row>"
        "<table:table-cell/></table:table-row></table:table></table:table-cell></table:table-row>"
        '<table:table-row table:number-rows-repeated="2">'
        f"{ods_cell('T2')}<table:table-cell/>{failed}</table:table-row>"
        f"<table:table-row>{ods_cell('T3')}"
        f"{ods_cell('both', 'table:number-rows-spanned=' + chr(34) + '2' + chr(34))}"
        "</table:table-row>"
        f"<table:table-row>{ods_cell('T4')}<table:covered-table-cell/></table:table-row>"
    )
    _, (block,) = typed(ods(tmp_path, rows))
    assert [(p.code, p.row, p.cell, p.value) for p in block.problems] == [
        ("formula_error", 5, "C5", "#DIV/0!"),
        ("formula_error", 6, "C6", "#DIV/0!"),
        ("merged_cells", 7, "B7", ""),
        ("merged_cells", 8, "B8", ""),
    ]
    assert [row.values["code"] for row in block.rows] == ["T1"]


def test_the_sheet_is_chosen_by_name_and_hidden_ones_come_last(tmp_path):
    def two_sheets(workbook, sheet):
        sheet.sheet_state = "hidden"
        other = workbook.create_sheet("R&D <2026>")
        other.append(("code",))
        other.append(("SEEN",))
        workbook.active = 1

    path = book(tmp_path, ("code",), ("HIDDEN",), change=two_sheets)
    assert typed(path)[1][0].rows[0].values["code"] == "SEEN"
    chosen = typed(path, Formats(sheet="Sheet"))[1][0]
    assert chosen.rows[0].values["code"] == "HIDDEN"
    assert code_of(path, formats=Formats(sheet="None")) == "unknown_sheet"


@pytest.mark.parametrize("cell", ["XFD1048576", "ZZ900000", "A1048576", "AB999999"])
def test_a_far_cell_does_not_take_the_memory_of_the_machine(tmp_path, cell):
    def far(_workbook, sheet):
        sheet[cell] = "far"

    path = book(tmp_path, ("code",), ("T1",), change=far)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = code_of(path) if cell != "A1048576" else code_of(path, limits=Limits(rows=100_000))
    assert code in ("too_many_cells", "too_many_rows")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_an_archive_that_unpacks_without_end_is_refused_whatever_it_declares(tmp_path):
    path = book(tmp_path, ("code",), ("T1",))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * 30_000_000)
    assert code_of(path) == "compression_bomb"
    data = path.read_bytes().replace((30_000_000).to_bytes(4, "little"), b"\x01\0\0\0")
    path.write_bytes(data)
    assert code_of(path) in ("compression_bomb", "unreadable_file")


def test_a_truncated_workbook_is_refused(tmp_path):
    path = book(tmp_path, *[("code", "pieces")] * 200)
    data = path.read_bytes()
    for size in (len(data) // 2, len(data) - 30, 100, 10):
        path.write_bytes(data[:size])
        with pytest.raises(TabularError):
            typed(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert code_of(path) == "unknown_format"


def test_opendocument_is_read(tmp_path):
    rows = (
        f"<table:table-row>{ods_cell('Code')}{ods_cell('Bought on')}</table:table-row>"
        f"<table:table-row>{ods_cell('T1')}"
        '<table:table-cell office:value-type="date" office:date-value="2020-01-02"/>'
        "</table:table-row>"
    )
    _, (block,) = typed(ods(tmp_path, rows))
    assert block.rows[0].values == {"code": "T1", "bought_on": date(2020, 1, 2)}


def test_an_opendocument_bomb_ends_only_its_own_process(tmp_path):
    repeated = ods_cell("x", 'table:number-columns-repeated="16000"')
    rows = (
        f"<table:table-row>{ods_cell('Code')}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1000000">{repeated}</table:table-row>'
    )
    with pytest.raises(TabularError):
        typed(ods(tmp_path, rows))


def test_an_old_binary_that_is_damaged_is_refused(tmp_path):
    path = tmp_path / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4_000)
    assert code_of(path) == "unreadable_file"


def test_entities_are_not_expanded_or_fetched(tmp_path):
    path = book(tmp_path, ("code",), ("T1",))
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>&b;&c;</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    target = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for part in source.infolist():
            is_sheet = part.filename.startswith("xl/worksheets/")
            archive.writestr(part.filename, bomb if is_sheet else source.read(part))
    try:
        _, blocks = typed(target)
    except TabularError:
        return
    text = str([row.values for block in blocks for row in block.rows])
    assert "root:" not in text
    assert "aaaa" not in text


def test_columns_are_named_as_spreadsheets_do():
    assert [column_letter(i) for i in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_a_first_sheet_without_headings_names_the_one_that_has_them(tmp_path):
    def second(workbook, _sheet):
        workbook.create_sheet("Notes").append(("nothing here",))
        other = workbook.create_sheet("Stock")
        other.append(("code", "title"))

    path = book(tmp_path, ("Cover",), change=second)
    (problem,) = TypedTable(open_reader(path), COLUMNS).header.blocking
    assert (problem.code, problem.value) == ("no_header", "Stock")
    with use_locale("en"):
        assert "The sheet “Stock” has them" in problem.message
    alone = book(tmp_path, ("Cover",), name="alone.xlsx")
    (problem,) = TypedTable(open_reader(alone), COLUMNS).header.blocking
    assert (problem.code, problem.value) == ("no_header", "")


def test_a_first_sheet_that_lacks_a_column_names_the_one_that_fits(tmp_path):
    def second(workbook, _sheet):
        workbook.create_sheet("Stock").append(("code", "title"))

    path = book(tmp_path, ("title",), ("Ladder",), change=second)
    table = TypedTable(open_reader(path), COLUMNS)
    assert [(p.code, p.value) for p in table.header.blocking] == [
        ("missing_column", ""), ("other_sheet_fits", "Stock"),
    ]  # fmt: skip
    with use_locale("en"):
        assert "The sheet “Stock” has every column" in table.header.blocking[1].message
        (told,) = [problem.message for block in table.blocks() for problem in block.problems]
        assert "is missing" in told
    alone = book(tmp_path, ("title",), ("Ladder",), name="alone.xlsx")
    assert [p.code for p in TypedTable(open_reader(alone), COLUMNS).header.blocking] == [
        "missing_column"
    ]


def test_an_empty_first_sheet_names_the_one_that_fits(tmp_path):
    def second(workbook, _sheet):
        workbook.create_sheet("Stock").append(("code", "title"))

    path = book(tmp_path, change=second)
    (problem,) = TypedTable(open_reader(path), COLUMNS).header.blocking
    assert (problem.code, problem.value) == ("no_header", "Stock")
    with pytest.raises(TabularError):
        TypedTable(open_reader(book(tmp_path, name="alone.xlsx")), COLUMNS)


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ((("title",), ("Ladder",)), "other_sheet_fits"),
        ((("Cover",),), "no_header"),
        ((), "no_header"),
    ],
)
def test_the_page_before_the_check_names_the_sheet_that_fits(tmp_path, first, code):
    def second(workbook, _sheet):
        workbook.create_sheet("Stock").append(("code", "title"))

    path = book(tmp_path, *first, change=second)
    named = preview_file(ImportFile(path, path.name, IMPORTER, Formats())).problems[-1]
    assert (named.code, named.value) == (code, "Stock")
    alone = book(tmp_path, *first, name="alone.xlsx")
    problems = preview_file(ImportFile(alone, alone.name, IMPORTER, Formats())).problems
    assert not [problem for problem in problems if problem.names_other_sheet]
