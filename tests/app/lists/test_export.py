"""Values in files, and formulas that must not run."""

from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest

from app.i18n import lazy as _l
from app.i18n import use_locale
from app.lists import Column
from app.lists.export import neutral, write_csv, write_xlsx

COLUMNS = (
    Column("name", _l("Name")),
    Column("rent", _l("Rent"), format="money"),
    Column("open", _l("Open"), format="yes_no"),
)
HOSTILE = ["=1+1", "+32 2 555", "-2", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def row(name, rent=12345, *, is_open=True):
    return SimpleNamespace(name=name, rent=rent, open=is_open)


def test_euros_are_euros_and_answers_are_words():
    with use_locale("nl"):
        text = "".join(write_csv(COLUMNS, [row("Rue Haute"), row(None, None, is_open=False)]))
    assert text.splitlines()[1:] == ["Rue Haute;123,45;ja", ";;nee"]


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_neutralised_in_csv(text):
    assert neutral(text) == f"'{text}"
    cell = "".join(write_csv(COLUMNS[:1], [row(text)])).split("\r\n", 1)[1]
    assert cell.lstrip('"').startswith("'")


def test_formulas_are_texts_in_xlsx(tmp_path):
    path = tmp_path / "list.xlsx"
    assert write_xlsx(path, COLUMNS, [row(text) for text in HOSTILE], title="a[b]:*?/\\'") == 7
    sheet = openpyxl.load_workbook(path).active
    assert [c.data_type for c in sheet["A"][1:]] == ["s"] * len(HOSTILE)
    assert sheet["B2"].value == pytest.approx(float(Decimal("123.45")))
