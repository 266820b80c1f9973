"""Figures for an operator's monitoring: requests, their time, the state of the jobs.

Several workers count together in the folder `PROMETHEUS_MULTIPROC_DIR` names, which the library
reads when it is imported; without it each worker tells what it did itself.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from app.auth.needs import public
from app.errors import NotFound
from app.jobs.models import JobRecord, JobState, SchedulerLease
from app.web.context import current_clock, house, reader

blueprint = Blueprint("metrics", __name__)
REQUESTS = Counter(
    "intendant_requests", "Requests answered", ["endpoint", "method", "status"], registry=None
)
SECONDS = Histogram("intendant_request_seconds", "Time to answer", ["endpoint"], registry=None)


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
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # ships without types
    else:
        registry.register(REQUESTS)
        registry.register(SECONDS)
    registry.register(_Jobs())
    return registry


class _Jobs(Collector):
    """What the database says of the jobs, whichever worker is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        states = select(JobRecord.state, func.count()).group_by(JobRecord.state)
        counted = dict(reader().execute(states).all())
        runs = GaugeMetricFamily("intendant_jobs", "Runs by state", labels=["state"])
        for state in JobState:
            runs.add_metric([state.value], counted.get(state, 0))
        yield runs
        seen = reader().scalar(select(SchedulerLease.seen_at))
        if seen is not None:
            age = (current_clock().now() - seen).total_seconds()
            yield GaugeMetricFamily(
                "intendant_scheduler_age_seconds", "Time since a scheduler was seen", value=age
            )
