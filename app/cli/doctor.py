"""`flask doctor`: what is missing or unsafe, in plain words."""

import click
from flask.cli import with_appcontext

from app.doctor import examine
from app.i18n import use_locale
from app.safety import Level
from app.web.context import house

MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.FAILURE: "FAILURE"}


@click.command()
@with_appcontext
def doctor() -> None:
    """Say what is missing or unsafe; exit status 1 when something must be mended."""
    with use_locale("en"):
        findings = examine(house())
    for finding in findings:
        click.echo(f"{MARKS[finding.level]}  {finding.subject:<10} {finding.words}")
    if any(finding.level is Level.FAILURE for finding in findings):
        raise SystemExit(1)
