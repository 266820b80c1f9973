"""Work in the background runs behind the pages, and before them while it holds what others need."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app import priority
from app.db import Database
from app.priority import BEHIND, FAR_BEHIND, is_behind, step_behind

STEPS = """
import os
from app.priority import step_behind
step_behind(); step_behind()
print(os.nice(0))
"""


class System:
    """Keeps one priority; unless `lets_hurry`, nobody gets a better one than they have."""

    def __init__(self, nice: int, *, lets_hurry: bool) -> None:
        self.nice, self.lets_hurry = nice, lets_hurry

    def get(self, _which: int, _who: int) -> int:
        return self.nice

    def set(self, _which: int, _who: int, nice: int) -> None:
        if nice < self.nice and not self.lets_hurry:
            raise PermissionError
        self.nice = min(nice, 19)


def run_on(monkeypatch: pytest.MonkeyPatch, nice: int, *, lets_hurry: bool) -> System:
    system = System(nice, lets_hurry=lets_hurry)
    monkeypatch.setattr(os, "getpriority", system.get)
    monkeypatch.setattr(os, "setpriority", system.set)
    monkeypatch.setattr(priority, "_steps", [])
    return system


@pytest.mark.parametrize(
    ("nice", "lets_hurry", "behind"),
    [(0, False, BEHIND), (0, True, FAR_BEHIND), (12, False, 13), (19, True, 19), (19, False, 19)],
)
def test_how_far_a_process_steps_behind(
    monkeypatch: pytest.MonkeyPatch, nice: int, behind: int, *, lets_hurry: bool
) -> None:
    system = run_on(monkeypatch, nice, lets_hurry=lets_hurry)
    assert not is_behind()
    step_behind()
    assert (system.nice, is_behind()) == (behind, True)
    step_behind()
    assert system.nice == behind


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("lets_hurry", "writing", "after"), [(True, 0, FAR_BEHIND), (False, BEHIND, BEHIND)]
)
def test_it_comes_forward_while_others_wait_for_what_it_writes(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    writing: int,
    after: int,
    *,
    lets_hurry: bool,
) -> None:
    system = run_on(monkeypatch, 0, lets_hurry=lets_hurry)
    step_behind()
    with database.unit_of_work() as uow:
        uow.session.connection()
        assert system.nice == writing
    assert system.nice == after
    with database.reader() as session:
        session.connection()
        assert system.nice == after


@pytest.mark.one_database
def test_a_page_keeps_its_priority(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    system = run_on(monkeypatch, 3, lets_hurry=True)
    with database.unit_of_work() as uow:
        uow.session.connection()
        assert system.nice == 3
    assert system.nice == 3


def test_a_process_steps_behind_for_itself_only() -> None:
    ours = os.nice(0)
    found = subprocess.run(
        [sys.executable, "-c", STEPS], check=True, capture_output=True, text=True
    )
    assert int(found.stdout) in {max(ours, BEHIND), max(ours, FAR_BEHIND)}
    assert os.nice(0) == ours
