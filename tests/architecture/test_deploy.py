"""The examples of services and of an upgrade leave a running version alone until the end."""

from __future__ import annotations

import re

import pytest

from tests.architecture.code import ROOT

DEPLOY = ROOT / "docs/deploy"
UNITS = ("intendant-web.service", "intendant-jobs.service")


@pytest.mark.parametrize("name", UNITS)
def test_a_service_runs_what_the_link_names_and_keeps_settings_outside(name: str) -> None:
    unit = (DEPLOY / name).read_text("utf-8")
    assert "WorkingDirectory=/srv/intendant/app\n" in unit
    assert "EnvironmentFile=/srv/intendant/.env\n" in unit
    assert "ExecStart=/srv/intendant/app/.venv/bin/" in unit


def test_an_upgrade_turns_the_link_after_all_that_can_take_time() -> None:
    page = (ROOT / "docs/install.md").read_text("utf-8")
    upgrading = page.partition("## Upgrading")[2]
    commands = re.search(r"```console\n(.*?)```", upgrading, re.DOTALL)
    assert commands is not None
    steps = [
        "git clone",
        "scripts/build_frontend",
        "backup create",
        "db upgrade",
        "ln -sfn $new /srv/intendant/app",
        "systemctl restart",
    ]
    places = [commands[1].find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)
    assert "git pull" not in commands[1]
