"""`flask energy`: import readings, look for abnormal consumption, list formats."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.auth.actor import system_actor
from app.cli.group import CommandGroup
from app.cli.paths import NewFile
from app.clock import BRUSSELS, FixedClock
from app.i18n import use_locale
from app.priority import step_behind
from app.web.context import current_clock, database
from modules.energy.commands import IngestFile
from modules.energy.enums import Utility
from modules.energy.formats import FORMATS
from modules.energy.services.ingest import IngestResult, ingest_file
from modules.energy.services.scan import DORMANT, scan

group = CommandGroup("energy", help="Meters, readings and abnormal consumption.")
SHOWN_ERRORS = 20


@group.command()
def formats() -> None:
    """List the kinds of files that can be imported."""
    for known in FORMATS:
        names = ", ".join((known.name, *known.aliases))
        click.echo(f"{names:28} {known.title}")


@group.command()
@click.argument("format_name", metavar="FORMAT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--meter", default="", help="Meter of a file that names none: id, serial or label.")
@click.option("--supply-point", default="", help="EAN of the supply point its meter hangs on.")
@click.option("--utility", type=click.Choice([u.value for u in Utility]), help="What it counts.")
@click.option(
    "--meters",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table meter_id, utility, unit for a file that names no utility.",
)
@click.option(
    "--unknown",
    type=click.Choice(["add", "refuse"]),
    default="add",
    show_default=True,
    help="What to do with readings of meters not recorded yet.",
)
@click.option("--report", type=NewFile(), help="JSON report.")
@with_appcontext
def ingest(  # noqa: PLR0913, PLR0917  one parameter per option, as click passes them
    format_name: str,
    file: Path,
    meter: str,
    supply_point: str,
    utility: str | None,
    meters: Path | None,
    unknown: str,
    report: Path | None,
) -> None:
    """Import FILE of kind FORMAT; ends with status 0 only when no row was refused."""
    step_behind()
    command = IngestFile(
        format=format_name,
        path=file,
        meter=meter,
        supply_point=supply_point,
        utility=Utility(utility) if utility else None,
        meters_file=meters,
        create_unknown=unknown == "add",
    )
    result = ingest_file(
        database(), system_actor("flask energy ingest"), command, current_clock(), _progress
    )
    with use_locale("en"):
        _tell(result, report)
    if not result.is_clean:
        sys.exit(1)


def _tell(result: IngestResult, report: Path | None) -> None:
    """Write the report and say how it went, in English as every command."""
    if report:
        text = json.dumps(result.as_dict(), ensure_ascii=False, indent=2)
        report.write_text(text + "\n", encoding="utf-8")
    _show(result)


@group.command("scan")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Judge a past.")
@click.option("--changed", is_flag=True, help="Only meters with new readings.")
@with_appcontext
def scan_command(as_of: datetime | None, changed: bool) -> None:  # noqa: FBT001  a click flag
    """Look for abnormal consumption: open, keep and resolve alerts."""
    step_behind()
    clock = FixedClock(as_of.replace(tzinfo=BRUSSELS)) if as_of else current_clock()
    result = scan(database(), system_actor("flask energy scan"), clock, only_changed=changed)
    click.echo(
        f"{result.meters} meters: {result.opened} alerts opened, {result.still} still, "
        f"{result.resolved} resolved; {result.dormant} not judged, silent for {DORMANT.days} days"
    )


def _progress(rows: int, note: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"{note}: {rows} rows", err=True)


def _show(result: IngestResult) -> None:
    for refusal in result.refusals[:SHOWN_ERRORS]:
        shown = refusal.as_dict()
        click.echo(
            f"line {shown['row']}, {shown['field']}: “{shown['value']}”, "
            f"expected {shown['expected']}",
            err=True,
        )
    if len(result.refusals) > SHOWN_ERRORS:
        click.echo(f"… and {len(result.refusals) - SHOWN_ERRORS} more, see --report", err=True)
    for warning in result.as_dict()["warnings"]:
        click.echo(f"note: {warning['value']}: {warning['text']}", err=True)
    click.echo(
        f"{result.file_name}: {result.rows} rows: {result.new} new, {result.changed} changed, "
        f"{result.unchanged} unchanged, {result.refused} refused "
        f"({result.readings} readings, {result.missing} missing, {result.conflicts} conflicts)"
    )
