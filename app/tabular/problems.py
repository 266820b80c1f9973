"""What can be wrong with a file, a row or a cell: stable codes, and sentences to show."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.i18n import LazyText, format_bound, gettext
from app.i18n import lazy as _l

SHOWN_VALUE_CHARS = 120
_DECIMAL = re.compile(r"-?\d+\.\d+")

# The sentence of each code. Parameters come from the problem; `%(value)s` is always there.
MESSAGES: dict[str, LazyText] = {
    # the file
    "unreadable_file": _l("This file cannot be read as a table. Save it again as xlsx or csv."),
    "unknown_format": _l("This kind of file is not accepted. Use xlsx, xls, ods or csv."),
    "password_protected": _l("This workbook is protected by a password. Remove it and try again."),
    "file_too_large": _l("This file is too large once unpacked: at most %(limit)s MiB."),
    "compression_bomb": _l("This file unpacks to far more than its size and is refused."),
    "too_many_rows": _l("This file has too many rows: at most %(limit)s."),
    "too_many_columns": _l("This file has too many columns: at most %(limit)s."),
    "too_many_cells": _l("This sheet covers too many cells: at most %(limit)s."),
    "line_too_long": _l("Line %(row)s is too long to be a row of a table."),
    "too_slow": _l("This file takes too long to read and is refused."),
    "empty_file": _l("This file holds no rows."),
    "no_header": _l("No row with column headings was found in this file."),
    "unknown_sheet": _l("There is no sheet named “%(value)s” in this file."),
    "missing_column": _l("The column “%(column)s” is missing. Nothing can be imported without it."),
    "duplicate_header": _l("Two columns are both read as “%(column)s”. Rename or remove one."),
    "ignored_column": _l("The column “%(value)s” is not known and is not read."),
    "missing_heading": _l("Column %(letter)s has no heading and is not read."),
    "other_sheet_fits": _l(
        "The sheet “%(value)s” has every column that is needed: choose that one."
    ),
    # the row
    "not_read": _l("This row was not read: %(reason)s"),
    "broken_quotes": _l(
        "A quotation mark opens a cell and is not closed on this row. Close it; those within a text"
        " are doubled."
    ),
    "bad_encoding": _l(
        "This row holds bytes that are not text in the encoding %(encoding)s. Save the file again"
        " as xlsx, or as csv in UTF-8."
    ),
    "nul_byte": _l("This row holds a NUL byte; the file is damaged here."),
    "too_many_cells_in_row": _l("This row has %(found)s cells, the heading has %(wanted)s."),
    "too_few_cells_in_row": _l("This row has only %(found)s cells, the heading has %(wanted)s."),
    "merged_cells": _l("The cells %(range)s are merged. Unmerge them and fill in each one."),
    "duplicate_row": _l("This row repeats row %(first)s: both describe the same record."),
    "no_key": _l("Nothing in this row says which record it is about."),
    "needed_for_new": _l("A new record needs the column “%(column)s”."),
    "fixed_column": _l("This can no longer be changed by a file: it stays as it was recorded."),
    "changed_meanwhile": _l("This record cannot be written as it stands: %(reason)s"),
    # the cell
    "required": _l("A value is required."),
    "too_long": _l("The text is too long: at most %(limit)s characters."),
    "control_character": _l("The text holds a character that cannot be printed."),
    "formula_error": _l("The formula of this cell gives an error."),
    "formula_not_calculated": _l("The formula of this cell was saved without its result."),
    "not_an_integer": _l("This is not a whole number."),
    "not_a_number": _l("This is not a number."),
    "too_many_decimals": _l("There are too many decimals: at most %(limit)s."),
    "too_small": _l("This is too small: at least %(limit)s."),
    "too_large": _l("This is too large: at most %(limit)s."),
    "not_a_date": _l("This is not a date."),
    "not_a_month": _l("This is not a month."),
    "not_yes_or_no": _l("This is neither yes nor no."),
    "not_a_choice": _l("This is not one of the accepted values."),
    "not_an_ean": _l("This is not a valid EAN code; a digit is probably wrong."),
    "digits_lost": _l("The spreadsheet lost the last digits. Format the column as text."),
    "not_a_phone": _l("This is not a telephone number."),
    "not_found": _l("No record with this value was found."),
    "bad_pattern": _l("This is not written in the expected form."),
    # doubts, to confirm
    "improbable": _l("This value is improbable: usually between %(low)s and %(high)s."),
    "ambiguous_number": _l("Read as %(read)s: the point was taken as the decimal sign."),
    "serial_date": _l("Read as %(read)s: the cell holds a day number without a date format."),
    "two_digit_year": _l("Read as %(read)s: the year has two digits."),
    "lost_accents": _l("Letters seem to have been lost (“?” inside a word)."),
    "mojibake": _l("Accents seem to be damaged; the file was probably saved twice."),
}

# What a row that cannot be cut into cells should have held.
EXPECTED: dict[str, LazyText] = {
    "broken_quotes": _l("a cell between two quotation marks, those within it doubled"),
    "bad_encoding": _l("text in the encoding of the rest of the file"),
    "nul_byte": _l("text without NUL bytes"),
}
OTHER_SHEET = _l(
    "No row with column headings was found in this sheet. The sheet “%(value)s” has them: choose"
    " that one."
)


class Severity(StrEnum):
    """An error refuses the row; a warning asks a person to confirm it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where, what was found, what was expected."""

    code: str
    row: int | None = None
    column: int | None = None  # counted from 0, as it stands in the file
    header: str = ""
    field: str = ""
    value: str = ""
    expected: LazyText | str = ""
    severity: Severity = Severity.ERROR
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    text: LazyText | None = None  # the sentence of a check that a module declared itself

    @property
    def is_notice(self) -> bool:
        """Tell whether it only says what is not read, and asks for nothing."""
        return self.code in ("ignored_column", "missing_heading")

    @property
    def names_other_sheet(self) -> bool:
        """Tell whether it names a sheet of the file that would do."""
        return self.code == "other_sheet_fits" or self.text is OTHER_SHEET

    @property
    def letter(self) -> str:
        """Name the column as spreadsheets do: A, B … Z, AA."""
        return "" if self.column is None else column_letter(self.column)

    @property
    def cell(self) -> str:
        """Name the cell as spreadsheets do, `C12`; the row alone when no column is concerned."""
        return "" if self.row is None else f"{self.letter}{self.row}"

    @property
    def sentence(self) -> LazyText:
        """Return what is wrong, to be said within another sentence in whatever language."""
        source = self.text or MESSAGES[self.code]
        own = {"value": self.value, "row": self.row, "letter": self.letter}
        return LazyText(source.message, {**source.params, **own, **self.params})

    @property
    def message(self) -> str:
        """Say what is wrong, in the present language."""
        source = self.text or MESSAGES[self.code]
        # Without parameters `%` stays as written, so that a sentence may hold a percentage.
        told = {name: _as_written_here(value) for name, value in self.params.items()}
        params = {"value": self.value, "row": self.row, "letter": self.letter, **told}
        return gettext(source.message, **{**source.params, **params})

    def as_json(self) -> dict[str, Any]:
        """Write it for the report, sentences in the present language."""
        return {
            "row": self.row,
            "column": self.letter,
            "cell": self.cell,
            "header": self.header,
            "field": self.field,
            "value": self.value,
            "expected": str(self.expected),
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
        }


def _as_written_here(value: Any) -> Any:
    """Write a bound with the Belgian decimal sign; a report keeps it as plain text."""
    is_decimal = isinstance(value, Decimal | str) and _DECIMAL.fullmatch(str(value))
    return format_bound(Decimal(value)) if is_decimal else value


class TabularError(Exception):
    """The file as a whole cannot be read; holds the problem to show."""

    def __init__(self, code: str, **params: Any) -> None:
        """Keep the code and the parameters of its sentence."""
        super().__init__(code)
        self.problem = Problem(code, value=str(params.pop("value", "")), params=params)

    def __str__(self) -> str:
        """Show code and sentence."""
        return f"{self.problem.code}: {self.problem.message}"


def column_letter(index: int) -> str:
    """Name a column counted from 0 as spreadsheets do: 0 is A, 25 is Z, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def shown(value: object) -> str:
    """Write an original value for a message: printable, and cut when long."""
    text = "" if value is None else str(value)
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= SHOWN_VALUE_CHARS else text[: SHOWN_VALUE_CHARS - 1] + "…"
