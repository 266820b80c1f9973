"""The generated pages of docs/ say what the code says."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.code import ROOT


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, "scripts/tools/docs.py", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
