"""In which order tests are run: at random, but the slow ones first."""

from __future__ import annotations

from itertools import islice

import pytest


def deal(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Put the slow tests where each worker begins, or one would work on when all others are done.

    Workers begin with equal shares of the list; who is done takes from the end of another's.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = (item for item in items if not item.get_closest_marker("slow"))
    hands = [slow[worker::workers] for worker in range(workers)]
    shares = [(len(items) + worker) // workers for worker in range(workers)]
    return [
        item
        for hand, share in zip(hands, shares, strict=True)
        for item in (*hand, *islice(quick, max(0, share - len(hand))))
    ]
