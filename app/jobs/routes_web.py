"""The jobs page: what runs when, how the last run went, start now, stop, go on."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.needs import SIGNED_IN, needs
from app.jobs import queries, services
from app.jobs.job import Job
from app.jobs.models import STATE_LABELS, JobRecord, JobState
from app.jobs.queue import ENDED
from app.policies import HousePermission
from app.web.context import current_actor, current_clock, house, open_unit_of_work, reader

blueprint = Blueprint("jobs", __name__)


def declared_jobs() -> list[Job]:
    """Return every job the modules declare."""
    return [job for module in house().modules for job in module.jobs]


@blueprint.get("/jobs")
@needs(HousePermission.JOB_READ)
def job_list() -> ResponseReturnValue:
    """Show the jobs and the run log."""
    page = max(request.args.get("page", 1, type=int), 1)
    runs, total = queries.list_runs(current_actor(), reader(), page)
    return render_template(
        "jobs/job_list.html",
        lines=queries.list_jobs(current_actor(), declared_jobs(), reader(), current_clock()),
        runs=runs,
        total=total,
        page_number=page,
        page_size=queries.RUNS_PER_PAGE,
        last_seen=queries.last_seen(reader()),
        titles={job.name: job.title for job in declared_jobs()},
        labels=STATE_LABELS,
    )


@blueprint.post("/jobs/<string:name>/start")
@needs(SIGNED_IN)
def job_start(name: str) -> ResponseReturnValue:
    """Ask for a run now; the right asked for is the job's own."""
    with open_unit_of_work() as uow:
        row = services.start_job(current_actor(), name, declared_jobs(), uow, current_clock())
    return redirect(url_for("jobs.run_detail", run_id=row.id))


@blueprint.get("/jobs/runs/<uuid:run_id>")
@needs(SIGNED_IN)
def run_detail(run_id: UUID) -> ResponseReturnValue:
    """Show one run: progress while it goes on, then how it ended; people see their own."""
    row = queries.get_run(current_actor(), run_id, reader())
    template = "jobs/_run.html" if "HX-Request" in request.headers else "jobs/run_detail.html"
    job = next((job for job in declared_jobs() if job.name == row.name), None)
    return render_template(
        template,
        run=row,
        title=job.title if job else row.name,
        labels=STATE_LABELS,
        is_ended=row.state in ENDED,
        result_url=_result_url(row, job),
    )


def _result_url(row: JobRecord, job: Job | None) -> str:
    """Return where who asked for a run fetches what it made, for as long as it is kept."""
    is_own = row.requested_by_id == current_actor().user_id
    if job is None or not (job.result and is_own and row.state is JobState.DONE and row.ended_at):
        return ""
    is_kept = row.ended_at + job.result_kept > current_clock().now()
    return url_for(job.result, run_id=row.id) if is_kept else ""


@blueprint.post("/jobs/runs/<uuid:run_id>/cancel")
@needs(SIGNED_IN)
def run_cancel(run_id: UUID) -> ResponseReturnValue:
    """Stop a run."""
    with open_unit_of_work() as uow:
        services.cancel_run(current_actor(), run_id, uow, current_clock())
    return redirect(url_for("jobs.run_detail", run_id=run_id))


@blueprint.post("/jobs/runs/<uuid:run_id>/resume")
@needs(SIGNED_IN)
def run_resume(run_id: UUID) -> ResponseReturnValue:
    """Let a cancelled or failed run go on."""
    with open_unit_of_work() as uow:
        services.resume_run(current_actor(), run_id, uow, current_clock())
    return redirect(url_for("jobs.run_detail", run_id=run_id))
