"""The slow tests begin a run, dealt to its workers; none is lost and the rest stays as shuffled."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.support.order import deal


@dataclass(frozen=True)
class Item:
    name: str
    is_slow: bool = False

    def get_closest_marker(self, name: str) -> str | None:
        return name if name == "slow" and self.is_slow else None


SLOW = [Item(f"slow {number}", is_slow=True) for number in range(4)]


@pytest.mark.parametrize("workers", [1, 2, 3, 9])
@pytest.mark.parametrize("quick_ones", [0, 1, 20, 21, 22])
def test_every_worker_begins_with_its_slow_tests(quick_ones: int, workers: int) -> None:
    quick = [Item(str(number)) for number in range(quick_ones)]
    items = [*quick, *SLOW]
    dealt = deal(items, workers)  # type: ignore[arg-type] # as much of an item as is asked for
    assert sorted(map(str, dealt)) == sorted(map(str, items))
    assert [item for item in dealt if not item.is_slow] == quick
    if quick_ones >= len(SLOW) * workers:
        left = dealt
        for worker in range(workers):
            # As pytest-xdist shares out: the rest of the list by the workers that are left.
            share = len(left) // (workers - worker)
            mine, left = left[:share], left[share:]
            slow = [item.is_slow for item in mine]
            assert slow == sorted(slow, reverse=True)
            assert abs(sum(slow) - len(SLOW) / workers) < 1
