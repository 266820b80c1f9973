import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import ean


@pytest.mark.parametrize(
    "number", ["541448000000000011", "541448000000000028", "541453000000000013"]
)
def test_published_examples_are_valid(number):
    assert ean.is_valid(number)


@pytest.mark.parametrize(
    "number",
    # Fluvius hides the number in its examples: one with a check digit that fits is none either.
    [
        "123456879123456789",
        "123456789123456789",
        "54144800000000001",
        "5414480000000000111",
        "54144800000000001x",
        "",
    ],
)
def test_wrong_numbers_are_refused(number):
    assert not ean.is_valid(number)


@given(st.text("0123456789", min_size=15, max_size=15))
def test_exactly_one_check_digit_fits(rest):
    first_17 = ean.START + rest
    fitting = [d for d in "0123456789" if ean.is_valid(first_17 + d)]
    assert fitting == [str(ean.check_digit(first_17))]


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(rest, place, change):
    first_17 = ean.START + rest
    good = first_17 + str(ean.check_digit(first_17))
    digit = str((int(good[place]) + change) % 10)
    assert not ean.is_valid(good[:place] + digit + good[place + 1 :])


@pytest.mark.parametrize(
    "typed",
    [
        '="541448000000000011"',
        "=541448000000000011",
        "5414 4800 0000 0000 11",
        " 541448000000000011 ",
    ],
)
def test_spreadsheet_and_typed_forms_are_bared(typed):
    assert ean.bare(typed) == "541448000000000011"
