"""Guard 6: every text a person reads is translated in French and in Dutch."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import polib
import pytest

from scripts.tools.translations import KEYWORDS
from tests.architecture.code import ROOT, python_files


def test_every_text_is_translated_in_french_and_dutch() -> None:
    command = [sys.executable, "scripts/tools/translations.py", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_text_stands_inside_an_f_string() -> None:
    """Python 3.11 reads an f-string as one piece: the texts in it are not found for translation."""
    hidden = [
        f"{source.name}:{call.lineno}"
        for source in python_files("app", "modules")
        for text in ast.walk(source.tree)
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in KEYWORDS
    ]
    assert not hidden, f"Translate before the f-string, then put the result in it: {hidden}"


def catalogues(locale: str) -> list[Path]:
    """Return the catalogue of the house and those of the modules."""
    house = ROOT / "app" / "i18n" / "translations" / f"{locale}.po"
    return [house, *sorted((ROOT / "modules").glob(f"*/translations/{locale}.po"))]


@pytest.mark.parametrize("locale", ["fr", "nl"])
def test_a_text_means_the_same_everywhere(locale: str) -> None:
    """Catalogues are merged: of two translations of one text, one would be shown in both places."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in catalogues(locale):
        for entry in polib.pofile(str(path)):
            if entry.msgstr and not entry.obsolete:
                said[entry.msgid][entry.msgstr].append(path.parts[-3])
    twice = {text: dict(ways) for text, ways in said.items() if len(ways) > 1}
    assert not twice, (
        "Agree on one translation, or word the source text so that the two meanings differ:\n"
        + "\n".join(f"{text!r}: {ways}" for text, ways in twice.items())
    )
