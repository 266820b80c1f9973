"""What Belgians type, understood; what cannot be meant, refused with a sentence."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from app.i18n import use_locale
from app.web.fields import (
    BelgianDate,
    DecimalComma,
    Hours,
    Line,
    LocalInstant,
    Money,
    Paragraphs,
    parse_day,
    parse_decimal,
)


@pytest.fixture(autouse=True)
def in_french():
    with use_locale("fr"):
        yield


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1.250", "1250"),
        ("1.234.567", "1234567"),
        ("-3,5", "-3.5"),
        ("0,5", "0.5"),
        ("1\u202f234", "1234"),
    ],
)
def test_numbers_are_read_as_written_in_belgium(typed, meant):
    assert parse_decimal(typed) == Decimal(meant)


def test_a_lone_point_before_three_digits_is_a_decimal_where_three_are_allowed():
    assert parse_decimal("1.250", places=3) == Decimal("1.250")
    assert parse_decimal("1.250.000", places=3) == 1_250_000


@pytest.mark.parametrize(
    "typed", ["", "abc", "1,2,3", "12.34.5", "1e5", "--1", "1.23,4.5", "NaN", "٣"]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValidationError):
        DecimalComma().deserialize(typed)


@given(st.integers(-(10**11), 10**11))
def test_money_written_in_each_language_is_read_back_to_the_cent(cents):
    for locale in ("fr", "nl", "en"):
        with use_locale(locale):
            written = Money().serialize("x", {"x": cents})
        assert Money().deserialize(written) == cents


def test_money_takes_the_sign_and_refuses_a_third_decimal():
    assert Money().deserialize("1.255") == 125_500
    assert Money().deserialize("12,50 €") == 1250
    with pytest.raises(ValidationError, match="au plus 2"):
        Money().deserialize("1,255")


@pytest.mark.parametrize(
    "typed", ["3/2/2026", "03-02-2026", "3.2.26", "03 02 2026", "2026-02-03", "2026-2-3"]
)
def test_a_day_is_read_in_any_writing(typed):
    assert parse_day(typed) == date(2026, 2, 3)


@pytest.mark.parametrize("typed", ["31/02/2026", "2/2026", "tomorrow", "13/13/2026", "2026/02/03"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ValidationError):
        BelgianDate().deserialize(typed)


def test_two_digits_of_a_year_are_near_us():
    assert parse_day("1/1/69").year == 2069
    assert parse_day("1/1/70").year == 1970


def test_hours_are_those_of_brussels():
    field = LocalInstant()
    assert field.deserialize("2026-07-01T14:30") == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    assert field.deserialize("3/2/2026 9u05") == datetime(2026, 2, 3, 8, 5, tzinfo=UTC)
    assert field.serialize("x", {"x": datetime(2026, 2, 3, 8, 5, tzinfo=UTC)}) == "2026-02-03T09:05"
    with pytest.raises(ValidationError, match="existe pas"):
        field.deserialize("2026-03-29T02:30")
    with pytest.raises(ValidationError):
        field.deserialize("2026-03-29")


@pytest.mark.parametrize("typed", ["1:30", "1h30", "1u30", "1,5", "1.5h", "90m", "90 min"])
def test_durations_are_read_in_any_writing(typed):
    assert Hours().deserialize(typed) == timedelta(hours=1, minutes=30)


def test_texts_are_cleaned_but_their_lines_kept():
    assert Line().deserialize(" Rue  de\tla\x00 Loi \r\n 16 ") == "Rue de la Loi 16"
    assert Paragraphs().deserialize("a\r\nb\x07\rc ") == "a\nb\nc"
    assert Line().deserialize("e\u0301") == "é"
