"""Telephone numbers in every form people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.phones import dial, find_phone, read_phone, show_phone


@pytest.mark.parametrize(
    "typed", ["0470123456", "0470/12.34.56", "+32 470 12 34 56", "0032470123456", "0470-12 34 56"]
)
def test_one_number_has_one_form_and_one_look(typed: str) -> None:
    assert (read_phone(typed), dial(typed)) == ("+32470123456", "+32470123456")
    assert show_phone(typed) == "0470 12 34 56"


@pytest.mark.parametrize("typed", ["", "12", "ring twice", "poste 4"])
def test_what_is_no_number_stays_as_it_was_typed(typed: str) -> None:
    assert (read_phone(typed), show_phone(typed), dial(typed)) == (None, typed, typed)


@given(st.integers(min_value=2_000_000, max_value=9_999_999))
def test_what_is_shown_is_read_back_as_the_same_number(digits: int) -> None:
    kept = f"+322{digits}"
    assert read_phone(show_phone(kept)) == kept


@pytest.mark.parametrize(
    "words", ["0470 12 34 56 (soir)", "poste 4, 0470/12.34.56", "+32470123456"]
)
def test_a_number_is_found_among_a_few_words(words: str) -> None:
    assert find_phone(words) == "+32470123456"


@pytest.mark.parametrize("words", ["", "ring twice", "flat 12, second bell"])
def test_words_without_a_number_hold_none(words: str) -> None:
    assert find_phone(words) is None
