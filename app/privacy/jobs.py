"""The job that forgets what is no longer kept."""

from __future__ import annotations

from contextlib import suppress

from app.audit.sealing import trail_key
from app.errors import AppError
from app.i18n import lazy as _l
from app.jobs import Cron, Job, JobRun
from app.privacy.hooks import RETENTION_JOB, Privacy, RetentionRule
from app.privacy.services import (
    MOST_PASSES,
    apply_rule,
    erase_person,
    note_run,
    people_of,
)

# Each is looked for in every text there is; the others go in the nights after.
MOST_PEOPLE = 500


def run_retention(run: JobRun) -> None:
    """Apply every confirmed rule, batch by batch, each batch in a transaction of its own."""
    privacy = _declared(run)
    total = 0
    for rule in privacy.rules:
        total += _forget_people(run, rule, privacy)
        for _pass in range(MOST_PASSES):
            run.check_cancelled()
            with run.database.unit_of_work() as uow:
                rows = apply_rule(rule, run.actor, privacy.trail_key, uow, run.clock)
            total += rows
            run.progress(total, None, rule.name)
            if not rows:
                break


def _forget_people(run: JobRun, rule: RetentionRule, privacy: Privacy) -> int:
    """Forget whom a rule names, each in a transaction of their own; who cannot be stays."""
    with run.database.reader() as session:
        people = people_of(rule, privacy, session, run.clock)
    forgotten = 0
    for person in people:
        run.check_cancelled()
        if forgotten == MOST_PEOPLE:
            break
        with suppress(AppError), run.database.unit_of_work() as uow:
            erase_person(run.actor, person.type, person.id, privacy, uow, run.clock)
            forgotten += 1
    if people:
        with run.database.unit_of_work() as uow:
            note_run(rule, forgotten, run.actor, uow, run.clock)
    return forgotten


def _declared(run: JobRun) -> Privacy:
    from app.registry import find_modules

    declared = (item for module in find_modules() for item in module.privacy)
    return Privacy(declared, trail_key(run.settings))


APPLY_RETENTION = Job(
    name=RETENTION_JOB,
    title=_l("Forget what is no longer kept"),
    run=run_retention,
    schedule=Cron(hour=2, minute=30),
    time_limit_s=2 * 3600,
)
