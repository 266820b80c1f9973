"""Guard 6: every text a person reads is translated in French and in Dutch."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.code import ROOT


def test_every_text_is_translated_in_french_and_dutch() -> None:
    command = [sys.executable, "scripts/tools/translations.py", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
