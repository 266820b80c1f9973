"""Guard 12: every script and every command answers --help."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import click
import pytest
from flask import Flask

from tests.architecture.code import ROOT

pytestmark = pytest.mark.one_database

SCRIPTS = sorted(
    path.name
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and not path.name.startswith("_")
)


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_answers_help(name: str) -> None:
    path = ROOT / "scripts" / name
    assert os.access(path, os.X_OK), f"chmod +x scripts/{name}"
    result = subprocess.run([path, "--help"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "usage" in result.stdout.lower(), f"scripts/{name} --help says nothing"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in sorted(group.commands.items()):
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_every_command_answers_help(app: Flask) -> None:
    runner = app.test_cli_runner()
    wordless = []
    for path in commands(app.cli):
        result = runner.invoke(args=[*path, "--help"])
        assert result.exit_code == 0, f"flask {' '.join(path)} --help: {result.output}"
        found: click.Command = app.cli
        for name in path:
            assert isinstance(found, click.Group)
            found = found.commands[name]
        if not found.get_short_help_str():
            wordless.append("flask " + " ".join(path))
    assert not wordless, f"give these a docstring: {wordless}"
