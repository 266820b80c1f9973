from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import lazy as _l
from app.i18n import use_locale
from app.tabular.formats import DateOrder, DecimalSign, Formats
from app.tabular.kinds import (
    BadValue,
    Choice,
    Day,
    DecimalNumber,
    Doubtful,
    Ean,
    Integer,
    Moment,
    Month,
    Phone,
    Text,
    YesNo,
    instant_of,
    moment_of,
    parse_number,
)
from app.tabular.neutralise import neutralise, restore
from app.tabular.problems import Problem

ANY = Formats()


def code_of(kind, cell, formats=ANY):
    with pytest.raises(BadValue) as bad:
        kind.read(cell, formats)
    return bad.value.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), ("12,5", "12.5"), ("12.5", "12.5"), ("1 234,56", "1234.56"),
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1,234,567", "1234567"),
        ("1.234.567", "1234567"), ("-0,5", "-0.5"), ("1\u202f234,5", "1234.5"),
        ("€ 12,50", "12.50"),
        ("12,50 €", "12.50"), ("1e3", "1000"), ("1'234.5", "1234.5"), ("+7", "7"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_belgian_french_and_english_forms(text, value):
    assert parse_number(text, DecimalSign.AUTO)[0] == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "a", "1,2,3", "1.23.4", "12-5", "--1", "1,5.2,3", "NaN", "inf", "1e999"]
)
def test_what_is_not_a_number_is_refused(text):
    assert code_of(DecimalNumber(), text) == "not_a_number"


def test_a_point_before_three_digits_is_doubtful_unless_the_profile_says():
    doubt = DecimalNumber(places=3).read("1.234", ANY)
    assert isinstance(doubt, Doubtful)
    assert doubt.value == Decimal("1.234")
    said = Formats(decimal=DecimalSign.COMMA)
    assert DecimalNumber().read("1.234", said) == Decimal("1234.00")


@given(st.decimals(-(10**9), 10**9, places=2))
def test_every_way_of_writing_a_number_reads_back(number):
    belgian = f"{number:,.2f}".replace(",", " ").replace(".", ",")
    dotted = f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    for text in (f"{number:.2f}", belgian, dotted, f"{number:,.2f}"):
        value = DecimalNumber(places=2).read(text, ANY)
        assert (value.value if isinstance(value, Doubtful) else value) == number


@given(st.floats(-1e9, 1e9))
def test_spreadsheet_numbers_lose_their_binary_noise(number):
    value = DecimalNumber(places=2).read(number, ANY)
    assert abs(float(value) - number) <= 0.0051


def test_bounds_refuse_and_likely_bounds_ask():
    kind = Integer(low=0, high=100, likely_high=50)
    assert kind.read("50", ANY) == 50
    assert isinstance(kind.read("51", ANY), Doubtful)
    assert code_of(kind, "101") == "too_large"
    assert code_of(kind, "-1") == "too_small"
    assert code_of(kind, "1,5") == "not_an_integer"


@pytest.mark.parametrize(
    "text",
    ["2024-02-29", "29/02/2024", "29-2-2024", "29.02.2024", "20240229", "29 février 2024",
     "29 februari 2024", "29 feb. 2024", "29 February 2024", "2024-02-29 00:00:00"],
)  # fmt: skip
def test_dates_are_read_in_every_usual_form(text):
    assert Day().read(text, ANY) == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text", ["30/02/2024", "2023-02-29", "13/13/2024", "demain", "2024", "1/2", "0/0/2000"]
)
def test_dates_that_do_not_exist_are_refused(text):
    assert code_of(Day(), text) == "not_a_date"


def test_doubtful_dates_say_how_they_were_read():
    assert Day().read("31/12/98", ANY) == Doubtful(
        date(1998, 12, 31), "two_digit_year", {"read": "31/12/1998"}
    )
    serial = Day().read(45351.0, ANY)
    assert serial.value == date(2024, 2, 29)
    assert code_of(Day(), 2024.0) == "not_a_date"
    assert Day().read("02/03/2024", Formats(dates=DateOrder.MONTH_FIRST)) == date(2024, 2, 3)
    assert Day().read(datetime(2024, 2, 3, 12), ANY) == date(2024, 2, 3)


@given(st.dates(date(1600, 1, 1), date(2199, 12, 31)))
def test_dates_written_any_way_read_back(day):
    for text in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day.year}"):
        assert Day().read(text, ANY) == day


def test_months_and_months_that_stand_for_none():
    kind = Month(none=frozenset({date(1900, 1, 1)}))
    assert kind.read("09/2010", ANY) == date(2010, 9, 1)
    assert kind.read("2010-09", ANY) == date(2010, 9, 1)
    assert kind.read("01/1900", ANY) is None
    assert code_of(kind, "13/2010") == "not_a_month"


@pytest.mark.parametrize(
    ("word", "value"),
    [("Oui", True), ("ja", True), ("YES", True), ("Vrai", True), ("1", True), (1.0, True),
     ("x", True),
     ("non", False), ("Neen", False), ("no", False), ("faux", False), ("0", False), (0.0, False)],
)  # fmt: skip
def test_yes_and_no_in_three_languages(word, value):
    assert YesNo().read(word, ANY) is value


