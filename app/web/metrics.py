"""Figures for an operator's monitoring: requests, their time, the state of the jobs."""

from __future__ import annotations

import hmac
import time
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sqlalchemy import func, select

from app.auth.needs import public
from app.errors import NotFound
from app.jobs.models import JobRecord, JobState, SchedulerLease
from app.web.context import current_clock, house, reader

blueprint = Blueprint("metrics", __name__)
registry = CollectorRegistry()
REQUESTS = Counter(
    "intendant_requests", "Requests answered", ["endpoint", "method", "status"], registry=registry
)
SECONDS = Histogram("intendant_request_seconds", "Time to answer", ["endpoint"], registry=registry)
JOBS = Gauge("intendant_jobs", "Runs by state", ["state"], registry=registry)
SCHEDULER_AGE = Gauge(
    "intendant_scheduler_age_seconds", "Time since a scheduler was seen", registry=registry
)


def register(app: Flask) -> None:
    """Time every request."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Any) -> Any:
        endpoint = request.endpoint or "unknown"
        REQUESTS.labels(endpoint, request.method, response.status_code).inc()
        if "started" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
        return response


@blueprint.get("/metrics")
@public("guarded by its own token, and absent without one")
def metrics() -> ResponseReturnValue:
    """Print the figures to whoever holds the token; as absent to everybody else."""
    token = house().settings.metrics_token
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(offered.encode(), token.encode()):
        raise NotFound
    _measure_jobs()
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _measure_jobs() -> None:
    counted = dict(
        reader().execute(select(JobRecord.state, func.count()).group_by(JobRecord.state)).all()
    )
    for state in JobState:
        JOBS.labels(state.value).set(counted.get(state, 0))
    seen = reader().scalar(select(SchedulerLease.seen_at))
    if seen is not None:
        SCHEDULER_AGE.set((current_clock().now() - seen).total_seconds())
