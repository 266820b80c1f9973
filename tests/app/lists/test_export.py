"""Values in files, and formulas that must not run."""

from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest

from app.i18n import lazy as _l
from app.i18n import use_locale
from app.lists import Column
from app.lists.export import export_chunks
from app.tabular.exports import FileFormat

COLUMNS = (
    Column("name", _l("Name")),
    Column("rent", _l("Rent"), format="money"),
    Column("open", _l("Open"), format="yes_no"),
)
HOSTILE = ["=1+1", "+32 2 555", "-2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def row(name, rent=12345, *, is_open=True):
    return SimpleNamespace(name=name, rent=rent, open=is_open)


def written(rows, file_format=FileFormat.CSV, columns=COLUMNS) -> bytes:
    return b"".join(export_chunks(columns, rows, file_format, title="a[b]:*?/\\'"))


def test_euros_are_euros_and_answers_are_words():
    with use_locale("nl"):
        text = written([row("Rue Haute"), row(None, None, is_open=False)]).decode()
    assert text.splitlines()[1:] == ["Rue Haute;123,45;ja", ";;nee"]


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_neutralised_in_csv(text):
    cell = written([row(text)], columns=COLUMNS[:1]).decode().split("\r\n", 1)[1]
    assert cell.lstrip('"').startswith("'")


def test_formulas_are_texts_in_xlsx():
    content = written([row(text) for text in HOSTILE], FileFormat.XLSX)
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert [c.data_type for c in sheet["A"][1:]] == ["s"] * len(HOSTILE)
    assert sheet["B2"].value == pytest.approx(123.45)
