"""One test, two sizes: a small honest one in CI, the one of its bar with `--long`."""

from __future__ import annotations

import pytest


def sized(in_ci: int, of_the_bar: int) -> pytest.MarkDecorator:
    """Give a test its parameter `size`; docs/tests_of_trust.md lists both values."""
    return pytest.mark.parametrize(
        "size", [in_ci, pytest.param(of_the_bar, marks=pytest.mark.long)]
    )
