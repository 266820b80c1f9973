"""The doctor tells settings that are taken and do not do what was meant."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import FixedClock
from app.db import Database
from app.doctor_settings import check_settings
from app.house import House, build_house
from app.safety import Level
from app.settings import Environment, Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock) -> House:
    right = replace(settings, environment=Environment.PRODUCTION, trusted_proxies=1)
    return build_house(right, clock=clock, database=database)


def told(house: House, **changes: object) -> list[str]:
    changed = replace(house.settings, **changes)  # type: ignore[arg-type]
    found = check_settings(replace(house, settings=changed))
    return [finding.words for finding in found if finding.level is not Level.OK]


def test_settings_that_fit_are_well(house: House) -> None:
    assert not told(house)
    assert [finding.level for finding in check_settings(house)] == [Level.OK]


@pytest.mark.parametrize(
    ("name", "value"),
    [("jobs_inline", True), ("trusted_proxies", 0), ("metrics_token", "x")],
)
def test_what_is_unsafe_names_its_setting(house: House, name: str, value: object) -> None:
    (words,) = told(house, **{name: value})
    assert f"INTENDANT_{name.upper()}" in words


def test_a_mistyped_setting_is_told_with_the_one_that_was_meant(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTENDANT_TRUSTED_PROXYS", "1")
    monkeypatch.setenv("INTENDANT_BACKUP_KEY", "is known")
    (words,) = told(house)
    assert words.startswith("INTENDANT_TRUSTED_PROXYS is no setting")
    assert "INTENDANT_TRUSTED_PROXIES?" in words


def test_a_command_starts_no_scheduler(tmp_path: Path) -> None:
    """A web process that was told to runs one; whoever types a command has asked for none."""
    chosen = {"FLASK_APP": "wsgi", "INTENDANT_JOBS_INLINE": "true"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "doctor"],
        env=os.environ | chosen | {"INTENDANT_INSTANCE_DIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "sign-in" in done.stdout
    assert "scheduler_started" not in done.stdout + done.stderr
