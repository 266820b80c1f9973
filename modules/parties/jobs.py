"""What is looked for at night: parties entered twice."""

from __future__ import annotations

from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from modules.parties.services import find_duplicates


def look_for_duplicates(run: JobRun) -> None:
    """Compare the parties that share a number, a lot, a birth date or a name."""
    with run.database.unit_of_work() as uow:
        found = find_duplicates(uow, run.clock)
    run.progress(found, found, "")


JOBS = (
    Job(
        name="parties.look_for_duplicates",
        title=_l("Look for people entered twice"),
        run=look_for_duplicates,
        schedule=Cron(hour=2, minute=10),
        time_limit_s=900,
    ),
)
