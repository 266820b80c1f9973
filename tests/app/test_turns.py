"""As many rows a turn as others can wait for, whatever a row costs and however busy the machine."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.db.turns import (
    FIRST_ROWS,
    MOST_ROWS,
    SHORT_FOR_S,
    SHORT_TURN_S,
    TURN_S,
    WORTH_S,
    Seconds,
    Turns,
)


class Machine:
    """Takes turns that cost what is said, on clocks of their own."""

    def __init__(self, fixed_s: float, row_s: float, *, slower: float = 1) -> None:
        self.fixed_s, self.row_s, self.slower = fixed_s, row_s, slower
        self.turns, self.now = Turns(), Seconds(100, 7)

    def take(self, turns: int = 60, *, is_waited_for: bool = False) -> int:
        """Take turns and return the rows of the next one."""
        for _ in range(turns):
            began, worked = self.now, self.fixed_s + self.row_s * self.turns.rows
            self.now = Seconds(began.waited + worked * self.slower, began.worked + worked)
            self.turns.took(self.turns.rows, began, self.now, is_waited_for=is_waited_for)
        return self.turns.rows


def test_it_begins_small_and_grows_to_what_fits() -> None:
    machine = Machine(0, 1e-4)
    assert machine.turns.rows == FIRST_ROWS
    assert [machine.take(1) for _ in range(9)] == [
        *(2, 4, 8, 16, 32, 64, 128, 256),
        MOST_ROWS,
    ]


@pytest.mark.parametrize(
    ("fixed_s", "row_s", "slower", "fewest", "most"),
    [
        (0.004, 0.0001, 1, 400, MOST_ROWS),  # in bulk, alone
        (0.004, 0.0001, 3, 110, 140),  # in bulk, beside pages made on every core
        (0.001, 0.005, 1, 9, 10),  # through services
        (0.0, 0.06, 1, 1, 1),  # a row that costs more than a turn
    ],
)
def test_a_turn_takes_what_others_can_wait_for(
    fixed_s: float, row_s: float, slower: float, fewest: int, most: int
) -> None:
    assert fewest <= Machine(fixed_s, row_s, slower=slower).take() <= most


def test_turns_are_short_for_a_second_after_somebody_waited() -> None:
    machine = Machine(0.002, 0.0001)
    long = machine.take()
    machine.take(1, is_waited_for=True)
    short = machine.take(20)
    assert 0.002 + 0.0001 * short == pytest.approx(SHORT_TURN_S, rel=0.1)
    machine.now = Seconds(machine.now.waited + SHORT_FOR_S, machine.now.worked)
    assert machine.take() == long


def test_on_a_starved_machine_a_turn_still_does_what_it_is_worth() -> None:
    rows = Machine(0.001, 0.0001, slower=50).take()
    assert 0.001 + 0.0001 * rows == pytest.approx(WORTH_S, rel=0.1)


@example(fixed=0.0, row=TURN_S / 1.5, slower=1.0, is_waited_for=False)
@given(
    fixed=st.floats(0, 0.004),
    row=st.floats(1e-5, 1),
    slower=st.floats(1, 100),
    is_waited_for=st.booleans(),
)
def test_it_settles_within_its_bounds(
    fixed: float, row: float, slower: float, *, is_waited_for: bool
) -> None:
    machine = Machine(fixed, row, slower=slower)
    rows = machine.take(is_waited_for=is_waited_for)
    assert 1 <= rows <= MOST_ROWS
    worked = fixed + row * rows
    wanted = SHORT_TURN_S if is_waited_for else TURN_S
    # Half a row more than fits is rounded up to a whole one.
    rounded = rows / (rows - 0.5) * (1 + 1e-9)
    assert worked * slower <= wanted * rounded or worked <= WORTH_S * rounded or rows == 1


def test_a_clock_that_stands_still_harms_nothing() -> None:
    turns, now = Turns(), Seconds(1, 1)
    turns.took(turns.rows, now, now, is_waited_for=False)
    assert turns.rows == 2 * FIRST_ROWS
