"""A web server starts with what every page needs; heavy libraries are imported where they work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.code import ROOT

HEAVY = (
    "PIL",
    "alembic",
    "authlib",
    "cryptography",
    "geopandas",
    "pandas",
    "requests",
    "weasyprint",
)
SAY = f"import sys, wsgi; print(*(name for name in {HEAVY} if name in sys.modules))"


def test_no_heavy_library_is_imported_at_start_up(tmp_path: Path) -> None:
    environment = os.environ | {"INTENDANT_ENV": "test", "INTENDANT_INSTANCE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", SAY]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert not done.stdout.strip(), f"import inside the function that needs it: {done.stdout}"
