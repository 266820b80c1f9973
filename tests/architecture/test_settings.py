"""Every setting is explained in `.env.example`, and nothing else is."""

from __future__ import annotations

import re

from tests.architecture.code import ROOT

READ = re.compile(r'env\.[a-z]+\(\s*"([A-Z_]+)"')
EXPLAINED = re.compile(r"^#? ?INTENDANT_([A-Z_]+)=", re.MULTILINE)


def test_every_setting_stands_in_the_example() -> None:
    read = set(READ.findall((ROOT / "app/settings.py").read_text("utf-8")))
    explained = set(EXPLAINED.findall((ROOT / ".env.example").read_text("utf-8")))
    assert read == explained, f"only read: {read - explained}; only there: {explained - read}"