def test_a_foreign_code_list_comes_before_the_usual_words():
    french_register = YesNo(yes=frozenset({"1"}), no=frozenset({"2"}))
    assert french_register.read("2", ANY) is False
    assert code_of(YesNo(), "peut-être") == "not_yes_or_no"


class Heat(StrEnum):
    GAS_BOILER = "gas_boiler"
    ELECTRIC = "electric"


def test_choices_are_read_by_key_label_and_alias_without_accents():
    kind = Choice(
        enum=Heat,
        labels={Heat.GAS_BOILER: _l("Gas boiler"), Heat.ELECTRIC: _l("Électrique")},
        aliases={"CG": Heat.GAS_BOILER},
    )
    for text in ("gas_boiler", "GAS BOILER", "gas-boiler", "cg"):
        assert kind.read(text, ANY) is Heat.GAS_BOILER
    assert kind.read("electrique", ANY) is Heat.ELECTRIC
    assert code_of(kind, "mazout") == "not_a_choice"
    with use_locale("en"):
        assert kind.write(Heat.ELECTRIC) == "Électrique"


def test_ean_codes_are_checked_and_numbers_that_lost_digits_are_told():
    good = "541448000000000011"
    assert Ean().read(f"{good[:6]} {good[6:]}", ANY) == good
    assert code_of(Ean(), "541448000000000012") == "not_an_ean"
    assert code_of(Ean(), float(good)) == "digits_lost"
    assert code_of(Ean(), "5,41449E+17") == "digits_lost"


@pytest.mark.parametrize(
    "text",
    [
        "02 279 22 11",
        "02/279.22.11",
        "+32 2 279 22 11",
        "0032 2 279 22 11",
        "'+3222792211",
        22792211.0,
        3222792211.0,
    ],
)
def test_telephone_numbers_become_one_form(text):
    assert Phone().read(text, ANY) == "+3222792211"


def test_text_is_checked_and_doubts_are_told():
    kind = Text(max_length=10)
    assert kind.read("  a  b ", ANY) == "a  b"
    assert kind.read(1000.0, ANY) == "1000"
    assert kind.read("e\u0301t\u00e9", ANY) == "été"
    assert code_of(kind, "x" * 11) == "too_long"
    assert code_of(kind, "a\x01b") == "control_character"
    assert code_of(kind, "#REF!") == "formula_error"
    assert kind.read("R?sidence", ANY).code == "lost_accents"
    assert kind.read("Ã©tÃ©", ANY).code == "mojibake"
    assert kind.read("Où ?", ANY) == "Où ?"
    assert code_of(Text(pattern=r"[A-Z]{2}"), "abc") == "bad_pattern"


@given(st.text(max_size=30))
def test_neutralised_text_comes_back_as_it_was(text):
    written = neutralise(text)
    assert restore(written) == text
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
def test_serial_days_are_those_of_spreadsheets(day):
    serial = (day - date(1899, 12, 30)).days
    if serial >= 10_000:
        assert Day().read(float(serial), ANY).value == date(1899, 12, 30) + timedelta(days=serial)


@given(
    st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.booleans(), st.datetimes()),
    st.sampled_from([Text(), Integer(), DecimalNumber(), Day(), Month(), YesNo(), Ean(), Phone()]),
)
def test_no_cell_breaks_a_kind(cell, kind):
    with suppress(BadValue):
        kind.read(cell, ANY)


@pytest.mark.parametrize(
    "cell",
    [
        "31/12/2024 14:30", "2024-12-31 14:30", "2024-12-31T14:30:59", "31.12.2024, 14h30",
        "31 décembre 2024 à 14:30", "31 december 2024 om 14.30",
        datetime(2024, 12, 31, 14, 29, 59, 999_700), datetime(2024, 12, 31, 14, 30, 12),
    ],
)  # fmt: skip
def test_moments_are_read_to_the_minute(cell):
    assert Moment().read(cell, ANY) == datetime(2024, 12, 31, 14, 30)


def test_a_day_alone_is_its_midnight_and_doubts_stay():
    midnight = datetime(2024, 12, 31)
    assert Moment().read("31/12/2024", ANY) == Moment().read(date(2024, 12, 31), ANY) == midnight
    for cell in ("31/12/24 00:00", 45657.0):
        assert Moment().read(cell, ANY).value == midnight
    for cell in ("31/12/2024 25:00", "hier 10:00", "#REF!"):
        assert code_of(Moment(), cell) in {"not_a_date", "formula_error"}
    assert code_of(Moment(low=date(2000, 1, 1)), "31/12/1999 10:00") == "too_small"
    assert code_of(Moment(high=date(2000, 1, 1)), "31/12/2000 10:00") == "too_large"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)))
def test_what_a_file_shows_of_an_instant_is_read_as_that(instant):
    shown = moment_of(instant)
    assert Moment().read(f"{shown:%Y-%m-%d %H:%M}", ANY) == shown
    assert moment_of(instant_of(shown)) == shown
    assert moment_of(None) is instant_of(None) is None


def test_a_bound_is_said_with_the_belgian_decimal_sign() -> None:
    for limit in (Decimal("0.01"), "0.01"):  # as found, and as a report kept it
        assert "0,01" in Problem("too_small", params={"limit": limit}).message
    assert "12" in Problem("too_small", params={"limit": 12}).message
