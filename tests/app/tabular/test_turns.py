"""As many rows a turn as others can wait for, whatever a row costs and however busy the machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tabular.turns import FIRST_ROWS, MOST_ROWS, TURN_S, WORTH_S, Seconds, Turns


def settle(fixed_s: float, row_s: float, *, slower: float = 1, turns: int = 60) -> Turns:
    """Take turns on a machine that is `slower` times as slow as its processor."""
    found, start = Turns(), Seconds(100, 7)
    for _ in range(turns):
        worked = fixed_s + row_s * found.rows
        found.took(found.rows, start, Seconds(100 + worked * slower, 7 + worked))
    return found


def test_it_begins_small_and_grows_to_what_fits() -> None:
    turns = Turns()
    sizes = []
    for _ in range(8):
        sizes.append(turns.rows)
        turns.took(turns.rows, Seconds(0, 0), Seconds(1e-4 * turns.rows, 1e-4 * turns.rows))
    assert sizes == [5, 10, 20, 40, 80, 160, 250, 250]


@pytest.mark.parametrize(
    ("fixed_s", "row_s", "slower", "fewest", "most"),
    [
        (0.004, 0.0001, 1, 200, MOST_ROWS),  # in bulk, alone
        (0.004, 0.0001, 3, 35, 60),  # in bulk, beside pages made on every core
        (0.001, 0.005, 1, 4, 5),  # through services
        (0.0, 0.04, 1, 1, 1),  # a row that costs more than a turn
    ],
)
def test_a_turn_takes_what_others_can_wait_for(
    fixed_s: float, row_s: float, slower: float, fewest: int, most: int
) -> None:
    assert fewest <= settle(fixed_s, row_s, slower=slower).rows <= most


def test_on_a_starved_machine_a_turn_still_does_what_it_is_worth() -> None:
    rows = settle(0.004, 0.0001, slower=50).rows
    assert 0.004 + 0.0001 * rows == pytest.approx(WORTH_S, rel=0.1)


@given(fixed=st.floats(0, 0.005), row=st.floats(1e-5, 1), slower=st.floats(1, 100))
def test_it_settles_within_its_bounds(fixed: float, row: float, slower: float) -> None:
    turns = settle(fixed, row, slower=slower)
    assert 1 <= turns.rows <= MOST_ROWS
    worked = fixed + row * turns.rows
    fits = worked * slower <= TURN_S * 1.3 or worked <= WORTH_S * 1.3
    assert fits or turns.rows == 1


def test_a_clock_that_stands_still_harms_nothing() -> None:
    turns = Turns()
    turns.took(turns.rows, Seconds(1, 1), Seconds(1, 1))
    assert turns.rows == 2 * FIRST_ROWS
