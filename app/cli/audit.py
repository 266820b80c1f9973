"""`flask audit`: seal the audit trail and check that nobody touched it."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.audit.chain import FAULT_LABELS, Verdict
from app.audit.renewing import begin_again, check_closed, list_statements
from app.audit.sealing import run_sealing, verify_chain
from app.audit.words import say_state
from app.auth.actor import system_actor
from app.cli.group import CommandGroup
from app.i18n import format_datetime, use_locale
from app.jobs import JobRun
from app.web.context import current_clock, database, house

group = CommandGroup("audit", help="Seal the audit trail and check that nobody touched it.")
a_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command()
@with_appcontext
def seal() -> None:
    """Seal the new entries now, as the job does every five minutes."""
    run_sealing(_run("flask audit seal"))
    click.echo("sealed")


@group.command()
@click.option("--closed", type=a_file, help="check old seals that `begin-again` kept in this file")
@click.option("--former-key", type=a_file, help="the file with the text of their key")
@with_appcontext
def verify(closed: Path | None, former_key: Path | None) -> None:
    """Check every sealed entry; name the first bad one and exit with status 1 if there is any."""
    if (closed is None) != (former_key is None):
        raise click.UsageError("Give --closed and --former-key together.")
    if closed is not None and former_key is not None:
        _tell(check_closed(database(), house().settings, closed, _read(former_key)))
        return
    _tell(verify_chain(database(), house().settings))
    with use_locale("en"):
        for one in list_statements(database()):
            click.echo(
                f"Places 1 to {one.place} were sealed anew on {format_datetime(one.said_at)}, with"
                f" the reason: {one.reason}. What happened to them before that day, only the"
                f" {one.entries} seals of then tell: {say_state(one.state)} They are in"
                f" {one.kept_in}, beside the anchor."
            )


@group.command("begin-again")
@click.option("--reason", required=True, help="why the key is another one: it stays in the trail")
@click.option("--former-key", type=a_file, help="the file with the old key, to check a last time")
@with_appcontext
def begin_again_command(reason: str, former_key: Path | None) -> None:
    """Close the chain of a key that is lost or was changed, and seal every entry anew."""
    begin_again(_run("flask audit begin-again"), reason, _read(former_key) if former_key else "")
    (*_earlier, said) = list_statements(database())
    with use_locale("en"):
        click.echo(f"The old chain is closed, {said.entries} seals. {say_state(said.state)}")
    click.echo(f"Every entry is sealed anew. Keep {said.kept_in}, beside the anchor, and its key.")


def _run(name: str) -> JobRun:
    return JobRun(database(), current_clock(), system_actor(name), settings=house().settings)


def _read(path: Path) -> str:
    return path.read_text("utf-8").strip()


def _tell(verdict: Verdict) -> None:
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
