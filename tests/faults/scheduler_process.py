"""A scheduler with a test job, started as a process of its own so that it can be killed.

The job writes one row per step into `sign_in_attempts`, with its checkpoint in the same
transaction's wake: what is there twice, or missing, shows a step done twice or lost.
"""

import sys
from threading import Event

from app.auth.models import SignInAttempt
from app.house import build_house
from app.i18n import lazy
from app.jobs import Every, Job, JobRun
from app.jobs.models import JobRecord
from app.jobs.scheduler import Scheduler, run_until_signalled
from app.registry import Module
from app.settings import load_settings

STEPS = 40
STEP_S = 0.02
PAUSE = Event()


def write_steps(run: JobRun) -> None:
    """Write each step once, whatever happens between two of them."""
    for step in range(run.checkpoint.get("done", 0), STEPS):
        with run.database.unit_of_work("fault-test") as uow:
            uow.session.add(
                SignInAttempt(
                    email=f"{run.run_id}", address=f"step {step}", attempted_at=run.clock.now()
                )
            )
            record = uow.session.get_one(JobRecord, run.run_id)
            record.checkpoint = {"done": step + 1}  # type: ignore[assignment]
        PAUSE.wait(STEP_S)


def tick(run: JobRun) -> None:
    """Write one row per tick."""
    with run.database.unit_of_work("fault-test") as uow:
        uow.session.add(
            SignInAttempt(email="tick", address=str(run.run_id), attempted_at=run.clock.now())
        )


MODULE = Module(
    "faults",
    jobs=(
        Job("faults.steps", lazy("Steps"), write_steps, attempts_allowed=1000),
        Job("faults.tick", lazy("Tick"), tick, Every(1)),
    ),
)

if __name__ == "__main__":
    run_until_signalled(Scheduler(build_house(load_settings(), modules=(MODULE,))))
    sys.exit(0)
