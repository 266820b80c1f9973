"""The doctor tells what others can read; what the program writes is nobody else's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import FixedClock
from app.db import Database
from app.doctor_keeping import check_hidden, is_open_to_others
from app.house import House, build_house
from app.safety import Level
from app.settings import Settings
from tests.support.scratch import make_scratch_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def instance() -> Iterator[Path]:
    """A folder whose parents let everybody pass, as /srv does: those of pytest let nobody."""
    folder = make_scratch_folder("intendant-instance-")
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def house(database: Database, settings: Settings, clock: FixedClock, instance: Path) -> House:
    changed = replace(settings, instance_dir=instance, audit_anchor=instance / "anchor.txt")
    return build_house(changed, clock=clock, database=database)


def test_what_others_can_read_is_told_with_what_to_do(house: House, instance: Path) -> None:
    (found,) = check_hidden(house)
    assert found.level is Level.WARNING
    assert f"`chmod -R go= {instance}`" in found.words


def test_a_closed_folder_hides_what_is_in_it(instance: Path) -> None:
    inside = instance / "anchor.txt"
    inside.write_text("")
    inside.chmod(0o644)
    instance.chmod(0o755)
    assert is_open_to_others(inside)
    instance.chmod(0o700)
    assert not is_open_to_others(inside)
    instance.chmod(0o755)
    inside.chmod(0o640)
    assert not is_open_to_others(inside)
    assert not is_open_to_others(instance / "nothing")


def test_what_a_command_writes_is_closed_to_others(instance: Path) -> None:
    """The commands and both services load the application the same way."""
    told = {"FLASK_APP": "wsgi", "INTENDANT_INSTANCE_DIR": str(instance / "new")}
    subprocess.run(
        [sys.executable, "-m", "flask", "doctor"],
        env=os.environ | told,
        cwd=ROOT,
        umask=0o022,
        capture_output=True,
        check=False,
    )
    written = [instance / "new", *(instance / "new").rglob("*")]
    assert {"files", "intendant.sqlite3"} <= {path.name for path in written}
    assert not [path for path in written if path.stat().st_mode & 0o077]


@pytest.mark.parametrize("name", ["intendant-web.service", "intendant-jobs.service"])
def test_the_services_hide_what_they_write(name: str) -> None:
    assert "\nUMask=0077\n" in (ROOT / "docs/deploy" / name).read_text("utf-8")
