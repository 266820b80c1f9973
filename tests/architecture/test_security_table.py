"""The security table names every requirement of level 1, and only tests that exist."""

from __future__ import annotations

import re
from collections import Counter

from tests.architecture.code import ROOT

ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| [^|]+ \| (\w+|n/a) \| ([^|]+) \|$", re.MULTILINE)
FILE = re.compile(r"`((?:tests|app|docs)/[\w./]+)`")
STATES = {"test", "built", "operator", "open", "n/a"}
LEVEL_ONE = 70
LEVEL_TWO = "## ASVS 5.0, level 2"


def test_every_requirement_of_level_one_has_a_state() -> None:
    rows = ROW.findall((ROOT / "docs/security.md").read_text("utf-8").split(LEVEL_TWO)[0])
    counted = Counter(identifier for identifier, _state, _how in rows)
    assert len(counted) == LEVEL_ONE
    assert max(counted.values()) == 1
    assert {state for _identifier, state, _how in rows} <= STATES


def test_requirements_of_level_two_are_named_once_and_have_a_state() -> None:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    counted = Counter(identifier for identifier, _state, _how in ROW.findall(page))
    assert max(counted.values()) == 1
    part = page.split(LEVEL_TWO)[1]
    assert len(ROW.findall(part)) == part.count("\n| V") - part.count(
        "\n| V", part.index("chapters")
    )
    assert {state for _identifier, state, _how in ROW.findall(part)} <= STATES


def test_every_file_the_table_names_exists() -> None:
    named = set(FILE.findall((ROOT / "docs/security.md").read_text("utf-8")))
    missing = sorted(name for name in named if not (ROOT / name).exists())
    assert not missing, f"docs/security.md names files that are gone: {missing}"
