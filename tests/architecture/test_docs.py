"""The generated pages of docs/ say what the code says."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.architecture.code import ROOT


def test_generated_pages_are_up_to_date() -> None:
    command = [sys.executable, "scripts/tools/docs.py", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


LOGGED = re.compile(r"\blog\.(debug|info|warning|error|exception)\(\s*\"(\w+)\"")
DESCRIBED = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| (debug|info|warning|error) \|", re.MULTILINE)


def test_every_event_of_the_log_is_described_to_operators() -> None:
    """docs/operate.md names each event with its level, and none that is gone."""
    sources = [path for folder in ("app", "modules") for path in (ROOT / folder).rglob("*.py")]
    written = {
        (name, "error" if level == "exception" else level)
        for path in sources
        for level, name in LOGGED.findall(path.read_text(encoding="utf-8"))
    }
    table = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    described = {
        (name, level)
        for names, level in DESCRIBED.findall(table)
        for name in re.findall(r"\w+", names)
    }
    assert len(written) > 10
    assert described == written, f"docs/operate.md: {sorted(described ^ written)}"
