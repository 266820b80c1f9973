"""`flask jobs`: the scheduler process, and jobs from the command line."""

from __future__ import annotations

import gc
import json

import click
from flask.cli import with_appcontext

from app.cli.group import CommandGroup
from app.jobs.execute import run_now
from app.jobs.models import JobState
from app.jobs.scheduler import Scheduler, run_until_signalled
from app.priority import step_behind
from app.safety import refuse_unsafe
from app.web.context import house

group = CommandGroup("jobs", help="Run the scheduler, or one job.")


@group.command()
@with_appcontext
def run() -> None:
    """Run the scheduler until stopped; a second one waits until the first is gone."""
    refuse_unsafe(house().settings)
    gc.freeze()
    run_until_signalled(Scheduler(house()))


@group.command("list")
@with_appcontext
def list_jobs() -> None:
    """Print the declared jobs."""
    for module in house().modules:
        for job in module.jobs:
            click.echo(f"{job.name}\t{job.schedule or 'on request'}\t{job.title}")


@group.command()
@click.argument("name")
@click.option("--args", "args_json", default="{}", help="Arguments of the job, as JSON.")
@with_appcontext
def start(name: str, args_json: str) -> None:
    """Run one job here and now, logged like any other; fails when the job fails."""
    step_behind()
    state = run_now(house(), name, json.loads(args_json))
    click.echo(f"{name}: {state.value}")
    if state is not JobState.DONE:
        raise SystemExit(1)
