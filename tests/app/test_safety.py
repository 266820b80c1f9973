"""Production serves nobody with settings everybody knows; commands still say what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.safety import refuse_unsafe
from app.settings import DEVELOPMENT_SECRET, Environment, Settings

ROOT = Path(__file__).parents[2]
SAFE = {
    "environment": Environment.PRODUCTION,
    "secret_key": "forty letters that nobody else would know",
    "base_url": "https://intendant.example.org",
    "demo_accounts": False,
}
UNSAFE = {
    "secret_key": (DEVELOPMENT_SECRET, "published default"),
    "base_url": ("http://intendant.example.org", "without https"),
    "demo_accounts": (True, "Demo accounts"),
}


def test_safe_settings_and_every_other_environment_start(settings: Settings) -> None:
    refuse_unsafe(replace(settings, **SAFE))
    unsafe = {name: value for name, (value, _words) in UNSAFE.items()}
    refuse_unsafe(replace(settings, **unsafe))
    refuse_unsafe(replace(settings, **unsafe, environment=Environment.DEVELOPMENT))


@pytest.mark.parametrize("name", UNSAFE)
def test_one_unsafe_setting_is_enough_and_is_said(settings: Settings, name: str) -> None:
    value, words = UNSAFE[name]
    with pytest.raises(SystemExit, match=words):
        refuse_unsafe(replace(settings, **SAFE | {name: value}))


def test_a_short_secret_is_refused_too(settings: Settings) -> None:
    with pytest.raises(SystemExit, match="shorter than 32"):
        refuse_unsafe(replace(settings, **SAFE | {"secret_key": "too short"}))


def run(folder: Path, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run something on an installation for real use whose operator set nothing else."""
    environment = {
        "PATH": os.environ["PATH"],
        "FLASK_APP": "wsgi",
        "INTENDANT_ENV": "production",
        "INTENDANT_INSTANCE_DIR": str(folder),
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment | changes,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [("-c", "import wsgi"), ("-m", "flask", "jobs", "run")])
def test_neither_the_web_server_nor_the_scheduler_starts(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(tmp_path, *command)
    assert done.returncode != 0
    assert "does not start in production" in done.stderr
    assert "INTENDANT_SECRET_KEY" in done.stderr


def test_the_web_server_starts_once_it_is_safe(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        *("-c", "import wsgi"),
        INTENDANT_SECRET_KEY=SAFE["secret_key"],
        INTENDANT_BASE_URL=SAFE["base_url"],
    )
    assert done.returncode == 0, done.stderr


def test_the_doctor_still_says_what_is_wrong(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "flask", "doctor")
    assert done.returncode == 1
    assert "published default" in done.stdout
