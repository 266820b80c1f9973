"""Work in the background runs behind the pages, once and for its own process only."""

from __future__ import annotations

import os
import subprocess
import sys

STEPS = (
    "import os\nfrom app.jobs import step_behind\nstep_behind(); step_behind()\nprint(os.nice(0))"
)


def test_a_process_steps_behind_once() -> None:
    ours = os.nice(0)
    found = subprocess.run(
        [sys.executable, "-c", STEPS], check=True, capture_output=True, text=True
    )
    assert int(found.stdout) == max(ours, 10)
    assert os.nice(0) == ours
