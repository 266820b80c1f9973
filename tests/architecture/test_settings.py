"""Every setting is explained in `.env.example`, and nothing else is."""

from __future__ import annotations

import re

from tests.architecture.code import ROOT, all_text, python_files

FIELD = re.compile(r"^    ([a-z_]+): ", re.MULTILINE)
READ = re.compile(r'env\.[a-z]+\(\s*"([A-Z_]+)"')
EXPLAINED = re.compile(r"^#? ?INTENDANT_([A-Z_]+)=", re.MULTILINE)


def test_every_setting_stands_in_the_example() -> None:
    read = set(READ.findall((ROOT / "app/settings.py").read_text("utf-8")))
    explained = set(EXPLAINED.findall((ROOT / ".env.example").read_text("utf-8")))
    assert read == explained, f"only read: {read - explained}; only there: {explained - read}"


def test_every_setting_is_used() -> None:
    text = (ROOT / "app/settings.py").read_text("utf-8")
    users = [*python_files("app", "modules"), *python_files("migrations")]
    elsewhere = "\n".join(
        source.path.read_text("utf-8") for source in users if source.name != "app/settings.py"
    )
    elsewhere += all_text("wsgi.py", "app/**/*.html")
    # What the settings themselves make something of counts too.
    idle = [name for name in FIELD.findall(text) if not re.search(rf"\.{name}\b", elsewhere + text)]
    assert not idle, f"nothing uses these settings: {idle}"
