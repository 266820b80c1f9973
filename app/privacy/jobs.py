"""The job that forgets what is no longer kept."""

from __future__ import annotations

from app.audit.sealing import trail_key
from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from app.privacy.hooks import RETENTION_JOB, RetentionRule
from app.privacy.services import MOST_PASSES, apply_rule


def run_retention(run: JobRun) -> None:
    """Apply every confirmed rule, batch by batch, each batch in a transaction of its own."""
    rules, key = _declared(), trail_key(run.settings)
    total = 0
    for rule in rules:
        for _pass in range(MOST_PASSES):
            run.check_cancelled()
            with run.database.unit_of_work() as uow:
                rows = apply_rule(rule, run.actor, key, uow, run.clock)
            total += rows
            run.progress(total, None, rule.name)
            if not rows:
                break


def _declared() -> tuple[RetentionRule, ...]:
    from app.privacy.hooks import Privacy
    from app.registry import find_modules

    return Privacy(item for module in find_modules() for item in module.privacy).rules


APPLY_RETENTION = Job(
    name=RETENTION_JOB,
    title=_l("Forget what is no longer kept"),
    run=run_retention,
    schedule=Cron(hour=2, minute=30),
    time_limit_s=2 * 3600,
)
