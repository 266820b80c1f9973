"""What an operator's tools see: health, readiness, version, figures."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.clock import FixedClock
from app.db import Database
from app.settings import Settings

ROOT = Path(__file__).parents[3]


def test_alive_without_asking_the_database(client: FlaskClient, count_queries) -> None:  # type: ignore[no-untyped-def]
    with count_queries() as counted:
        assert client.get("/healthz").json == {"status": "ok"}
    assert counted.count == 0


def test_ready_says_what_was_checked(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    names = ("database", "schema", "files", "restore")
    assert answer.json["checks"] == dict.fromkeys(names, True)


def test_not_ready_before_the_migrations(
    empty_database: Database, settings: Settings, clock: FixedClock
) -> None:
    app = create_app(settings, clock=clock, database=empty_database)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["schema"] is False


def test_figures_are_absent_without_the_token(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_figures_for_who_holds_the_token(
    settings: Settings, database: Database, clock: FixedClock
) -> None:
    app: Flask = create_app(
        replace(settings, metrics_token="t0ken"), clock=clock, database=database
    )
    answer = app.test_client().get("/metrics", headers={"Authorization": "Bearer t0ken"})
    assert answer.status_code == 200
    assert "intendant_requests_total" in answer.text
    wrong = app.test_client().get("/metrics", headers={"Authorization": "Bearer other"})
    assert wrong.status_code == 404


WORKER = """
import sys, wsgi
client = wsgi.app.test_client()
for _ in range(int(sys.argv[1])):
    client.get("/healthz")
answer = client.get("/metrics", headers={"Authorization": "Bearer t0ken"})
print(answer.status_code, answer.text)
"""
HEALTHZ = re.compile(r'intendant_requests_total\{endpoint="health.healthz".*\} (\S+)')


@pytest.mark.one_database
def test_workers_count_together(database: Database, tmp_path: Path) -> None:
    """Whichever worker is asked tells what all of them did, and what the database says once."""
    together = tmp_path / "together"
    together.mkdir()
    environment = os.environ | {
        "INTENDANT_ENV": "test",
        "INTENDANT_INSTANCE_DIR": str(tmp_path),
        "INTENDANT_DATABASE_URL": str(database.engine.url),
        "INTENDANT_METRICS_TOKEN": "t0ken",
        "PROMETHEUS_MULTIPROC_DIR": str(together),
    }
    told = [
        subprocess.run(
            [sys.executable, "-c", WORKER, times],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for times in ("2", "3")
    ]
    assert [HEALTHZ.search(one)[1] for one in told] == ["2.0", "5.0"]
    assert told[1].count('intendant_jobs{state="failed"} 0.0') == 1


def test_every_answer_carries_its_request_id(client: FlaskClient) -> None:
    offered = client.get("/healthz", headers={"X-Request-Id": "abcdef-12345678"})
    assert offered.headers["X-Request-Id"] == "abcdef-12345678"
    forged = client.get("/healthz", headers={"X-Request-Id": "<script>"})
    assert forged.headers["X-Request-Id"] not in ("", "<script>")
