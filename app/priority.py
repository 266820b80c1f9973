"""Work in the background steps behind the pages people wait for, and before them for a moment."""

from __future__ import annotations

import os
from dataclasses import dataclass

# As `nice` counts: while a page is made on every core, a job gets a hundredth of one; or a tenth,
# where it may not come forward again: people would wait too long for what it holds.
FAR_BEHIND, BEHIND = 19, 10


@dataclass(frozen=True)
class _Steps:
    """Where this process stood before it stepped behind, and where it stands since."""

    front: int
    behind: int


_steps: list[_Steps] = []


def step_behind() -> None:
    """Let the web server go first on the processors, until this process ends."""
    if _steps:
        return
    front = _niceness()
    _be(front + 1)
    behind = FAR_BEHIND if _be(front) else max(BEHIND, _niceness())
    _steps.append(_Steps(front, behind))
    _be(behind)


def is_behind() -> bool:
    """Tell whether this process works in the background."""
    return bool(_steps)


def come_forward() -> None:
    """Hurry while people may wait for what this thread holds, where the system allows it.

    Linux allows it to the superuser and within `LimitNICE=`. There a priority is that of one
    thread: `step_back` is called on the same one.
    """
    if _steps:
        _be(_steps[0].front)


def step_back() -> None:
    """End what `come_forward` began."""
    if _steps:
        _be(_steps[0].behind)


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def _be(nice: int) -> bool:
    """Take a priority; tell whether the system allowed it."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    except PermissionError:
        return False
    return True
