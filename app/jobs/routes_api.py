"""Jobs for programs: what runs when, the run log, start, stop, go on."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask.views import MethodView

from app.api import ApiBlueprint, Page, PageRequest, Step, offer_step, paginate
from app.auth.actor import Actor
from app.auth.needs import SIGNED_IN, needs
from app.clock import Clock
from app.db import UnitOfWork
from app.jobs import queries, services
from app.jobs.models import JobRecord
from app.jobs.queries import JobLine
from app.jobs.routes_web import declared_jobs
from app.jobs.schemas import JobOut, RunOut
from app.policies import HousePermission
from app.web.context import current_actor, current_clock, open_unit_of_work, reader

jobs = ApiBlueprint(
    "jobs_api", __name__, url_prefix="/api/v1/jobs", description="Work done beside people."
)
runs = ApiBlueprint(
    "job_runs_api", __name__, url_prefix="/api/v1/job-runs", description="The run log of jobs."
)


@jobs.route("")
class Jobs(MethodView):
    """All jobs."""

    @needs(HousePermission.JOB_READ)
    @jobs.response(200, JobOut(many=True))
    def get(self) -> Sequence[JobLine]:
        """List the jobs with the last run of each, and when it runs next."""
        return queries.list_jobs(current_actor(), declared_jobs(), reader(), current_clock())


@jobs.route("/<string:name>/runs")
class JobStarts(MethodView):
    """The runs of a job."""

    @needs(SIGNED_IN)
    @jobs.response(201, RunOut)
    def post(self, name: str) -> JobRecord:
        """Ask for a run of a scheduled job now; the right asked for is the job's own."""
        with open_unit_of_work() as uow:
            return services.start_job(current_actor(), name, declared_jobs(), uow, current_clock())


@runs.route("")
class Runs(MethodView):
    """The run log."""

    @needs(HousePermission.JOB_READ)
    @runs.paged(RunOut)
    def get(self, page: PageRequest) -> Page[JobRecord]:
        """List the runs, the latest first."""
        return paginate(reader(), queries.select_runs(current_actor()), page)


@runs.route("/<uuid:run_id>")
class RunById(MethodView):
    """One run."""

    @needs(SIGNED_IN)
    @runs.response(200, RunOut)
    def get(self, run_id: UUID) -> JobRecord:
        """Read how far a run is; people see their own."""
        return queries.get_run(current_actor(), run_id, reader())


def _cancel(actor: Actor, run_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> JobRecord:
    return services.cancel_run(actor, run_id, uow, clock)


def _resume(actor: Actor, run_id: UUID, _data: object, uow: UnitOfWork, clock: Clock) -> JobRecord:
    return services.resume_run(actor, run_id, uow, clock)


for _path, _take, _says in (
    ("cancellation", _cancel, "Stop a run that waits or goes on."),
    ("resumption", _resume, "Let a run that was cancelled or failed go on."),
):
    offer_step(runs, Step(f"/<uuid:run_id>/{_path}", SIGNED_IN, _take, _says), RunOut)

BLUEPRINTS = (jobs, runs)
