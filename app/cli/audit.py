"""`flask audit`: seal the audit trail and check that nobody touched it."""

import sys

import click
from flask.cli import with_appcontext

from app.audit.chain import FAULT_LABELS
from app.audit.sealing import run_sealing, verify_chain
from app.auth.actor import system_actor
from app.cli.group import CommandGroup
from app.i18n import use_locale
from app.jobs import JobRun
from app.web.context import current_clock, database, house

group = CommandGroup("audit", help="Seal the audit trail and check that nobody touched it.")


@group.command()
@with_appcontext
def seal() -> None:
    """Seal the new entries now, as the job does every five minutes."""
    actor = system_actor("flask audit seal")
    run_sealing(JobRun(database(), current_clock(), actor, settings=house().settings))
    click.echo("sealed")


@group.command()
@with_appcontext
def verify() -> None:
    """Check every sealed entry; name the first bad one and exit with status 1 if there is any."""
    verdict = verify_chain(database(), house().settings)
    if verdict.fault is not None:
        entry = f" (entry {verdict.entry_id})" if verdict.entry_id else ""
        with use_locale("en"):
            fault = str(FAULT_LABELS[verdict.fault])
        click.echo(
            f"BAD: place {verdict.position}{entry} {fault}."
            f" {verdict.checked} entries before it hold."
        )
        sys.exit(1)
    click.echo(f"{verdict.checked} sealed entries hold; {verdict.unsealed} not sealed yet.")
