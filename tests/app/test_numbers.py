"""Numbers have no gaps and no doubles, whatever rolls back or runs at once."""

from concurrent.futures import ThreadPoolExecutor

from app.clock import FixedClock
from app.db import Database, UnitOfWork
from app.numbers import next_number, reserve_numbers


def test_numbers_follow_each_other_within_a_series_and_year(
    database: Database, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        given = [next_number("TK", uow, clock) for _ in range(3)]
        other = next_number("WO", uow, clock)
    assert given == ["TK-2026-000001", "TK-2026-000002", "TK-2026-000003"]
    assert other == "WO-2026-000001"


def test_what_is_rolled_back_leaves_no_gap(
    database: Database, uow: UnitOfWork, clock: FixedClock
) -> None:
    next_number("TK", uow, clock)
    uow.session.rollback()
    with database.unit_of_work() as other:
        assert next_number("TK", other, clock) == "TK-2026-000001"


def test_many_numbers_are_taken_at_once(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        assert reserve_numbers("TK", 2026, 100, uow.session) == 100
        assert next_number("TK", uow, clock) == "TK-2026-000101"


def test_callers_at_the_same_time_get_different_numbers(
    database: Database, clock: FixedClock
) -> None:
    def take(_: int) -> str:
        with database.unit_of_work() as uow:
            return next_number("TK", uow, clock)

    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(take, range(36)))
    assert sorted(given) == [f"TK-2026-{number:06d}" for number in range(1, 37)]
