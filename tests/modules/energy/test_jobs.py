"""The jobs of the module, run as the scheduler runs them."""

import shutil

import pytest
from sqlalchemy import func, select

from app.house import House, build_house
from app.jobs.execute import run_now
from app.jobs.models import JobRecord, JobState
from modules.energy.models import Meter
from tests.factories.energy import sample


@pytest.fixture
def whole_house(settings, database, clock) -> House:
    return build_house(settings, clock=clock, database=database)


def last_run(database) -> JobRecord:
    with database.reader() as session:
        return session.scalars(select(JobRecord).order_by(JobRecord.id.desc())).first()


def test_an_uploaded_file_is_read_judged_and_removed(whole_house, database, tmp_path):
    upload = tmp_path / "upload.csv"
    shutil.copyfile(sample("fluvius_2021.csv"), upload)
    args = {"format": "fluvius", "path": str(upload), "name": "history.csv"}
    assert run_now(whole_house, "energy.ingest_readings", args) is JobState.DONE
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Meter))
    run = last_run(database)
    assert run.rows_done == run.rows_total > 0
    assert not upload.exists()


def test_a_file_that_cannot_be_read_fails_the_run_with_a_reason(whole_house, database, tmp_path):
    args = {"format": "fluvius", "path": str(tmp_path / "gone.csv")}
    assert run_now(whole_house, "energy.ingest_readings", args) is JobState.FAILED
    assert last_run(database).error


def test_a_scan_of_nothing_ends_well(whole_house, database):
    assert run_now(whole_house, "energy.detect_abnormal_consumption", {}) is JobState.DONE
    assert last_run(database).rows_done == 0
