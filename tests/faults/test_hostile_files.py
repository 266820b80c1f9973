"""Spoilt tables, maps and photos never crash a process, hang it or swell it (test 17)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.servers import ROOT
from tests.support.sizes import sized

FILES_OF_ONE_PROCESS = 300
MOST_S, MOST_MIB = 10, 512


def spoil_and_read(seed: int, count: int, folder: Path) -> dict:
    """Let a process of its own spoil and read files; it must come to its end."""
    command = [sys.executable, "-m", "tests.faults.hostile_process", str(seed), str(count), folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-3000:]}"
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.one_database
@sized(in_ci=300, of_the_bar=5_000)
def test_spoilt_files_are_read_or_refused_in_words(tmp_path: Path, size: int) -> None:
    outcomes: Counter[str] = Counter()
    for already in range(0, size, FILES_OF_ONE_PROCESS):
        count = min(FILES_OF_ONE_PROCESS, size - already)
        found = spoil_and_read(already + 1, count, tmp_path)
        assert found["slowest_s"] < MOST_S
        assert found["peak_mib"] < MOST_MIB
        outcomes.update(found["outcomes"])
    for kind in (".xlsx", ".ods", ".xls", ".geojson", ".gpkg", ".gml", ".jpeg", ".png", ".heic"):
        assert outcomes[f"{kind} refused"], outcomes
    for kind in (".csv", ".xlsx", ".gpkg", ".gml"):
        assert outcomes[f"{kind} read"], outcomes
