import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from app.clock import FixedClock
from app.i18n import use_locale
from app.jobs import JobCancelled, JobRun
from modules.energy.enums import AlertState, Utility
from modules.energy.inbox import make_inbox
from modules.energy.jobs import JOBS, detect_abnormal_consumption, ingest_readings, read_inbox
from modules.energy.models import Alert, IngestBatch, Meter
from tests.factories.energy import ACTOR, hours, ingest, sample, write_long

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.fixture
def leaking(database, tmp_path):
    first = NOW - timedelta(days=150)
    chance = np.random.default_rng(1)
    at = [first + timedelta(hours=n) for n in range(150 * 24)]
    used = np.array([chance.poisson(60) if 6 <= t.hour <= 21 else 0 for t in at])
    used[-72:] += 40
    path = write_long(tmp_path / "w.csv", hours("W1", first, used.tolist()))
    ingest(database, FixedClock(NOW), "long", path, utility=Utility.WATER)


def run_of(database, **options):
    return JobRun(database=database, clock=FixedClock(NOW), actor=ACTOR, **options)


def test_the_job_detects_once_and_says_how_far_it_is(database, leaking):
    told, kept = [], []
    for _ in range(2):
        run = run_of(database, report=lambda *what: told.append(what), store_checkpoint=kept.append)
        detect_abnormal_consumption(run)
    assert told[-1][:2] == (1, 1)
    with use_locale("en"):
        assert str(told[-1][2]).startswith("New: 0 · still there: 1 · over: 0")
    assert kept[0].keys() == {"after"}
    with database.reader() as session:
        assert session.scalars(select(Alert)).one().state is AlertState.OPEN


def test_a_resumed_job_goes_on_after_the_last_meter(database, leaking):
    with database.reader() as session:
        meter = session.scalars(select(Meter)).one()
    detect_abnormal_consumption(run_of(database, checkpoint={"after": str(meter.id)}))
    with database.reader() as session:
        assert session.scalars(select(Alert)).all() == []


def test_a_job_can_be_stopped(database, leaking):
    with pytest.raises(JobCancelled):
        detect_abnormal_consumption(run_of(database, is_cancelled=lambda: True))


def test_an_upload_is_read_judged_and_removed(database, tmp_path):
    path = tmp_path / "kept"
    shutil.copy(sample("fluvius_gas_2022.csv"), path)
    args = {"format": "fluvius", "path": str(path), "name": "gas.csv"}
    ingest_readings(run_of(database, args=args))
    assert not path.exists()
    with database.reader() as session:
        batch = session.scalars(select(IngestBatch)).one()
    assert (batch.file_name, batch.rows_new) == ("gas.csv", 116)


def drop(inbox, kind, name, content, age=120):
    path = inbox / kind / name
    path.write_bytes(content)
    old = NOW.timestamp() - age
    os.utime(path, (old, old))
    return path


def test_files_that_arrive_are_read_and_put_away_with_their_report(database, settings):
    inbox = make_inbox(Path(settings.instance_dir))
    good = sample("fluvius_gas_2022.csv").read_bytes()
    drop(inbox, "fluvius", "good.csv", good)
    drop(inbox, "fluvius", "bad.csv", good.replace(b"5,445", b"x,445"))
    drop(inbox, "p1", "half.txt", sample("p1_ores_siconia_s211.txt").read_bytes()[:300])
    growing = drop(inbox, "fluvius", "growing.csv", good[:100], age=5)
    read_inbox(run_of(database, settings=settings))
    assert [path.name[16:] for path in (inbox / "done" / "fluvius").glob("*.csv")] == ["good.csv"]
    reports = sorted((inbox / "refused").rglob("*.report.json"))
    assert len(reports) == 2
    errors = [json.loads(path.read_text())["errors"][0]["code"] for path in reports]
    assert sorted(errors) == ["no_telegram", "not_a_number"]
    assert growing.exists()
    assert {path.name for path in inbox.iterdir()} >= {"done", "refused", "fluvius", "p1"}


def test_uploads_of_failed_imports_are_forgotten_after_a_month(database, settings):
    folder = Path(settings.instance_dir) / "uploads"
    folder.mkdir(parents=True)
    for name, days in (("readings-old", 31), ("readings-new", 29), ("other", 31)):
        drop(folder.parent, "uploads", name, b"x", age=days * 86_400)
    read_inbox(run_of(database, settings=settings))
    assert sorted(path.name for path in folder.iterdir()) == ["other", "readings-new"]


def test_every_job_has_a_name_of_the_module_and_a_limit():
    assert {job.name.partition(".")[0] for job in JOBS} == {"energy"}
    assert all(job.time_limit_s and job.permission for job in JOBS)
