"""Every dependency is one exact version with hashes, and is installed only if they match."""

from __future__ import annotations

import re

import pytest

from tests.architecture.code import ROOT

LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))
EXACT = re.compile(r"^[\w.-]+(\[[\w,]+\])?==[\w.+!]+( ;[^\\]*)? \\$")


def test_there_is_a_lock_for_each_list() -> None:
    lists = sorted(path.with_suffix(".txt").name for path in ROOT.glob("requirements*.in"))
    assert lists == LOCKS


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_exact_and_has_a_hash(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    entries = [n for n, line in enumerate(lines) if line and line[0] not in " #"]
    assert entries
    odd = [lines[n] for n in entries if not EXACT.match(lines[n])]
    odd += [lines[n] for n in entries if "--hash=sha256:" not in lines[n + 1]]
    assert not odd, f"run scripts/lock: {odd}"


def test_installation_asks_for_the_hashes() -> None:
    for name in ("scripts/_setup.sh", "scripts/lock"):
        text = (ROOT / name).read_text("utf-8")
        installs = [line for line in text.splitlines() if re.search(r"pip (install|sync)", line)]
        assert installs
        assert all("--require-hashes" in line for line in installs), name
