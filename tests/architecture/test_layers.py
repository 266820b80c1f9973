"""What import-linter cannot say by whole names: rules for every file that begins so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.code import Source, python_files

pytestmark = pytest.mark.one_database

SCHEMAS = re.compile(r"^modules/\w+/schemas\w*(\.py|/)")
# Who may speak of requests and answers: routes and commands, and the part of the house under them.
DOORS = re.compile(
    r"^modules/\w+/(routes_\w+(\.py|/)|cli\.py$)"
    r"|^app/(__init__|registry|web/|api/|cli/|auth/)"
    r"|^app/\w+/routes_\w+(\.py|/)"
    r"|^app/\w+/routes\.py$"
)


def imports_of(source: Source) -> Iterator[str]:
    """Give the modules a file imports, wherever it does."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_schemas_speak_and_ask_neither_models_nor_services() -> None:
    forbidden = re.compile(r"^modules\.\w+\.(models|services|queries)\b")
    found = [
        f"{source.name}: {name}"
        for source in python_files("modules")
        if SCHEMAS.match(source.name)
        for name in imports_of(source)
        if forbidden.match(name)
    ]
    assert not found, "Schemas take plain values: move what they need to commands or enums"


def test_flask_is_known_at_the_doors_only() -> None:
    found = [
        f"{source.name}: {name}"
        for source in python_files("app", "modules")
        if not DOORS.match(source.name)
        for name in imports_of(source)
        if name.split(".")[0] in {"flask", "flask_wtf", "werkzeug"}
    ]
    assert not found, "Take what is needed as an argument, or move it to the routes"
